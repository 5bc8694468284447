"""From two unpaired texts to a translator: words, lexicon, then rounds of translating both texts and learning from it.

Each stage is a file in checkpoints/, whole or not there, and a function of the files before it and of the seed, so that
a run that was killed goes on where it was and ends as if it had not been. Held-out sentences take part in no stage;
they only tell the rounds apart, by code length. Nothing parallel is read.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from unmt import __version__
from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import Decoder, DecoderSettings
from unmt.solvers.phrase_rounds import PairScores, learned_table, length_ratio, natural_ratio, with_length
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.translation_figures import as_corpus, translation_code
from unmt.tasks.lexicon_stage import lexicons, null_lexicon
from unmt.tasks.monitor import Monitor
from unmt.tasks.sides import Side, side_of
from unmt.tasks.train_summary import samples, summary
from unmt.tasks.translation_model import Direction, Language, TranslationModel
from unmt.text import atomic
from unmt.text.word_corpus import WordCorpus

LEXICON_WEIGHT, LEXICON_DISTORTION = 0.5, 3
"""Round 0 on en-fr captions, without references: how much the lexicon counts beside the language model."""

PHRASE_WEIGHTS = (0.6, 0.4, 0.6, 0.4, -0.2, 0.5)
"""Of phrase_rounds.ALL_FEATURES, beside a language model of weight 1."""

SHARED_BITS = 0.3
"""Bits a word that a lexicon must save against one of shuffled pairs, for structure to be shared."""

SHARED, NOTHING = "shared structure", "no shared structure"


@dataclass(frozen=True)
class Text:
    """One of the two texts: its language, the file's name, its lines, and a file of word vectors if there is one."""

    language: str
    path: str
    lines: Sequence[str]
    vectors: str | None = None

    @property
    def sha256(self) -> str:
        """Of the lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


@dataclass(frozen=True)
class Settings:
    """How to train; the command line says what each is. sentences: those of a side that each round translates."""

    rounds: int = 4
    minutes: float | None = None
    held_out: int = 500
    force: bool = False
    order: int = 5
    beam: int = 10
    sentences: int = 20000
    seed: int = 0
    threads: int | None = None


def train_lexicon(
    source: Text,
    target: Text,
    settings: Settings,
    folder: Path,
    monitor: Monitor | None = None,
    metrics: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any] | None:
    """Train in a run directory, or go on there; what result.json holds, or None where it was interrupted.

    Raises InputError where the texts are too short, share no structure, or differ from those that the run began with.
    """
    run = _Run((source, target), settings, folder, monitor or Monitor(), metrics or (lambda _: None))
    return run.to_the_end()


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
        self.kept = folder / "checkpoints"
        self.threads = settings.threads or 2
        self.begun = time.monotonic()
        self.rounds: list[dict[str, Any]] = []

    def to_the_end(self) -> dict[str, Any] | None:
        """All stages; None where the user stopped them."""
        self.kept.mkdir(parents=True, exist_ok=True)
        self._check_data()
        self._say("text into words", 0.0)
        self.sides: tuple[Side, Side] = tuple(  # type: ignore[assignment]
            side_of(text.language, text.lines, self.settings.held_out, self.settings.order, self.settings.seed)
            for text in self.texts
        )
        self._say("lexicon", 0.05)
        self.lexicons, self.report = lexicons(self.sides, self.texts, self.kept, self.settings.seed, self.monitor)
        self.scores = PairScores.of(*self.lexicons), PairScores.of(*self.lexicons[::-1])
        self.preflight = self._stage("preflight.json", self._preflight)
        if self.preflight["verdict"] == NOTHING and not self.settings.force:
            raise InputError(
                f"{self.texts[0].path} and {self.texts[1].path}: {self.preflight['sentence']}"
                " trainer.force=true goes on all the same."
            )
        for number in range(self.settings.rounds + 1):
            if self.monitor.stop_requested:
                return None
            if number and self._is_late():
                break
            self._round(number)
        return self._finished()

    def _check_data(self) -> None:
        held = {"texts": [text.sha256 for text in self.texts], "version": __version__}
        if self._stage("data.json", lambda: held) != held:
            raise InputError(
                f"run.dir={self.folder} was begun with other texts or another version of unmt. Name another run.dir."
            )

    def _preflight(self) -> dict[str, Any]:
        """How much the target text can pay, and whether the lexicon finds more than one of shuffled pairs would."""
        figures = self._figures(self._start_tables(self.lexicons), self._lexicon_settings())
        null = null_lexicon(self.lexicons, self.settings.seed)
        shuffled = self._figures(self._start_tables(null), self._lexicon_settings())
        saved = [shuffled[way]["two_sided"] - figures[way]["two_sided"] for way in self.ways]
        redundancy = [side.redundancy_bits for side in self.sides]
        shared = min(saved) >= SHARED_BITS and min(redundancy) > SHARED_BITS
        sentence = (
            f"the lexicon saves {saved[0]:.2f} and {saved[1]:.2f} bits a word against shuffled pairs"
            f" ({SHARED_BITS} is the least that counts), and what came before tells {redundancy[0]:.2f} and"
            f" {redundancy[1]:.2f} bits of the next word."
        )
        return {
            "verdict": SHARED if shared else NOTHING,
            "sentence": ("they share structure: " if shared else "they seem to share no structure: ") + sentence,
            "saved_bits_per_word": saved,
            "redundancy_bits_per_word": redundancy,
            "null": shuffled,
            "lexicon": asdict(self.report) if self.report is not None else None,
        }

    def _round(self, number: int) -> None:
        """Round 0: the lexicon; others: tables learned from what the round before made of both texts."""
        began = time.monotonic()
        stored = self.kept / f"round-{number}.json"
        if not stored.exists():
            tables = self._start_tables(self.lexicons) if number == 0 else self._learned(number)
            settings = self._lexicon_settings() if number == 0 else self._phrase_settings(tables)
            for way, table in zip(self.ways, tables, strict=True):
                table.save(self.kept / f"round-{number}.{way}.npz")
            entry: dict[str, Any] = {
                "round": number,
                "settings": [_stored(one) for one in settings],
                "figures": self._figures(tables, settings),
                "samples": samples(self._model(tables, settings), self.sides),
                "seconds": round(time.monotonic() - began, 2),
            }
            atomic.write_text(stored, json.dumps(entry, ensure_ascii=False))
            flat = {
                f"{way}.{name}": value for way, values in entry["figures"].items() for name, value in values.items()
            }
            self.metrics({"round": number, "seconds": entry["seconds"], **flat})
        self.rounds.append(json.loads(stored.read_text(encoding="utf-8")))
        self._say(f"round {number} done", (number + 1) / (self.settings.rounds + 1))

    def _tables(self, number: int) -> tuple[PhraseTable, PhraseTable]:
        first, second = (PhraseTable.load(self.kept / f"round-{number}.{way}.npz") for way in self.ways)
        return first, second

    def _learned(self, number: int) -> tuple[PhraseTable, PhraseTable]:
        tables, settings = self._tables(number - 1), self._settings_of(number - 1)
        real = tuple(side.training.subset(self._part(side, number)) for side in self.sides)
        made: list[WordCorpus] = []
        for i in (0, 1):
            self._say(f"round {number}: {self.ways[i]} of {len(real[i]):,} sentences", (number + 0.3 * i) / self._all)
            decoder = Decoder(tables[i], self.sides[1 - i].ngrams, settings[i])
            decoded = decoder.decode(real[i].ids, real[i].starts, self.threads)
            made.append(as_corpus(decoded, self.sides[1 - i].vocabulary))
        learned = []
        for i in (0, 1):
            self._say(f"round {number}: phrases of {self.ways[i]}", (number + 0.6 + 0.2 * i) / self._all)
            pairs = SentencePairs.of(made[1 - i], real[1 - i])
            learned.append(learned_table(pairs, self.lexicons[i], self.scores[i], threads=self.threads))
        return learned[0], learned[1]

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

    def _start_tables(self, lexicons_: tuple[Lexicon, Lexicon]) -> tuple[PhraseTable, PhraseTable]:
        return lexicons_[0].phrase_table(), lexicons_[1].phrase_table()

    def _lexicon_settings(self) -> tuple[DecoderSettings, DecoderSettings]:
        one = DecoderSettings(beam=self.settings.beam, distortion=LEXICON_DISTORTION, weights=(LEXICON_WEIGHT,))
        return one, one

    def _phrase_settings(self, tables: tuple[PhraseTable, PhraseTable]) -> tuple[DecoderSettings, DecoderSettings]:
        plain = DecoderSettings(beam=self.settings.beam, weights=PHRASE_WEIGHTS)
        few = [
            side.training.subset(np.arange(0, len(side.training), -(-len(side.training) // 400))) for side in self.sides
        ]
        natural = [length_ratio(tables[i], self.sides[1 - i].ngrams, plain, few[i], self.threads) for i in (0, 1)]
        means = [len(side.training.ids) / max(len(side.training), 1) for side in self.sides]
        ratio = natural_ratio(natural[0], natural[1], means[1] / means[0])
        wanted = (ratio, 1.0 / ratio)
        first, second = (
            with_length(tables[i], self.sides[1 - i].ngrams, plain, few[i], wanted[i], self.threads) for i in (0, 1)
        )
        return first, second

    def _settings_of(self, number: int) -> tuple[DecoderSettings, DecoderSettings]:
        first, second = (_restored(one) for one in self.rounds[number]["settings"])
        return first, second

    def _figures(
        self, tables: tuple[PhraseTable, PhraseTable], settings: tuple[DecoderSettings, DecoderSettings]
    ) -> dict[str, dict[str, float]]:
        found = {}
        for i, way in enumerate(self.ways):
            one, other = self.sides[i], self.sides[1 - i]
            code = translation_code(
                Decoder(tables[i], other.ngrams, settings[i]),
                (one.ngrams, other.ngrams),
                one.training,
                (one.held_out, other.held_out),
                self.threads,
            )
            found[way] = code.to_dict()
        return found

    def _model(self, tables: Sequence[PhraseTable], settings: Sequence[DecoderSettings]) -> TranslationModel:
        languages = {
            side.language: Language(side.language, side.tokeniser, side.vocabulary, side.ngrams) for side in self.sides
        }
        ways = [
            Direction(self.names[i], self.names[1 - i], tables[i], replace(settings[i], beam=self.settings.beam))
            for i in (0, 1)
        ]
        return TranslationModel(languages, {way.name: way for way in ways})

    def _finished(self) -> dict[str, Any]:
        """The best round of each direction, by its code length, as the model; and the result."""
        chosen = [
            min(range(len(self.rounds)), key=lambda r: self.rounds[r]["figures"][way]["two_sided"]) for way in self.ways
        ]
        tables = [self._tables(number)[i] for i, number in enumerate(chosen)]
        settings = [self._settings_of(number)[i] for i, number in enumerate(chosen)]
        model = self._model(tables, settings)
        model.save(self.folder / "model")
        result = {
            "directions": list(self.ways),
            "chosen_round": dict(zip(self.ways, chosen, strict=True)),
            "rounds": self.rounds,
            "preflight": self.preflight,
            "verdict": self.preflight["verdict"],
            "samples": {way: self.rounds[chosen[i]]["samples"][way] for i, way in enumerate(self.ways)},
            "dictionary": [_sample_dictionary(lexicon) for lexicon in self.lexicons],
            "texts": [
                {
                    "language": side.language,
                    "path": text.path,
                    "sha256": text.sha256,
                    "sentences": len(side.training),
                    "words": len(side.training.ids),
                    "vocabulary": len(side.vocabulary),
                    "held_out": len(side.held_out),
                }
                for side, text in zip(self.sides, self.texts, strict=True)
            ],
            "settings": {name: value for name, value in asdict(self.settings).items() if name != "threads"},
            "seed": self.settings.seed,
            "seconds": round(sum(entry["seconds"] for entry in self.rounds), 2),
            "version": __version__,
        }
        return {**result, "summary": summary(result)}

    def _is_late(self) -> bool:
        """Whether another round would end after the time that was given, if it takes as long as the last."""
        if self.settings.minutes is None:
            return False
        last = float(self.rounds[-1]["seconds"]) if self.rounds else 0.0
        return time.monotonic() - self.begun + last > 60.0 * self.settings.minutes

    def _stage(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        path = self.kept / name
        if not path.exists():
            atomic.write_text(path, json.dumps(make(), ensure_ascii=False))
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded

    def _say(self, stage: str, fraction: float) -> None:
        self.monitor.update(stage, 0, None, fraction)


def _stored(settings: DecoderSettings) -> dict[str, Any]:
    return asdict(settings)


def _restored(stored: dict[str, Any]) -> DecoderSettings:
    weights = stored["weights"]
    return DecoderSettings(**{**stored, "weights": None if weights is None else tuple(weights)})


def _sample_dictionary(lexicon: Lexicon, words: int = 60, options: int = 3) -> list[list[Any]]:
    """The most frequent words with their best translations and probabilities, for the report."""
    rows = []
    for place in range(min(words, len(lexicon.source))):
        part = slice(lexicon.option_start[place], lexicon.option_start[place + 1])
        shares = np.exp(lexicon.log_probability[part].astype(np.float64))
        shares = shares / shares.sum() if len(shares) else shares
        best = zip(lexicon.targets[part][:options].tolist(), shares[:options].tolist(), strict=True)
        named = [[lexicon.target.words[word], round(share, 3)] for word, share in best]
        rows.append([lexicon.source.words[place], named])
    return rows
