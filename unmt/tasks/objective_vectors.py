"""The cells of `bench objectives` that are linear maps: a planted rotation of word vectors.

As in `align`, an objective gives a start, and self-learning goes on from there to its end.

The verdict goes by the mean cosine of a word with its nearest, against the same search on a target whose
coordinates are permuted along each axis. A map of vectors has no bits, so there are none to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.objectives.csls import matches
from unmt.tasks.align_methods import Pairs, Words, first_pairs, learned_from
from unmt.tasks.monitor import Monitor
from unmt.tasks.objective_pairs import VectorPair

Floats = NDArray[np.float32]

ADVERSARIAL_EPOCHS, ADVERSARIAL_BATCHES, ADVERSARIAL_HIDDEN = 5, 60, 128
"""A smaller game than that of `align`, for the few and short vectors here."""


def by_method(method: str) -> Callable[[VectorPair, np.random.SeedSequence], Floats]:
    """A start of `align`, and self-learning from it."""

    def found(pair: VectorPair, seed: np.random.SeedSequence) -> Floats:
        return _learned(method, pair, first_pairs(method, _words(pair), seed.spawn(1)[0], Monitor()), seed)

    return found


def by_adversary(pair: VectorPair, seed: np.random.SeedSequence) -> Floats:
    """The adversarial objective, and self-learning from it."""
    from unmt.objectives.adversarial_settings import AdversarialSettings
    from unmt.solvers.adversarial_map import adversarial_rotation

    settings = AdversarialSettings(
        hidden=ADVERSARIAL_HIDDEN, batches=ADVERSARIAL_BATCHES, epochs=ADVERSARIAL_EPOCHS, words=len(pair.x)
    )
    return _from_rotation(pair, adversarial_rotation(pair.x, pair.y, seed, settings=settings), seed)


def by_density(*, gradients: bool) -> Callable[[VectorPair, np.random.SeedSequence], Floats]:
    """Code length under kernels on the target's vectors, by gradients or by expectation maximisation, then the same."""

    def found(pair: VectorPair, seed: np.random.SeedSequence) -> Floats:
        from unmt.solvers.density_map import density_rotation

        return _from_rotation(pair, density_rotation(pair.x, pair.y, seed, gradients=gradients), seed)

    return found


def _from_rotation(pair: VectorPair, rotation: Floats, seed: np.random.SeedSequence) -> Floats:
    return _learned("rotation", pair, matches(pair.x @ rotation, pair.y).both_ways(), seed)


def _learned(method: str, pair: VectorPair, pairs: Pairs, seed: np.random.SeedSequence) -> Floats:
    return learned_from(method, _words(pair), pairs, seed.spawn(1)[0], Monitor(), method).rotation


def _words(pair: VectorPair) -> Words:
    names = [str(number) for number in range(len(pair.x))]
    return Words(pair.x, pair.y, names, names)


VECTOR_SEARCHES: Mapping[str, Callable[[VectorPair, np.random.SeedSequence], Floats]] = {
    "code length, relaxed": by_density(gradients=True),
    "n-gram matching": by_method("similarity"),
    "adversarial": by_adversary,
    "optimal transport": by_method("gromov"),
    "likelihood (EM)": by_density(gradients=False),
}


def accuracy(pair: VectorPair, rotation: Floats) -> float:
    """Share of the words whose nearest by CSLS is their own."""
    return float((matches(pair.x @ rotation, pair.y).forward[:, 0] == pair.truth).mean())


def mean_cosine(pair: VectorPair, rotation: Floats) -> float:
    """The objective of `align`: the mean cosine of a word with its nearest, of both sides."""
    similarity = (pair.x @ rotation) @ pair.y.T
    return float(similarity.max(axis=1).mean() + similarity.max(axis=0).mean()) / 2


def vectors_from(path: object, text: str) -> Floats:
    """Word vectors of a file, or learned from a text. Raises InputError where there are too few."""
    from unmt.solvers.word_vectors import vectors_of
    from unmt.tasks.objective_pairs import MOST_VECTORS, sentences_of
    from unmt.text.vectors import read_vectors

    if path is not None:
        return read_vectors(str(path), MOST_VECTORS).matrix
    try:
        return vectors_of(sentences_of(text), DIMENSIONS).matrix
    except InputError as error:
        raise InputError(f"data: {error}") from None


DIMENSIONS = 20
"""Of vectors learned here: the sample text has some 140 words."""
