"""Intervals: how far a number measured on a few ciphers may be from the number on all of them."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from unmt.errors import InputError

LEVEL = 0.95
RESAMPLES = 2000
# Resampled values held in memory at once: 2^22 floats are 32 MiB, also for a table of a million rows.
BLOCK_VALUES = 1 << 22


class Interval(NamedTuple):
    """An estimate between its bounds, all in the unit of the values."""

    estimate: float
    low: float
    high: float


def bootstrap_interval(
    values: Sequence[float], *, seed: int, level: float = LEVEL, resamples: int = RESAMPLES
) -> Interval:
    """The mean of the values with its percentile bootstrap interval.

    values: (cases,) numbers, one a case. Values that are all equal give an interval of width zero, which says
    nothing about rarer cases: show a count with its Wilson interval beside it.
    Raises InputError without a value.
    Source: Efron, "Bootstrap methods: another look at the jackknife", 1979.
    """
    ones = np.ones(len(values))
    return _bootstrap_ratio(np.asarray(values, dtype=np.float64), ones, seed, level, resamples)


def ratio_interval(
    numerators: Sequence[float],
    denominators: Sequence[float],
    *,
    seed: int,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Mean of the numerators over mean of the denominators, resampled in pairs; None where the latter is zero.

    numerators, denominators: (cases,) numbers, one of each a case, such as our seconds and a peer's.
    Raises InputError without a value or where the two are not of one length.
    """
    if len(numerators) != len(denominators):
        raise InputError(f"{len(numerators)} numerators and {len(denominators)} denominators: give one of each a case.")
    below = np.asarray(denominators, dtype=np.float64)
    if len(below) and not below.any():
        return None
    return _bootstrap_ratio(np.asarray(numerators, dtype=np.float64), below, seed, level, resamples)


def wilson_interval(successes: int, trials: int, *, level: float = LEVEL) -> Interval:
    """The share of successes with Wilson's score interval, which is honest at 0 of n and at n of n.

    Raises InputError unless 0 <= successes <= trials and trials > 0.
    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if not 0 <= successes <= trials or trials == 0:
        raise InputError(f"{successes} successes in {trials} trials: give 0 <= successes <= trials and trials > 0.")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # The bounds reach 0 and 1 exactly in theory; rounding must not take them past the share.
    return Interval(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def _bootstrap_ratio(above: np.ndarray, below: np.ndarray, seed: int, level: float, resamples: int) -> Interval:
    """Sum of `above` over sum of `below` (both (cases,)) with the percentile bootstrap of whole cases."""
    cases = len(above)
    if cases == 0:
        raise InputError("An interval needs at least one value.")
    estimate = float(above.sum() / below.sum())
    if cases == 1:
        return Interval(estimate, estimate, estimate)
    rng = np.random.default_rng(seed)
    block = max(1, BLOCK_VALUES // cases)
    ratios = []
    for start in range(0, resamples, block):
        drawn = rng.integers(cases, size=(min(block, resamples - start), cases))  # (resamples, cases)
        sums = below[drawn].sum(axis=1)
        # A resample of nothing but zero denominators has no ratio; it is left out.
        ratios.append(above[drawn].sum(axis=1)[sums > 0] / sums[sums > 0])
    low, high = np.quantile(np.concatenate(ratios), [(1 - level) / 2, (1 + level) / 2])
    return Interval(estimate, float(low), float(high))
