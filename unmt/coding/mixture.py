"""Several codes as one that is never much worse than the best of them: Bayesian mixtures, and their bounds.

One mixture for a whole text costs at most -log2 of a member's prior more than that member: log2 of the number of codes
where the prior is even. A mixture over blocks (or symbols) may follow one member here and another there; it pays for
each change, and is bounded against every sequence of members. Both are codes: weights depend on what was already coded.

Sources: Herbster and Warmuth, "Tracking the best expert", 1998 (fixed share); Shamir and Merhav, "Low-complexity
sequential lossless coding for piecewise-stationary memoryless sources", 1999 (a rate of changes that falls as 1/t, so
that nobody has to choose it).
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


def switching_bits(block_bits: NDArray[np.floating], prior: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Bits (B,) of each block under a mixture that may go over to another code before every block.

    block_bits: (codes, B), the bits of each block by each code. Before block t (counted from 0) a share 1 / (t + 1) of
    every weight goes to the other codes, evenly. Raises ValueError as mixture_bits.
    """
    costs = np.asarray(block_bits, float)
    codes, blocks = costs.shape
    weights = _weights(codes, prior)
    out = np.empty(blocks)
    for t in range(blocks):
        if t and codes > 1:
            share = 1 / (t + 1)
            weights = weights * (1 - share) + (1 - weights) * share / (codes - 1)
        least = costs[:, t].min()
        likely = weights * np.exp2(least - costs[:, t])
        total = likely.sum()
        out[t] = least - log2(total)
        weights = likely / total
    return out


def switching_regret(codes: int, blocks: int, changes: int = 0, prior: Sequence[float] | None = None) -> float:
    """The most bits that switching_bits can be above any sequence of codes with so many changes, over B blocks.

    Without a change: the regret of a mixture and log2 B. Each change adds at most log2((codes - 1) (B - 1)).
    """
    if codes == 1 or blocks == 0:
        return 0.0
    # Staying before block t costs log2((t + 1) / t), together log2 B; a change there log2((t + 1) (codes - 1)) in
    # place of it, which is log2(t (codes - 1)) more: most for the last blocks.
    dearest = range(max(blocks - changes, 1), blocks)
    return mixture_regret(codes, prior) + log2(blocks) + sum(log2(t * (codes - 1)) for t in dearest)


def _weights(codes: int, prior: Sequence[float] | None) -> NDArray[np.float64]:
    if codes < 1:
        raise ValueError("a mixture is of one code or more")
    weights = np.full(codes, 1 / codes) if prior is None else np.asarray(prior, float)
    if weights.shape != (codes,) or not np.all(weights > 0) or abs(weights.sum() - 1) > 1e-9:
        raise ValueError("a prior has a positive weight for each code, together 1")
    return weights
