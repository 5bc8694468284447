"""Transposition: the letters stay as they are and change places."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from unmt.mappings.mapping import AnyIds, Ids, Mapping

Order = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Transposition(Mapping):
    """A permutation for every length of text.

    With an alphabet "" it moves any symbols, as the first step of a composition.
    """

    needs_alphabet: ClassVar[bool] = False

    @abstractmethod
    def order(self, length: int) -> Order:
        """(length,) a permutation: plaintext[i] == ciphertext[order[i]]."""

    def apply(self, ids: AnyIds) -> Ids:
        return self.letter_of_symbol[np.asarray(ids)[self.order(len(ids))]]

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        ids = np.empty(len(letters), dtype=np.int32)
        ids[self.order(len(letters))] = self._symbols_of(letters)
        return ids


def inverse_order(order: Order) -> Order:
    """The permutation that undoes `order`."""
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse
