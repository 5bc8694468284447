"""Polyalphabetic: ciphers that add or subtract the letters of a keyword, over and over again."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import lgamma, log, log2

import numpy as np

from unmt.mappings.mapping import AnyIds, Ids, Mapping

# Keywords are drawn with a period from 1 to this, or to their own period if that is longer.
LONGEST_PERIOD = 30


@dataclass(frozen=True)
class Polyalphabetic(Mapping):
    """A keyword, and the order in which the letters are numbered.

    keyword  letters of the alphabet; letter i of the text meets letter i mod period of the keyword
    tableau  a permutation of the alphabet that numbers plain, cipher and key letters; "" is the alphabet itself
    """

    keyword: str
    tableau: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.keyword:
            self._refuse("keyword", "it is empty")
        for letter in self.keyword:
            if letter not in self.alphabet:
                self._refuse("keyword", f"{letter!r} is not in the alphabet {self.alphabet!r}")
        if self.tableau and sorted(self.tableau) != sorted(self.alphabet):
            self._refuse("tableau", f"it is not a permutation of the alphabet {self.alphabet!r}")

    @property
    def period(self) -> int:
        """Letters in the keyword."""
        return len(self.keyword)

    def apply(self, ids: AnyIds) -> Ids:
        numbers = self._numbers[self.letter_of_symbol[ids]]
        return self._letters[self._plain(numbers, self._key_stream(len(numbers))) % len(self.alphabet)]

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        numbers = self._numbers[letters]
        cipher = self._cipher(numbers, self._key_stream(len(numbers))) % len(self.alphabet)
        return self._symbols_of(self._letters[cipher])

    def bits(self, length: int) -> float:
        """log2 of A^period keywords, of the number of periods, and of A! tableaus where the alphabet is keyed.

        A! counts every rotation of a tableau, although they encipher alike.
        """
        periods = max(self.period, min(LONGEST_PERIOD, length))
        tableau_bits = lgamma(len(self.alphabet) + 1) / log(2) if self.tableau else 0.0
        return self.period * log2(len(self.alphabet)) + log2(periods) + tableau_bits

    def key(self) -> dict[str, object]:
        tableau = {"tableau": self.tableau} if self.tableau else {}
        return {"keyword": self.keyword, "period": self.period} | tableau

    @abstractmethod
    def _plain(self, cipher: Ids, key: Ids) -> Ids:
        """Numbers of the plain letters, to be taken mod A."""

    @abstractmethod
    def _cipher(self, plain: Ids, key: Ids) -> Ids:
        """Numbers of the cipher letters, to be taken mod A."""

    @cached_property
    def _letters(self) -> Ids:
        """(alphabet,) index into the alphabet of the letter with each number."""
        return np.array([self.alphabet.index(letter) for letter in self.tableau or self.alphabet], dtype=np.int32)

    @cached_property
    def _numbers(self) -> Ids:
        """(alphabet,) number of each letter."""
        return np.argsort(self._letters).astype(np.int32)

    def _key_stream(self, length: int) -> Ids:
        return np.resize(self._numbers[[self.alphabet.index(letter) for letter in self.keyword]], length)
