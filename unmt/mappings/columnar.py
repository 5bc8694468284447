"""Columnar transposition, once or twice: written in rows, read in columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial, log2
from typing import ClassVar

import numpy as np

from unmt.mappings.transposition import Order, Transposition, inverse_order

# Widths are drawn from 1 to this, or to the key's own width if that is greater.
WIDEST = 30


@dataclass(frozen=True)
class Columnar(Transposition):
    """The plaintext is written in rows, and its columns are sent one after another in the order `columns`.

    columns  a permutation of 0, 1, ..., width-1: the first is the column that the ciphertext begins with. Where the
             last row is incomplete, the columns that it does not reach are shorter by one.
    """

    family: ClassVar[str] = "columnar"

    columns: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_permutation(self.columns):
            self._refuse("columns", "they are not a permutation of 0, 1, 2, ...")

    def order(self, length: int) -> Order:
        return inverse_order(column_reading(self.columns, length))

    def bits(self, length: int) -> float:
        """log2 of width! orders, and of the number of widths."""
        return columnar_bits(self.columns, length)

    def key(self) -> dict[str, object]:
        return {"order": list(self.columns), "width": len(self.columns)}


@dataclass(frozen=True)
class DoubleColumnar(Transposition):
    """Two columnar transpositions; the sender does the one with `first` first."""

    family: ClassVar[str] = "double-columnar"

    first: tuple[int, ...]
    second: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, columns in (("first", self.first), ("second", self.second)):
            if not is_permutation(columns):
                self._refuse(name, "they are not a permutation of 0, 1, 2, ...")

    def order(self, length: int) -> Order:
        reading = column_reading(self.first, length)[column_reading(self.second, length)]
        return inverse_order(reading)

    def bits(self, length: int) -> float:
        """The sum for both."""
        return columnar_bits(self.first, length) + columnar_bits(self.second, length)

    def key(self) -> dict[str, object]:
        return {"first_order": list(self.first), "second_order": list(self.second)}


def column_reading(columns: Sequence[int], length: int) -> Order:
    """(length,) the places of the plaintext in the order in which they are sent."""
    return np.concatenate([np.arange(column, length, len(columns)) for column in columns])


def is_permutation(columns: Sequence[int]) -> bool:
    """True for 0, 1, ..., n-1 in any order, with n >= 1."""
    return len(columns) > 0 and sorted(columns) == list(range(len(columns)))


def columnar_bits(columns: Sequence[int], length: int) -> float:
    """log2 of the orders of the columns, and of the number of widths for a text of `length` letters."""
    return log2(factorial(len(columns))) + log2(max(len(columns), min(WIDEST, length)))
