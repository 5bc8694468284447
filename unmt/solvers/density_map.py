"""A rotation under which mapped word vectors have few bits, by expectation maximisation or by gradients.

The kernels narrow geometrically. Expectation maximisation takes the posterior of every kernel and then the Procrustes
rotation onto the vectors that are expected (coherent point drift without scale: Myronenko and Song, "Point set
registration: coherent point drift", 2010). Gradients move the matrix a step of given size, and the nearest rotation
takes its place. Starts are random rotations; the one that ends with the fewest bits is kept.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unmt.objectives.vector_density import density
from unmt.solvers.procrustes import procrustes

Floats = NDArray[np.float32]

WIDE, NARROW = 1.0, 0.2
ROUNDS, STEPS, STEP = 60, 120, 0.3


def density_rotation(
    source: Floats, target: Floats, seed: np.random.SeedSequence, *, restarts: int = 20, gradients: bool = False
) -> Floats:
    """The rotation (dimensions, dimensions) of the fewest bits among the restarts.

    source, target: (words, dimensions), unit vectors. gradients: move by them instead of by Procrustes rotations.
    """
    rng = np.random.default_rng(seed)
    search: Callable[[Floats, Floats, Floats], Floats] = _by_gradients if gradients else _by_expectation
    found: list[tuple[float, Floats]] = []
    for _ in range(restarts):
        start = np.linalg.qr(rng.standard_normal((source.shape[1], source.shape[1])))[0].astype(np.float32)
        rotation = search(source, target, start)
        found.append((density(source @ rotation, target, NARROW).bits, rotation))
    return min(found, key=lambda pair: pair[0])[1]


def _width(done: float) -> float:
    return WIDE * (NARROW / WIDE) ** done


def _by_expectation(source: Floats, target: Floats, rotation: Floats) -> Floats:
    for number in range(ROUNDS):
        posterior = density(source @ rotation, target, _width(number / (ROUNDS - 1))).posterior
        rotation = procrustes(source, posterior @ target)
    return rotation


def _by_gradients(source: Floats, target: Floats, rotation: Floats) -> Floats:
    """The gradient of the nats is -source' (posterior target) / width^2; its largest singular value is scaled to STEP.

    Of a step without end the nearest rotation would be that of `_by_expectation`.
    """
    for number in range(STEPS):
        posterior = density(source @ rotation, target, _width(number / (STEPS - 1))).posterior
        downhill = source.T @ (posterior @ target)
        size = max(float(np.linalg.norm(downhill, 2)), 1e-12)
        left, _, right = np.linalg.svd(rotation + STEP / size * downhill)
        rotation = np.asarray(left @ right, np.float32)
    return rotation
