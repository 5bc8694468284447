"""Translations against references: scores with intervals, tests between systems, where each is good and where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from unmt.evaluation.intervals import Interval
from unmt.evaluation.translation import (
    Floats,
    TranslationMetric,
    compare,
    percentile_interval,
    present_references,
    resampled_sums,
)
from unmt.tasks.monitor import Monitor

TRANSLATION_METRICS = ("bleu", "chrf", "chrf++")
DEFAULT_METRICS = ("bleu", "chrf")
CASES = {False: "cased", True: "lower-case"}
# Words of the reference, up to and with which a sentence belongs to each group; the last holds the rest.
LENGTHS = (8, 12, 16, 24)
EXAMPLES = 12
# A share of lines that no right translation has.
MANY_EMPTY, MANY_COPIED, MANY_TOKENISED = 0.05, 0.2, 0.5


@dataclass(frozen=True)
class System:
    """A system by the name that tables give it, and its translations, one a line."""

    name: str
    lines: list[str]


@dataclass(frozen=True)
class Resampling:
    """How chance is measured: resamples of the bootstrap, trials of approximate randomisation."""

    seed: int = 0
    resamples: int = 1000
    trials: int = 10_000


@dataclass(frozen=True)
class _Counted:
    """A metric with the counts (lines, counts) of each system."""

    metric: TranslationMetric
    counts: list[Floats]

    @property
    def labels(self) -> dict[str, str]:
        return {"metric": self.metric.name, "case": CASES[self.metric.is_lowercase]}


def score_translations(
    systems: Sequence[System],
    references: Sequence[Sequence[str]],
    source: Sequence[str] | None,
    *,
    metrics: Sequence[str],
    cases: Sequence[bool],
    tokenize: str,
    resampling: Resampling,
    monitor: Monitor,
) -> dict[str, Any]:
    """Scores of the systems, the first of which is the baseline, against references (references, lines)."""
    present = present_references(references)
    jobs = [(name, is_lowercase) for name in metrics or DEFAULT_METRICS for is_lowercase in cases]
    counted: list[_Counted] = []
    for name, is_lowercase in jobs:
        metric = TranslationMetric(name, present, is_lowercase=is_lowercase, tokenize=tokenize)
        monitor.update(f"{metric.name}, {CASES[is_lowercase]}", 0, None, len(counted) / len(jobs))
        counted.append(_Counted(metric, metric.counts_of([system.lines for system in systems])))
    return {
        "kind": "translations",
        "lines": len(systems[0].lines),
        "references": len(references),
        "systems": [system.name for system in systems],
        "scores": [row for one in counted for row in _scores(one, systems, resampling)],
        "comparisons": [row for one in counted for row in _comparisons(one, systems, resampling)],
        "by_length": _by_length(counted[0], systems, references[0]),
        "examples": _examples(counted[-1], systems, references, source),
        "warnings": _warnings(systems, references, source),
    }


def _scores(one: _Counted, systems: Sequence[System], resampling: Resampling) -> list[dict[str, Any]]:
    rows = []
    for system, counts in zip(systems, one.counts, strict=True):
        sums = counts.sum(axis=0)
        drawn = resampled_sums(counts, seed=resampling.seed, resamples=resampling.resamples)
        interval = percentile_interval(one.metric.score(sums), one.metric.scores(drawn))
        rows.append(
            {
                "system": system.name,
                **one.labels,
                **bounds(interval, "score"),
                "signature": one.metric.signature,
                "details": one.metric.details(sums),
            }
        )
    return rows


def _comparisons(one: _Counted, systems: Sequence[System], resampling: Resampling) -> list[dict[str, Any]]:
    rows = []
    for system, counts in zip(systems[1:], one.counts[1:], strict=True):
        found = compare(
            one.metric,
            counts,
            one.counts[0],
            seed=resampling.seed,
            resamples=resampling.resamples,
            trials=resampling.trials,
        )
        rows.append(
            {
                "system": system.name,
                "baseline": systems[0].name,
                **one.labels,
                **bounds(found.difference, "difference"),
                "p_value": found.p_value,
                "test": f"approximate randomisation, two-sided|trials:{resampling.trials}|seed:{resampling.seed}",
            }
        )
    return rows


def bounds(interval: Interval, name: str) -> dict[str, float]:
    """An interval under the name of its estimate."""
    return {name: interval.estimate, "low": interval.low, "high": interval.high}


def _by_length(one: _Counted, systems: Sequence[System], reference: Sequence[str]) -> list[dict[str, Any]]:
    """The first metric on sentences of each length of the first reference."""
    words = np.array([len(line.split()) for line in reference])
    group = np.searchsorted(LENGTHS, words)
    edges = [(1, LENGTHS[0]), *((low + 1, high) for low, high in pairwise(LENGTHS))]
    rows = []
    for number, (low, high) in enumerate([*edges, (LENGTHS[-1] + 1, None)]):
        chosen = group == number
        if chosen.any():
            scores = [one.metric.score(counts[chosen].sum(axis=0)) for counts in one.counts]
            names = [system.name for system in systems]
            rows.append(
                {
                    **one.labels,
                    "words_from": low,
                    "words_to": high,
                    "lines": int(chosen.sum()),
                    "scores": dict(zip(names, scores, strict=True)),
                }
            )
    return rows


def _examples(
    one: _Counted, systems: Sequence[System], references: Sequence[Sequence[str]], source: Sequence[str] | None
) -> list[dict[str, Any]]:
    """Lines from the worst of the last system to its best, in even steps, with the metric's score of that line."""
    scores = one.metric.scores(one.counts[-1])
    order = np.argsort(scores, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, min(EXAMPLES, len(order))).round().astype(int))
    return [
        {
            "line": int(line) + 1,
            **one.labels,
            "score": float(scores[line]),
            "source": None if source is None else source[line],
            "hypotheses": {system.name: system.lines[line] for system in systems},
            "references": [texts[line] for texts in references],
        }
        for line in order[places]
    ]


def _warnings(
    systems: Sequence[System], references: Sequence[Sequence[str]], source: Sequence[str] | None
) -> list[str]:
    """What makes a score mean less than it seems, in sentences."""
    found = []
    for name, lines in ((system.name, system.lines) for system in systems):
        empty = sum(not line.strip() for line in lines)
        if empty > MANY_EMPTY * len(lines):
            found.append(f"{name}: {empty:,} of {len(lines):,} lines are empty.")
        if any(list(texts) == lines for texts in references):
            found.append(f"{name} is the same as a reference, line by line: this scores nothing.")
        copied = 0 if source is None else _equal(lines, source)
        if copied > MANY_COPIED * len(lines):
            found.append(f"{name}: {copied:,} of {len(lines):,} lines are the source, unchanged.")
        if _looks_tokenised(lines) and not any(_looks_tokenised(texts) for texts in references):
            found.append(f"{name} looks tokenised (lines end in ' .'), the references do not: join its tokens first.")
    return found


def _equal(lines: Sequence[str], source: Sequence[str]) -> int:
    return sum(bool(line.strip()) and line == other for line, other in zip(lines, source, strict=True))


def _looks_tokenised(lines: Sequence[str]) -> bool:
    # Three marks that end sentences: in French, "!" and "?" stand after a space in running text too.
    return sum(line.endswith((" .", " ,", " ;")) for line in lines) > MANY_TOKENISED * len(lines)
