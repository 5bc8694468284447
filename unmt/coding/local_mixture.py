"""Codes that are told byte by byte, as one code that follows whichever of them is right at the moment.

A mixture with a fixed share: after every byte each weight is multiplied by the probability that its code gave, and then
a share of all weight is dealt out evenly again. So no weight is ever lost, and a code that is right now and then (where
a name or a borrowed word comes up) helps there. Source: Herbster and Warmuth, "Tracking the best expert", 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

SHARES = (0.0, 0.001, 0.01, 0.05, 0.15, 0.4)
"""Shares that are dealt out again, of which the best costs log2 of their number; 0 is the plain Bayesian mixture."""

Costs = NDArray[np.float64]


def local_bits(costs: Sequence[NDArray[np.floating]]) -> Costs:
    """Bits (n,) of every entry by the mixture with the best of SHARES, whose number the first entry pays for.

    costs: of each code, (n,) bits. The sum is at most log2(codes) + log2(len(SHARES)) above the best code's.
    """
    table = np.ascontiguousarray(np.stack([np.asarray(one, np.float64) for one in costs]))
    if table.shape[1] == 0:
        return np.zeros(0)
    best = min((fixed_share_bits(table, share) for share in SHARES), key=lambda bits: float(bits.sum()))
    best[0] += log2(len(SHARES))
    return best


def fixed_share_bits(costs: Costs, share: float) -> Costs:
    """Bits (n,) of every entry by the mixture of codes (codes, n) that deals out a share again after each."""
    out = np.empty(costs.shape[1])
    _fill(costs, share, out)
    return out


@njit(cache=True, nogil=True)
def _fill(costs: Any, share: float, out: Any) -> None:
    codes, count = costs.shape
    weights = np.full(codes, 1.0 / codes)
    for place in range(count):
        least = costs[0, place]
        for code in range(1, codes):
            least = min(least, costs[code, place])
        total = 0.0
        for code in range(codes):
            weights[code] *= 2.0 ** (least - costs[code, place])
            total += weights[code]
        out[place] = least - np.log2(total)
        for code in range(codes):
            weights[code] = (1.0 - share) * weights[code] / total + share / codes
