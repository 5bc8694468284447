"""Stages of a training, each a file in checkpoints/ that is whole or not there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from unmt import __version__
from unmt.errors import InputError
from unmt.mappings.phrase_table import PhraseTable
from unmt.tasks.monitor import Monitor
from unmt.text import atomic

Loaded = TypeVar("Loaded")

DATA = "data.json"
"""What a run was begun with."""


class StoppedError(Exception):
    """The user asked to stop; the stages that are done stay."""


class LateError(Exception):
    """The time that was given is over within a round; the rounds before it stay."""


STAGES = 5
"""Raised whenever a stage comes out otherwise from the same texts and settings: 2 since the text says what is held out,
and a run that went on from stages of 1 would be judged by sentences that it learned from; 3 since each round renews the
lexicon; 4 since round 0 has function words and collocations; 5 since words are balanced."""


class Stages:
    """The folder of them. What is damaged there raises InputError that names the file and says what to do.

    is_first: of the processes that are at work there, the one that writes.
    """

    def __init__(self, folder: Path, *, is_first: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        if is_first:  # another would take what is being written for what a killed run left
            atomic.sweep_up(folder)

    def __contains__(self, name: str) -> bool:
        """Whether the stage NAME.json is done."""
        return (self.folder / f"{name}.json").exists()

    def entry(self, name: str, make: Callable[[], dict[str, Any]], keys: Sequence[str] = ()) -> dict[str, Any]:
        """What the stage NAME.json holds, these keys at least; made now where it is not there."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            self.keep(name, make())
        try:
            loaded = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            loaded = None
        if not isinstance(loaded, dict) or not loaded.keys() >= set(keys):
            raise damaged(path)
        return loaded

    def check_same(self, texts: Sequence[str], settings: dict[str, Any]) -> None:
        """That the run was begun with these texts, by their hashes, and settings, and by this version of unmt."""
        held = _data(texts, settings)
        found = self.entry(Path(DATA).stem, lambda: held)
        where = f"run.dir={self.folder.parent} was begun"
        for key in ("texts", "settings"):
            if found.get(key) != held[key]:
                raise InputError(f"{where} with other {key}. Name another run.dir.")
        if any(found.get(key) != held[key] for key in ("version", "stages")):
            raise InputError(
                f"{where} by unmt {found.get('version')}, stages {found.get('stages')}; this is {__version__}, stages"
                f" {STAGES}. Go on with that version, or name another run.dir."
            )

    def keep(self, name: str, held: dict[str, Any]) -> None:
        """Write the stage NAME.json, in place of what is there."""
        atomic.write_text(self.folder / f"{name}.json", json.dumps(held, ensure_ascii=False))

    def loaded(self, name: str, load: Callable[[Path], Loaded]) -> Loaded:
        """A file of a stage that is done."""
        path = self.folder / name
        try:
            return load(path)
        except (InputError, FileNotFoundError):
            raise damaged(path) from None

    def take_over(self, other: Path, texts: Sequence[str], settings: dict[str, Any], rounds: int) -> None:
        """Copy what is not here yet of another folder that was begun with these: no round from this number on.

        Nothing, where it was begun with others or is not there.
        """
        try:
            if json.loads((other / DATA).read_text(encoding="utf-8")) != _data(texts, settings):
                return
        except (OSError, ValueError):
            return
        # A stage's JSON says that it is done: after its arrays.
        for path in sorted(other.glob("[!.]*"), key=lambda path: path.suffix == ".json"):
            number = re.match(r"round-(\d+)\.", path.name)
            is_taken = int(number[1]) < rounds if number else path.name.startswith(("lexicon.", "preflight."))
            if is_taken and not (self.folder / path.name).exists():
                atomic.write_bytes(self.folder / path.name, path.read_bytes())

    def save_tables(self, number: int, ways: Sequence[str], tables: Sequence[PhraseTable]) -> None:
        """The phrase tables of a round, a file each."""
        for way, table in zip(ways, tables, strict=True):
            table.save(self.folder / _table(number, way))

    def table(self, number: int, way: str) -> PhraseTable:
        """A phrase table of a round."""
        return self.loaded(_table(number, way), PhraseTable.load)

    def discard_unless_begun(self, *quick: str) -> None:
        """Remove the folder where no stage took work: the next run may be of other texts. quick: files of no work."""
        if {path.name for path in self.folder.iterdir()} <= {DATA, *quick}:
            for name in (DATA, *quick):
                (self.folder / name).unlink(missing_ok=True)
            self.folder.rmdir()


def say(monitor: Monitor, stage: str, fraction: float) -> None:
    """Tell the monitor. Raises StoppedError where it asks to stop."""
    monitor.update(stage, 0, None, fraction)
    if monitor.stop_requested:
        raise StoppedError


def _data(texts: Sequence[str], settings: dict[str, Any]) -> dict[str, Any]:
    return {"texts": list(texts), "settings": settings, "version": __version__, "stages": STAGES}


def _table(number: int, way: str) -> str:
    return f"round-{number}.{way}.npz"


def damaged(path: Path) -> InputError:
    """A stage that cannot be read, so that the others are not to be trusted either."""
    return InputError(f"{path} is damaged or missing. Delete {path.parent}, and the same command trains again.")
