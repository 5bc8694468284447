"""What a letter costs after letters of which some are not known: n-grams with gaps, summed over what could stand there.

A mask says which letters are known: bit j is letter i - j, bit 0 the letter that is coded. The costs of known letters,
each given the known ones among the n - 1 before it, are a code length of the known part of a text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import BITS_PER_UNIT, NgramTable

GAPPED_SPAN = 4
"""Letters that an n-gram with a gap spans at most. It halves the beam that the true key needs; 5 would gain a
third as much again, and take 50 times as long to build."""


@dataclass(frozen=True)
class GappedTable:
    """Code lengths of n-grams of order 1..n without gaps and of 1..min(n, 4) with gaps.

    costs: uint8, sixteenths of a bit. The cost under a mask is costs[offsets[mask] + sum over set bits j, the r-th of
    them counted from 0, of letter[i - j] * letters^r]. usable: (2^n,) the mask to take for a mask; 0 if bit 0 is not
    set. offsets: (2^n,), filled at usable masks.
    """

    order: int
    letters: int
    costs: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    usable: NDArray[np.int64]

    def masks(self, text: NDArray[np.integer], known: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(N,) the usable mask at each position of a text of symbols; known: (symbols,) True for those with letters."""
        shown = known[text]
        masks = shown.astype(np.int64)
        for j in range(1, min(self.order, len(text))):
            masks[j:] |= shown[:-j].astype(np.int64) << j
        usable: NDArray[np.int64] = self.usable[masks]
        return usable

    def units(self, letters: NDArray[np.integer], masks: NDArray[np.integer]) -> NDArray[np.int64]:
        """(N,) cost of each letter of a text under its mask, 0 where that is 0; the plain form of what kernels do."""
        entries = self.offsets[masks]
        power = np.ones(len(letters), np.int64)
        for j in range(self.order):
            shown = (masks >> j) & 1 == 1
            entries = np.where(shown, entries + power * letters[np.maximum(np.arange(len(letters)) - j, 0)], entries)
            power = np.where(shown, power * self.letters, power)
        return np.where(masks > 0, self.costs[np.where(masks > 0, entries, 0)].astype(np.int64), 0)


def gapped_table(table: NgramTable) -> GappedTable:
    """The table of a language with gaps: 20 milliseconds for 26 letters."""
    span = min(GAPPED_SPAN, table.order)
    joint = _joint(table, span)
    masks = np.arange(2**table.order)
    is_run = masks & (masks + 1) == 0
    usable = np.where(masks % 2 == 0, 0, np.where(is_run, masks, masks % 2**span))
    offsets = np.zeros(len(masks), np.int64)
    offsets[2 ** np.arange(1, table.order + 1) - 1] = table.offsets[1:]
    parts, end = [table.costs], len(table.costs)
    for mask in range(1, 2**span, 2):
        if not is_run[mask]:
            gaps = tuple(span - 1 - j for j in range(span) if not mask >> j & 1)
            part = _costs(joint.sum(axis=gaps))
            offsets[mask] = end
            parts.append(part)
            end += len(part)
    return GappedTable(table.order, table.letters, np.concatenate(parts), offsets, usable)


def _joint(table: NgramTable, span: int) -> NDArray[np.float64]:
    """Probabilities of all n-grams of `span` letters, an axis for each, the last letter last."""
    joint = np.ones(())
    for k in range(1, span + 1):
        costs = table.costs[table.offsets[k] : table.offsets[k] + table.letters**k].astype(np.float64)
        conditional = np.exp2(-costs * BITS_PER_UNIT).reshape((table.letters,) * k)
        joint = joint[..., None] * (conditional / conditional.sum(axis=-1, keepdims=True))  # the table is rounded
    return joint


def _costs(joint: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cost of the letter of the last axis given those of the others, flat."""
    conditional = joint / joint.sum(axis=-1, keepdims=True)
    units = np.round(-np.log2(np.maximum(conditional, 2.0**-20)) / BITS_PER_UNIT)
    costs: NDArray[np.uint8] = np.minimum(units, 255).astype(np.uint8).ravel()
    return costs
