"""The benchmark of objectives: each of them on every family of mappings that it fits, run and scored, with a control.

Each run is one line of `rows.jsonl`, written when it is done; a benchmark that was cut off goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from unmt import __version__
from unmt.errors import InputError
from unmt.report.objectives_table import objectives_text
from unmt.tasks.cores import with_one_blas_thread
from unmt.tasks.monitor import Monitor
from unmt.tasks.objective_ciphers import CIPHER_SEARCHES, CipherTask
from unmt.tasks.objective_pairs import CIPHERS, FAMILIES, cipher_pair, sentence_pair, text_of, vector_pair
from unmt.tasks.objective_sentences import SENTENCE_SEARCHES, SentenceTask
from unmt.tasks.objective_vectors import VECTOR_SEARCHES, accuracy, mean_cosine, vectors_from
from unmt.tasks.row_file import RowFile
from unmt.tasks.sides import LEAST_SENTENCES

LEAST_GAIN_BITS, LEAST_GAIN_SHARE = 20.0, 0.01
"""Structure is claimed where a key saves so many bits more than the null does, and that share of all there are. The
share is for chance: a search finds some of the accidental n-grams of a shuffled target in a text that has order."""

LEAST_COSINE_SHARE = 0.25
"""Of what lies between the null's mean cosine and 1, for a rotation: a wrong one of vectors that are related finds
nearer neighbours than one of vectors that are not, by a tenth of it and more."""

OBJECTIVES = tuple(CIPHER_SEARCHES)
SHARED, NOTHING = "structure", "no structure"

SEARCHES: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    **dict.fromkeys(CIPHERS, CIPHER_SEARCHES),
    "vectors": VECTOR_SEARCHES,
    "sentences": SENTENCE_SEARCHES,
}


@with_one_blas_thread
def run(
    data: Path | None,
    *,
    vectors: Path | None,
    seed: int,
    seeds: int,
    output: Path,
    monitor: Monitor,
    families: Sequence[str] = FAMILIES,
    objectives: Sequence[str] = OBJECTIVES,
    symbols: int | None = None,
) -> dict[str, Any]:
    """The table of objectives and families over `seeds` seeds from `seed` on, each cell with a control and a null.

    data: a text; None: the English sample text. vectors: of words, to plant a rotation in; None: learned from the text.
    symbols: characters or words that are enciphered, at most, and ten times as many of the target.
    output: folder of rows.jsonl. Returns cells, text (all of it as a table), and what it was made with.
    Raises InputError where data or vectors are none, or rows.jsonl is of another run.
    """
    start = time.perf_counter()
    text = text_of(data, symbols)
    settings = {
        "data_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "vectors_sha256": None if vectors is None else _file_sha256(vectors),
        "seed": seed,
        "symbols": symbols,
        "version": __version__,
    }
    file = RowFile(output, made_with=settings | {"benchmark": "objectives"})
    bench = _Bench(text, vectors, symbols)
    bench.check_vectors()
    if "sentences" in families:
        bench.check_sentences(seed)
    jobs = list(_jobs(families, objectives, seed, seeds))
    _run_all(bench, jobs, file, monitor)
    records = [file.records[job.id] for job in jobs if job.id in file.records]
    result = settings | {
        "cells": [_cell(records, objective, family) for objective in objectives for family in families],
        "objectives": list(objectives),
        "families": list(families),
        "data": None if data is None else str(data),
        "vectors": None if vectors is None else str(vectors),
        "seeds": seeds,
        "rows": file.path.name,
        "stopped": "finished" if len(records) == len(jobs) else "interrupted",
        "total_seconds": time.perf_counter() - start,
    }
    return result | {"text": objectives_text(result)}


@dataclass(frozen=True)
class _Job:
    """One run. role: "run", or with a shuffled target "control", which is judged as runs are, or "null", by which."""

    objective: str
    family: str
    seed: int
    role: str

    @property
    def id(self) -> str:
        return f"{self.family}/{self.objective}/{self.seed}/{self.role}"

    @property
    def shuffle(self) -> int | None:
        """The number of the target's random order."""
        return {"run": None, "control": 1, "null": 2}[self.role]


def _jobs(families: Sequence[str], objectives: Sequence[str], seed: int, seeds: int) -> Iterator[_Job]:
    """Family by family and seed by seed, so that what all objectives share is made once."""
    for family in families:
        runs = [(number, "run") for number in range(seed, seed + seeds)]
        for number, role in [*runs, (seed, "control"), (seed, "null")]:
            yield from (_Job(name, family, number, role) for name in objectives if name in SEARCHES[family])


class _Bench:
    """What runs are made on; the pair of the last run is kept for the next."""

    def __init__(self, text: str, vectors: Path | None, symbols: int | None) -> None:
        self._text, self._path, self._symbols = text, vectors, symbols
        self._held: tuple[tuple[str, int, str], CipherTask | SentenceTask] | None = None

    def check_sentences(self, seed: int) -> None:
        """That the text has enough of them for a net on either side. Raises InputError."""
        pair = sentence_pair(self._text, seed, None, self._symbols)
        count = min(len({tuple(part.sentence(place).tolist()) for place in range(len(part))}) for part in pair.texts)
        if count < LEAST_SENTENCES:
            raise InputError(
                f"the family sentences takes {LEAST_SENTENCES} different lines of each half of the text, and here are"
                f" {count}. Give more text (data=), a sentence a line, or larger symbols=."
            )

    def check_vectors(self) -> None:
        """That those which are given can be read, before other runs take their time. Raises InputError."""
        if self._path is not None:
            assert self._matrix is not None

    def record(self, job: _Job) -> dict[str, Any]:
        """One run; its seconds are those of the processor."""
        runs = {"vectors": self._vectors, "sentences": self._sentences}
        return {"id": job.id, **vars(job), **runs.get(job.family, self._cipher)(job)}

    def _cipher(self, job: _Job) -> dict[str, Any]:
        import unmt.solvers.relaxed_key  # noqa: F401 - loading torch is no part of a search's seconds

        task = self._task(job)
        assert isinstance(task, CipherTask)
        key, seconds = _searched(job, task)
        mapping_bits, text_bits = task.mapping_bits(key), task.text_bits(key)
        right = (task.plain(key) == task.pair.plain)[task.pair.scored]
        return {
            "accuracy": float(right.mean()),
            "mapping_bits": mapping_bits,
            "text_bits": text_bits,
            "unordered_bits": task.unordered_bits,
            "gain_bits": task.unordered_bits - mapping_bits - text_bits,
            "symbols": len(task.pair.cipher),
            "letters": task.letters,
            "seconds": seconds,
        }

    def _sentences(self, job: _Job) -> dict[str, Any]:
        import unmt.mappings.transformer  # noqa: F401 - loading torch is no part of a search's seconds

        task = self._task(job)
        assert isinstance(task, SentenceTask)
        translate, seconds = _searched(job, task)
        source = task.pair.source
        sizes = {"symbols": len(source.ids), "letters": len(source.vocabulary)}
        return task.judged(translate) | sizes | {"seconds": seconds}

    def _task(self, job: _Job) -> CipherTask | SentenceTask:
        name = (job.family, job.seed, job.role)
        if self._held is None or self._held[0] != name:
            # What all objectives share is not in the seconds of the first.
            if job.family == "sentences":
                sentences = SentenceTask(sentence_pair(self._text, job.seed, job.shuffle, self._symbols))
                assert sentences.ngrams
                self._held = (name, sentences)
            else:
                cipher = CipherTask(cipher_pair(job.family, self._text, job.seed, job.shuffle, self._symbols))
                assert cipher.table
                self._held = (name, cipher)
        return self._held[1]

    def _vectors(self, job: _Job) -> dict[str, Any]:
        pair = vector_pair(self._matrix, job.seed, job.shuffle)
        rotation, seconds = _searched(job, pair)
        return {
            "accuracy": accuracy(pair, rotation),
            "objective_value": mean_cosine(pair, rotation),
            "symbols": len(pair.x),
            "letters": pair.x.shape[1],
            "seconds": seconds,
        }

    @cached_property
    def _matrix(self) -> Any:
        return vectors_from(self._path, self._text)


def _searched(job: _Job, task: Any) -> tuple[Any, float]:
    """What the search of a run finds, and seconds of the processor."""
    begun = time.process_time()
    found = SEARCHES[job.family][job.objective](task, _sequence(job))
    return found, time.process_time() - begun


def _sequence(job: _Job) -> np.random.SeedSequence:
    return np.random.SeedSequence([job.seed, OBJECTIVES.index(job.objective), job.shuffle or 0])


def _run_all(bench: _Bench, jobs: Sequence[_Job], file: RowFile, monitor: Monitor) -> None:
    """Makes the runs that the file does not hold yet, until the monitor asks to stop."""
    for done, job in enumerate(jobs):
        if job.id in file.records:
            continue
        if monitor.stop_requested:
            return
        monitor.update(f"{done + 1} of {len(jobs)}: {job.family}, {job.objective}", done, None, done / len(jobs))
        file.append(bench.record(job))
    monitor.update(f"{len(jobs)} of {len(jobs)}", len(jobs), None, 1.0)


def verdict(record: Mapping[str, Any], null: Mapping[str, Any]) -> str:
    """Whether a run found more than the same search on a shuffled target."""
    if "gain_bits" in record:
        least = max(LEAST_GAIN_BITS, LEAST_GAIN_SHARE * record["unordered_bits"])
        found = record["gain_bits"] > max(null["gain_bits"], 0.0) + least
    else:
        found = record["objective_value"] > null["objective_value"] + LEAST_COSINE_SHARE * (1 - null["objective_value"])
    return SHARED if found else NOTHING


def _cell(records: Sequence[Mapping[str, Any]], objective: str, family: str) -> dict[str, Any]:
    """What the runs of an objective on a family amount to; runs is 0 where it does not fit or was not reached."""
    inside = [record for record in records if (record["objective"], record["family"]) == (objective, family)]
    runs = [record for record in inside if record["role"] == "run"]
    control = next((record for record in inside if record["role"] == "control"), None)
    null = next((record for record in inside if record["role"] == "null"), None)
    cell: dict[str, Any] = {"objective": objective, "family": family, "runs": len(runs)}
    if runs:
        shares = [record["accuracy"] for record in runs]
        cell |= {
            "accuracy": {"mean": float(np.mean(shares)), "low": min(shares), "high": max(shares)},
            "seconds": float(np.mean([record["seconds"] for record in runs])),
            "found": None if null is None else sum(verdict(record, null) == SHARED for record in runs),
            "symbols": runs[0]["symbols"],
            "letters": runs[0]["letters"],
        }
        for name in ("gain_bits", "objective_value"):
            if name in runs[0]:
                cell[name] = float(np.mean([record[name] for record in runs]))
    for role, record in (("control", control), ("null", null)):
        if record is not None:
            kept = {name: record[name] for name in ("accuracy", "gain_bits", "objective_value") if name in record}
            cell[role] = kept if null is None else kept | {"verdict": verdict(record, null)}
    return cell


def _file_sha256(path: Path) -> str | None:
    """None for what cannot be read: reading the vectors says why."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
