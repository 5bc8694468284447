"""Score what was found against what is right. The one task that reads references, and nothing learns from it."""

import hashlib
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from unmt import __version__
from unmt.errors import InputError
from unmt.evaluation.dictionary import DICTIONARY_METRICS
from unmt.evaluation.intervals import LEVEL
from unmt.objectives.solution_code import of_translation
from unmt.tasks.evaluate_dictionary import score_dictionaries
from unmt.tasks.evaluate_text import score_texts
from unmt.tasks.evaluate_translations import TRANSLATION_METRICS, Resampling, System, score_translations
from unmt.tasks.monitor import Monitor
from unmt.text.corpus_file import read_lines

TEXT_METRICS = ("ser",)
METRICS = (*TRANSLATION_METRICS, *TEXT_METRICS, *DICTIONARY_METRICS)
LOWERCASE = {"both": (False, True), "false": (False,), "true": (True,)}
PACKAGES = ("numpy", "sacrebleu")


@dataclass(frozen=True)
class Files:
    """What is scored, and against what. Paths as the user gave them; "-" is standard input."""

    hypotheses: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    source: str | None = None
    dictionaries: tuple[str, ...] = ()
    model: str | None = None
    direction: str | None = None


@dataclass(frozen=True)
class Scoring:
    """How it is scored. metrics: of METRICS, none for those that suit; lowercase: a key of LOWERCASE."""

    metrics: tuple[str, ...] = ()
    lowercase: str = "both"
    tokenize: str = "13a"
    resampling: Resampling = field(default_factory=Resampling)


def evaluate(files: Files, scoring: Scoring, monitor: Monitor | None = None) -> dict[str, Any]:
    """The scores as result.json holds them: kind, scores, comparisons, and what they depend on.

    Raises InputError where a file cannot be read, the files do not go together, or a metric does not suit them.
    """
    start = time.perf_counter()
    found = _scored(files, scoring, monitor or Monitor())
    named = [("hypotheses", files.hypotheses), ("references", files.references), ("dictionary", files.dictionaries)]
    named += [("source", (files.source,) if files.source else ())]
    return {
        **found,
        "settings": {"metric": ",".join(scoring.metrics) or None, "lowercase": scoring.lowercase}
        | {"tokenize": scoring.tokenize, "model": files.model, "direction": files.direction},
        "level": LEVEL,
        "seed": scoring.resampling.seed,
        "resamples": scoring.resampling.resamples,
        "trials": scoring.resampling.trials,
        "data": [receipt(role, path) for role, paths in named for path in paths],
        "seconds": round(time.perf_counter() - start, 3),
        "version": __version__,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def _scored(files: Files, scoring: Scoring, monitor: Monitor) -> dict[str, Any]:
    """What kind of scoring it is, by what is given."""
    if files.dictionaries:
        _check_metrics(scoring, DICTIONARY_METRICS, "a dictionary")
        return score_dictionaries(
            _systems_named(files.dictionaries), files.references, scoring.metrics, scoring.resampling
        )
    if scoring.metrics and set(scoring.metrics) <= set(TEXT_METRICS):
        return score_texts(_systems_named(files.hypotheses), files.references, scoring.resampling)
    _check_metrics(scoring, TRANSLATION_METRICS, "translations")
    of_model: dict[str, Any] = {}
    source = None if files.source is None else read_lines(files.source)  # once: it may be standard input
    if files.model is None:
        systems = [System(name, read_lines(path)) for name, path in _systems_named(files.hypotheses)]
    else:
        assert source is not None
        from unmt.tasks.evaluate_model import model_figures

        translations, figures = model_figures(files.model, source, files.direction, scoring.resampling, monitor)
        systems = [System(files.model, translations)]
        told = of_translation(figures["direction"]["name"], figures["code_lengths"])
        of_model = {"figures": figures, "code_lengths": [told.to_dict()] if told else []}
        if not files.references:
            return {"kind": "model", "scores": [], "comparisons": [], **of_model}
    found = score_translations(
        _of_one_length(systems, files.hypotheses or (files.model or "",)),
        _references(files, len(systems[0].lines)),
        _source(files, source, len(systems[0].lines)),
        metrics=scoring.metrics,
        cases=LOWERCASE[scoring.lowercase],
        tokenize=scoring.tokenize,
        resampling=scoring.resampling,
        monitor=monitor,
    )
    return found | of_model


def receipt(role: str, path: str) -> dict[str, Any]:
    """A file that a score depends on, with the hash of its bytes; standard input is read once and has none."""
    if path == "-":
        return {"role": role, "file": "-", "sha256": None}
    with Path(path).open("rb") as file:
        return {"role": role, "file": path, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _check_metrics(scoring: Scoring, known: Sequence[str], what: str) -> None:
    unfit = [metric for metric in scoring.metrics if metric not in known]
    if unfit:
        raise InputError(f"metric={unfit[0]} is not for {what}. Choose among {', '.join(known)}.")


def _systems_named(paths: Sequence[str]) -> list[tuple[str, str]]:
    """(name, path) of each system: the file's name, or more of its path where that names two."""
    short = [Path(path).name if path != "-" else "standard input" for path in paths]
    names = [name if short.count(name) == 1 else path for name, path in zip(short, paths, strict=True)]
    return [
        (name if names[:place].count(name) == 0 else f"{name} ({place + 1})", path)
        for place, (name, path) in enumerate(zip(names, paths, strict=True))
    ]


def _of_one_length(systems: list[System], paths: Sequence[str]) -> list[System]:
    for system, path in zip(systems[1:], paths[1:], strict=True):
        _check_length(path, system.lines, paths[0], len(systems[0].lines))
    return systems


def _references(files: Files, lines: int) -> list[list[str]]:
    read = [read_lines(path) for path in files.references]
    for path, texts in zip(files.references, read, strict=True):
        _check_length(path, texts, files.hypotheses[0] if files.hypotheses else files.source or "", lines)
    return read


def _source(files: Files, texts: list[str] | None, lines: int) -> list[str] | None:
    if files.source is None or texts is None:
        return None
    _check_length(files.source, texts, files.hypotheses[0] if files.hypotheses else files.references[0], lines)
    return texts


def _check_length(path: str, texts: Sequence[str], other: str, lines: int) -> None:
    if len(texts) != lines:
        raise InputError(
            f"{path} has {len(texts):,} lines, but {other} has {lines:,}. Line by line they must be of the same"
            " sentence; a sentence that could not be translated is an empty line."
        )
