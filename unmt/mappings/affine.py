"""Affine cipher: the number of every letter is multiplied, and a constant is added."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.mapping import AnyIds, Ids


@dataclass(frozen=True)
class Affine(EnumerableMapping):
    """Cipher letter = (multiplier * plain letter + shift) mod A; the multiplier has no factor in common with A."""

    family: ClassVar[str] = "affine"

    multiplier: int
    shift: int

    def __post_init__(self) -> None:
        super().__post_init__()
        size = len(self.alphabet)
        if not 0 <= self.shift < size:
            self._refuse("shift", f"{self.shift} is not from 0 to {size - 1}")
        if not 1 <= self.multiplier <= size or gcd(self.multiplier, size) > 1:
            self._refuse("multiplier", f"{self.multiplier} is not from 1 to {size} without a factor of {size}")

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[int, int]]:
        size = len(alphabet)
        multipliers = [multiplier for multiplier in range(1, size + 1) if gcd(multiplier, size) == 1]
        yield from ((multiplier, shift) for multiplier in multipliers for shift in range(size))

    def apply(self, ids: AnyIds) -> Ids:
        size = len(self.alphabet)
        inverse = pow(self.multiplier, -1, size)
        return ((self.letter_of_symbol - self.shift) * inverse % size).astype(np.int32)[ids]

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        numbers = np.asarray(letters, dtype=np.int64)
        return self._symbols_of((numbers * self.multiplier + self.shift) % len(self.alphabet))

    def key(self) -> dict[str, object]:
        return {"multiplier": self.multiplier, "shift": self.shift}
