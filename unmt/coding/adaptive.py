"""Codes that know nothing beforehand and learn as they go: what a text costs that has no structure."""

from __future__ import annotations

from math import lgamma, log

import numpy as np
from numpy.typing import NDArray


def adaptive_bits(ids: NDArray[np.integer], symbols: int) -> float:
    """Bits of a sequence of ids (0..symbols-1) drawn independently from unknown frequencies.

    The estimator of Krichevsky and Trofimov ("The performance of universal encoding", 1981): a symbol seen n times
    among t costs -log2 (n + 1/2) / (t + symbols/2); the sum does not depend on the order.
    """
    counts = np.bincount(np.asarray(ids), minlength=symbols)
    total = lgamma(len(ids) + symbols / 2) - lgamma(symbols / 2)
    return float((total - sum(lgamma(n + 0.5) - lgamma(0.5) for n in counts.tolist())) / log(2))


def division_bits(boundaries: NDArray[np.integer] | None, length: int) -> float:
    """Bits of saying behind which letters a word ends, adaptively; 0 where there are no divisions."""
    if boundaries is None:
        return 0.0
    flags = np.zeros(max(length - 1, 1), np.int64)
    flags[np.asarray(boundaries, np.int64) - 1] = 1
    return adaptive_bits(flags, 2)
