"""Wasserstein-Procrustes: a rotation and a one-to-one assignment of words, found in turn.

    min over rotations W and permutations P of  || X W - P Y ||^2

The start is a doubly stochastic P that makes the squared similarities inside both languages alike,
|| K_x P - P K_y ||^2, found by Frank and Wolfe's method. Then batches of words are drawn, assigned by the Hungarian
method, and W goes a step towards their Procrustes rotation; batches grow.
Source: Grave, Joulin and Berthet, "Unsupervised alignment of embeddings with Wasserstein Procrustes", 2019. Theirs
assigns by Sinkhorn iterations; an exact assignment of these sizes takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unmt.solvers.procrustes import procrustes
from unmt.solvers.start_settings import WassersteinSettings

Floats = NDArray[np.float32]


def wasserstein_rotation(
    source: Floats,
    target: Floats,
    seed: np.random.SeedSequence,
    *,
    settings: WassersteinSettings | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Floats:
    """The rotation (source dimensions, target dimensions) after all batches.

    source, target: (words, dimensions), normalised, most frequent first.
    """
    settings = settings or WassersteinSettings()
    rng = np.random.default_rng(seed)
    rotation = _relaxed_start(source, target, settings)
    drawn_from = min(len(source), len(target), settings.drawn_words)
    for size, batches in zip(settings.batch_words, settings.batch_rounds, strict=True):
        for batch in range(batches):
            if stopped():
                return rotation
            # Sorted, so that frequency ranks of the two draws stay alike.
            x = source[np.sort(rng.choice(drawn_from, min(size, drawn_from), replace=False))]
            y = target[np.sort(rng.choice(drawn_from, min(size, drawn_from), replace=False))]
            rows, columns = _assigned((x @ rotation) @ y.T)
            step = 1.0 / (1.0 + batch / 10)
            rotation = _nearest_rotation(rotation + step * (procrustes(x[rows], y[columns]) - rotation))
    return rotation


def _relaxed_start(source: Floats, target: Floats, settings: WassersteinSettings) -> Floats:
    size = min(len(source), len(target), settings.relaxed_words)
    x, y = source[:size], target[:size]
    # Squares: the rows of centred similarities all sum to zero, and an even P would be a point of rest.
    kernel_x, kernel_y = _unit_norm((x @ x.T) ** 2), _unit_norm((y @ y.T) ** 2)
    plan = np.full((size, size), 1.0 / size, np.float32)
    for number in range(settings.relaxed_rounds):
        # The gradient of || K_x P - P K_y ||^2.
        residual = kernel_x @ plan - plan @ kernel_y
        gradient = kernel_x @ residual - residual @ kernel_y
        rows, columns = _assigned(-gradient)
        plan *= 1 - 2.0 / (2.0 + number)
        plan[rows, columns] += 2.0 / (2.0 + number)
    return procrustes(x, np.asarray(plan @ y, np.float32))


def _unit_norm(kernel: Floats) -> Floats:
    return np.asarray(kernel / np.linalg.norm(kernel), np.float32)


def _assigned(gain: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the one-to-one assignment with the largest gain."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(gain, maximize=True)
    return np.asarray(rows, np.int64), np.asarray(columns, np.int64)


def _nearest_rotation(matrix: NDArray[np.floating]) -> Floats:
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(left @ right, np.float32)
