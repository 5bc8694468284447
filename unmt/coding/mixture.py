"""Several codes as one that is never much worse than the best of them: a Bayesian mixture, and its bound.

A mixture for a whole text costs at most -log2 of a member's prior more than that member: log2 of the number of codes
where the prior is even.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray


def mixture_bits(bits: Sequence[float], prior: Sequence[float] | None = None) -> float:
    """-log2 sum_i w_i 2^-bits_i: what the mixture of codes costs that cost these bits each.

    prior: the weights w, positive and together 1; even where it is None. Raises ValueError where they are not, or there
    is no code.
    """
    costs = np.asarray(bits, float) - np.log2(_weights(len(bits), prior))
    least = float(costs.min())
    if least == np.inf:
        return least
    return least - log2(float(np.exp2(least - costs).sum()))


def mixture_regret(codes: int, prior: Sequence[float] | None = None) -> float:
    """The most bits that mixture_bits can be above the best of so many codes: -log2 of the smallest weight."""
    return -log2(float(_weights(codes, prior).min()))


def _weights(codes: int, prior: Sequence[float] | None) -> NDArray[np.float64]:
    if codes < 1:
        raise ValueError("a mixture is of one code or more")
    weights = np.full(codes, 1 / codes) if prior is None else np.asarray(prior, float)
    if weights.shape != (codes,) or not np.all(weights > 0) or abs(weights.sum() - 1) > 1e-9:
        raise ValueError("a prior has a positive weight for each code, together 1")
    return weights
