"""What a solver is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable
from unmt.mappings.mapping import Mapping


@dataclass(frozen=True)
class Problem:
    """A ciphertext and a model of the language it may hide.

    ids: (N,) indices into symbols; boundaries: places in ids before which a word division stands, or None where the
    divisions are unknown; alphabet: the plaintext letters, without the space; table: the n-gram code of the language,
    which knows the space where boundaries is not None; letters: ids as indices into the alphabet, or None where a
    symbol is no letter of it (then only families that take any symbol apply); frequencies: (letters,) how often each
    letter of the alphabet is used, summing to one.
    """

    ids: NDArray[np.int32]
    symbols: tuple[str, ...]
    boundaries: NDArray[np.int64] | None
    alphabet: str
    table: NgramTable
    letters: NDArray[np.int32] | None
    frequencies: NDArray[np.float64]

    @property
    def length(self) -> int:
        """Symbols in the ciphertext."""
        return len(self.ids)


@dataclass(frozen=True)
class Candidate:
    """One decipherment that a search found.

    letters: (N,) plaintext letter ids; the bits are those of the search's own n-gram code: total_bits = text_bits +
    mapping_bits + choice_bits.
    """

    mapping: Mapping
    letters: NDArray[np.int32]
    text_bits: float
    mapping_bits: float
    choice_bits: float = 0.0

    @property
    def total_bits(self) -> float:
        """Code length of the ciphertext through this mapping, in bits."""
        return self.text_bits + self.mapping_bits + self.choice_bits


@dataclass
class SearchResult:
    """What one search returns: candidates, fewest bits first, and how many keys it scored."""

    candidates: list[Candidate] = field(default_factory=list)
    keys: int = 0
