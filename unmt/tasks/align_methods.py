"""The ways to a first map between two sets of word vectors, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.objectives.adversarial_settings import AdversarialSettings
from unmt.objectives.csls import matches
from unmt.solvers import initial_pairs
from unmt.solvers.self_learning import Learned, self_learning
from unmt.solvers.start_settings import WORDS, GromovSettings, SimilaritySettings, SimilarSettings, WassersteinSettings
from unmt.tasks.align_settings import ALL, METHODS, Every, Method
from unmt.tasks.monitor import Monitor

Floats = NDArray[np.float32]
Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

WITHOUT_SPELLING = ("similarity", "wasserstein", "gromov", "adversarial")
Settings = TypeVar("Settings")


@dataclass
class Words:
    """Normalised vectors of both sides, what is written there, and what else a method may look at.

    x, y: (words, dimensions), most frequent first; the first `learning` of each take part in learning.
    spelling: sparse (S, T) letter n-gram cosines, or None. seeds: pairs of a seed dictionary. most: words that take
    part in learning at most.
    """

    x: Floats
    y: Floats
    source: Sequence[str]
    target: Sequence[str]
    spelling: Any = None
    seeds: Sequence[tuple[str, str]] = ()
    most: int = WORDS
    learning: int = field(init=False)

    def __post_init__(self) -> None:
        self.learning = min(self.most, len(self.x), len(self.y))


def check_methods(names: Sequence[str]) -> None:
    """Raises InputError where a name is none of METHODS."""
    for name in names:
        if name not in METHODS:
            raise InputError(f"method={name}: no such method. Give one or more of {', '.join(METHODS)}, or {ALL}.")


def settings_of(method: Method, kind: type[Settings]) -> Settings:
    """The settings of one kind that a method has, or the usual ones where it has none."""
    return method if isinstance(method, kind) else kind()


def first_pairs(
    method: str, words: Words, seed: np.random.SeedSequence, monitor: Monitor, settings: Method | None = None
) -> Pairs:
    """The pairs that a method starts self-learning from. Raises InputError where it finds none."""
    settings = settings or Every()
    if method == "similarity":
        return initial_pairs.similarity_pairs(words.x, words.y, settings_of(settings, SimilaritySettings))
    if method == "identical":
        return initial_pairs.identical_pairs(words.source, words.target)
    if method == "numerals":
        return initial_pairs.numeral_pairs(words.source, words.target)
    if method == "dictionary":
        return initial_pairs.dictionary_pairs(words.source, words.target, words.seeds)
    if method == "similar":
        return initial_pairs.similar_pairs(words.spelling, settings_of(settings, SimilarSettings).least_alike)
    if method == "gromov":
        from unmt.solvers.gromov_wasserstein import gromov_pairs

        return gromov_pairs(words.x, words.y, settings_of(settings, GromovSettings))
    rotation = _first_rotation(method, words, seed, settings, lambda: monitor.stop_requested)
    return matches(words.x[: words.learning] @ rotation, words.y[: words.learning]).both_ways()


def _first_rotation(
    method: str, words: Words, seed: np.random.SeedSequence, settings: Method, stopped: Callable[[], bool]
) -> Floats:
    if method == "wasserstein":
        from unmt.solvers.wasserstein_procrustes import wasserstein_rotation

        plan = settings_of(settings, WassersteinSettings)
        return wasserstein_rotation(words.x, words.y, seed, settings=plan, stopped=stopped)
    from unmt.solvers.adversarial_map import adversarial_rotation

    game = settings_of(settings, AdversarialSettings)
    return adversarial_rotation(words.x, words.y, seed, settings=game, stopped=stopped)


def learned_from(
    method: str,
    words: Words,
    pairs: Pairs,
    seed: np.random.SeedSequence,
    monitor: Monitor,
    stage: str,
    settings: Method | None = None,
) -> Learned:
    """Self-learning to its end. Only similarity distributions, which start from almost nothing, need its noise."""

    def stopped(history: list[float]) -> bool:
        monitor.update(f"{stage}, round {len(history)}", 0, None, None)
        return monitor.stop_requested

    settings = settings or Every()
    return self_learning(
        words.x,
        words.y,
        pairs,
        seed,
        words=words.learning,
        first_kept=settings_of(settings, SimilaritySettings).first_kept if method == "similarity" else 1.0,
        patience=settings.patience,
        least_gain=settings.least_gain,
        most_rounds=settings.most_rounds,
        stopped=stopped,
    )
