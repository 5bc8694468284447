"""A file of records, one JSON object a line, that a run which was cut off goes on with."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from unmt.errors import InputError

NAME = "rows.jsonl"


class RowFile:
    """The records of a run by their id: those found in the folder, and those added since.

    Every line carries a hash of what the run was made with, so that records of another run are never mixed in.
    """

    def __init__(self, folder: Path, *, made_with: Mapping[str, Any]) -> None:
        """Raises InputError where the folder cannot be written to, or holds records of another run or broken ones."""
        self.path = folder / NAME
        self._run = hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            whole = _without_torn_line(self.path)
        except OSError as error:
            raise InputError(self._refusal(error)) from None
        # By line feeds alone: JSON leaves other line separators of Unicode as they are.
        lines = whole.split("\n")[:-1]
        records = [self._record(line, number) for number, line in enumerate(lines, start=1)]
        self.records: dict[str, dict[str, Any]] = {record["id"]: record for record in records}

    def append(self, record: Mapping[str, Any]) -> None:
        """Adds a record, on disk before this returns. Raises InputError where it cannot be written."""
        stored = {**record, "run": self._run}
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(stored, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(self._refusal(error)) from None
        self.records[stored["id"]] = stored

    def _record(self, line: str, number: int) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise InputError(f"{self.path}, line {number}: not a record. Delete the file, or name another folder.")
        if record.get("run") != self._run:
            raise InputError(
                f"{self.path} is of a run with other data, settings or version. Delete it, or name another folder."
            )
        return record

    def _refusal(self, error: OSError) -> str:
        return f"{self.path}: {error.strerror or error}. Name a folder that can be written to and has room."


def _without_torn_line(path: Path) -> str:
    """The text of the file up to its last line break; what a killed process left behind that is cut off."""
    if not path.exists():
        return ""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end < len(data):
        os.truncate(path, end)
    return data[:end].decode("utf-8", "replace")
