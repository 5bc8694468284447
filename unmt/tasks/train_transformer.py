"""From unpaired texts to a Transformer that translates each into each: lexicon models, then rounds of learning.

The first rounds learn from the lexicon models' translations, as pairs of a translation and the real sentence that it
was made from; the later ones from the net's own, made anew in each round (online back-translation: Sennrich et al.,
2016; Lample et al., 2018). Every round ends with a checkpoint that a killed run goes on from, to the same weights. The
round whose held-out code length is least is the model. Nothing parallel is read. There are two languages, or more.

Several processes may be at one training (unmt/solvers/processes.py). The first makes what the rounds begin with, and
writes all files; what the others do beside it changes nothing but the time.
"""

from __future__ import annotations

import copy
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import torch

from unmt.errors import InputError
from unmt.mappings.pretrained import Pretrained, load_pretrained
from unmt.mappings.sequence_net import SequenceNet
from unmt.mappings.transformer import Shape, Transformer
from unmt.objectives.latent_matching import LanguageDiscriminator
from unmt.solvers.processes import Processes, joined
from unmt.solvers.sequence_trainer import Rates, SequenceTrainer
from unmt.tasks.cores import cores
from unmt.tasks.device import device_of, precision_of
from unmt.tasks.models import check_joins, starts_from_nets, training_translator
from unmt.tasks.monitor import Monitor, Part
from unmt.tasks.neural_data import NeuralData, pieces_of, prepare, start_pairs
from unmt.tasks.neural_figures import neural_figures
from unmt.tasks.neural_looks import Looks
from unmt.tasks.neural_model import PIECES, NeuralModel
from unmt.tasks.neural_rounds import Rounds, Student
from unmt.tasks.neural_settings import NeuralSettings, PretrainedSettings
from unmt.tasks.neural_start import Lexicons, Start, check_held_out, given_start
from unmt.tasks.neural_summary import finished
from unmt.tasks.sides import side_of, training_lines
from unmt.tasks.tensor_file import load_facts, load_tensors, save_tensors
from unmt.tasks.training_clock import Clock, minutes_of
from unmt.tasks.training_settings import Parallel, Text
from unmt.tasks.training_stages import Stages, StoppedError, damaged, say
from unmt.tasks.translation_model import Language
from unmt.tasks.turns import part_of, turn_facts, turned
from unmt.text.pieces import Vocabulary

STATE = "state.safetensors"


def train_transformer(
    source: Text,
    target: Text,
    settings: NeuralSettings,
    folder: Path,
    monitor: Monitor | None = None,
    metrics: Callable[[dict[str, Any]], None] | None = None,
    resumed: Callable[[int], None] | None = None,
    parallel: Parallel | None = None,
    more: Sequence[Text] = (),
    looked: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any] | None:
    """Train in a run directory, or go on there; what result.json holds, or None where it was interrupted.

    metrics: takes the row of each round. looked: takes the result so far after each look at held-out sentences, which
    says `goes_on`. resumed: is told once from which round on rows will come; rows of those
    rounds that are there already are of a round that was killed before its checkpoint.
    parallel: a few pairs of sentences, if there are any, that take part in every round.
    more: texts of further languages; one net translates each language into each.
    Raises InputError where the texts are too short, share no structure, or differ from those that the run began with.
    """
    device, processes = device_of(settings.device), Processes.launched()
    with joined(processes, has_gpu=device.type == "cuda"):
        # The first looks after the folder, and the others wait until it has: where it could not, they end as well.
        if not processes.is_first and not processes.first(False):
            return None
        run = _Run(
            (source, target, *more), settings, folder, monitor or Monitor(), metrics or (lambda _: None), processes
        )
        run.device, run.resumed = device, resumed or run.resumed
        run.parallel, run.looked = parallel, looked or run.looked
        try:
            return run.to_the_end()
        except StoppedError:
            return None
        except InputError:
            if processes.is_first:
                run.stages.discard_unless_begun(PIECES)
            raise


class _Run:
    def __init__(
        self,
        texts: tuple[Text, ...],
        settings: NeuralSettings,
        folder: Path,
        monitor: Monitor,
        metrics: Callable[[dict[str, Any]], None],
        processes: Processes,
    ) -> None:
        self.texts, self.settings, self.folder = texts, settings, folder
        self.monitor, self.metrics = monitor, metrics
        self.clock = Clock(settings.minutes, settings.rounds)
        self.turns = 0
        self.lexicon: Start | None = None
        self.taken: list[dict[str, Any]] = []
        self.resumed: Callable[[int], None] = lambda _: None
        self.looked: Callable[[dict[str, Any]], None] = lambda _: None
        self.device, self.processes = torch.device("cpu"), processes
        self.parallel: Parallel | None = None
        self.pretrained: Pretrained | None = None
        self.stages = Stages(folder / "checkpoints", is_first=processes.is_first)
        self.looks = Looks(self.stages.folder, settings.selector, settings.keep)

    def to_the_end(self) -> dict[str, Any] | None:
        """All of it; None of a process that is not the first."""
        processes = self.processes
        self.threads = max(1, cores(self.settings.threads) // processes.local)
        if self.device.type == "cpu":
            torch.set_num_threads(1)  # shards and batches run side by side instead
        try:
            data = self._prepared()
            self.rounds = Rounds(data, self.settings, self.device, self.threads, processes)
            self.trainer = self._trainer(len(data.pieces))
            self._restore()
        except BaseException:
            if processes.is_first:
                processes.first(False)
            raise
        if processes.is_first:
            processes.first(True)
        self._turns(self.clock.round - 1)
        if processes.is_first:
            self.resumed(self.clock.round)
        last_seconds = float(self.looks.entries[-1]["seconds"]) if self.looks.entries else 0.0
        while not (self.looks.has_collapsed or processes.first(self.clock.is_over(last_seconds))):
            self._turns(self.clock.round)
            began = time.monotonic()
            self._round()
            last_seconds = max(last_seconds, time.monotonic() - began)
        return self._finished()

    def _prepared(self) -> NeuralData:
        """What the rounds begin with; the processes after the first find it made."""
        hashes = [text.sha256 for text in self.texts] + ([self.parallel.sha256] if self.parallel else [])
        self.stages.check_same(hashes, self.settings.settled())
        self._read_clock()
        settings = self.settings
        size: int | Vocabulary = settings.pieces
        self.longest = settings.longest
        if isinstance(settings, PretrainedSettings):
            self._say("the pretrained net")
            names = tuple(text.language for text in self.texts)
            self.pretrained, size = load_pretrained(settings.path, names, self.longest, settings.seed)
            self.longest = self.pretrained.longest
        self._say("text into words")
        self.sides = tuple(side_of(text.language, text.lines, settings.held_out, settings.order) for text in self.texts)
        if self.processes.is_first:
            self._check_teacher()
            self.lexicon = self._lexicon()
        data = prepare(
            self.texts, self.sides, self.stages.folder, size, self.longest,
            None if settings.start == "none" else self._lexicon_translator,
            lambda stage, _: self._say(stage),
            self.parallel,
            partial(part_of, settings.seed, 0),
        )  # fmt: skip
        self._forget_models()
        return data

    def _check_teacher(self) -> None:
        """That it can translate together with the net, before time is spent on what comes first."""
        settings = self.settings
        if settings.teacher is not None:
            pieces = pieces_of(self.stages.folder, self._lines, self.sides, settings.pieces)
            check_joins(settings.teacher, pieces, f"network.teacher={settings.teacher}")

    def _lexicon(self) -> Start | None:
        """The models that training starts from, and what its result says of the texts."""
        settings = self.settings
        if settings.start == "none":
            return None
        if settings.start != "lexicon":
            check_held_out(settings.start, self.texts, self.sides)
            return given_start(settings.start, [text.language for text in self.texts])
        return self._lexicons().start()

    def _lexicons(self) -> Lexicons:
        def watched(prefix: str, share: Callable[[float], float]) -> Monitor:
            return Part(self.monitor, lambda fraction: self.clock.fraction_of_start(share(fraction)), prefix)

        return Lexicons(self.texts, self.settings, self.folder, self.stages, watched)

    def _turns(self, number: int) -> None:
        """The turns up to a round that were not taken yet: lexicon models that the net taught make its start anew."""
        for turn in range(self.turns + 1, self.settings.turn(number) + 1):
            self.turns = turn
            if self.processes.is_first:
                try:
                    start = turned(turn, self._lexicons(), self.stages, self.folder, self._time, self._teacher)
                    self.taken.append(turn_facts(turn * self.settings.turn_rounds, start))
                    if start is not None:
                        self.lexicon = start
                    self._start_anew(turn, is_taken=start is not None)
                except BaseException:
                    self.processes.first(None)
                    raise
                self.processes.first(start is not None)
                continue
            waiting: bool | None = None
            is_taken = self.processes.first(waiting)
            if is_taken is None:
                raise StoppedError
            self._start_anew(turn, is_taken=is_taken)

    def _start_anew(self, turn: int, *, is_taken: bool) -> None:
        if not is_taken:
            self.rounds = replace(self.rounds, left_out=(*self.rounds.left_out, turn))
            return
        data, folder, part = self.rounds.data, self.stages.folder, partial(part_of, self.settings.seed, turn)
        start = start_pairs(self._lines, data, folder, self.longest, self._lexicon_translator, f"turn-{turn}", part)
        self._forget_models()
        self.rounds = replace(self.rounds, data=replace(data, start=start))

    def _forget_models(self) -> None:
        """Of the lexicon models, whose translations are made: tables and n-grams are a gigabyte and more."""
        if self.lexicon is not None:
            self.lexicon = replace(self.lexicon, models={})

    @property
    def _lines(self) -> list[Sequence[str]]:
        """Of each text, those to train on."""
        return [training_lines(side, text.lines) for side, text in zip(self.sides, self.texts, strict=True)]

    @property
    def _time(self) -> tuple[float | None, float]:
        """Minutes that are left, None for no end, and minutes of a round, as far as is known."""
        return self.clock.minutes_left, minutes_of([float(entry["seconds"]) for entry in self.looks.entries])

    def _lexicon_translator(self, number: int, other: int) -> Callable[[Sequence[str]], list[str]]:
        """What translates lines of a language into another."""
        assert self.lexicon is not None
        steps = [
            (way, training_translator(model, way, self.threads))
            for model, way in self.lexicon.steps(self.sides[number].language, self.sides[other].language)
        ]

        def translate(lines: Sequence[str]) -> list[str]:
            for way, translator in steps:
                watched = Part(self.monitor, lambda _: self.clock.fraction, f"{way} of {self._start}: ")
                done = [translation.text for translation in translator.translate(lines, watched)]
                if len(done) < len(lines):
                    raise StoppedError
                lines = done
            return list(lines)

        return translate

    @cached_property
    def _start(self) -> str:
        """What it learns from at first, in words."""
        return "other nets" if starts_from_nets(self.settings.start) else "the lexicon model"

    def _trainer(self, symbols: int) -> SequenceTrainer:
        settings = self.settings
        shape = Shape(
            symbols, settings.width, settings.heads, settings.inner, settings.encoder_layers, settings.decoder_layers,
            settings.dropout, settings.longest,
        )  # fmt: skip
        generator = torch.Generator().manual_seed(settings.seed)
        net: SequenceNet = self.pretrained or Transformer(shape, generator)
        if settings.compile and isinstance(net, Transformer):
            net.compile_blocks()
        discriminator = None
        if settings.objectives.has_adversary:
            discriminator = LanguageDiscriminator(settings.width, len(self.sides), generator)
        student = Student(net, discriminator).to(self.device)
        return SequenceTrainer(
            student, Rates(peak=settings.rate), dropout=settings.dropout, seed=settings.seed, threads=self.threads,
            processes=self.processes, precision=precision_of(settings.precision, self.device),
        )  # fmt: skip

    @property
    def net(self) -> SequenceNet:
        """The averaged weights: what translates, is scored and is kept."""
        student = self.trainer.averaged
        assert isinstance(student, Student)
        return student.net

    def _restore(self) -> None:
        path = self.stages.folder / STATE
        if not path.exists():
            return
        try:
            tensors, facts = load_tensors(path)
            self.trainer.restore(tensors, facts["steps"], facts["applied"])
            self.clock.round, self.looks.entries, self.clock.before = facts["round"], facts["entries"], facts["elapsed"]
        except (OSError, ValueError, KeyError, RuntimeError, TypeError):
            raise damaged(path) from None
        if self.settings.rounds is not None and self.clock.round > self.settings.rounds:
            raise InputError(
                f"run.dir={self.folder} has {self.clock.round} rounds already, more than trainer.rounds="
                f"{self.settings.rounds}. Give as many, more, or another run.dir."
            )

    def _round(self) -> None:
        number, settings = self.clock.round, self.settings
        began = time.monotonic()
        sums: Counter[str] = Counter()
        first = "text alone" if settings.start == "none" else self._start
        what = f"learning from {first}" if self.rounds.from_start(number) else "back-translation"
        what = "each language alone" if number < settings.objectives.alone_rounds else what
        for place, shards in enumerate(
            self.rounds.shards(number, self.net, lambda _: self._say(f"round {number}: translating"))
        ):
            if place % 10 == 0:
                self._say(f"round {number}: {what}")
            sums.update(self.trainer.step(shards))
        self.clock.round += 1
        row: dict[str, Any] = {
            "round": number,
            "steps": self.trainer.steps,
            "loss_bits": _bits_a_piece(sums, ""),
            "tokens": int(sums["tokens"]),
            "gradient_norm": round(sums["gradient_norm"] / settings.steps, 4),
            **({"passed_over": int(sums["passed_over"])} if sums["passed_over"] else {}),
            **{
                f"{name}.loss_bits": _bits_a_piece(sums, f"{name}.")
                for name in sorted(key.removesuffix(".loss") for key in sums if key.endswith(".loss"))
            },
            "seconds": round(time.monotonic() - began, 2),
        }
        if self._is_looked_at(number):
            entry = self._look(row)
            flat = {
                f"{way}.{name}": value for way, values in entry["figures"].items() for name, value in values.items()
            }
            row |= flat | {"guards": entry["guards"]}
            for way, watched in entry["guard_figures"].items():
                row |= {f"{way}.{name}": value for name, value in watched.items()}
                row[f"{way}.guards_tripped"] = len(entry["guards"][way])
        if not self.processes.is_first:
            return
        self.metrics(row)
        self._save()
        if self.looks.entries and self.looks.entries[-1]["round"] == number:
            self.looked(self._result(self.looks.best) | {"goes_on": True})

    def _save(self) -> None:
        """The checkpoint to go on from."""
        facts = {
            "steps": self.trainer.steps, "applied": self.trainer.applied, "round": self.clock.round,
            "entries": self.looks.entries, "elapsed": round(self.clock.elapsed, 2),
        }  # fmt: skip
        save_tensors(self.stages.folder / STATE, self.trainer.state(), facts)

    def _is_looked_at(self, number: int) -> bool:
        return (number + 1) % self.settings.evaluate_every == 0 or number + 1 == self.settings.rounds

    def _look(self, row: dict[str, Any]) -> dict[str, Any]:
        """Look at held-out sentences after the round of a row: its entry, kept; weights are, if they are good."""
        self._say(f"round {row['round']}: held-out sentences")
        found = neural_figures(self.net, self.rounds, lambda: self._say("held-out sentences"))
        if not all(math.isfinite(figures["two_sided"]) for figures in found.values()):
            raise InputError(
                f"after round {row['round']} the net's probabilities are no finite numbers any more. Train with a"
                f" smaller rate than trainer.rate={self.settings.rate:g}, in another run.dir."
            )
        samples = {way: figures.pop("samples") for way, figures in found.items()}
        tripped = {way: figures.pop("tripped") for way, figures in found.items()}
        watched = {way: figures.pop("guards") for way, figures in found.items()}
        entry = {
            **row,
            "figures": found,
            "guards": tripped,
            "guard_figures": watched,
            "samples": samples,
            "elapsed": round(self.clock.elapsed, 2),
        }
        self.looks.entries.append(entry)
        if self.processes.is_first:
            self.looks.keep(self.net)
        return entry

    def _finished(self) -> dict[str, Any] | None:
        if not self.looks.entries or self.looks.entries[-1]["round"] != self.clock.round - 1:
            self._look({"round": self.clock.round - 1, "steps": self.trainer.steps, "seconds": 0.0})
            if self.processes.is_first:
                self._save()  # with this look, whose weights may have taken the place of others'
        if not self.processes.is_first:
            return None
        chosen = self.looks.take_best(self.net)
        self._model(self.net.cpu()).save(self.folder / "model")
        return self._result(chosen)

    def _result(self, chosen: dict[str, Any]) -> dict[str, Any]:
        """What result.json holds where a look is the one that is chosen."""
        return finished(
            self.looks.entries, chosen, self.sides, self.texts, self.lexicon.result if self.lexicon else {},
            {
                "settings": {k: v for k, v in asdict(self.settings).items() if k not in {"threads", "device"}},
                "network": "transformer" if self.pretrained is None else "pretrained",
                "seed": self.settings.seed,
                "parallel": self._pairs_used(),
                "turns": self.taken,
                "steps": self.trainer.steps,
                "device": str(self.device),
                "precision": str(self.trainer.precision).removeprefix("torch."),
                "parameters": sum(weight.numel() for weight in self.net.parameters()),
                "elapsed": round(self.clock.elapsed, 2),
                "collapsed": self.looks.has_collapsed or bool(any(chosen["guards"].values())),
            },
        )  # fmt: skip

    def _pairs_used(self) -> dict[str, int] | None:
        if self.parallel is None:
            return None
        return {"given": len(self.parallel.pairs), "used": len(self.rounds.data.parallel[0])}

    def _teacher(self) -> NeuralModel:
        """The averaged net as it is now; it goes on where it is."""
        return self._model(copy.deepcopy(self.net).cpu())

    def _model(self, net: SequenceNet) -> NeuralModel:
        data = self.rounds.data
        languages = {
            side.language: Language(side.language, side.tokeniser, side.vocabulary, side.ngrams) for side in self.sides
        }
        allowed = {side.language: ids for side, ids in zip(self.sides, data.allowed, strict=True)}
        return NeuralModel(languages, data.pieces, net, allowed)

    def _read_clock(self) -> None:
        """Time that processes before this one spent, as their last checkpoint has it."""
        path = self.stages.folder / STATE
        if path.exists():
            try:
                self.clock.before = float(load_facts(path)["elapsed"])
            except (OSError, ValueError, KeyError, TypeError):
                raise damaged(path) from None

    def _say(self, stage: str) -> None:
        say(self.monitor, stage, self.clock.fraction)


def _bits_a_piece(sums: Mapping[str, float], prefix: str) -> float:
    """Of sums of SequenceTrainer.step."""
    return round(sums[f"{prefix}loss"] / max(sums[f"{prefix}tokens"], 1.0) / math.log(2.0), 4)
