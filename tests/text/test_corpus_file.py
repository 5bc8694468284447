"""Files of one sentence a line."""

import gzip
from pathlib import Path

import pytest

from unmt.errors import InputError
from unmt.text.corpus_file import read_first_lines, read_lines


def test_lines_keep_their_order_and_blank_ones_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffone\r\n\r\n \t\ntwo \u2028 still two\nthree".encode())
    assert read_lines(path) == ["one", "", "", "two \u2028 still two", "three"]
    path.write_bytes(b"a\n\n")
    assert read_lines(path) == ["a", ""]


def test_there_are_as_many_lines_as_line_feeds(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"A woman\rsings.\nA dog runs.\n")
    assert read_lines(path) == ["A woman sings.", "A dog runs."]
    path.write_bytes(b"of an old machine\rtwo\r")
    assert read_lines(path) == ["of an old machine", "two"]


def test_blank_lines_alone_are_lines_to_whoever_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b" \n\n")
    assert read_lines(path, may_be_blank=True) == ["", ""]
    path.write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        read_lines(path, may_be_blank=True)


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress("één\ntwee\n".encode()))
    assert read_lines(path) == ["één", "twee"]


@pytest.mark.parametrize("data", [b"", b" \n\n", b"a\0b", b"\xff\xfe\xfa"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.txt"):
        read_lines(path)


@pytest.mark.parametrize("packed", [False, True])
def test_the_first_lines_are_those_that_end_within_so_many_bytes(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("lines.txt.gz" if packed else "lines.txt")
    data = "één\ntwee\r\n\ndrie\n".encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    whole = ["één", "twee", "", "drie"]
    for most in range(6, len(data) + 2):
        lines, is_whole = read_first_lines(path, most)
        assert is_whole == (most >= len(data))
        assert lines == whole[: len(lines)]
        assert len(lines) == data[:most].count(b"\n"), most
    assert read_first_lines(path, None) == (whole, True)
    with pytest.raises(InputError, match="no line ends within 5 bytes"):
        read_first_lines(path, 5)
