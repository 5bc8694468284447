"""Word vectors: a file in word2vec's text format becomes words and a matrix."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.readers import refusals

Floats = NDArray[np.float32]

LEAST_WORDS = 2
MUCH = 10_000_000
"""Numbers, 40 MB of them."""


@dataclass(frozen=True)
class WordVectors:
    """Words, most frequent first, and matrix float32 (words, dimensions), a row a word."""

    words: tuple[str, ...]
    matrix: Floats

    def __len__(self) -> int:
        return len(self.words)

    def first(self, count: int) -> WordVectors:
        """The `count` most frequent words."""
        return WordVectors(self.words[:count], self.matrix[:count])


def read_vectors(path: Path | str, limit: int | None = None) -> WordVectors:
    """The vectors of a file in word2vec's text format (.gz is unpacked), at most `limit` of them, the first ones.

    The format: a line "words dimensions", then a line a word: the word, and its numbers, separated by spaces. Words
    stand by falling frequency. A word that stands twice keeps its first vector.
    Raises InputError, with the line, where the file is missing, not text or not whole, where the header is wrong, a
    row has not as many numbers as the header says, or a number is not finite.
    """
    lines = _lines(path)
    count, dimensions = _header(next(lines, ""), str(path))
    _check_size(path, count, dimensions)
    wanted = count if limit is None else min(count, limit)
    matrix = np.empty((wanted, dimensions), np.float32)
    places: dict[str, int] = {}
    rows = 0
    for number, line in enumerate(lines, start=2):
        if rows == wanted and (limit is not None or not line.strip()):
            break
        if rows == wanted:
            raise InputError(f"{path}, line {number}: more rows than the {count} of the header. Mend the header.")
        word, values = _row(line, dimensions, f"{path}, line {number}")
        rows += 1
        if word not in places:
            places[word] = len(places)
            matrix[places[word]] = values
    if rows < wanted:
        raise InputError(f"{path} has {rows} rows, its header says {count}. It is half written: make it anew.")
    matrix = matrix[: len(places)]
    bad = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if len(bad):
        word = list(places)[int(bad[0])]
        raise InputError(f"{path}: the vector of {word!r} has a number that is not finite. Train the vectors anew.")
    if not matrix.any():
        raise InputError(f"{path}: all numbers are 0. Train the vectors anew.")
    if len(places) < LEAST_WORDS:
        raise InputError(f"{path} has {len(places)} word. Give vectors of at least some hundred words.")
    return WordVectors(tuple(places), matrix)


def _header(line: str, name: str) -> tuple[int, int]:
    if not line.strip():
        raise InputError(f"{name} is empty. Name a file of word vectors in word2vec's text format.")
    cells = line.split()
    if len(cells) != 2 or not all(cell.isascii() and cell.isdigit() and int(cell) > 0 for cell in cells):
        raise InputError(
            f"{name}, line 1: {line.strip()[:40]!r} is no header. The first line of word vectors says"
            ' "words dimensions", such as "20000 100".'
        )
    return int(cells[0]), int(cells[1])


def _check_size(path: Path | str, count: int, dimensions: int) -> None:
    """That a file could hold what its header says, before much room is made for that."""
    file = Path(path)
    if count * dimensions < MUCH:
        return
    if file.is_file() and file.suffix.lower() != ".gz" and 2 * count * dimensions > file.stat().st_size:
        raise InputError(
            f"{path}: its header says {count} words of {dimensions} numbers, more than the file has room for. It is"
            " half written, or the header is wrong: make it anew."
        )


def _row(line: str, dimensions: int, where: str) -> tuple[str, Floats]:
    # From the right: a word may hold a space.
    cells = line.rstrip().rsplit(" ", dimensions)
    if len(cells) != dimensions + 1:
        raise InputError(f"{where}: {len(cells) - 1} numbers, but the header says {dimensions}. Is the file whole?")
    try:
        with np.errstate(over="ignore"):
            return cells[0], np.array([float(cell) for cell in cells[1:]]).astype(np.float32)
    except ValueError:
        raise InputError(f"{where}: not {dimensions} numbers after the word. Is the file whole?") from None


def _lines(path: Path | str) -> Iterator[str]:
    """The lines of a file, as they are needed: vectors of millions of words are not read for the first thousand."""
    opened = gzip.open if str(path).lower().endswith(".gz") else open
    with refusals(path):
        try:
            with opened(path, "rt", encoding="utf-8-sig", newline="\n") as file:
                for line in file:
                    if "\0" in line:
                        raise InputError(f"{path} is binary. Name word vectors in word2vec's text format.")
                    yield line.rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(f"{path}: not UTF-8 text. Name word vectors in word2vec's text format.") from None
