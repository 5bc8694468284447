"""Two sets of word vectors, no pair between them: one space, a dictionary, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.linear_map import LinearMap, centred
from unmt.objectives.csls import matches
from unmt.solvers.initial_pairs import similarity_pairs
from unmt.solvers.self_learning import refined, self_learning
from unmt.solvers.weighting import weighted_maps
from unmt.tasks.monitor import Monitor
from unmt.text.vectors import WordVectors

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Alignment:
    """The map of both sides, the best mean nearest cosine, and its history."""

    map: LinearMap
    objective: float
    history: list[float] = field(default_factory=list)


def align(
    source: WordVectors,
    target: WordVectors,
    *,
    method: str = "similarity",
    seed: int = 0,
    monitor: Monitor | None = None,
) -> Alignment:
    """One space for two sets of word vectors, without a single pair."""
    x, centre_source = centred(source.matrix)
    y, centre_target = centred(target.matrix)
    learned = self_learning(x, y, similarity_pairs(x, y), np.random.SeedSequence(seed))
    rotation = refined(x, y, learned.rotation, words=8000, rounds=4)
    pairs = matches(x[:8000] @ rotation, y[:8000]).both_ways()
    from_source, from_target = weighted_maps(x, y, pairs)
    return Alignment(
        LinearMap(from_source, from_target, centre_source, centre_target), learned.objective, learned.history
    )
