"""`unmt train`: a translation model from two texts that nobody paired, or from more."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from unmt.cli.command import Command
from unmt.cli.interruption import Interrupted, leave_on_interrupt, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, run_directory, typed_arguments
from unmt.cli.tracking import tracked
from unmt.cli.train_checks import check, turns_of
from unmt.cli.train_keys import HELP, NET_KEYS, NEURAL_MINUTES, Configuration, lexicon_rounds, sides
from unmt.errors import InputError
from unmt.solvers.processes import Processes
from unmt.tasks.monitor import Monitor
from unmt.text.paths import expanded, is_there


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
        if configuration.needs and not is_there(path):
            raise InputError(f"{path}: no such file. {configuration.needs}")
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
            rounds=lexicon_rounds(trainer), minutes=trainer.minutes, beam=network.beam, sentences=network.sentences,
            teacher=network.teacher and expanded(network.teacher), teacher_round=network.teacher_round, **shared,
        )  # fmt: skip
        return lambda texts, directory, monitor, metrics: train_lexicon(
            texts[0], texts[1], plain, directory.path, monitor, metrics, resumed=directory.forget_rounds
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
        for name in ("steps", "tokens", "rate", "start_rounds", "turn_rounds", "evaluate_every", "keep")
    }
    settings = kind(
        minutes=minutes, rounds=trainer.rounds, device=trainer.device, precision=trainer.precision,
        compile=trainer.compile, selector=trainer.selector, start=start, hub=network.hub,
        turns=turns_of(configuration), teacher=network.teacher and expanded(network.teacher),
        objectives=Objectives(**asdict(configuration.objectives)), **net, **steps,
        **shared,
    )  # fmt: skip
    parallel = _parallel(configuration)
    typed = typed_arguments(configuration)
    return lambda texts, directory, monitor, metrics: train_transformer(
        texts[0], texts[1], settings, directory.path, monitor, metrics, directory.forget_rounds, parallel, texts[2:],
        lambda result: _report(directory, {**result, "arguments": typed}),
    )  # fmt: skip


def _parallel(configuration: Configuration) -> Any:
    """The pairs of parallel.train=, or None."""
    from unmt.tasks.training_settings import Parallel
    from unmt.text.corpus_file import read_pairs

    if configuration.parallel.train is None:
        return None
    path = resolved(configuration.parallel.train)
    return Parallel(path, read_pairs(path, "sentences"))


def resolved(path: str) -> str:
    """A path as the user typed it; `sample:NAME` is a text that comes with unmt."""
    if path.startswith("sample:"):
        return str(Path(__file__).resolve().parents[1] / "samples" / path.removeprefix("sample:"))
    return expanded(path)


def _warn(texts: Sequence[Any], *, quiet: bool) -> None:
    for first, second in combinations(texts, 2):
        if not quiet and _are_alike(first.lines, second.lines):
            one, other = first.language, second.language
            which = "source.train= and target.train=" if len(texts) == 2 else f"the texts of {one} and {other}"
            note(
                f"beware    {which} are the same text, or most of it is: there is nothing to translate. Give {other} a"
                " text of its own."
            )


def _are_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether most of the different lines of either stand in the other, wherever they do."""
    first, second = ({line.strip() for line in lines} - {""} for lines in (one, other))
    return 2 * len(first & second) > min(len(first), len(second))


def _keep(directory: RunDirectory, result: dict[str, Any]) -> None:
    directory.write_json("result.json", result)
    _report(directory, result)


def _report(directory: RunDirectory, result: dict[str, Any]) -> None:
    from unmt.report.train_page import train_page

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
