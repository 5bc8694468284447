"""Metrics to Weights & Biases too, where that is asked for: the numbers of metrics.jsonl, under the same names."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from unmt.cli.output import note
from unmt.errors import InputError

OFF, OFFLINE, ONLINE = MODES = ("off", "offline", "online")
PROJECT = "unmt"
INIT_SECONDS = 30.0

Sink = Callable[[dict[str, Any]], None]


def check_tracking(mode: str) -> None:
    """Raises InputError for an unknown mode."""
    if mode not in MODES:
        raise InputError(f"wandb={mode}: unknown. Choose one of {', '.join(MODES)}.")


@contextmanager
def tracked(mode: str, folder: Path, settings: dict[str, Any], *, quiet: bool) -> Iterator[Sink]:
    """While this is open, what takes a row of a round.

    Nothing asks for an account: without one, or without its server, what is logged stays in the folder `wandb` of the
    run, from where `wandb sync` sends it. What goes wrong there is said, and stops no training.
    """
    if mode == OFF:
        yield lambda _: None
        return
    run = _begun(mode, folder, settings, quiet=quiet)

    def take(row: dict[str, Any]) -> None:
        nonlocal run
        values = numbers(row)
        if run is None or not values:
            return
        try:
            # Rounds are the steps: one that is made again has the number that it had.
            run.log(values, step=row["round"])
        except Exception as error:  # noqa: BLE001  # whatever it is, training goes on
            run = None
            _say(f"wandb={mode}: nothing more is logged ({_reason(error)}).", quiet=quiet)

    try:
        yield take
    finally:
        if run is not None:
            try:
                run.finish()
            except Exception as error:  # noqa: BLE001  # the same
                _say(f"wandb={mode}: {_reason(error)}.", quiet=quiet)


def numbers(row: dict[str, Any]) -> dict[str, float]:
    """What of a row is a number; rows of progress, which are of no round, have none to keep."""
    if "round" not in row:
        return {}
    return {
        name: value for name, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _begun(mode: str, folder: Path, settings: dict[str, Any], *, quiet: bool) -> Any:
    """The run, or None where there can be none."""
    for tried in (mode,) if mode == OFFLINE else (mode, OFFLINE):
        try:
            return _init(tried, folder, settings)
        except Exception as error:  # noqa: BLE001  # of the library, of the network, or of the account
            what = "what follows is kept to be synced later" if tried == ONLINE else "nothing is logged"
            _let_go()
            _say(f"wandb={tried}: {_reason(error)}; {what}.", quiet=quiet)
    return None


def _let_go() -> None:
    """Have the library forget a run that could not begin: its service holds the id, and would refuse it."""
    with suppress(Exception):
        importlib.import_module("wandb").teardown()


def _init(mode: str, folder: Path, settings: dict[str, Any]) -> Any:
    # It tells by standard input whether somebody could answer; nobody is to be asked.
    before = sys.stdin
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        sys.stdin = nobody
        try:
            library: Any = importlib.import_module("wandb")
            return library.init(
                project=PROJECT,
                dir=folder,
                id=_identity(folder),
                mode=mode,
                resume="allow" if mode == ONLINE else None,
                config=settings,
                settings=library.Settings(
                    silent=True, console="off", disable_git=True, save_code=False, init_timeout=INIT_SECONDS,
                    x_disable_meta=True, x_disable_stats=True, x_disable_machine_info=True,
                ),
            )  # fmt: skip
        finally:
            sys.stdin = before


def _identity(folder: Path) -> str:
    """The same for every process that works on this run."""
    import secrets

    path = folder / "wandb" / "unmt-id.txt"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(secrets.token_hex(6), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".")[:160] if lines else type(error).__name__


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        note(text)
