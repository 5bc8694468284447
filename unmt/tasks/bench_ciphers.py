"""The cipher benchmark: every row of a table solved without its key, scored against its plaintext, summed up.

Each solved row is one line of `rows.jsonl`, written when it is done; a run that was cut off goes on where it stopped.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from unmt import __version__
from unmt.errors import InputError
from unmt.evaluation import peers as other_programs
from unmt.evaluation.peers import Peer
from unmt.evaluation.symbol_error_rate import symbol_error_rate
from unmt.mappings.families import FAMILIES
from unmt.report.bench_tables import bench_text
from unmt.tasks.bench_rows import RANDOM_KIND, BenchRow, first_of_each_cell, made_rows, read_rows
from unmt.tasks.bench_summary import peer_cells, summary
from unmt.tasks.monitor import Monitor
from unmt.tasks.row_file import RowFile
from unmt.tasks.solution import Solution

# What probability_correct is the probability of.
CORRECT_RATE = 0.02
NOTHING = "no structure found"
Solve = Callable[..., Solution]


def run(
    data: Path | None,
    *,
    limit: int | None,
    seed: int,
    language: str,
    peers: bool,
    threads: int | None,
    seconds: float | None,
    output: Path,
    monitor: Monitor,
    solve: Solve | None = None,
) -> dict[str, Any]:
    """The benchmark of a table, or of ciphers made here where data is None.

    data: a table as `bench_rows.read_rows` takes it. limit: at most so many ciphers of each kind and length.
    language: "named" (each row's own, where it has one), "auto", or one for all. peers: other programs too.
    seconds: budget of each search. output: folder of rows.jsonl. solve: what deciphers; `decipher` for None.
    Returns cells, overall, reliability, peers, rows (name of the file), text (all of it as a table), and what it
    was made with. Raises InputError where the table is broken or rows.jsonl is of another run.
    """
    start = time.perf_counter()
    rows = read_rows(data) if data is not None else made_rows(seed)
    programs, absent = other_programs.peers() if peers else ([], {})
    settings = {
        "data_sha256": _data_sha256(data, rows),
        "seed": seed,
        "language": language,
        "seconds": seconds,
        "version": __version__,
    }
    names = [f"{program.name} {program.version}" for program in programs]
    file = RowFile(output, made_with=settings | {"programs": names})
    chosen = first_of_each_cell(rows, limit)
    bench = _Bench(seed, language, threads, seconds, programs, solve or _decipher())
    _solve_all(bench, chosen, file, monitor)
    records = [file.records[row.id] for row in chosen if row.id in file.records]
    result = summary(records, seed=seed) | settings
    result |= {
        "peers": _peer_results(programs, absent, records, seed),
        "data": str(data) if data is not None else None,
        "limit": limit,
        "rows": file.path.name,
        "stopped": "finished" if len(records) == len(chosen) else "interrupted",
        "total_seconds": time.perf_counter() - start,
    }
    return result | {"text": bench_text(result)}


@dataclass(frozen=True)
class _Bench:
    """How each row is solved."""

    seed: int
    language: str
    threads: int | None
    seconds: float | None
    programs: Sequence[Peer]
    solve: Solve

    def record(self, row: BenchRow, monitor: Monitor) -> dict[str, Any] | None:
        """The record of a row; None where its search was interrupted, so that it is solved again."""
        language = row.language or "auto" if self.language == "named" else self.language
        start = time.perf_counter()
        try:
            solution = self.solve(
                row.ciphertext,
                language=language,
                seed=self.seed,
                seconds=self.seconds,
                threads=self.threads,
                monitor=monitor,
            )
        except InputError as error:
            return _failed(row, str(error), time.perf_counter() - start)
        if solution.stopped == "interrupted":
            return None
        return _scored(row, solution, time.perf_counter() - start) | {"peers": self._peers(row)}

    def _peers(self, row: BenchRow) -> dict[str, dict[str, float]]:
        """Error rate and seconds of each program on a simple substitution in a language and script that it knows."""
        is_theirs = row.kind.startswith("substitution") and row.language in (None, other_programs.LANGUAGE)
        if row.plaintext is None or not is_theirs or not other_programs.suits(row.ciphertext):
            return {}
        measured = {}
        for program in self.programs:
            found, seconds = other_programs.timed(program, row.ciphertext, self.seed)
            rate = symbol_error_rate(found, row.plaintext)
            measured[program.name] = {"symbol_error_rate": rate, "seconds": seconds}
        return measured


class _RowMonitor(Monitor):
    """Passes the reports of one row's search on as a part of the whole, and the wish to stop back."""

    def __init__(self, whole: Monitor, done: int, total: int, keys: int) -> None:
        self._whole, self._done, self._total, self._keys = whole, done, total, keys

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]  # asked of the whole each time
        return self._whole.stop_requested

    def update(self, stage: str, keys: int, bits: float | None, fraction: float | None) -> None:
        part = (self._done + min(fraction or 0.0, 1.0)) / self._total
        self._whole.update(f"{self._done + 1} of {self._total}: {stage}", self._keys + keys, bits, part)


def _solve_all(bench: _Bench, rows: Sequence[BenchRow], file: RowFile, monitor: Monitor) -> None:
    """Solves the rows that the file does not hold yet, until the monitor asks to stop."""
    keys = 0
    for done, row in enumerate(rows):
        if row.id in file.records:
            continue
        if monitor.stop_requested:
            return
        monitor.update(f"{done + 1} of {len(rows)}: {row.id}", keys, None, done / len(rows))
        record = bench.record(row, _RowMonitor(monitor, done, len(rows), keys))
        if record is None:
            return
        file.append(record)
        keys += record["keys"]
    monitor.update(f"{len(rows)} of {len(rows)}", keys, None, 1.0)


def _scored(row: BenchRow, solution: Solution, seconds: float) -> dict[str, Any]:
    """What a solution is worth. seconds: the whole call, by our clock; search_seconds: by its own."""
    rate = symbol_error_rate(solution.letters, row.plaintext) if row.plaintext is not None else None
    return _identity(row) | {
        "symbol_error_rate": rate,
        "correct": rate is not None and rate <= CORRECT_RATE,
        "family": solution.family,
        "family_right": family_is_right(row.kind, solution.family, solution.verdict),
        "found_language": solution.language,
        "language_right": solution.language == row.language if row.language else None,
        "verdict": solution.verdict,
        "probability_correct": solution.probability_correct,
        "total_bits": solution.total_bits,
        "gain_bits": solution.gain_bits,
        "seconds": seconds,
        "search_seconds": solution.seconds,
        "keys": int(solution.keys),
        "keys_per_second": solution.keys_per_second,
        "stopped": solution.stopped,
        "plaintext": solution.plaintext,
        "error": None,
    }


def _failed(row: BenchRow, message: str, seconds: float) -> dict[str, Any]:
    """A row that the toolkit refused: all of it wrong, and no claim that it was right."""
    return _identity(row) | {
        "symbol_error_rate": 1.0 if row.plaintext is not None else None,
        "correct": False,
        "family": None,
        "family_right": family_is_right(row.kind, None, "refused"),
        "found_language": None,
        "language_right": False if row.language else None,
        "verdict": "refused",
        "probability_correct": 0.0,
        "total_bits": None,
        "gain_bits": None,
        "seconds": seconds,
        "search_seconds": None,
        "keys": 0,
        "keys_per_second": None,
        "stopped": None,
        "plaintext": None,
        "error": message,
        "peers": {},
    }


def _identity(row: BenchRow) -> dict[str, Any]:
    return {"id": row.id, "kind": row.kind, "length": row.length, "language": row.language}


def family_is_right(kind: str, family: str | None, verdict: str) -> bool | None:
    """Whether the family is that of the kind ("vigenere-7-nospaces": vigenere); None for a kind of no known family.

    For random text it is right to find nothing.
    """
    if kind.startswith(RANDOM_KIND):
        return verdict == NOTHING
    names = [name for name in FAMILIES if kind == name or kind.startswith(f"{name}-")]
    return family == max(names, key=len) if names else None


def _peer_results(
    programs: Sequence[Peer], absent: dict[str, str], records: Sequence[dict[str, Any]], seed: int
) -> list[dict[str, Any]]:
    measured = [
        {
            "name": program.name,
            "version": program.version,
            "reason": None,
            "cells": peer_cells(records, program.name, seed=seed),
        }
        for program in programs
    ]
    return measured + [
        {"name": name, "version": None, "reason": reason, "cells": []} for name, reason in absent.items()
    ]


def _data_sha256(data: Path | None, rows: Sequence[BenchRow]) -> str:
    """Of the file as it lies on disk; of the rows where there is no file."""
    if data is not None and data.is_file():
        return hashlib.sha256(data.read_bytes()).hexdigest()
    return hashlib.sha256(json.dumps([asdict(row) for row in rows]).encode()).hexdigest()


def _decipher() -> Solve:
    from unmt.tasks.decipher import decipher

    return decipher
