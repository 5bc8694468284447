"""From two unpaired texts to a translator: words, lexicon, then rounds of translating both texts and learning from it.

Each stage is a file in checkpoints/, whole or not there, and a function of the files before it and of the seed, so that
a run that was killed goes on where it was and ends as if it had not been. Held-out sentences take part in no stage;
they only tell the rounds apart, by code length. Nothing parallel is read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import Decoder, DecoderSettings
from unmt.solvers.translation_figures import as_corpus
from unmt.solvers.word_balance import WordBalance
from unmt.tasks.cores import cores, with_one_blas_thread
from unmt.tasks.lexicon_stage import lexicons, start_tables
from unmt.tasks.monitor import Monitor
from unmt.tasks.phrase_stage import learned_tables, phrase_settings
from unmt.tasks.sides import Side, side_of
from unmt.tasks.teacher_stage import Taught, check_teacher, is_taught, taught
from unmt.tasks.train_preflight import NOTHING, code_figures, lexicon_settings, measured_preflight
from unmt.tasks.train_summary import finished, sample_dictionary, samples, text_facts
from unmt.tasks.training_settings import Settings, Text
from unmt.tasks.training_stages import LateError, Stages, StoppedError, say
from unmt.tasks.translation_model import Direction, Language, TranslationModel
from unmt.text.word_corpus import WordCorpus

LEXICON_WEIGHT = 0.5
"""Round 0: how much the lexicon counts beside the language model. At 1.5 round 0 itself is better and all that is
learned from it worse: phrases are learned from fluent text. See DESIGN.md."""
INSERTED, LEFT_OUT = -0.5, -4.0
"""Nats of a function word that comes or goes in round 0. One that comes is paid to the language model, too."""
COLLOCATION = -0.5
"""Nats of two words that are translated as one."""
START_OPTIONS = 60
"""Of a word in round 0: its translations, and these with function words."""

ROUND_KEYS = ("settings", "figures", "samples", "seconds", "elapsed")
FREE_SETTINGS = ("threads", "minutes", "rounds", "force")
"""They change no stage, only which are made."""
TEACHER_SETTINGS = ("teacher", "teacher_round", "teacher_id")


class UnrelatedError(InputError):
    """Two texts share no structure. preflight: what was found of them."""

    def __init__(self, message: str, preflight: dict[str, Any]) -> None:
        super().__init__(message)
        self.preflight = preflight


@with_one_blas_thread
def train_lexicon(
    source: Text,
    target: Text,
    settings: Settings,
    folder: Path,
    monitor: Monitor | None = None,
    metrics: Callable[[dict[str, Any]], None] | None = None,
    begun: Path | None = None,
    resumed: Callable[[int], None] | None = None,
) -> dict[str, Any] | None:
    """Train in a run directory, or go on there; what result.json holds, or None where it was interrupted.

    metrics, resumed: as of train_transformer. begun: checkpoints of the same training without a teacher, whose stages
    before the teacher's first round need not be made again; others are no use and do no harm.
    Raises InputError where the texts are too short, share no structure, or differ from those that the run began with.
    """
    run = _Run((source, target), settings, folder, monitor or Monitor(), metrics or (lambda _: None))
    run.begun_elsewhere, run.resumed = begun, resumed or run.resumed
    try:
        return run.to_the_end()
    except StoppedError:
        return None
    except InputError:
        run.stages.discard_unless_begun()
        raise


class _Run:
    """The stages of a training, each done or loaded."""

    def __init__(
        self,
        texts: tuple[Text, Text],
        settings: Settings,
        folder: Path,
        monitor: Monitor,
        metrics: Callable[[dict[str, Any]], None],
    ) -> None:
        self.texts, self.settings, self.folder = texts, settings, folder
        self.monitor, self.metrics = monitor, metrics
        self.names = (texts[0].language, texts[1].language)
        self.ways = (f"{self.names[0]}-{self.names[1]}", f"{self.names[1]}-{self.names[0]}")
        self.threads = cores(settings.threads)
        self.begun = time.monotonic()
        self.rounds: list[dict[str, Any]] = []
        self.stages = Stages(folder / "checkpoints")
        self.begun_elsewhere: Path | None = None
        self.resumed: Callable[[int], None] = lambda _: None

    def to_the_end(self) -> dict[str, Any]:
        """All stages."""
        settled = {name: value for name, value in asdict(self.settings).items() if name not in FREE_SETTINGS}
        if self.settings.teacher is None:
            # A run that has none goes on where it was begun before there were any.
            for name in TEACHER_SETTINGS:
                del settled[name]
        else:
            settled["teacher"] = settled.pop("teacher_id") or settled["teacher"]
            if not is_taught(self.stages, self.ways):
                check_teacher(self.settings.teacher, self.ways)
        hashes = [text.sha256 for text in self.texts]
        self.stages.check_same(hashes, settled)
        if self.begun_elsewhere is not None:
            plain = {name: value for name, value in settled.items() if name not in TEACHER_SETTINGS}
            self.stages.take_over(self.begun_elsewhere, hashes, plain, self.settings.teacher_round)
        self._say("text into words", 0.0)
        self.sides: tuple[Side, Side] = tuple(  # type: ignore[assignment]
            side_of(text.language, text.lines, self.settings.held_out, self.settings.order) for text in self.texts
        )
        self._say("lexicon", 0.05)
        self.lexicons, self.report = lexicons(self.sides, self.texts, self.stages, self.settings.seed, self.monitor)
        self.preflight = self.stages.entry("preflight", self._preflight)
        if self.preflight["verdict"] == NOTHING and not self.settings.force:
            raise UnrelatedError(
                f"{self.texts[0].path} and {self.texts[1].path}: {self.preflight['sentence']}"
                f" trainer.force=true run.dir={self.folder} goes on all the same.",
                self.preflight,
            )
        self.resumed(next(number for number in count() if f"round-{number}" not in self.stages))
        try:
            for number in range(self.settings.rounds + 1):
                if number and self._is_late():
                    break
                self._round(number)
        except LateError:
            self.stages.keep(self._late, {"elapsed": round(self._now(), 2)})
        return self._finished()

    def _preflight(self) -> dict[str, Any]:
        beam, seed = self.settings.beam, self.settings.seed
        return measured_preflight(
            self.sides, self.lexicons, self.report, beam=beam, seed=seed, threads=self.threads, beat=self._beat
        )

    def _round(self, number: int) -> None:
        """Round 0: the lexicon; others: tables learned from what the round before made of both texts."""
        self.rounds.append(self.stages.entry(f"round-{number}", lambda: self._told(self._made(number)), ROUND_KEYS))
        self._say(f"round {number} done", (number + 1) / self._all)

    def _told(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Its row is written before the round is kept: one that a kill leaves without its round is forgotten."""
        figures = entry["figures"].items()
        flat = {f"{way}.{name}": value for way, values in figures for name, value in values.items()}
        self.metrics({"round": entry["round"], "seconds": entry["seconds"], **flat})
        return entry

    def _made(self, number: int) -> dict[str, Any]:
        began = time.monotonic()
        if number == 0:
            tables, settings = self._start()
        else:
            tables = self._learned(number)
            settings = phrase_settings(tables, self.sides, self.settings.beam, self.threads, self._beat)
        self.stages.save_tables(number, self.ways, tables)
        entry: dict[str, Any] = {
            "round": number,
            "settings": [asdict(one) for one in settings],
            "figures": self._figures(tables, settings),
            "samples": samples(self._model(tables, settings), self.sides),
            "seconds": round(time.monotonic() - began, 2),
            "elapsed": round(self._now(), 2),
        }
        self.begun = time.monotonic()
        return entry

    def _learned(self, number: int) -> tuple[PhraseTable, PhraseTable]:
        real, made = self._translated(number)
        own = list(made)
        if self.settings.teacher is not None and number >= self.settings.teacher_round:
            for i, one in enumerate(self._taught(self.settings.teacher, number)):
                real[i] = real[i].followed_by(self.sides[i].training.subset(one.sentences))
                made[i] = made[i].followed_by(one.made)
        tables, renewed = learned_tables(
            [side.training for side in self.sides],
            real,
            made,
            self.lexicons,
            self.settings.seed,
            self.threads,
            self._beat,
            lambda i: self._say(f"round {number}: phrases of {self.ways[i]}", (number + 0.6 + 0.2 * i) / self._all),
        )
        balanced = []
        for i, way in enumerate(self.ways):
            renewed[i].save(self.stages.folder / _lexicon_file(number, way))
            balance = self._balance(number - 1, i).stepped(renewed[i], own[i], self.sides[1 - i].training)
            balance.save(self.stages.folder / _balance_file(number, way))
            balanced.append(balance.applied(tables[i]))
        return balanced[0], balanced[1]

    def _translated(self, number: int) -> tuple[list[WordCorpus], list[WordCorpus]]:
        """Sentences of both texts, and what the round before made of them."""
        settings = self._settings_of(number - 1)
        real = [side.training.subset(self._part(side, number)) for side in self.sides]
        made: list[WordCorpus] = []
        for i in (0, 1):
            self._say(f"round {number}: {self.ways[i]} of {len(real[i]):,} sentences", (number + 0.3 * i) / self._all)
            decoder = Decoder(self.stages.table(number - 1, self.ways[i]), self.sides[1 - i].ngrams, settings[i])
            decoded = decoder.decode(real[i].ids, real[i].starts, self.threads, self._beat)
            made.append(as_corpus(decoded, self.sides[1 - i].vocabulary))
        return real, made

    def _taught(self, teacher: str, number: int) -> tuple[Taught, Taught]:
        return taught(
            teacher, self.ways, self.texts, self.sides, [self._part(side, 0) for side in self.sides], self.stages,
            self.threads, self._beat, lambda i: self._say(f"the teacher: {self.ways[i]}", (number + 0.3) / self._all),
        )  # fmt: skip

    @property
    def _all(self) -> int:
        return self.settings.rounds + 1

    def _part(self, side: Side, number: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The sentences of a side that a round translates, others each round where the text is long."""
        count = len(side.training)
        if count <= self.settings.sentences:
            return np.arange(count)
        rng = np.random.default_rng([self.settings.seed, number, len(side.vocabulary)])
        return np.sort(rng.choice(count, self.settings.sentences, replace=False))

    def _start(self) -> tuple[tuple[PhraseTable, PhraseTable], tuple[DecoderSettings, DecoderSettings]]:
        """Tables of round 0, and how they are searched."""
        tables = start_tables(self.sides, self.lexicons, self.stages)
        weights = (LEXICON_WEIGHT, INSERTED, LEFT_OUT, COLLOCATION)
        settings = replace(lexicon_settings(self.settings.beam, LEXICON_WEIGHT), weights=weights, options=START_OPTIONS)
        return tables, (settings, settings)

    def _lexicon(self, number: int, i: int) -> Lexicon:
        """That of a direction as it was in a round."""
        if number == 0:
            return self.lexicons[i]
        return self.stages.loaded(_lexicon_file(number, self.ways[i]), Lexicon.load)

    def _balance(self, number: int, i: int) -> WordBalance:
        """That of a direction's target words in a round."""
        if number == 0:
            return WordBalance.none(len(self.sides[1 - i].vocabulary))
        return self.stages.loaded(_balance_file(number, self.ways[i]), WordBalance.load)

    def _settings_of(self, number: int) -> tuple[DecoderSettings, DecoderSettings]:
        first, second = (DecoderSettings.from_dict(one) for one in self.rounds[number]["settings"])
        return first, second

    def _figures(
        self, tables: tuple[PhraseTable, PhraseTable], settings: tuple[DecoderSettings, DecoderSettings]
    ) -> dict[str, dict[str, float]]:
        return code_figures(self.sides, tables, settings, self.threads, self._beat)

    def _model(self, tables: Sequence[PhraseTable], settings: Sequence[DecoderSettings]) -> TranslationModel:
        languages = {
            side.language: Language(side.language, side.tokeniser, side.vocabulary, side.ngrams) for side in self.sides
        }
        ways = [Direction(self.names[i], self.names[1 - i], tables[i], settings[i]) for i in (0, 1)]
        return TranslationModel(languages, {way.name: way for way in ways})

    def _finished(self) -> dict[str, Any]:
        """The best round of each direction, by its code length, as the model; and the result.

        With a teacher, of the rounds that it taught: between these and others code lengths do not tell which is better.
        """
        first = self.settings.teacher_round if self.settings.teacher is not None else 0
        numbers = range(first, len(self.rounds)) or range(len(self.rounds))
        chosen = [min(numbers, key=lambda r: self.rounds[r]["figures"][way]["two_sided"]) for way in self.ways]
        tables = [self.stages.table(number, way) for number, way in zip(chosen, self.ways, strict=True)]
        settings = [self._settings_of(number)[i] for i, number in enumerate(chosen)]
        model = self._model(tables, settings)
        model.save(self.folder / "model")
        return finished(
            {
                "directions": list(self.ways),
                "chosen_round": dict(zip(self.ways, chosen, strict=True)),
                "rounds": self.rounds,
                "preflight": self.preflight,
                "verdict": self.preflight["verdict"],
                "dictionary": [sample_dictionary(self._lexicon(number, i)) for i, number in enumerate(chosen)],
                "texts": [text_facts(side, text) for side, text in zip(self.sides, self.texts, strict=True)],
                "settings": {name: value for name, value in asdict(self.settings).items() if name != "threads"},
                "seed": self.settings.seed,
            }
        )

    def _is_late(self) -> bool:
        """Whether another round would end after the time that was given, if it takes as long as the last.

        Round 1 takes longer than round 0, and any round may: then a beat ends it.
        """
        if self.settings.minutes is None:
            return False
        return self._elapsed() + float(self.rounds[-1]["seconds"]) > 60.0 * self.settings.minutes

    def _beat(self) -> None:
        """What rounds call every few seconds or sooner.

        Raises StoppedError where the user asks to stop, and LateError after round 0 when the time that was given is
        over.
        """
        if self.monitor.stop_requested:
            raise StoppedError
        if self.settings.minutes is not None and self.rounds and self._now() > 60.0 * self.settings.minutes:
            raise LateError

    def _now(self) -> float:
        """Seconds so far, of all processes that took part."""
        return self._elapsed() + time.monotonic() - self.begun

    def _elapsed(self) -> float:
        """The same up to the end of the last round, or of the next where it was given up; both are kept."""
        kept = self.rounds[-1:]
        if self._late in self.stages:
            kept = [*kept, self.stages.entry(self._late, dict, ("elapsed",))]
        return max((float(entry["elapsed"]) for entry in kept), default=0.0)

    @property
    def _late(self) -> str:
        """The stage that says when the next round was given up for want of time."""
        return f"late-{len(self.rounds)}"

    def _say(self, stage: str, fraction: float) -> None:
        say(self.monitor, stage, fraction)


def done_there(checkpoints: Path, most: int) -> tuple[int, float]:
    """How many of the first rounds of a training are done, so many at most, and the seconds that they took."""
    seconds = 0.0
    for number in range(most):
        try:
            entry = json.loads((checkpoints / f"round-{number}.json").read_text(encoding="utf-8"))
            seconds = float(entry["elapsed"])
        except (OSError, ValueError, KeyError, TypeError):
            return number, seconds
    return most, seconds


def _lexicon_file(number: int, way: str) -> str:
    return f"round-{number}.lexicon.{way}.npz"


def _balance_file(number: int, way: str) -> str:
    return f"round-{number}.balance.{way}.npz"
