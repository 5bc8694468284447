"""`unmt train`: a translation model from two texts that nobody paired, or from more."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from unmt.cli.command import EACH, Command
from unmt.cli.decipher import check_numbers, expanded
from unmt.cli.interruption import Interrupted, leave_on_interrupt, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, RunSettings, run_directory, typed_arguments
from unmt.cli.tracking import OFF, check_tracking, tracked
from unmt.errors import InputError
from unmt.solvers.processes import Processes
from unmt.tasks.monitor import Monitor

HELP = """
Usage: unmt train experiment=NAME | source.language= source.train= target.language= target.train= [key=value ...]

Learns to translate between two texts that nobody paired: one in each language, about the same things. A Transformer
learns of more than two, too, each language into each.

  unmt train experiment=tiny
  unmt train source.language=en source.train=a.txt target.language=fr target.train=b.txt
  unmt train ... source.vectors=en.vec target.vectors=fr.vec trainer.minutes=10 run.dir=runs/mine
  unmt translate model=runs/mine direction=en-fr < in.txt > out.txt
  unmt train ... -m seed=0,1,2 run.dir=runs/seeds   a run each, in runs/seeds/0 and so on; with
                     hydra/launcher=joblib hydra.launcher.n_jobs=2 two at a time (pip install 'unmt[sweep]')

The two texts
  source.language=   names of your choice, such as en and fr; a direction is then en-fr or fr-en
  target.language=
  source.train=      text files in UTF-8 (.gz too), a sentence a line. No line of one need translate a line of the
  target.train=      other, and none is looked for
  source.vectors=null  word vectors in word2vec's text format, which help; each trained on its own language alone
  target.vectors=null
  more.NAME.train=   of network=transformer and pretrained: a text of a third language, a fourth, and so on, each by a
                     name, as in more.de.train=c.txt more.cs.train=d.txt: one net for all directions, de-cs among them
  more.NAME.vectors=null   its word vectors, if source and target have some
  more.NAME.language=null  its name, where a key cannot have it (a key has a to z, digits and _); null: NAME

How to learn
  experiment=null    a preset: tiny, two_files, multi30k_en_fr_lexicon, multi30k_en_de_lexicon, and of a Transformer
                     tiny_transformer, multi30k_en_fr, multi30k_en_de, multi30k_en_fr_de
  network=lexicon    a dictionary and phrase tables over n-gram models: minutes on a laptop, no GPU
                     (it sets network.name=)
  network=transformer  then a Transformer that starts from the lexicon model's translations and goes on with its own:
                     for some texts better, in half an hour on two cores; docs/neural.md has figures
  trainer.minutes=null  end by then, with the rounds that are done (round 0 at the least); null: all rounds of a
                     lexicon, 60 minutes of a Transformer
  trainer.rounds=null  rounds of translating both texts and learning from that; null: 5 of a lexicon, and of a
                     Transformer what the minutes allow
  trainer.held_out=500  sentences of each text that are kept out of training, to tell the rounds apart
  trainer.force=false   go on where the two texts seem to share no structure
  threads=null       so many cores; null: all
  seed=0             same seed, same model

Of a lexicon
  network.order=5    words of the longest n-gram
  network.beam=10    hypotheses that the search keeps while it trains
  network.sentences=20000  sentences of each text that a round translates at most
  network.teacher=null  a run directory of any network for the same languages, whose translations the rounds from
                     network.teacher_round=4 on learn from beside their own: of a Transformer that started from a
                     lexicon model, for a better one

Of a Transformer
  network.start=lexicon  what it learns from at first: lexicon, none, or a run directory of network=lexicon; of more
                     than two languages several, with commas between
  network.hub=null   of more than two languages: the one whose pairs have a lexicon model, the others start by way of
                     it; null: every pair has one, n (n - 1) / 2 of n languages
  network.pieces=4000  symbols of the vocabulary that all languages share
  network.width=128  of its states, and so on: network.heads=4, network.inner=512, network.encoder_layers=2,
                     network.decoder_layers=2, network.dropout=0.1, network.longest=256 (pieces of a sentence)
  trainer.device=auto  a GPU where there is one; or cpu, or cuda
  trainer.steps=400  of a round, each of trainer.tokens=200 target pieces a language, at the rate trainer.rate=0.0015
  trainer.start_rounds=25  rounds that learn from the start alone
  network.turns=null  so many times, each after trainer.turn_rounds=30 rounds, the lexicon model learns from the net,
                     and the net then from what that model makes; null: 3 of two languages, 0 of more
  trainer.evaluate_every=5  rounds between two looks at the sentences that are kept out
  objectives.start_pairs=0.4  shares of the steps: back-translations by the start, objectives.denoising=0.1,
                     objectives.causal=0, objectives.masked=0, objectives.spans=0 of one language alone; the rest is
                     back-translation by the net itself (objectives.back_translation=false leaves it out)
  objectives.forward=0.4  share of the first rounds that learns to translate as the start does
  objectives.alone_until=60  round from which on no step learns from one language alone
  objectives.alone_rounds=0  first rounds whose steps all do, by the four shares above: a net that is initialised by
                     language modelling before it learns to translate
  objectives.sampled=null  back-translation draws at this temperature; null: takes the likeliest
  objectives.adversarial=0  weight of a discriminator that the encoder hides the language from
  network=pretrained network.path=FOLDER  starts from an encoder-decoder that save_pretrained() of transformers wrote,
                     with its own shape and vocabulary, at the rate 0.0001; nothing is fetched or unpickled
  Several processes on one machine, a GPU each or cores of their own, train the same model in less time:
  torchrun --standalone --nproc-per-node 2 --no-python unmt train ... network=transformer run.dir=runs/mine

  parallel.train=null  a little parallel text, if you have any: source, tab, target, a line each. It takes part in
                     every round with the share objectives.parallel=0.2 of the steps (of more than two languages: of
                     source and target alone)

Where things go
  standard output    a sample of translations of sentences that were kept out of training
  run.dir=null       folder for config.yaml, metrics.jsonl, result.json, report.html, checkpoints/ and model/;
                     null: a dated one under runs/. A run that was stopped, even by kill -9, goes on with the same
                     run.dir, and ends as if it had not been stopped. One that is done goes on where it is given more
                     trainer.minutes or trainer.rounds.
  wandb=off          offline or online: the numbers of metrics.jsonl to Weights & Biases too, as rounds are done
  expected=null      what a preset comes to, told at the start and, beside what was measured, at the end
  quiet=false        true: nothing on standard error but errors
"""

NETWORKS = ("lexicon", "transformer", "pretrained")
LEXICON_ROUNDS, NEURAL_MINUTES, TURNS = 5, 60.0, 3
NET_KEYS = ("pieces", "width", "heads", "inner", "encoder_layers", "decoder_layers", "dropout", "longest")
LEAST = {"pieces": 300, "width": 4, "heads": 1, "inner": 1, "encoder_layers": 1, "decoder_layers": 1, "longest": 16}
SHARES = ("start_pairs", "forward", "denoising", "causal", "masked", "spans", "parallel")
ALONE = ("denoising", "causal", "masked", "spans")

LONGEST_NAME = 32
"""Names of languages are parts of names of files."""


@dataclass
class SideSettings:
    """One of the two texts."""

    language: str | None = None
    train: str | None = None
    vectors: str | None = None


@dataclass
class ParallelSettings:
    """Pairs of sentences, for those who have some."""

    train: str | None = None


@dataclass
class NetworkSettings:
    """What is trained; the group `network` chooses it."""

    name: str = "lexicon"
    order: int = 5
    beam: int = 10
    sentences: int = 20000
    teacher: str | None = None
    teacher_round: int = 4
    start: str = "lexicon"
    hub: str | None = None
    turns: int | None = None
    pieces: int = 4000
    width: int = 128
    heads: int = 4
    inner: int = 512
    encoder_layers: int = 2
    decoder_layers: int = 2
    dropout: float = 0.1
    longest: int = 256
    path: str | None = None


@dataclass
class ObjectiveSettings:
    """What the steps of a Transformer learn from."""

    start_pairs: float = 0.4
    forward: float = 0.4
    denoising: float = 0.1
    causal: float = 0.0
    masked: float = 0.0
    spans: float = 0.0
    back_translation: bool = True
    sampled: float | None = None
    adversarial: float = 0.0
    parallel: float = 0.2
    alone_until: int = 60
    alone_rounds: int = 0


@dataclass
class TrainerSettings:
    """How long, and whether at all."""

    minutes: float | None = None
    rounds: int | None = None
    held_out: int = 500
    force: bool = False
    device: str = "auto"
    steps: int = 400
    tokens: int = 200
    rate: float = 0.0015
    start_rounds: int = 25
    turn_rounds: int = 30
    evaluate_every: int = 5


@dataclass
class Configuration:
    """The keys of `unmt train`; HELP says what each is."""

    source: SideSettings = field(default_factory=SideSettings)
    target: SideSettings = field(default_factory=SideSettings)
    # Texts by name; Hydra takes no names of the user's choice but in dictionaries of plain values.
    more: dict[str, dict[str, str | None]] = field(default_factory=dict, metadata={EACH: SideSettings})
    parallel: ParallelSettings = field(default_factory=ParallelSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    trainer: TrainerSettings = field(default_factory=TrainerSettings)
    objectives: ObjectiveSettings = field(default_factory=ObjectiveSettings)
    seed: int = 0
    threads: int | None = None
    quiet: bool = False
    wandb: str = OFF
    expected: str | None = None
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Train, or go on training, what the configuration names."""
    check(configuration)
    from unmt.tasks.training_settings import Text
    from unmt.text.corpus_file import read_lines

    # Before a folder is made: most bad input ends here.
    texts = []
    for side in sides(configuration).values():
        assert side.language is not None
        assert side.train is not None
        path = resolved(side.train)
        vectors = resolved(side.vectors) if side.vectors else None
        texts.append(Text(side.language, path, read_lines(path), vectors))
    processes = Processes.launched()
    if not processes.is_first:
        _work_along(configuration, texts)
        return
    _warn(texts, quiet=configuration.quiet)
    if configuration.expected and not configuration.quiet:
        note(f"expected  {configuration.expected}")
    train = _trainer(configuration)
    with run_directory("train", configuration) as directory:
        progress = Progress(directory.append_metrics, quiet=configuration.quiet, unit=None)
        goes_on = f"Interrupted. The same command with run.dir={directory.path} goes on from there."
        with leave_on_interrupt(goes_on) if processes.world > 1 else stop_on_interrupt(progress):
            try:
                with directory.refusals(), _metrics(directory, configuration) as metrics:
                    result = train(texts, directory, progress, metrics)
            finally:
                progress.clear()
            if result is not None:
                _keep(directory, {**result, "arguments": typed_arguments(configuration)})
                _tell(result, directory, configuration)
    if result is None:
        raise Interrupted(goes_on)


def sides(configuration: Configuration) -> dict[str, SideSettings]:
    """The texts by their keys: source, target, and the others in the order of their keys, however they were typed."""
    found = {"source": configuration.source, "target": configuration.target}
    for name, values in sorted(configuration.more.items()):
        unknown = sorted(values.keys() - asdict(SideSettings()).keys())
        if unknown:
            raise InputError(f"more.{name}.{unknown[0]}= is no key. Its keys are train, vectors and language.")
        side = SideSettings(**values)
        found[f"more.{name}"] = SideSettings(side.language or name, side.train, side.vectors)
    return found


def _work_along(configuration: Configuration, texts: Sequence[Any]) -> None:
    """Be one of several processes that is not the first: take part in the work, and write and say nothing."""
    folder = configuration.run.dir
    assert folder is not None
    with leave_on_interrupt(""):
        _trainer(configuration)(texts, RunDirectory(Path(folder).expanduser()), Monitor(), lambda _: None)


@contextmanager
def _metrics(directory: RunDirectory, configuration: Configuration) -> Iterator[Callable[[dict[str, Any]], None]]:
    """What takes the row of a round: metrics.jsonl, and Weights & Biases where that is asked for."""
    mode, quiet = configuration.wandb, configuration.quiet
    with tracked(mode, directory.path, typed_arguments(configuration), quiet=quiet) as track:

        def take(row: dict[str, Any]) -> None:
            directory.append_metrics(row)
            track(row)

        yield take


def check(configuration: Configuration) -> None:
    """Raises InputError for what no text could make right."""
    check_numbers(configuration)
    _check_sides(configuration)
    _check_processes(configuration)
    check_tracking(configuration.wandb)
    trainer = configuration.trainer
    least_rounds = 0 if configuration.network.name == "lexicon" else 1
    if trainer.minutes is not None and not (math.isfinite(trainer.minutes) and trainer.minutes > 0):
        raise InputError(f"trainer.minutes={trainer.minutes}: no time to train in. Give a number above 0.")
    for key, value, least in (
        ("trainer.rounds", trainer.rounds if trainer.rounds is not None else 1, least_rounds),
        ("trainer.held_out", trainer.held_out, 1),
        ("network.order", configuration.network.order, 2),
        ("network.beam", configuration.network.beam, 1),
        ("network.sentences", configuration.network.sentences, 1),
        ("network.teacher_round", configuration.network.teacher_round, 1),
        *((f"network.{name}", getattr(configuration.network, name), least) for name, least in LEAST.items()),
        *(
            (f"trainer.{name}", getattr(trainer, name), 1)
            for name in ("steps", "tokens", "turn_rounds", "evaluate_every")
        ),
        ("network.turns", configuration.network.turns or 0, 0),
        ("trainer.start_rounds", trainer.start_rounds, 0),
    ):
        if value < least:
            raise InputError(f"{key}={value}: too small. Give {least} or more.")
    if configuration.network.name not in NETWORKS:
        raise InputError(
            f"network.name={configuration.network.name}: unknown. Choose network=lexicon, transformer or pretrained."
        )
    _check_teacher(configuration)
    _check_turns(configuration.network)
    if configuration.parallel.train is not None and configuration.network.name == "lexicon":
        raise InputError("parallel.train= is for a Transformer. Give network=transformer, or no parallel.train=.")
    if configuration.more and configuration.network.name == "lexicon":
        raise InputError(
            f"network=lexicon is of two languages, and more.{min(configuration.more)} is another. Give"
            " network=transformer, which has one net for all, or train a model of each pair."
        )
    _check_net(configuration)
    _check_pretrained(configuration)


def _lexicon_rounds(trainer: TrainerSettings) -> int:
    return LEXICON_ROUNDS if trainer.rounds is None else trainer.rounds


def _check_teacher(configuration: Configuration) -> None:
    network, rounds = configuration.network, _lexicon_rounds(configuration.trainer)
    if network.teacher is None:
        return
    if network.name != "lexicon":
        raise InputError("network.teacher= is for network=lexicon. A Transformer starts from network.start=.")
    if rounds < network.teacher_round:
        raise InputError(
            f"trainer.rounds={rounds} end before network.teacher_round={network.teacher_round}, when the teacher"
            " would take part. Give more rounds, or a smaller network.teacher_round=."
        )


def _check_turns(network: NetworkSettings) -> None:
    if not network.turns:
        return
    if network.name == "lexicon":
        raise InputError(
            f"network.turns={network.turns} is of a Transformer. Give network=transformer, or leave it out."
        )
    if network.start == "none":
        raise InputError(
            f"network.turns={network.turns}: with network.start=none there is no lexicon model to learn from the net."
            " Leave one of them out."
        )


def _check_pretrained(configuration: Configuration) -> None:
    network, plain = configuration.network, NetworkSettings()
    if network.name != "pretrained":
        if network.path is not None:
            raise InputError("network.path= is for network=pretrained. Give both, or neither.")
        return
    if network.path is None:
        raise InputError("network.path= is missing: the folder of the net that network=pretrained starts from.")
    for name in NET_KEYS:
        if name != "longest" and getattr(network, name) != getattr(plain, name):
            raise InputError(
                f"network.{name}={getattr(network, name)} is of network=transformer; the net of network.path= has its"
                " own. Leave it out."
            )
    for name in ("masked", "adversarial"):
        if getattr(configuration.objectives, name):
            raise InputError(
                f"objectives.{name}={getattr(configuration.objectives, name)} is not there for network=pretrained."
                " Leave it out."
            )


def _check_processes(configuration: Configuration) -> None:
    world = Processes.launched().world
    if world > 1 and configuration.network.name == "lexicon":
        raise InputError(f"network=lexicon trains in one process, not in {world}. Start it without torchrun.")
    if world > 1 and configuration.run.dir is None:
        raise InputError(f"run.dir= is missing: {world} processes must know of one folder. Name it.")


def _check_net(configuration: Configuration) -> None:
    network, objectives, rate = configuration.network, configuration.objectives, configuration.trainer.rate
    if network.width % (2 * network.heads):
        raise InputError(
            f"network.width={network.width}: give a multiple of twice network.heads={network.heads}, such as"
            f" {2 * network.heads * max(1, network.width // (2 * network.heads))}."
        )
    if not 0.0 <= network.dropout < 1.0:
        raise InputError(f"network.dropout={network.dropout}: give a share from 0 up to, but not, 1.")
    if not (math.isfinite(rate) and rate > 0):
        raise InputError(f"trainer.rate={rate}: nothing to learn with. Give a number above 0, such as 0.0015.")
    for name in SHARES:
        value = getattr(objectives, name)
        if not (math.isfinite(value) and 0.0 <= value <= 1.0):
            raise InputError(f"objectives.{name}={value}: give a share from 0 to 1.")
    if not (math.isfinite(objectives.adversarial) and objectives.adversarial >= 0.0):
        raise InputError(f"objectives.adversarial={objectives.adversarial}: give 0 or more.")
    if objectives.sampled is not None and not (math.isfinite(objectives.sampled) and objectives.sampled > 0.0):
        raise InputError(f"objectives.sampled={objectives.sampled}: no temperature. Give a number above 0, or null.")
    for name, value, least in (
        ("alone_until", objectives.alone_until, 1),
        ("alone_rounds", objectives.alone_rounds, 0),
    ):
        if value < least:
            raise InputError(f"objectives.{name}={value}: too small. Give {least} or more.")
    _check_alone(objectives)


def _check_alone(objectives: ObjectiveSettings) -> None:
    """That the shares of one language alone make sense."""
    alone = sum(getattr(objectives, name) for name in ALONE)
    if alone > 1.0:
        raise InputError(f"objectives: {', '.join(ALONE)} are {alone:g} together. Give 1 at most.")
    if objectives.alone_rounds and alone == 0.0:
        raise InputError(
            f"objectives.alone_rounds={objectives.alone_rounds}: nothing to learn from in them, since"
            f" {', '.join(ALONE)} are all 0. Give one of them a share, such as objectives.causal=0.5."
        )


def _trainer(configuration: Configuration) -> Callable[..., dict[str, Any] | None]:
    """Trains the network that is configured: (texts, run directory, monitor, metrics) to a result or None."""
    network, trainer = configuration.network, configuration.trainer
    shared: dict[str, Any] = {
        "held_out": trainer.held_out,
        "force": trainer.force,
        "order": network.order,
        "seed": configuration.seed,
        "threads": configuration.threads,
    }
    if network.name == "lexicon":
        from unmt.tasks.train_lexicon import train_lexicon
        from unmt.tasks.training_settings import Settings

        plain = Settings(
            rounds=_lexicon_rounds(trainer), minutes=trainer.minutes, beam=network.beam, sentences=network.sentences,
            teacher=network.teacher and expanded(network.teacher), teacher_round=network.teacher_round, **shared,
        )  # fmt: skip
        return lambda texts, directory, monitor, metrics: train_lexicon(
            texts[0], texts[1], plain, directory.path, monitor, metrics
        )
    from unmt.tasks.neural_settings import NeuralSettings, Objectives, PretrainedSettings
    from unmt.tasks.train_transformer import train_transformer

    minutes = NEURAL_MINUTES if trainer.minutes is None and trainer.rounds is None else trainer.minutes
    start = network.start if network.start in {"lexicon", "none"} else expanded(network.start)
    net = {name: getattr(network, name) for name in NET_KEYS}
    kind: type[NeuralSettings] = NeuralSettings
    if network.name == "pretrained":
        from unmt.mappings.pretrained_folder import check_folder, folder_sha256

        assert network.path is not None
        path = expanded(network.path)
        check_folder(path)
        kind, net = PretrainedSettings, {**net, "path": path, "sha256": folder_sha256(path)}
    steps = {
        name: getattr(trainer, name)
        for name in ("steps", "tokens", "rate", "start_rounds", "turn_rounds", "evaluate_every")
    }
    settings = kind(
        minutes=minutes, rounds=trainer.rounds, device=trainer.device, start=start, hub=network.hub,
        turns=_turns(configuration), objectives=Objectives(**asdict(configuration.objectives)), **net, **steps,
        **shared,
    )  # fmt: skip
    parallel = _parallel(configuration)
    return lambda texts, directory, monitor, metrics: train_transformer(
        texts[0], texts[1], settings, directory.path, monitor, metrics, directory.forget_rounds, parallel, texts[2:]
    )


def _turns(configuration: Configuration) -> int:
    """Of a Transformer. Those of more than two languages, each pair of which has its lexicon model, cost more."""
    network = configuration.network
    if network.turns is not None:
        return network.turns
    return 0 if network.start == "none" or configuration.more else TURNS


def _parallel(configuration: Configuration) -> Any:
    """The pairs of parallel.train=, or None."""
    from unmt.tasks.training_settings import Parallel
    from unmt.text.corpus_file import read_pairs

    if configuration.parallel.train is None:
        return None
    path = resolved(configuration.parallel.train)
    return Parallel(path, read_pairs(path, "sentences"))


def _check_sides(configuration: Configuration) -> None:
    given = sides(configuration)
    for name, side in given.items():
        for key in ("language", "train"):
            if not getattr(side, key):
                raise InputError(
                    f"{name}.{key}= is missing. Give source.language=, source.train=, target.language= and "
                    "target.train=, or an experiment=."
                    if name in {"source", "target"}
                    else f"{name}.{key}= is missing: the text of {side.language}."
                )
        assert side.language is not None
        if not side.language.replace("_", "").isalnum() or len(side.language) > LONGEST_NAME:
            raise InputError(
                f"{name}.language={side.language[:60]}: use at most {LONGEST_NAME} letters and digits, such as en."
            )
    named: dict[str, str] = {}
    for name, side in given.items():
        assert side.language is not None
        other = named.setdefault(side.language, name)
        if other != name:
            raise InputError(f"{other} and {name} are both called {side.language}. Give each language its own name.")
    has_vectors = {name for name, side in given.items() if side.vectors is not None}
    if has_vectors and len(has_vectors) < len(given):
        lacking = next(name for name in given if name not in has_vectors)
        raise InputError(
            "source.vectors= and target.vectors= go together. Give both, or neither."
            if len(given) == 2
            else f"{lacking}.vectors= is missing, and {min(has_vectors)}.vectors= is there. Give those of all, or none."
        )
    if configuration.network.hub not in {None, *named}:
        raise InputError(f"network.hub={configuration.network.hub}: none of the languages {', '.join(named)}.")


def resolved(path: str) -> str:
    """A path as the user typed it; `sample:NAME` is a text that comes with unmt."""
    if path.startswith("sample:"):
        return str(Path(__file__).resolve().parents[1] / "samples" / path.removeprefix("sample:"))
    return expanded(path)


def _warn(texts: Sequence[Any], *, quiet: bool) -> None:
    for first, second in combinations(texts, 2):
        if first.sha256 == second.sha256 and not quiet:
            one, other = first.language, second.language
            which = "source.train= and target.train=" if len(texts) == 2 else f"the texts of {one} and {other}"
            note(
                f"beware    {which} are the same text, line by line: there is nothing to translate. Give {other} a text"
                " of its own."
            )


def _keep(directory: RunDirectory, result: dict[str, Any]) -> None:
    from unmt.report.train_page import train_page

    directory.write_json("result.json", result)
    directory.write_text("report.html", train_page(result))


def _tell(result: dict[str, Any], directory: RunDirectory, configuration: Configuration) -> None:
    from unmt.tasks.train_summary import measured

    for direction in result["directions"]:
        for sample in result["samples"][direction]:
            write(f"{direction}\t{sample['source']}\t{sample['hypothesis']}\n")
    if not configuration.quiet:
        note("\n" + str(result["summary"]))
        if configuration.expected:
            note(f"expected  {configuration.expected}\nmeasured  {measured(result)}")
        note(f"model     {directory.file('model')}\nreport    {directory.file('report.html')}")


COMMAND = Command(
    name="train",
    summary="a translation model from two texts, or more, that nobody paired",
    help=HELP,
    configuration=Configuration,
    run=run,
    groups=("experiment", "network"),
)
