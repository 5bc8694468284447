"""Simple substitution: every symbol stands for one letter, and no two for the same.

An enciphered space is a letter like another; the alphabet then ends with it.
"""

from dataclasses import dataclass
from math import log2, perm
from typing import ClassVar

import numpy as np

from unmt.mappings.letter_table import LetterTable
from unmt.mappings.mapping import AnyIds, Ids


@dataclass(frozen=True)
class Substitution(LetterTable):
    """A letter for each symbol, all different."""

    family: ClassVar[str] = "substitution"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.letters)) < len(self.letters):
            self._refuse("letters", "one letter stands for two symbols")

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        return self._symbols_of(letters)

    def bits(self, length: int) -> float:
        """log2 of A! / (A - K)!, the ways to give K symbols different ones of A letters."""
        return log2(perm(len(self.alphabet), len(self.symbols)))
