"""rows.jsonl: what a table run has finished, so that a killed one goes on where it was.

The first line says what the rows belong to; then a line a row, in order, each on the disk before the next begins.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from unmt.cli.run_directory import RunDirectory
from unmt.errors import InputError

NAME = "rows.jsonl"
FORMAT = {"format": "unmt-rows", "format_version": 1}


class Journal:
    """An open rows.jsonl. rows: those that were there when it was opened."""

    def __init__(self, run: RunDirectory, descriptor: int, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self._run = run
        self._descriptor = descriptor

    def append(self, row: dict[str, Any]) -> None:
        """The row is on the disk when this returns. Raises InputError where it cannot be."""
        data = json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        with self._run.refusals():
            while data:
                data = data[os.write(self._descriptor, data) :]
            os.fsync(self._descriptor)


@contextmanager
def journal(run: RunDirectory, belongs_to: dict[str, Any]) -> Iterator[Journal]:
    """The journal of a run. belongs_to: what must be the same for its rows to be of use (hashes, version).

    A last line that was cut off is dropped. Raises InputError where the rows belong to something else.
    """
    head = FORMAT | belongs_to
    path = run.file(NAME)
    lines = [_parsed(line, f"{path}, line {number}") for number, line in enumerate(run.whole_lines(NAME), start=1)]
    with run.refusals():
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        opened = Journal(run, descriptor, lines[1:])
        if lines:
            _check_head(lines[0], head, run)
        else:
            opened.append(head)
        yield opened
    finally:
        os.close(descriptor)


def _parsed(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise InputError(f"{where}: damaged. Take that line and those after it out, or name another run.dir.")
    return value


def _check_head(held: dict[str, Any], head: dict[str, Any], run: RunDirectory) -> None:
    for key, value in head.items():
        if held.get(key) != value:
            what = key.removesuffix("_sha256")
            difference = f"other {what}" if key.endswith("_sha256") else f"{key} {held.get(key)}, not {value}"
            raise InputError(
                f"run.dir={run.path} holds rows of {difference}. Name another run.dir, or delete that one."
            )
