"""The folder of a run: config.yaml, metrics.jsonl, result.json, report.html, and what else the command keeps."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from unmt.cli.command import CHOICE
from unmt.errors import InputError
from unmt.text import atomic
from unmt.text.paths import expanded, is_there

RUNS = Path("runs")
# Where a run writes, how much it says and to whom, on how many cores it works, and whether it was told to go on all the
# same do not change its answer.
FREE_KEYS = (
    "run.dir",
    "quiet",
    "threads",
    "trainer.force",
    "wandb",
    "expected",
    "needs",
    "trainer.keep",
    "trainer.device",
)
# How long to train: a run that is done goes on where it is given more.
LENGTH_KEYS = ("trainer.minutes", "trainer.rounds")

OWN = ("metrics.jsonl", "result.json", "report.html", "rows.jsonl", "checkpoints", "model")
"""What a run writes, which in a folder without its config.yaml is somebody else's."""

KEPT = ("result.json", "rows.jsonl", "checkpoints")
"""Results, and work that a next run can go on from."""


@dataclass
class RunSettings:
    """The group `run` of a command's configuration."""

    dir: str | None = None


class RunDirectory:
    """An open folder of a run. Whatever cannot be written raises InputError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def file(self, name: str) -> Path:
        """The path of a file in it."""
        return self.path / name

    def write_text(self, name: str, text: str) -> Path:
        """A whole file, in place of what was there."""
        with self.refusals():
            atomic.write_text(self.file(name), text)
        return self.file(name)

    def write_json(self, name: str, value: dict[str, Any]) -> Path:
        """A whole file of JSON, as a person can read it."""
        return self.write_text(name, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")

    def append_metrics(self, values: dict[str, Any]) -> None:
        """A line of metrics.jsonl."""
        with self.refusals(), self.file("metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n")

    def forget_rounds(self, first: int) -> None:
        """Drop the lines of metrics.jsonl that are of this round or a later one, which is to be made again."""
        path = self.file("metrics.jsonl")
        with self.refusals():
            # Not splitlines(): text of a row may have line breaks of other kinds.
            text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        lines = text.split("\n")[:-1]
        kept = [line for line in lines if _is_before(line, first)]
        if len(kept) < len(lines):
            self.write_text("metrics.jsonl", "".join(f"{line}\n" for line in kept))

    def begin_metrics(self) -> None:
        """Drop metrics.jsonl of an earlier attempt, where the work begins again from nothing."""
        with self.refusals():
            self.file("metrics.jsonl").unlink(missing_ok=True)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """What the file system refuses inside becomes InputError, which names the file where it is none of this run."""
        try:
            yield
        except OSError as error:
            why = error.strerror or error
            if error.filename is not None and not self._has(Path(str(error.filename))):
                raise InputError(f"{error.filename}: {why}. Make room, or permit it, or name another.") from None
            raise InputError(f"run.dir={self.path}: {why}. Name a folder with room that can be written.") from None

    def _has(self, path: Path) -> bool:
        """Whether a path is this folder, one above it that has to be there, or a file in it."""
        here, there = self.path.absolute(), path.absolute()
        return there.is_relative_to(here) or here.is_relative_to(there)


@contextmanager
def run_directory(command: str, configuration: Any) -> Iterator[RunDirectory]:
    """The folder of this run, with config.yaml in it; it belongs to this process until it is closed.

    configuration: a command's dataclass with a group `run`. Without run.dir the folder is a new one under runs/; it
    goes away again where the input turns out to be bad.
    Raises InputError where the folder cannot be written, is in use, or holds a run with other settings. How long to
    train may differ: what is done stays, and more is added to it.
    """
    import yaml

    settings = asdict(configuration)
    given = configuration.run.dir
    place = Path(expanded(given)) if given else RUNS
    before = {folder for folder in (place, *place.parents) if is_there(folder)}
    run = RunDirectory(place if given else _dated(command))
    with run.refusals():
        run.path.mkdir(parents=True, exist_ok=True)
    with _locked(run):
        is_new = not run.file("config.yaml").exists()
        if is_new:
            _check_empty(run)
        else:
            _check_same(run, settings, _usual(configuration))
        try:
            if not is_new:
                _sweep_up(run)
            run.write_text("config.yaml", yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=10**6))
            yield run
        except InputError:
            if is_new and not any(run.file(name).exists() for name in KEPT):
                _discard(run, before)
            raise


def _dated(command: str) -> Path:
    """A new folder under runs/, made here so that two commands started in one second get two."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    for attempt in range(1, 1000):
        path = RUNS / (f"{stamp}-{command}" + (f"-{attempt}" if attempt > 1 else ""))
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            if not RUNS.is_dir():
                raise InputError(
                    f"{RUNS} is a file, so no folder can be made in it. Name another by run.dir=."
                ) from None
            continue
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}. Name a folder that can be written by run.dir=.") from None
        return path
    raise InputError(f"{RUNS} has a thousand runs of this second. Name a folder by run.dir=.")


@contextmanager
def _locked(run: RunDirectory) -> Iterator[None]:
    """Hold the folder alone. The lock goes with the process, so that a killed run leaves none."""
    import fcntl

    with run.refusals():
        descriptor = os.open(run.path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"run.dir={run.path}: another run is at work there. Wait for it, or name another."
            ) from None
        except OSError:
            pass  # a file system without locks: two runs in one folder are then for the user to avoid
        yield
    finally:
        os.close(descriptor)


def _is_before(line: str, first: int) -> bool:
    """Whether a line of metrics.jsonl is a row of no round or of one before; a damaged one is none."""
    try:
        row = json.loads(line)
        return isinstance(row, dict) and bool(row.get("round", -1) < first)
    except (ValueError, TypeError, RecursionError):
        return False


def _check_empty(run: RunDirectory) -> None:
    """That nothing there would be replaced."""
    for name in OWN:
        if run.file(name).exists():
            raise InputError(
                f"run.dir={run.path} has a {name} and no config.yaml, so it is of no run that could go on, and would be"
                " replaced. Name another run.dir."
            )


def _check_same(run: RunDirectory, settings: dict[str, Any], usual: dict[str, Any]) -> None:
    """That the run begun in the folder had these settings; a key that there was not yet had its usual value."""
    import yaml

    try:
        held = yaml.safe_load(run.file("config.yaml").read_text(encoding="utf-8"))
        entries = _flat(held) if isinstance(held, dict) else {}
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        held = None
    if not isinstance(held, dict):
        raise InputError(f"{run.file('config.yaml')} cannot be read. Name another run.dir, or delete this one.")
    now = _flat(settings)
    before = {key: usual[key] for key in now.keys() & usual.keys()} | entries
    for key in held:
        if key not in settings:
            raise InputError(
                f"run.dir={run.path} holds a run of another command, one that takes {key}=. Name another run.dir, or"
                " delete that one."
            )
    for key in sorted(before.keys() | now.keys()):
        if key not in {*FREE_KEYS, *LENGTH_KEYS} and before.get(key) != now.get(key):
            raise InputError(
                f"run.dir={run.path} holds a run with {key}={_shown(before.get(key))}, not {_shown(now.get(key))}."
                " Name another run.dir, or delete that one."
            )


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def _shown(value: Any) -> str:
    """The value as it is typed on a command line."""
    text = _typed(value)
    return text if len(text) <= 60 else text[:60] + "..."


def typed_arguments(configuration: Any) -> dict[str, str]:
    """What is to be typed for the same answer: whatever is not so without being typed, and the seed."""
    plain = type(configuration)()
    usual, given = _usual(configuration), _flat(asdict(configuration))
    for entry in fields(configuration):
        if CHOICE in entry.metadata:
            # What is chosen brings its own values along: only its name has to be typed, group=name.
            group = entry.name
            usual[group] = getattr(plain, group).name
            given = {group if key == f"{group}.name" else key: value for key, value in given.items()}
    wanted = [key for key in given if key not in FREE_KEYS and (key == "seed" or given[key] != usual.get(key))]
    return {key: _typed(given[key]) for key in wanted}


def _usual(configuration: Any) -> dict[str, Any]:
    """The values that its keys have where nothing is typed; of a choice those of what is chosen."""
    usual = _flat(asdict(type(configuration)()))
    for entry in fields(configuration):
        if CHOICE in entry.metadata:
            usual |= _flat({entry.name: asdict(type(getattr(configuration, entry.name))())})
    return usual


def _typed(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _sweep_up(run: RunDirectory) -> None:
    """Remove what a killed run left half written."""
    with run.refusals():
        atomic.sweep_up(run.path)
        metrics = run.file("metrics.jsonl")
        if metrics.exists():
            data = metrics.read_bytes()
            os.truncate(metrics, data.rfind(b"\n") + 1)


def _discard(run: RunDirectory, before: set[Path]) -> None:
    """Remove what this run made, and no folder that was there before."""
    for name in ("config.yaml", "metrics.jsonl"):
        run.file(name).unlink(missing_ok=True)
    try:
        for folder in (run.path, *run.path.parents):
            if folder in before:
                break
            folder.rmdir()
    except OSError:
        pass  # there are other things in it by now
