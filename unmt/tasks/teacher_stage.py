"""What a model that is there makes of two texts: translations that rounds of another model learn from.

A net and phrase tables make different mistakes of the same texts. Tables that are learned from the translations of
both are better than either's own rounds come to (docs/neural.md). Nothing parallel is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.tasks.models import LineTranslator, Model, load_model, training_translator
from unmt.tasks.sides import Side, lexicon_lines
from unmt.tasks.training_settings import Text
from unmt.tasks.training_stages import Stages
from unmt.tasks.translation import BLOCK_LINES
from unmt.text.array_file import ArrayFile
from unmt.text.word_corpus import WordCorpus

FILE = ArrayFile("unmt-taught", 1, "translations", "Delete it, and the same command translates again.")
ARRAYS = ("sentences", "ids", "starts")


@dataclass(frozen=True, eq=False)
class Taught:
    """Sentences of a side and their translations: sentences (n,) int64 of side.training; made: line by line."""

    sentences: NDArray[np.int64]
    made: WordCorpus


def is_taught(stages: Stages, ways: Sequence[str]) -> bool:
    """Whether both directions are kept, so that the teacher is needed no more."""
    return all((stages.folder / _file(way)).exists() for way in ways)


def check_teacher(path: str, ways: Sequence[str]) -> None:
    """Raises InputError where there is no model, or one that does not know both directions."""
    model = load_model(path)
    for way in ways:
        _translator(model, path, way, 1)


def taught(
    path: str,
    ways: Sequence[str],
    texts: Sequence[Text],
    sides: Sequence[Side],
    parts: Sequence[NDArray[np.int64]],
    stages: Stages,
    threads: int,
    beat: Callable[[], None],
    told: Callable[[int], None],
) -> tuple[Taught, Taught]:
    """The translations of sentences `parts` of both sides by the model in a run directory, made once and then kept.

    beat: is called every few seconds; what it raises ends the work. told: is told which side comes next. Raises
    InputError where the model does not know both directions.
    """
    found: list[Taught] = []
    for i, way in enumerate(ways):
        name = _file(way)
        if not (stages.folder / name).exists():
            told(i)
            translator = _translator(load_model(path), path, way, threads)
            lines = lexicon_lines(sides[i], texts[i].lines)
            made = []
            for first in range(0, len(parts[i]), BLOCK_LINES):
                beat()
                block = [lines[number] for number in parts[i][first : first + BLOCK_LINES]]
                made += [done.text for done in translator.translate(block)]
            tokens = [sides[1 - i].tokeniser.tokens(line) for line in made]
            corpus = WordCorpus.of(tokens, sides[1 - i].vocabulary)
            FILE.save(stages.folder / name, dict(zip(ARRAYS, (parts[i], corpus.ids, corpus.starts), strict=True)))
        held = stages.loaded(name, lambda file: FILE.load(file, ARRAYS))
        sentences, ids, starts = (held[key] for key in ARRAYS)
        found.append(Taught(sentences, WordCorpus(ids, starts, sides[1 - i].vocabulary)))
    return found[0], found[1]


def _file(way: str) -> str:
    return f"teacher.{way}.npz"


def _translator(model: Model, path: str, way: str, threads: int) -> LineTranslator:
    try:
        return training_translator(model, way, threads)
    except InputError as error:
        raise InputError(f"network.teacher={path}: {error}") from None
