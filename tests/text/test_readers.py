import gzip
import json
from pathlib import Path

import pytest

from unmt.errors import InputError
from unmt.text.readers import is_table, read_table, read_text


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


class TestText:
    def test_comes_as_it_is_with_line_feeds(self, tmp_path: Path) -> None:
        assert read_text(written(tmp_path / "a.txt", "één\r\ntwee\n")) == "één\ntwee\n"
        assert read_text(written(tmp_path / "a.txt", "één\rtwee\r")) == "één\ntwee\n"
        assert read_text(written(tmp_path / "a.txt", "één\r\ntwee\rdrie\n")) == "één\ntwee drie\n"

    def test_loses_its_byte_order_mark(self, tmp_path: Path) -> None:
        assert read_text(written(tmp_path / "a.txt", b"\xef\xbb\xbfabc")) == "abc"

    def test_is_unpacked(self, tmp_path: Path) -> None:
        assert read_text(written(tmp_path / "a.txt.gz", gzip.compress(b"abc"))) == "abc"

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "is empty"),
            (b" \n\t \n", "is blank"),
            (b"ab\0cd", "is binary"),
            (b"x" * 100_000 + b"\0", "is binary"),
            (b"good\nb\xe4d\n", "line 2: not UTF-8"),
            (b"\xff\xfea\0b\0", "is binary"),
        ],
    )
    def test_that_is_none_is_refused_by_name(self, tmp_path: Path, data: bytes, message: str) -> None:
        with pytest.raises(InputError, match=r"a\.txt") as caught:
            read_text(written(tmp_path / "a.txt", data))
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)

    # The time of packing would else be in the name of the test, which every process that runs tests must give alike.
    @pytest.mark.parametrize("data", [b"not gzip at all", gzip.compress(b"abc" * 1000, mtime=0)[:-9], b"\x1f\x8b"])
    def test_packed_badly_is_refused(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(InputError, match="not a whole gzip file"):
            read_text(written(tmp_path / "a.gz", data))

    def test_missing_or_a_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            read_text(tmp_path / "none")
        with pytest.raises(InputError, match="is a folder"):
            read_text(tmp_path)
        with pytest.raises(InputError, match="Name a file that can be read"):
            read_text(written(tmp_path / "file", "x") / "below")
        with pytest.raises(InputError):
            read_text(tmp_path / ("n" * 1000))

    def test_without_end_is_refused_at_once(self) -> None:
        with pytest.raises(InputError, match="is binary"):
            read_text("/dev/zero")


def rows_of(path: Path) -> list[dict[str, str]]:
    return read_table(path, required=("id", "ciphertext"), optional=("language",))


class TestTable:
    def test_tsv_cells_stand_as_they_are(self, tmp_path: Path) -> None:
        table = written(tmp_path / "a.tsv", 'x\tid\tciphertext\n1\ta\t"q\\u r" \n\n2\tb\t,\n')
        assert rows_of(table) == [{"id": "a", "ciphertext": '"q\\u r" '}, {"id": "b", "ciphertext": ","}]

    def test_jsonl_and_tsv_and_packed_tell_the_same(self, tmp_path: Path) -> None:
        tsv = "id\tciphertext\tlanguage\n1\tab c\ten\n2\tδ\tde\n"
        lines = [{"id": 1, "ciphertext": "ab c", "language": "en", "more": [1]}]
        lines.append({"id": "2", "ciphertext": "δ", "language": "de"})
        jsonl = "".join(json.dumps(line) + "\n\n" for line in lines)
        expected = rows_of(written(tmp_path / "a.tsv", tsv))
        assert len(expected) == 2
        assert rows_of(written(tmp_path / "a.tsv.gz", gzip.compress(tsv.encode()))) == expected
        assert rows_of(written(tmp_path / "a.jsonl", jsonl)) == expected
        assert rows_of(written(tmp_path / "a.jsonl.gz", gzip.compress(jsonl.encode()))) == expected

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("a.tsv", "id\ttext\n1\tab\n", "has no column 'ciphertext'. Its columns are: id, text"),
            ("a.tsv", "id\tid\tciphertext\n1\t1\tab\n", "more than one column 'id'"),
            ("a.tsv", "id\tciphertext\n1\tab\n1\tcd\n", "line 3: id '1' stands on line 2 too"),
            ("a.tsv", "id\tciphertext\n1\tab\tc\n", "line 2: 3 cells, but the header has 2"),
            ("a.tsv", "id\tciphertext\n1\t \n", "line 2: 'ciphertext' is blank"),
            ("a.tsv", "id\tciphertext\n", "has no rows"),
            ("a.jsonl", '{"id": 1, "ciphertext": "ab"}\n{"id": 1\n', "line 2: not JSON"),
            ("a.jsonl", "[1]\n", "line 1: not an object"),
            ("a.jsonl", '{"id": 1}\n', "line 1: no text under 'ciphertext'"),
            ("a.jsonl", '{"id": 1, "ciphertext": null}\n', "line 1: no text under 'ciphertext'"),
            ("a.jsonl", '{"id": "a\\tb", "ciphertext": "ab"}\n', "tab or a line break"),
            ("a.jsonl", "[" * 100_000 + "\n", "line 1: not JSON"),
            ("a.jsonl", '{"id": ' + "1" * 5000 + "}\n", "line 1: not JSON"),
        ],
    )
    def test_that_is_broken_is_refused_with_its_line(self, tmp_path: Path, name: str, data: str, message: str) -> None:
        with pytest.raises(InputError) as caught:
            rows_of(written(tmp_path / name, data))
        assert message in str(caught.value)
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.tsv", True), ("A.TSV.GZ", True), ("a.jsonl", True), ("a.txt", False), ("tsv", False), ("a.txt.gz", False)],
)
def test_a_table_is_known_by_its_name(name: str, expected: bool) -> None:
    assert is_table(name) is expected
