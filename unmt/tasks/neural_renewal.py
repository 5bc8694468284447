"""Better pairs from a better net: phrase tables learned from what the net and the last tables made of both texts.

A net and phrase tables err in different ways, and what both say is more often right: tables that are learned from the
translations of both translate better than either. The net learns from theirs from then on. Source of the idea that the
one regularises the other: Ren et al., "Unsupervised neural machine translation with SMT as posterior regularization",
2019. Nothing parallel is read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.lexicon import Lexicon
from unmt.mappings.sequence_net import SequenceNet
from unmt.solvers.phrase_rounds import FLOOR
from unmt.solvers.processes import Processes
from unmt.tasks.neural_data import is_made, start_file, start_pairs, training_lines
from unmt.tasks.neural_rounds import Rounds
from unmt.tasks.neural_settings import NeuralSettings
from unmt.tasks.phrase_stage import learned_tables, phrase_settings
from unmt.tasks.sides import Side
from unmt.tasks.training_settings import Text
from unmt.tasks.training_stages import StoppedError
from unmt.tasks.translation_model import Direction, Language, TranslationModel
from unmt.text.piece_corpus import PieceCorpus
from unmt.text.pieces import Vocabulary
from unmt.text.word_corpus import WordCorpus

SENTENCES = 20_000
"""Of each text, at most, whose translations a table is learned from."""

BEAM = 10
GUESSED_ROUNDS = 5
"""As many rounds does a renewal take, before one has been timed."""

Translate = Callable[[Sequence[str]], list[str]]


class Renewals:
    """Makes the pairs of the start anew in the course of a training. seconds: that the last time took.

    model: what training started from, None of a process after the first. translator: (phrase model, index of a
    language, name of the model) gives what translates lines of the language into the other. say: is told what is done,
    every few seconds or sooner; what it raises ends the work.
    """

    def __init__(
        self,
        settings: NeuralSettings,
        texts: Sequence[Text],
        sides: Sequence[Side],
        folder: Path,
        longest: int,
        model: TranslationModel | None,
        threads: int,
        processes: Processes,
        translator: Callable[[TranslationModel, int, str], Translate],
        say: Callable[[str], None],
    ) -> None:
        self.settings, self.texts, self.sides, self.folder = settings, texts, sides, folder
        self.longest, self.model, self.threads, self.processes = longest, model, threads, processes
        self.translator, self.say = translator, say
        self.seconds = 0.0

    def is_due(self, number: int, rounds: Rounds, left: float | None, round_seconds: float) -> bool:
        """Whether a round begins with it. left: seconds of the training that are left, None for as many as it takes."""
        settings, later = self.settings, number - self.settings.start_rounds
        if not (settings.renew_every and rounds.data.start and settings.objectives.start_pairs):
            return False
        if len(self.sides) != 2 or later < 0 or later % settings.renew_every:
            return False
        # What it is for needs time, too.
        is_late = left is not None and left < 3.0 * (self.seconds or GUESSED_ROUNDS * round_seconds)
        return not self.processes.first(is_late)

    def renewed(self, number: int, rounds: Rounds, net: SequenceNet) -> Rounds:
        """The rounds from this number on, with the next pairs, made where they are not there. net: as it is before."""
        began, renewed = time.monotonic(), (*rounds.renewed, number)
        name = f"start-{len(renewed)}"
        files = [start_file(name, self.sides, language) for language in (0, 1)]
        if not self.processes.first(all(is_made(self.folder, file) for file in files)):
            chosen, made = self._translations(number, rounds, net)
            try:
                if self.model is not None:
                    self._write(name, number, rounds, chosen, made)
            except BaseException:
                self.processes.first(False)
                raise
            if not self.processes.first(True):
                raise StoppedError
        return self.restored(renewed, time.monotonic() - began, rounds)

    def restored(self, renewed: tuple[int, ...], seconds: float, rounds: Rounds) -> Rounds:
        """The rounds with the pairs that were made last. renewed: as of Rounds."""
        self.seconds = seconds
        return rounds.with_start(self._pairs(f"start-{len(renewed)}", rounds, None), renewed)

    def _translations(
        self, number: int, rounds: Rounds, net: SequenceNet
    ) -> tuple[list[NDArray[np.int64]], list[list[WordCorpus]]]:
        """The sentences of each text that take part, and what the net and the phrases before made of them."""
        data, pieces = rounds.data, rounds.data.pieces
        times = len(rounds.renewed)
        last = f"start-{times}" if times else "start"
        chosen, by_net, by_phrases = [], [], []
        for language, other in ((0, 1), (1, 0)):
            rng = np.random.default_rng([self.settings.seed, 20_000_000 + times, language])
            part = chosen_sentences(data.training[language], rng)
            real = [data.training[language][int(place)] for place in part]
            stage = f"round {number}: {self.sides[language].language}-{self.sides[other].language} by the net"
            said = rounds.translated(real, language, net, told=lambda _, stage=stage: self.say(stage))  # type: ignore[misc]
            before = PieceCorpus.load(self.folder, start_file(last, self.sides, language))
            chosen.append(part)
            by_net.append(as_words(pieces, said, self.sides[other]))
            by_phrases.append(as_words(pieces, [before[int(place)] for place in part], self.sides[other]))
        return chosen, [by_net, by_phrases]

    def _write(
        self, name: str, number: int, rounds: Rounds, chosen: Sequence[NDArray[np.int64]], made: list[list[WordCorpus]]
    ) -> None:
        """The pairs, as files that begin with the name."""
        assert self.model is not None
        beat = partial(self.say, f"round {number}: phrases of both texts")
        lexicons = lexicons_of(self.model, self.sides)
        model = renewed_model(self.sides, chosen, made, lexicons, self.threads, beat)
        self._pairs(name, rounds, lambda language: self.translator(model, language, "phrases learned anew"))

    def _pairs(
        self, name: str, rounds: Rounds, translators: Callable[[int], Translate] | None
    ) -> dict[int, tuple[PieceCorpus, PieceCorpus]]:
        lines: list[list[str]] = [[], []]
        if translators is not None:
            lines = [training_lines(text, side) for text, side in zip(self.texts, self.sides, strict=True)]
        data = rounds.data
        return start_pairs(self.folder, name, data.pieces, self.sides, data.training, lines, translators, self.longest)


def chosen_sentences(training: PieceCorpus, rng: np.random.Generator) -> NDArray[np.int64]:
    """(n,) the sentences of a text that take part, by number."""
    usable = np.flatnonzero(training.lengths > 0)
    if len(usable) <= SENTENCES:
        return usable
    return np.sort(rng.choice(usable, SENTENCES, replace=False))


def lexicons_of(model: TranslationModel, sides: Sequence[Side]) -> tuple[Lexicon, Lexicon]:
    """The lexicon that the model began with, as far as its tables still have it, and the one back."""
    found = []
    for i in (0, 1):
        way = model.direction(f"{sides[i].language}-{sides[1 - i].language}")
        source, target = (model.languages[name].vocabulary for name in (way.source, way.target))
        lexicon = Lexicon.of_table(way.table, source, target, FLOOR)
        found.append(lexicon.among(sides[i].vocabulary, sides[1 - i].vocabulary))
    return found[0], found[1]


def as_words(pieces: Vocabulary, rows: Sequence[NDArray[np.int32]], side: Side) -> WordCorpus:
    """Sentences of pieces of a language as the words of its text."""
    return WordCorpus.of([pieces.decode(row.tolist()) for row in rows], side.vocabulary)


def renewed_model(
    sides: Sequence[Side],
    chosen: Sequence[NDArray[np.int64]],
    made: Sequence[Sequence[WordCorpus]],
    lexicons: tuple[Lexicon, Lexicon],
    threads: int,
    beat: Callable[[], None],
) -> TranslationModel:
    """A phrase model of both directions.

    chosen: the sentences of the training text of each side. made: for each translator, what it made of those of text
    0, in the language of text 1, and of text 1. beat: is called every few seconds or sooner; what it raises ends it.
    """
    real = [side.training.subset(part) for side, part in zip(sides, chosen, strict=True)]
    tables = learned_tables(real, made, lexicons, threads, beat)
    settings = phrase_settings(tables, sides, BEAM, threads, beat)
    languages = {side.language: Language(side.language, side.tokeniser, side.vocabulary, side.ngrams) for side in sides}
    ways = [Direction(sides[i].language, sides[1 - i].language, tables[i], settings[i]) for i in (0, 1)]
    return TranslationModel(languages, {way.name: way for way in ways})
