"""LetterTable: the mappings whose key is a table, from each symbol to the letter that it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from unmt.mappings.mapping import AnyIds, Ids, Mapping


@dataclass(frozen=True)
class LetterTable(Mapping):
    """`letters[i]` is the letter that `symbols[i]` stands for."""

    letters: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.letters) != len(self.symbols):
            self._refuse("letters", f"{len(self.letters)} of them for {len(self.symbols)} symbols")
        for letter in self.letters:
            if letter not in self.alphabet:
                self._refuse("letters", f"{letter!r} is not in the alphabet {self.alphabet!r}")

    @classmethod
    def from_ids(cls, symbols: Sequence[str], alphabet: str, letter_ids: AnyIds | Sequence[int]) -> Self:
        """letter_ids: (symbols,) for each symbol an index into `alphabet`."""
        return cls(tuple(symbols), alphabet, "".join(alphabet[letter] for letter in letter_ids))

    @cached_property
    def letter_of_symbol(self) -> Ids:
        """(symbols,) index into the alphabet of the letter that each symbol stands for."""
        return np.array([self.alphabet.index(letter) for letter in self.letters], dtype=np.int32)

    def apply(self, ids: AnyIds) -> Ids:
        return self.letter_of_symbol[ids]

    def key(self) -> dict[str, object]:
        return dict(zip(self.symbols, self.letters, strict=True))
