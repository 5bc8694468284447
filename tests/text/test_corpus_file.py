"""Files of one sentence a line."""

import gzip
from pathlib import Path

import pytest

from unmt.errors import InputError
from unmt.text.corpus_file import read_lines


def test_lines_keep_their_order_and_blank_ones_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffone\r\n\r\n \t\ntwo \u2028 still two\nthree".encode())
    assert read_lines(path) == ["one", "", "", "two \u2028 still two", "three"]
    path.write_bytes(b"a\n\n")
    assert read_lines(path) == ["a", ""]


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
