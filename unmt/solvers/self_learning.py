"""Self-learning: pairs of words give a map, the map gives better pairs, until nothing gets better.

Pairs are chosen with noise at first: a similarity counts only with the keep probability, which doubles whenever the
objective has not risen for some rounds. Without it, the search ends in the first optimum that it meets.
Source: Artetxe, Labaka and Agirre, "A robust self-learning method for fully unsupervised cross-lingual mappings of
word embeddings", 2018.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.objectives.csls import NEIGHBOURS, matches, means_of_best
from unmt.solvers.procrustes import procrustes
from unmt.solvers.random import kernel_state, next_random
from unmt.solvers.start_settings import FIRST_KEPT, LEAST_GAIN, MOST_ROUNDS, PATIENCE, WORDS

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints]


@dataclass
class Learned:
    """The rotation (source dimensions, target dimensions) and the objective of every round.

    The objective is the mean cosine of a word with its nearest neighbour, over the words of both sides.
    """

    rotation: Floats
    history: list[float] = field(default_factory=list)

    @property
    def objective(self) -> float:
        """The best of the history."""
        return max(self.history, default=float("-inf"))


def self_learning(
    source: Floats,
    target: Floats,
    pairs: Pairs,
    seed: np.random.SeedSequence,
    *,
    words: int = WORDS,
    first_kept: float = FIRST_KEPT,
    patience: int = PATIENCE,
    least_gain: float = LEAST_GAIN,
    most_rounds: int = MOST_ROUNDS,
    stopped: Callable[[list[float]], bool] = lambda _: False,
) -> Learned:
    """The rotation that self-learning finds from the first pairs, with the best objective.

    source, target: (words, dimensions), normalised, most frequent first; the first `words` of each side take part.
    first_kept: the keep probability at the start; 1: no noise. patience: rounds without a
    gain of least_gain until it doubles, or until the end. most_rounds: the end, whatever comes.
    stopped: asked after each round with the history; true ends the search.
    """
    state = kernel_state(seed)
    keep, since, best = first_kept, 0, float("-inf")
    found = Learned(procrustes(source[pairs[0]], target[pairs[1]]))
    x, y = source[:words], target[:words]
    rotation = found.rotation
    for _ in range(most_rounds):
        similarity = np.asarray((x @ rotation) @ y.T, np.float32)
        objective = float(similarity.max(axis=1).mean() + similarity.max(axis=0).mean()) / 2
        found.history.append(objective)
        if objective >= best + least_gain:
            best, since = objective, 0
            found.rotation = rotation
        else:
            since += 1
        if since > patience:
            if keep >= 1.0:
                break
            keep, since = min(1.0, 2 * keep), 0
        if stopped(found.history):
            break
        forward, backward = noisy_matches(similarity, keep, state)
        rotation = procrustes(np.concatenate([x, x[backward]]), np.concatenate([y[forward], y]))
    return found


def noisy_matches(similarity: Floats, keep: float, state: Any, k: int = NEIGHBOURS) -> Pairs:
    """The best target of each source word and the best source of each target word by CSLS, of similarities that are
    kept with probability `keep` (one that is not counts as zero, as published).

    similarity: (S, T). state: of the kernels' random generator; it goes on.
    """
    rows, columns = similarity.shape
    row_means, column_means = means_of_best([(0, similarity)], rows, columns, k)
    threshold = np.uint64(min(keep, 1.0) * 2**32)
    return _noisy_best(similarity, row_means / 2, column_means / 2, threshold, state)


@njit(cache=True, nogil=True)
def _noisy_best(similarity: Any, row_means: Any, column_means: Any, threshold: Any, state: Any) -> Any:
    rows, columns = similarity.shape
    forward, backward = np.zeros(rows, np.int64), np.zeros(columns, np.int64)
    column_best = np.full(columns, -np.inf, np.float32)
    for row in range(rows):
        row_best = np.float32(-np.inf)
        for column in range(columns):
            bits = next_random(state)
            value = similarity[row, column]
            from_row = value - column_means[column] if (bits >> np.uint64(32)) < threshold else np.float32(0.0)
            from_column = value - row_means[row] if (bits & np.uint64(0xFFFFFFFF)) < threshold else np.float32(0.0)
            if from_row > row_best:
                row_best = from_row
                forward[row] = column
            if from_column > column_best[column]:
                column_best[column] = from_column
                backward[column] = row
    return forward, backward


def refined(source: Floats, target: Floats, rotation: Floats, *, words: int, rounds: int) -> Floats:
    """The rotation after some rounds with the first `words` of each side and no noise."""
    x, y = source[:words], target[:words]
    for _ in range(rounds):
        pairs = matches(x @ rotation, y).both_ways()
        rotation = procrustes(x[pairs[0]], y[pairs[1]])
    return rotation
