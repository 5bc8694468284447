"""How sure a number of shared bits is: its blocks drawn again.

A long text is learned as it is read, so early blocks save more than late ones. That is no noise, so blocks are drawn
again among their neighbours only: in pairs, each of which keeps its sum in the mean, and the spread is widened to what
it would be if that sum had not been estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

GROUP = 2
LEVEL = 0.95
RESAMPLES = 2000


def resampled_sums(blocks: Sequence[float], seed: int, resamples: int = RESAMPLES) -> list[float]:
    """The sum of the blocks, resampled: a stratified bootstrap over groups of neighbours."""
    values = np.asarray(blocks, float)
    if len(values) < 2:
        return [float(values.sum())] * resamples
    rng = np.random.default_rng([seed, len(values)])
    sums = np.zeros(resamples)
    groups = np.array_split(values, max(1, len(values) // GROUP))
    for group in groups:
        mean, widened = group.mean(), np.sqrt(len(group) / max(len(group) - 1, 1))
        drawn = rng.choice(group, size=(resamples, len(group)))
        sums += group.sum() + widened * (drawn - mean).sum(axis=1)
    return [float(value) for value in sums]


def interval(
    blocks: Sequence[float], shared: Callable[[float], float], seed: int, level: float = LEVEL
) -> tuple[float, float]:
    """The percentile interval of `shared`, a function of how much more the blocks save than they did."""
    total = float(np.sum(blocks))
    values = [shared(value - total) for value in resampled_sums(blocks, seed)]
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
