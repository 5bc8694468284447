"""`unmt train`: a translation model from two texts that nobody paired."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unmt.cli.command import Command
from unmt.cli.decipher import check_numbers, expanded
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, RunSettings, run_directory, typed_arguments
from unmt.errors import InputError

HELP = """
Usage: unmt train experiment=NAME | source.language= source.train= target.language= target.train= [key=value ...]

Learns to translate between two texts that nobody paired: one in each language, about the same things.

  unmt train experiment=tiny
  unmt train source.language=en source.train=a.txt target.language=fr target.train=b.txt
  unmt train ... source.vectors=en.vec target.vectors=fr.vec trainer.minutes=10 run.dir=runs/mine
  unmt translate model=runs/mine direction=en-fr < in.txt > out.txt

The two texts
  source.language=   names of your choice, such as en and fr; a direction is then en-fr or fr-en
  target.language=
  source.train=      text files in UTF-8 (.gz too), a sentence a line. No line of one need translate a line of the
  target.train=      other, and none is looked for
  source.vectors=null  word vectors in word2vec's text format, which help; each trained on its own language alone
  target.vectors=null

How to learn
  experiment=null    a preset: tiny, two_files, multi30k_en_fr_lexicon, multi30k_en_de_lexicon
  network=lexicon    a dictionary and phrase tables over n-gram models: minutes on a laptop, no GPU
                     (it sets network.name=)
  network.order=5    words of the longest n-gram
  network.beam=10    hypotheses that the search keeps while it trains
  network.sentences=20000  sentences of each text that a round translates at most
  trainer.rounds=5   rounds of translating both texts and learning from that
  trainer.minutes=null  end by then, with the rounds that are done (round 0 at the least); null: all rounds
  trainer.held_out=500  sentences of each text that are kept out of training, to tell the rounds apart
  trainer.force=false   go on where the two texts seem to share no structure
  threads=null       so many cores; null: all
  seed=0             same seed, same model

Where things go
  standard output    a sample of translations of sentences that were kept out of training
  run.dir=null       folder for config.yaml, metrics.jsonl, result.json, report.html, checkpoints/ and model/;
                     null: a dated one under runs/. A run that was stopped, even by kill -9, goes on with the same
                     run.dir, and ends as if it had not been stopped.
  quiet=false        true: nothing on standard error but errors
"""

LONGEST_NAME = 32
"""Names of languages are parts of names of files."""


@dataclass
class SideSettings:
    """One of the two texts."""

    language: str | None = None
    train: str | None = None
    vectors: str | None = None


@dataclass
class NetworkSettings:
    """What is trained; the group `network` chooses it."""

    name: str = "lexicon"
    order: int = 5
    beam: int = 10
    sentences: int = 20000


@dataclass
class TrainerSettings:
    """How long, and whether at all."""

    minutes: float | None = None
    rounds: int = 5
    held_out: int = 500
    force: bool = False


@dataclass
class Configuration:
    """The keys of `unmt train`; HELP says what each is."""

    source: SideSettings = field(default_factory=SideSettings)
    target: SideSettings = field(default_factory=SideSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    trainer: TrainerSettings = field(default_factory=TrainerSettings)
    seed: int = 0
    threads: int | None = None
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Train, or go on training, what the configuration names."""
    check(configuration)
    from unmt.tasks.train_lexicon import train_lexicon
    from unmt.tasks.training_settings import Settings, Text
    from unmt.text.corpus_file import read_lines

    # Before a folder is made: most bad input ends here.
    texts = []
    for side in (configuration.source, configuration.target):
        assert side.language is not None
        assert side.train is not None
        path = resolved(side.train)
        vectors = resolved(side.vectors) if side.vectors else None
        texts.append(Text(side.language, path, read_lines(path), vectors))
    _warn(texts, quiet=configuration.quiet)
    network, trainer = configuration.network, configuration.trainer
    settings = Settings(
        rounds=trainer.rounds,
        minutes=trainer.minutes,
        held_out=trainer.held_out,
        force=trainer.force,
        order=network.order,
        beam=network.beam,
        sentences=network.sentences,
        seed=configuration.seed,
        threads=configuration.threads,
    )
    with run_directory("train", configuration) as directory:
        progress = Progress(directory.append_metrics, quiet=configuration.quiet)
        with stop_on_interrupt(progress):
            try:
                with directory.refusals():
                    result = train_lexicon(
                        texts[0], texts[1], settings, directory.path, progress, directory.append_metrics
                    )
            finally:
                progress.clear()
            if result is not None:
                _keep(directory, {**result, "arguments": typed_arguments(configuration)})
                _tell(result, directory, quiet=configuration.quiet)
    if result is None:
        raise Interrupted(f"Interrupted. The same command with run.dir={directory.path} goes on from there.")


def check(configuration: Configuration) -> None:
    """Raises InputError for what no text could make right."""
    check_numbers(configuration)
    _check_sides(configuration)
    trainer = configuration.trainer
    if trainer.minutes is not None and not (math.isfinite(trainer.minutes) and trainer.minutes > 0):
        raise InputError(f"trainer.minutes={trainer.minutes}: no time to train in. Give a number above 0.")
    for key, value, least in (
        ("trainer.rounds", trainer.rounds, 0),
        ("trainer.held_out", trainer.held_out, 1),
        ("network.order", configuration.network.order, 2),
        ("network.beam", configuration.network.beam, 1),
        ("network.sentences", configuration.network.sentences, 1),
    ):
        if value < least:
            raise InputError(f"{key}={value}: too small. Give {least} or more.")
    if configuration.network.name != "lexicon":
        raise InputError(f"network.name={configuration.network.name}: unknown. Choose network=lexicon.")


def _check_sides(configuration: Configuration) -> None:
    for name in ("source", "target"):
        side = getattr(configuration, name)
        for key in ("language", "train"):
            if not getattr(side, key):
                raise InputError(
                    f"{name}.{key}= is missing. Give source.language=, source.train=, target.language= and "
                    "target.train=, or an experiment=."
                )
        if not side.language.replace("_", "").isalnum() or len(side.language) > LONGEST_NAME:
            raise InputError(
                f"{name}.language={side.language[:60]}: use at most {LONGEST_NAME} letters and digits, such as en."
            )
    if configuration.source.language == configuration.target.language:
        raise InputError(
            f"source and target are both called {configuration.source.language}. Give each language its own name."
        )
    if (configuration.source.vectors is None) != (configuration.target.vectors is None):
        raise InputError("source.vectors= and target.vectors= go together. Give both, or neither.")


def resolved(path: str) -> str:
    """A path as the user typed it; `sample:NAME` is a text that comes with unmt."""
    if path.startswith("sample:"):
        return str(Path(__file__).resolve().parents[1] / "samples" / path.removeprefix("sample:"))
    return expanded(path)


def _warn(texts: Sequence[Any], *, quiet: bool) -> None:
    if texts[0].sha256 == texts[1].sha256 and not quiet:
        note(
            f"beware    source.train= and target.train= are the same text, line by line: there is nothing to translate."
            f" Give {texts[1].language} a text of its own."
        )


def _keep(directory: RunDirectory, result: dict[str, Any]) -> None:
    from unmt.report.train_page import train_page

    directory.write_json("result.json", result)
    directory.write_text("report.html", train_page(result))


def _tell(result: dict[str, Any], directory: RunDirectory, *, quiet: bool) -> None:
    for direction in result["directions"]:
        for sample in result["samples"][direction]:
            write(f"{direction}\t{sample['source']}\t{sample['hypothesis']}\n")
    if not quiet:
        note("\n" + str(result["summary"]))
        note(f"model     {directory.file('model')}\nreport    {directory.file('report.html')}")


COMMAND = Command(
    name="train",
    summary="a translation model from two texts that nobody paired",
    help=HELP,
    configuration=Configuration,
    run=run,
    groups=("experiment", "network"),
)
