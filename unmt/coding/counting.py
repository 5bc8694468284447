"""Counts of n-grams, as sorted keys: an n-gram over an alphabet of A letters is the number sum_j letter_j * A^(n-1-j)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class NgramCounts:
    """How often each n-gram of one order was seen.

    keys: (n-grams,) int64, strictly increasing; counts: (n-grams,) float64 > 0; letters: size A of the alphabet.
    """

    order: int
    letters: int
    keys: NDArray[np.int64]
    counts: NDArray[np.float64]

    def shorter(self) -> NgramCounts:
        """The counts of the first order-1 letters (each n-gram without its last letter)."""
        keys, where = np.unique(self.keys // self.letters, return_inverse=True)
        return NgramCounts(self.order - 1, self.letters, keys, np.bincount(where, self.counts, len(keys)))

    def at_least(self, threshold: float) -> NgramCounts:
        """Only the n-grams seen `threshold` times or more."""
        kept = self.counts >= threshold
        return NgramCounts(self.order, self.letters, self.keys[kept], self.counts[kept])

    def all_orders(self) -> list[NgramCounts]:
        """The counts of order 1, 2, ..., self.order, every lower one summed from this one."""
        orders = [self]
        while orders[-1].order > 1:
            orders.append(orders[-1].shorter())
        return orders[::-1]


def ngram_keys(text: NDArray[np.integer], order: int, letters: int) -> NDArray[np.int64]:
    """The key of the n-gram that starts at each place of text: (len(text) - order + 1,) int64."""
    length = max(len(text) - order + 1, 0)
    keys = np.zeros(length, dtype=np.int64)
    for j in range(order):
        keys = keys * letters + text[j : j + length]
    return keys


def count_ngrams(text: NDArray[np.integer], order: int, letters: int) -> NgramCounts:
    """The n-grams of a text of letter ids (0..letters-1); letters**order must stay below 2**63."""
    keys, counts = np.unique(ngram_keys(text, order, letters), return_counts=True)
    return NgramCounts(order, letters, keys, counts.astype(np.float64))
