"""The dense table that a search looks letters up in: code lengths of all n-grams, one byte each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.smoothing import SmoothedNgrams

BITS_PER_UNIT = 1.0 / 16.0
"""A table entry counts sixteenths of a bit: rounding costs under 0.001 bit a letter, and the cap is 15.9 bits."""

LARGEST_TABLE = 2**27
"""Entries of the longest order at most (128 MB): 5-grams of alphabets of up to 42 letters, so of Greek and Cyrillic."""


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
    """The dense table of orders 1..order of a model.

    A context that was not seen has the row of the context without its oldest letter, so rows are computed for seen
    contexts only; the others are copies.
    """
    letters = model.letters
    offsets = np.zeros(order + 1, np.int64)
    lower = np.full(1, 1.0 / letters, np.float32)
    parts = [_units(lower)]
    for k in range(1, order + 1):
        contexts, rows = _seen_rows(model, k, lower)
        costs = np.tile(parts[-1], letters)
        costs.reshape(-1, letters)[contexts] = _units(rows)
        parts.append(costs)
        if k < order:
            offsets[k + 1] = offsets[k] + letters**k
            lower = np.tile(lower, letters)
            lower.reshape(-1, letters)[contexts] = rows
    costs = np.concatenate(parts[1:])
    costs.flags.writeable = False
    return NgramTable(order, letters, costs, offsets)


def _units(probabilities: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Code lengths as the table counts them, at most 255 units."""
    units = np.clip(np.round(-np.log2(probabilities) / BITS_PER_UNIT), 0, 255)
    return np.asarray(units, np.uint8)


def _seen_rows(
    model: SmoothedNgrams, k: int, lower: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The contexts of order k that were seen, (contexts,), and P_k after each, (contexts, letters); lower: P_{k-1}."""
    counts, letters = model.orders[k - 1], model.letters
    contexts, row = np.unique(counts.keys // letters, return_inverse=True)
    rows = np.zeros((len(contexts), letters))
    rows[row, counts.keys % letters] = counts.counts
    below = lower.reshape(-1, letters)[contexts % max(letters ** (k - 2), 1)] if k >= 2 else lower
    discount, extra = model.discounts[k - 1], model.extras[k - 1]
    totals = rows.sum(axis=1, keepdims=True) + extra
    mass = np.minimum(rows, discount).sum(axis=1, keepdims=True) + extra
    return contexts, (np.maximum(rows - discount, 0.0) + mass * below) / totals
