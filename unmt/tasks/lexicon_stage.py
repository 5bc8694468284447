"""The lexicon of two texts as a stage of training: made once, kept in the run directory, loaded from then on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.collocation_lexicon import collocation_lexicons, collocation_table
from unmt.solvers.context_lexicon import build_lexicon
from unmt.solvers.function_words import with_function_words
from unmt.tasks.monitor import Monitor
from unmt.tasks.sides import Side
from unmt.tasks.training_stages import Stages, StoppedError, say
from unmt.text.vectors import WordVectors, read_vectors
from unmt.text.vocabulary import Vocabulary

START_FEATURES = ("lexicon", "inserted", "left out", "collocation")

NULL_BAND = 20
"""Words of like frequency among which the null exchanges translations."""


class HasVectors(Protocol):
    """What names a file of word vectors, or none."""

    @property
    def vectors(self) -> str | None:
        """The file."""


def lexicons(
    sides: tuple[Side, Side], texts: tuple[HasVectors, HasVectors], stages: Stages, seed: int, monitor: Monitor
) -> tuple[tuple[Lexicon, Lexicon], dict[str, Any]]:
    """The lexicon and the one back, and what is known of them, from the stages where they are there.

    Raises InputError where vectors are given of one side alone, or cannot be read.
    """
    names = [f"lexicon.{sides[i].language}-{sides[1 - i].language}.npz" for i in (0, 1)]

    def made() -> dict[str, Any]:
        mapped = mapped_vectors(sides, texts, seed, monitor)
        forward, backward, report = build_lexicon(
            sides[0].training,
            sides[1].training,
            source_vectors=mapped[0] if mapped else None,
            target_vectors=mapped[1] if mapped else None,
            seed=seed,
            monitor=lambda stage, share: say(monitor, stage, 0.05 + 0.09 * share),
        )
        more = collocation_lexicons(
            sides[0].training,
            sides[1].training,
            (forward, backward),
            seed,
            lambda _, share: say(monitor, "collocations paired by their contexts", 0.14 + 0.01 * share),
        )
        for i, (words, collocations) in enumerate(zip((forward, backward), more, strict=True)):
            words.save(stages.folder / names[i])
            collocations.save(stages.folder / _collocations_file(sides, i))
        return asdict(report)

    report = stages.entry("lexicon", made)
    first, second = (stages.loaded(name, Lexicon.load) for name in names)
    return (first, second), report


def start_tables(
    sides: tuple[Side, Side], lexicons_: tuple[Lexicon, Lexicon], stages: Stages
) -> tuple[PhraseTable, PhraseTable]:
    """The lexicon and the one back as phrase tables with START_FEATURES: words, function words, and collocations."""
    made = []
    for i, (one, other) in enumerate((sides, sides[::-1])):
        collocations = stages.loaded(_collocations_file(sides, i), Lexicon.load)
        table = with_function_words(lexicons_[i], one.training, other.training)
        made.append(table.joined(collocation_table(collocations, one.vocabulary, other.vocabulary)))
        assert made[i].feature_names == START_FEATURES
    return made[0], made[1]


def _collocations_file(sides: tuple[Side, Side], i: int) -> str:
    return f"lexicon.collocations.{sides[i].language}-{sides[1 - i].language}.npz"


def mapped_vectors(
    sides: tuple[Side, Side], texts: tuple[HasVectors, HasVectors], seed: int, monitor: Monitor
) -> tuple[Any, Any] | None:
    """Word vectors of both vocabularies in one space, each with a mask of the words that have one; None without."""
    from unmt.tasks.align import align

    if texts[0].vectors is None and texts[1].vectors is None:
        return None
    if texts[0].vectors is None or texts[1].vectors is None:
        raise InputError("source.vectors= and target.vectors= go together. Give both, or neither.")
    source, target = read_vectors(texts[0].vectors), read_vectors(texts[1].vectors)
    alignment = align(source, target, seed=seed, null=False, monitor=monitor)
    if monitor.stop_requested:  # a map that is not finished is no stage
        raise StoppedError
    return (
        _of_words(sides[0].vocabulary, source, alignment.map.apply_source(source.matrix)),
        _of_words(sides[1].vocabulary, target, alignment.map.apply_target(target.matrix)),
    )


def _of_words(
    vocabulary: Vocabulary, vectors: WordVectors, mapped: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    place = {word: row for row, word in enumerate(vectors.words)}
    rows = np.array([place.get(word, -1) for word in vocabulary.words], np.int64)
    return np.where((rows >= 0)[:, None], mapped[rows], 0).astype(np.float32), rows >= 0


def null_lexicon(lexicons_: tuple[Lexicon, Lexicon], seed: int) -> tuple[Lexicon, Lexicon]:
    """The same lexicons with the target words exchanged among those of like frequency: what chance would pair."""
    first, second = (
        Lexicon(
            lexicon.source,
            lexicon.target,
            lexicon.option_start,
            _exchanged(len(lexicon.target), seed)[lexicon.targets].astype(np.int32),
            lexicon.log_probability,
        )
        for lexicon in lexicons_
    )
    return first, second


def _exchanged(words: int, seed: int) -> NDArray[np.int64]:
    """A permutation that moves a word by NULL_BAND places or so."""
    rng = np.random.default_rng([seed, words])
    return np.argsort(np.argsort(np.arange(words) + NULL_BAND * rng.random(words), kind="stable"), kind="stable")
