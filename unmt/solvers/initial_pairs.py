"""First pairs of words, to start self-learning from: by how similarities are distributed, or by what is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.linear_map import centred
from unmt.objectives.csls import matches
from unmt.solvers.start_settings import SimilaritySettings

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints]


def similarity_pairs(source: Floats, target: Floats, settings: SimilaritySettings | None = None) -> Pairs:
    """Pairs of words whose similarities with all words of their own language are distributed alike.

    source, target: (words, dimensions), most frequent first, normalised. Only the first `start_words` of each are used.
    The sorted row of a word in (X X^T)^(1/2) does not depend on the axes, nor on which word is which.
    Source: Artetxe, Labaka and Agirre, "A robust self-learning method for fully unsupervised cross-lingual mappings of
    word embeddings", 2018.
    """
    settings = settings or SimilaritySettings()
    size = min(len(source), len(target), settings.start_words)
    signatures = [_signatures(side[:size], min(size, settings.rank_step)) for side in (source, target)]
    return matches(*signatures).both_ways()


def _signatures(vectors: Floats, step: int) -> Floats:
    left, values, _ = np.linalg.svd(vectors, full_matrices=False)
    rows = (left * values) @ left.T  # (words, words)
    rows.sort(axis=1)
    usable = len(rows) - len(rows) % step
    return centred(rows[:, :usable].reshape(len(rows), -1, step).mean(axis=2))[0]


def identical_pairs(source: Sequence[str], target: Sequence[str]) -> Pairs:
    """Pairs of words that are written alike in both languages. Raises InputError where there are none."""
    places = {word: place for place, word in enumerate(target)}
    return _pairs([(place, places[word]) for place, word in enumerate(source) if word in places], "are written alike")


def similar_pairs(spelling: Any, least: float) -> Pairs:
    """Pairs that are each other's most alike in spelling, by a cosine of `least` or more.

    spelling: sparse (S, T) cosines (CSR). Raises InputError where there are none.
    """
    rows = spelling.tocoo()
    order = np.lexsort((rows.col, -rows.data))
    best_source: dict[int, int] = {}
    best_target: dict[int, int] = {}
    for place in order[rows.data[order] >= least].tolist():
        source, target = int(rows.row[place]), int(rows.col[place])
        best_source.setdefault(source, target)
        best_target.setdefault(target, source)
    return _pairs([(s, t) for s, t in sorted(best_source.items()) if best_target[t] == s], "are written nearly alike")


def numeral_pairs(source: Sequence[str], target: Sequence[str]) -> Pairs:
    """Pairs of numbers in digits. Raises InputError where there are none in both."""
    places = {word: place for place, word in enumerate(target)}
    digits = [
        (place, places[word])
        for place, word in enumerate(source)
        if word in places and any(letter.isdigit() for letter in word) and not any(map(str.isalpha, word))
    ]
    return _pairs(digits, "are numbers in digits")


def dictionary_pairs(source: Sequence[str], target: Sequence[str], seeds: Sequence[tuple[str, str]]) -> Pairs:
    """The pairs of a seed dictionary whose words are known. Raises InputError where none is."""
    from_places = {word: place for place, word in enumerate(source)}
    to_places = {word: place for place, word in enumerate(target)}
    known = [(from_places[a], to_places[b]) for a, b in seeds if a in from_places and b in to_places]
    return _pairs(known, "stand in the seed dictionary")


def _pairs(found: Sequence[tuple[int, int]], what: str) -> Pairs:
    if not found:
        raise InputError(f"No two words of the two sides {what}. Choose another start, such as method=similarity.")
    array = np.array(found, np.int64)
    return array[:, 0], array[:, 1]
