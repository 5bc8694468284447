"""Four published ways to align word vectors without a label, each to its own end: start, refinement and last map.

They are written anew from the papers, on unmt's parts, with the values that the authors' programs have when nothing is
set; `unmt align` takes the starts and goes on in one way from all of them. Each function takes vectors as they were
read (words, dimensions), most frequent first, and returns the rows of both sides in one space, to be compared by CSLS.
What is cut for a machine without a GPU is in the settings, beside what was published.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.linear_map import centred, unit_rows
from unmt.objectives.adversarial import adversarial_rotations
from unmt.objectives.adversarial_settings import AdversarialSettings
from unmt.objectives.csls import matches
from unmt.solvers.initial_pairs import similarity_pairs
from unmt.solvers.procrustes import procrustes
from unmt.solvers.self_learning import self_learning
from unmt.solvers.start_settings import SimilaritySettings
from unmt.solvers.weighting import weighted_maps

TOLERANCE = 1e-8
Floats = NDArray[np.float32]
Sides = tuple[Floats, Floats]


@dataclass(frozen=True)
class Adversary:
    """Of Conneau et al., 2018: 5 epochs of a million words in batches of 32; cut to fewer batches an epoch.

    refinements: Procrustes rounds on pairs that are each other's nearest, both among the first ranked_words. judged:
    the first words whose mean cosine with their nearest chooses among epochs and rounds.
    """

    batches: int = 1_000_000 // 32
    epochs: int = 5
    refinements: int = 5
    ranked_words: int = 15_000
    judged: int = 10_000


def adversary(source: Floats, target: Floats, seed: int, settings: Adversary) -> Sides:
    """The game on vectors as they are, neither scaled nor centred, then Procrustes rounds; the best of each by CSLS.

    Left out: halving the rate when the mean cosine falls for the second time.
    """
    game = AdversarialSettings(
        hidden=2048,
        batch=32,
        batches=settings.batches,
        epochs=settings.epochs,
        steps=5,
        words=75_000,
        decay=0.98,
        smoothing=0.1,
        beta=0.001,
    )
    best: tuple[float, Floats] = (float("-inf"), np.eye(source.shape[1], dtype=np.float32))

    def visit(matrix: Floats) -> bool:
        nonlocal best
        u, v = unit_rows(source @ matrix), unit_rows(target)
        nearest = matches(u, v).forward[: settings.judged, 0]
        cosine = float((u[: settings.judged] * v[nearest]).sum(axis=1).mean())
        best = max(best, (cosine, matrix), key=lambda pair: pair[0])
        return False

    scale = source.shape[1] ** 0.5  # which the game multiplies by
    adversarial_rotations(source / scale, target / scale, seed, game, visit)
    matrix = best[1]
    for _ in range(settings.refinements):
        x, y = matches(unit_rows(source @ matrix), unit_rows(target)).mutual()
        kept = (x < settings.ranked_words) & (y < settings.ranked_words)
        matrix = procrustes(source[x[kept]], target[y[kept]])
        visit(matrix)
    return unit_rows(source @ best[1]), unit_rows(target)


@dataclass(frozen=True)
class SelfLearning:
    """Of Artetxe, Labaka and Agirre, 2018: words of each side that take part; cut to fewer."""

    words: int = 20_000
    patience: int = 50
    least_gain: float = 1e-6


def robust_self_learning(source: Floats, target: Floats, seed: int, settings: SelfLearning) -> Sides:
    """Similarity distributions of 4,000 words, stochastic self-learning, symmetric re-weighting of whitened axes."""
    x, y = centred(source)[0], centred(target)[0]
    pairs = similarity_pairs(x, y, SimilaritySettings(start_words=4000, rank_step=1))
    learned = self_learning(
        x,
        y,
        pairs,
        np.random.SeedSequence(seed),
        words=settings.words,
        first_kept=0.1,
        patience=settings.patience,
        least_gain=settings.least_gain,
        most_rounds=100_000,
    )
    few_x, few_y = x[: settings.words], y[: settings.words]
    last = matches(few_x @ learned.rotation, few_y).both_ways()
    to_source, to_target = weighted_maps(x, y, last, power=0.5)
    return unit_rows(x @ to_source), unit_rows(y @ to_target)


@dataclass(frozen=True)
class Sinkhorn:
    """Of Grave, Joulin and Berthet, 2019: words and rounds of the convex start, then epochs of batches, each epoch of
    batches twice as large and a fourth as many; cut to fewer of all.
    """

    start_words: int = 2500
    start_rounds: int = 100
    batches: int = 5000
    batch: int = 500
    epochs: int = 5
    words: int = 20_000
    rate: float = 500.0
    regularisation: float = 0.05


def wasserstein_procrustes(source: Floats, target: Floats, seed: int, settings: Sinkhorn) -> Sides:
    """A convex relaxation, then stochastic steps of Sinkhorn assignment and projection; no refinement after them."""
    rng = np.random.default_rng(seed)
    x, y = centred(source)[0], centred(target)[0]
    rotation = _convex_start(x[: settings.start_words], y[: settings.start_words], settings)
    words = min(len(x), len(y), settings.words)
    size, batches = settings.batch, settings.batches
    for _ in range(settings.epochs):
        for _ in range(batches):
            u, v = (side[rng.permutation(words)[:size]] for side in (x, y))
            plan = _sinkhorn(-(u @ rotation) @ v.T, settings.regularisation)
            left, _, right = np.linalg.svd(rotation + settings.rate / size * u.T @ (plan @ v))
            rotation = np.asarray(left @ right, np.float32)
        size, batches = min(2 * size, words), batches // 4
    return unit_rows(x @ rotation), y


def _convex_start(x: Floats, y: Floats, settings: Sinkhorn) -> Floats:
    """Frank and Wolfe's method on || P K_x - K_y P ||^2 over doubly stochastic P; K: similarities to the power 1/2."""
    x, y = _root(x), _root(y)
    kernel_x, kernel_y = x @ x.T, y @ y.T
    kernel_y *= np.linalg.norm(kernel_x) / np.linalg.norm(kernel_y)
    square_x, square_y = kernel_x @ kernel_x, kernel_y @ kernel_y
    plan = np.full((len(x), len(x)), 1 / len(x), np.float32)
    for number in range(1, settings.start_rounds + 1):
        gradient = plan @ square_x + square_y @ plan - 2 * kernel_y @ (plan @ kernel_x)
        share = 2 / (2 + number)
        plan = np.float32(share) * _sinkhorn(gradient, settings.regularisation) + np.float32(1 - share) * plan
    return procrustes(plan @ x, y)


def _root(side: Floats) -> Floats:
    left, values, right = np.linalg.svd(side, full_matrices=False)
    return np.asarray(left * np.sqrt(values) @ right, np.float32)


def _sinkhorn(cost: Floats, regularisation: float) -> Floats:
    """The plan (words, words) of least cost, rows and columns summing to one."""
    import ot

    # Takes nothing from the plan, and keeps exponentials from vanishing.
    cost = cost - cost.min(axis=1, keepdims=True)
    cost -= cost.min(axis=0)
    one = np.ones(len(cost))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        plan = ot.sinkhorn(one, one, np.asarray(cost, np.float64), regularisation, stopThr=1e-3)
    return np.asarray(plan, np.float32)


@dataclass(frozen=True)
class Gromov:
    """Of Alvarez-Melis and Jaakkola, 2018: words of each side, entropic regularisation, rounds (of its README)."""

    words: int = 2000
    regularisation: float = 5e-4
    rounds: int = 50


def gromov_wasserstein(source: Floats, target: Floats, _: int, settings: Gromov) -> Sides:
    """A coupling that keeps mean-scaled cosine distances, words counting alike; the rotation of its mutual pairs."""
    x, y = centred(source)[0], centred(target)[0]
    size = min(len(x), len(y), settings.words)
    coupling = _coupling(_distances(x[:size]), _distances(y[:size]), settings)
    forward, backward = coupling.argmax(axis=1), coupling.argmax(axis=0)
    mutual = np.flatnonzero(backward[forward] == np.arange(size))
    rotation = procrustes(x[mutual], y[forward[mutual]])
    return unit_rows(x @ rotation), y


def _distances(side: Floats) -> Floats:
    distances = 1 - side @ side.T
    return np.asarray(distances / distances.mean(), np.float32)


def _coupling(first: Floats, second: Floats, settings: Gromov) -> Floats:
    """(words, words) rows and columns summing to one: Sinkhorn's plan for the gradient of the plan before, in turn.

    The cost is that of 1/2 |a - b|^2, by whose scale the regularisation was published.
    """
    squares = (first**2).mean(axis=1)[:, None] + (second**2).mean(axis=1)
    plan = np.full(first.shape, 1 / len(first), np.float32)
    for _ in range(settings.rounds):
        before, plan = plan, _sinkhorn(squares - first @ (plan @ second) * (2 / len(first)), settings.regularisation)
        if np.linalg.norm(plan - before) < TOLERANCE * len(plan):
            break
    return plan
