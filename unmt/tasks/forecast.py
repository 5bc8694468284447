"""From what the pre-flight says of two texts to the BLEU that a translator of them may come to.

A law on few pairs of texts whose translators were trained and scored, log2(1 + BLEU) linear in a few early figures; its
spread is that of the pairs when each is left out of its own fit. Pairs, figures and law are in forecast.json, which
scripts/measure_preflight.py makes. The pairs are captions and novels of English, French and German: what it says of
other texts is an extrapolation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from math import log2, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from unmt.tasks.train_preflight import NOTHING

WIDTH = 1.64
"""Spreads on either side of the law that a range holds: 90 % of a normal law, if the spread were known."""

ROOM = 0.1
"""By how much of the range of the pairs a figure may lie beyond them without being called outside."""


def early_figures(preflight: Mapping[str, Any], lines: int) -> dict[str, float]:
    """What a law can go by. preflight: of train_preflight.py; lines: of the shorter text."""
    saved, redundancy = preflight["saved_bits_per_word"], preflight["redundancy_bits_per_word"]
    return {
        "saved": float(sum(saved)) / len(saved),
        "redundancy": float(sum(redundancy)) / len(redundancy),
        "log2_lines": log2(max(lines, 1)),
    }


def fit(cells: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """The law on these figures of cells, by least squares; what forecast.json holds.

    cells: `name`, `verdict`, `bleu` and all early figures of each. Cells without structure are no part of the law: only
    their largest BLEU is kept.
    """
    shared = [cell for cell in cells if cell["verdict"] != NOTHING]
    assert len(shared) > len(names) + 1
    x = np.array([[1.0, *(cell[name] for name in names)] for cell in shared])
    y = np.log2(1.0 + np.array([cell["bleu"] for cell in shared]))
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    # What is left over where a cell takes no part in the fit: its residual over one less its leverage.
    leverage = np.diag(x @ np.linalg.pinv(x))
    left = (y - x @ weights) / (1.0 - leverage)
    return {
        "weights": {name: round(float(weight), 4) for name, weight in zip(("one", *names), weights, strict=True)},
        "spread": round(sqrt(float(np.mean(left**2))), 4),
        "refused_bleu": max((cell["bleu"] for cell in cells if cell["verdict"] == NOTHING), default=0.0),
        "cells": list(cells),
    }


def forecast(preflight: Mapping[str, Any], lines: int) -> dict[str, Any]:
    """BLEU to expect of two texts, for result.json.

    preflight, lines: as of early_figures. `bleu`, `low`, `high`: what the law says, and its range; `score` and
    `score_is`: the figure that the page shows it by; `is_outside`: whether a figure of the law lies beyond those of all
    pairs that it was fitted on, and so counts as the farthest of theirs; `cells`: those pairs; `sentence`.
    """
    law, figures = _law(), early_figures(preflight, lines)
    shared = [cell for cell in law["cells"] if cell["verdict"] != NOTHING]
    total, is_outside = law["weights"]["one"], False
    for name, weight in law["weights"].items():
        if name == "one":
            continue
        least, most = (bound(cell[name] for cell in shared) for bound in (min, max))
        room = ROOM * (most - least)
        is_outside |= not least - room <= figures[name] <= most + room
        total += weight * min(max(figures[name], least), most)
    low, middle, high = (_bleu(total + WIDTH * law["spread"] * side) for side in (-1, 0, 1))
    if preflight["verdict"] == NOTHING:
        low, middle, high, is_outside = 0.0, 0.0, law["refused_bleu"], False
    return {
        "bleu": round(middle, 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "score": round(figures["saved"], 4),
        "score_is": "bits a word saved, mean",
        "is_outside": is_outside,
        "sentence": _sentence(low, high, len(shared), is_refused=preflight["verdict"] == NOTHING),
        "cells": [{"name": cell["name"], "score": cell["saved"], "bleu": cell["bleu"]} for cell in law["cells"]],
    }


def _bleu(logarithm: float) -> float:
    return min(max(float(2.0**logarithm) - 1.0, 0.0), 100.0)


def _sentence(low: float, high: float, pairs: int, *, is_refused: bool) -> str:
    if is_refused:
        return f"expect nothing to build on: of such texts, trained on all the same, a model came to {high:.1f} BLEU."
    return (
        f"expect {low:.0f} to {high:.0f} BLEU of network=lexicon after two rounds, without vectors (by {pairs} pairs of"
        " captions and novels of English, French and German; elsewhere an extrapolation)."
    )


@cache
def _law() -> dict[str, Any]:
    path = Path(__file__).with_name("forecast.json")
    law: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return law
