"""Homophonic substitution: every symbol stands for one letter, and a letter may have several symbols."""

from dataclasses import dataclass
from functools import cached_property
from math import log2
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from unmt.mappings.letter_table import LetterTable
from unmt.mappings.mapping import AnyIds, Ids


@dataclass(frozen=True)
class Homophonic(LetterTable):
    """A letter for each symbol, the same for its homophones."""

    family: ClassVar[str] = "homophonic"

    @property
    def is_bijection(self) -> bool:
        """True if no letter has two symbols."""
        return len(set(self.letters)) == len(self.letters)

    @cached_property
    def homophones(self) -> npt.NDArray[np.int64]:
        """(alphabet,) number of symbols that stand for each letter."""
        return np.bincount(self.letter_of_symbol, minlength=len(self.alphabet))

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        counts = self.homophones[letters]
        self._require_symbols(letters, counts > 0)
        turns = occurrences_before(letters) % counts if rng is None else rng.integers(counts)
        # Symbols sorted by letter: the homophones of a letter are neighbours, from first_symbol on.
        sorted_symbols = np.argsort(self.letter_of_symbol, kind="stable").astype(np.int32)
        first_symbol = np.cumsum(self.homophones) - self.homophones
        return sorted_symbols[first_symbol[letters] + turns]

    def bits(self, length: int) -> float:
        """log2 of A^K: each of K symbols stands for any of A letters, all alike likely before the text is seen."""
        return len(self.symbols) * log2(len(self.alphabet))

    def choice_bits(self, letters: AnyIds) -> float:
        """Sum over the letters y of a plaintext of n_y log2 h_y, where y stands n_y times and has h_y homophones."""
        counts = self.homophones[letters]
        self._require_symbols(letters, counts > 0)
        return float(np.log2(counts).sum())


def occurrences_before(letters: AnyIds) -> npt.NDArray[np.int64]:
    """(N,) how often the letter at each position has stood before it."""
    order = np.argsort(letters, kind="stable")
    in_order = np.asarray(letters)[order]
    starts = np.flatnonzero(np.diff(in_order, prepend=-1))  # the first place of each letter in the sorted text
    run_lengths = np.diff(starts, append=len(in_order))
    occurrences = np.empty(len(in_order), dtype=np.int64)
    occurrences[order] = np.arange(len(in_order)) - np.repeat(starts, run_lengths)
    return occurrences
