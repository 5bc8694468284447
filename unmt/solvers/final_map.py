"""The last rounds: more words, spelling as an extra signal, and axes weighted by how well they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.linear_map import unit_rows
from unmt.objectives.csls import matches
from unmt.solvers.self_learning import refined
from unmt.solvers.weighting import weighted_maps

Floats = NDArray[np.float32]

REFINED_WORDS, REFINING_ROUNDS = 8000, 4
WEIGHTED_WORDS, WEIGHTING_ROUNDS = 4000, 3
COUNTED_WORDS = 10000
SPELLING_WEIGHTS = (0.0, 0.1, 0.2, 0.4, 0.7)


@dataclass(frozen=True)
class FinalMap:
    """Matrices of both sides (dimensions, shared), the weight of spelling, and the mutual pairs by weight."""

    source: Floats
    target: Floats
    spelling_weight: float
    mutual_pairs: dict[float, int]


def final_map(x: Floats, y: Floats, rotation: Floats, spelling: Any = None) -> FinalMap:
    """From a rotation that self-learning found to the map that is used.

    x, y: (words, dimensions), normalised, most frequent first. spelling: sparse (S, T) cosines (CSR) or None.
    The weight of spelling is the one that gives the most pairs of words that are each other's nearest: a signal that
    agrees with the vectors makes more of them, one that does not breaks them up.
    """
    rotation = refined(x, y, rotation, words=REFINED_WORDS, rounds=REFINING_ROUNDS)
    few_x, few_y = x[:WEIGHTED_WORDS], y[:WEIGHTED_WORDS]
    few_spelling = None if spelling is None else spelling[:WEIGHTED_WORDS, :WEIGHTED_WORDS]
    source, target = weighted_maps(x, y, matches(few_x @ rotation, few_y).both_ways())
    mutual = _mutual_pairs(unit_rows(x[:COUNTED_WORDS] @ source), unit_rows(y[:COUNTED_WORDS] @ target), spelling)
    best = max(mutual, key=lambda weight: mutual[weight])
    for _ in range(WEIGHTING_ROUNDS):
        u, v = unit_rows(few_x @ source), unit_rows(few_y @ target)
        source, target = weighted_maps(x, y, matches(u, v, extra=weighted(few_spelling, best)).both_ways())
    return FinalMap(source, target, best, mutual)


def _mutual_pairs(u: Floats, v: Floats, spelling: Any) -> dict[float, int]:
    """Pairs of words that are each other's nearest, by the weight of spelling."""
    if spelling is None or not spelling.nnz:
        return {0.0: len(matches(u, v).mutual()[0])}
    part = spelling[: len(u), : len(v)]
    return {weight: len(matches(u, v, extra=weighted(part, weight)).mutual()[0]) for weight in SPELLING_WEIGHTS}


def weighted(spelling: Any, weight: float) -> Any:
    """The sparse cosines times a weight, or None where there are none or the weight is zero."""
    return None if spelling is None or not weight else (spelling * np.float32(weight)).tocsr()
