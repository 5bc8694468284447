"""Counts of n-grams by their keys: over an alphabet of A letters an n-gram is the number sum_j letter_j * A^(n-1-j)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK_LETTERS = 1 << 22
LARGEST_DENSE = 1 << 25
"""Entries of a dense array of counts at most: 256 MB."""


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
        return NgramCounts(self.order - 1, self.letters, keys, weighted(where, self.counts, len(keys)))

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
    """The n-grams of a text of letter ids (0..letters-1); letters**order must stay below 2**63.

    Memory is that of a block of the text and of the counts, as a dense array where the text is long enough for one.
    """
    if letters**order <= min(LARGEST_DENSE, len(text)):
        return _dense_counts(text, order, letters)
    keys, counts = np.zeros(0, np.int64), np.zeros(0, np.float64)
    for block in _blocks(text, order):
        new_keys, new_counts = np.unique(ngram_keys(block, order, letters), return_counts=True)
        keys, where = np.unique(np.concatenate([keys, new_keys]), return_inverse=True)
        counts = weighted(where, np.concatenate([counts, new_counts]), len(keys))
    return NgramCounts(order, letters, keys, counts)


def weighted(places: NDArray[np.int64], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """(size,) the sum of the weights at each place."""
    return np.bincount(places, weights, size).astype(np.float64)


def _dense_counts(text: NDArray[np.integer], order: int, letters: int) -> NgramCounts:
    dense = np.zeros(letters**order, np.int64)
    for block in _blocks(text, order):
        dense += np.bincount(ngram_keys(block, order, letters), minlength=len(dense))
    keys = np.flatnonzero(dense)
    return NgramCounts(order, letters, keys, dense[keys].astype(np.float64))


def _blocks(text: NDArray[np.integer], order: int) -> Iterator[NDArray[np.integer]]:
    """Pieces of a text that have each of its n-grams once."""
    for start in range(0, len(text), BLOCK_LETTERS):
        yield text[start : start + BLOCK_LETTERS + order - 1]
