import gzip

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.text.vectors import read_vectors

GOOD = "3 2\nthe 0.5 1\nof -1e-3 2.25\nnew york 3 4\n"


def written(path, text):
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["a.vec", "a.vec.gz"])
def test_words_and_numbers_come_in_order(tmp_path, name):
    found = read_vectors(written(tmp_path / name, GOOD))
    assert found.words == ("the", "of", "new york")
    assert found.matrix.dtype == np.float32
    np.testing.assert_allclose(found.matrix, [[0.5, 1], [-1e-3, 2.25], [3, 4]])


def test_trailing_spaces_and_line_ends_of_any_kind_are_read(tmp_path):
    found = read_vectors(written(tmp_path / "a.vec", "2 2\r\na 1 2 \r\nb 3 4 \r\n\r\n"))
    np.testing.assert_allclose(found.matrix, [[1, 2], [3, 4]])


def test_a_limit_ends_the_reading(tmp_path):
    found = read_vectors(written(tmp_path / "a.vec", GOOD + "and what follows is not looked at"), limit=2)
    assert found.words == ("the", "of")


def test_a_word_that_stands_twice_keeps_its_first_vector(tmp_path):
    found = read_vectors(written(tmp_path / "a.vec", "3 1\na 1\na 2\nb 3\n"))
    assert found.words == ("a", "b")
    np.testing.assert_allclose(found.matrix, [[1], [3]])


BAD = {
    "empty": ("", "is empty"),
    "no header": ("the 0.5 1\nof 1 2\n", "line 1.*no header"),
    "header of words": ("two three\n", "line 1.*no header"),
    "nothing": ("0 2\n", "line 1.*no header"),
    "NaN": ("2 2\na 1 nan\nb 1 2\n", "'a' has a number that is not finite"),
    "infinite": ("2 2\na 1 2\nb 1e99 2\n", "'b' has a number that is not finite"),
    "short row": ("2 3\na 1 2 3\nb 1 2\n", "line 3: 2 numbers, but the header says 3"),
    "long row": ("2 2\na x 2 3\nb 1 y\n", "line 3: not 2 numbers"),
    "a header of more than there is": ("99999999 999\na 1 2\n", "more than the file has room for"),
    "nothing but zeros": ("2 2\na 0 0\nb 0 0\n", "all numbers are 0"),
    "half written": ("3 2\na 1 2\nb 1 2\n", "half written"),
    "cut in a row": ("2 2\na 1 2\nb 1", "line 3: 1 numbers"),
    "too many": ("1 2\na 1 2\nb 1 2\n", "more rows than the 1"),
    "one word": ("1 2\na 1 2\n", "has 1 word"),
    "binary": ("2 2\n\0\0\0", "binary"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_the_place(tmp_path, case):
    text, message = BAD[case]
    with pytest.raises(InputError, match=message):
        read_vectors(written(tmp_path / "a.vec", text))


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_vectors(tmp_path / "nowhere.vec")
    with pytest.raises(InputError, match="is a folder"):
        read_vectors(tmp_path)
    (tmp_path / "half.vec.gz").write_bytes(gzip.compress(GOOD.encode())[:-10])
    with pytest.raises(InputError, match="gzip"):
        read_vectors(tmp_path / "half.vec.gz")
    (tmp_path / "latin.vec").write_bytes("1 1\né 1\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_vectors(tmp_path / "latin.vec")
