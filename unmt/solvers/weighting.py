"""A last map: axes on which the two languages agree count more."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

POWER = 0.5


def weighted_maps(
    source: Floats, target: Floats, pairs: tuple[Ints, Ints], power: float = POWER
) -> tuple[Floats, Floats]:
    """Matrices (dimensions, shared) of both sides: whitened, rotated, weighted, and whitening undone.

    source, target: (words, dimensions), normalised; pairs: their rows that translate to one another. The axes of the
    shared space are those of the singular vectors of the whitened cross-covariance, each weighted by its singular
    value (the correlation of the two sides along it) to `power`.
    Source: Artetxe, Labaka and Agirre, "Generalizing and improving bilingual word embedding mappings with a multi-step
    framework of linear transformations", 2018.
    """
    x, y = source[pairs[0]].astype(np.float64), target[pairs[1]].astype(np.float64)
    white_x, colour_x = _whitening(x)
    white_y, colour_y = _whitening(y)
    left, values, right = np.linalg.svd((x @ white_x).T @ (y @ white_y), full_matrices=False)
    # A correlation a pair, so that the weights do not depend on how many pairs there are.
    weights = values**power
    from_source = white_x @ left * weights @ (left.T @ colour_x @ left)
    from_target = white_y @ right.T * weights @ (right @ colour_y @ right.T)
    return np.asarray(from_source, np.float32), np.asarray(from_target, np.float32)


def _whitening(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The symmetric matrix that makes the rows' second moments the unit matrix, and its inverse."""
    values, vectors = np.linalg.eigh(rows.T @ rows)
    # A direction that no row has would be blown up without end.
    roots = np.sqrt(np.maximum(values, values[-1] * 1e-6))
    return vectors / roots @ vectors.T, vectors * roots @ vectors.T
