"""The best rotation from one set of vectors onto another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError

Floats = NDArray[np.float32]


def procrustes(source: Floats, target: Floats) -> Floats:
    """The orthogonal W that minimises ||source W - target|| (Frobenius).

    source, target: (pairs, dimensions); row i of one translates to row i of the other.
    Returns (dimensions, dimensions) with W W^T = I. Raises InputError where the shapes differ.
    Source: Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966.
    """
    if source.shape != target.shape:
        raise InputError(f"vectors of shape {source.shape} and {target.shape}: pairs need vectors of one size.")
    left, _, right = np.linalg.svd(source.T.astype(np.float64) @ target.astype(np.float64))
    return np.asarray(left @ right, np.float32)
