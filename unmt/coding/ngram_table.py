"""The dense table that a search looks letters up in: code lengths of all n-grams, one byte each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.smoothing import SmoothedNgrams

BITS_PER_UNIT = 1.0 / 16.0
"""A table entry counts sixteenths of a bit: rounding costs under 0.001 bit a letter, and the cap is 15.9 bits."""

LARGEST_TABLE = 2**25
"""Entries of the longest order at most; a larger table leaves the caches of the processor and costs more than it gains."""


@dataclass(frozen=True)
class NgramTable:
    """Code lengths of n-grams of order 1..n, for incremental scoring.

    costs: (sum_k A^k,) uint8 in sixteenths of a bit, the orders one after the other; offsets[k] is where order k starts
    (offsets[0] is not used). The cost of letter i of a text is costs[offsets[k] + sum_{j<k} letter[i-j] * A^j] with
    k = min(i + 1, n): the first letters are coded by the shorter orders, so the sum over a text is a code length.
    """

    order: int
    letters: int
    costs: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def text_units(self, text: NDArray[np.integer]) -> int:
        """Cost of a text of letter ids, in sixteenths of a bit; the plain form that kernels are tested against."""
        total = 0
        for i in range(len(text)):
            k = min(i + 1, self.order)
            index = int(self.offsets[k])
            for j in range(k):
                index += int(text[i - j]) * self.letters**j
            total += int(self.costs[index])
        return total

    def letter_frequencies(self) -> NDArray[np.float64]:
        """How often each letter is used, (letters,), summing to one."""
        first = int(self.offsets[1])
        shares = 2.0 ** (-np.asarray(self.costs[first : first + self.letters], np.float64) * BITS_PER_UNIT)
        return np.asarray(shares / shares.sum())


def table_order(letters: int, longest: int) -> int:
    """The longest order whose table has at most LARGEST_TABLE entries (at least 1, at most `longest`)."""
    order = 1
    while order < longest and letters ** (order + 1) <= LARGEST_TABLE:
        order += 1
    return order


def build_table(model: SmoothedNgrams, order: int) -> NgramTable:
    """The dense table of orders 1..order of a model; memory is about 12 bytes an entry of the longest order."""
    letters = model.letters
    offsets = np.zeros(order + 1, np.int64)
    parts: list[NDArray[np.uint8]] = []
    lower = np.full(1, 1.0 / letters, np.float32)
    for k in range(1, order + 1):
        counts = model.orders[k - 1]
        dense = np.zeros(letters**k, np.float32)
        dense[counts.keys] = counts.counts
        lower = _interpolated(dense.reshape(-1, letters), lower, model.discounts[k - 1], model.extras[k - 1], letters)
        if k < order:
            offsets[k + 1] = offsets[k] + letters**k
        parts.append(np.clip(np.round(-np.log2(lower) / BITS_PER_UNIT), 0, 255).astype(np.uint8))
    return NgramTable(order, letters, np.concatenate(parts), offsets)


def _interpolated(
    counts: NDArray[np.float32], lower: NDArray[np.float32], discount: float, extra: float, letters: int
) -> NDArray[np.float32]:
    """The equation of `smoothing`, for all contexts at once: counts (contexts, letters); returns (contexts * letters,)."""
    totals = counts.sum(axis=1)
    mass = np.minimum(counts, discount).sum(axis=1) + extra
    seen = totals > 0
    scale = np.where(seen, totals + extra, 1.0).astype(np.float32)
    mass = np.where(seen, mass, 1.0).astype(np.float32)
    repeats = len(counts) * letters // max(len(lower), 1) if len(lower) > 1 else len(counts)
    below = np.tile(lower, repeats) if len(lower) > 1 else np.full(counts.size, lower[0], np.float32)
    p = np.maximum(counts - discount, 0.0) + mass[:, None] * below.reshape(counts.shape)
    p /= scale[:, None]
    return p.reshape(-1).astype(np.float32)
