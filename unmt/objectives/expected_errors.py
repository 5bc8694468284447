"""How wrong each of several solutions is likely to be, by the code lengths of all of them.

A code length says which of two solutions describes a text better, and not which has fewer errors: what a search found
by going downhill is cheaper than the truth with a few letters exchanged, and may have none of them right. All solutions
together do say it. A description of so many bits has a probability of 2^-bits, so that

    expected errors of s  =  sum over solutions k of  P(k) d(s, k),      P(k) = 2^-bits(k) / sum of all

with d the share of symbols for which two solutions differ; to choose the least of it is to decide by minimum Bayes
risk. One more solution stands for all that was never found: what the text costs without structure. To it everything is
wrong.
Source: Kumar and Byrne, "Minimum Bayes-risk decoding for statistical machine translation", 2004.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def expected_errors(
    texts: NDArray[np.integer], rivals: NDArray[np.integer], bits: Sequence[float], nothing_bits: float
) -> Doubles:
    """(solutions,) the expected share of wrong symbols of each.

    texts: (solutions, symbols) what each says. rivals: (rivals, symbols) what the solutions say that may be right, and
    bits: (rivals,) their code lengths, everything counted. nothing_bits: code length without structure.
    """
    lengths = np.append(np.asarray(bits, np.float64), nothing_bits)
    weights = np.exp2(lengths.min() - lengths)
    weights /= weights.sum()
    errors = np.full(len(texts), weights[-1])
    for weight, rival in zip(weights[:-1], rivals, strict=True):
        errors += weight * (texts != rival).mean(axis=1)
    return errors
