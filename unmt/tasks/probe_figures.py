"""What the checkpoints of a probe come to: rank correlations, means over seeds, and a few lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

LEAST_POINTS = 3


def correlations(checkpoints: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spearman's rank correlation of bits a symbol with probe accuracy, an entry for each objective and control.

    by_seed: over all sizes and steps, a number for each seed, with their mean, least and most. same_step: over sizes
    and seeds at one step, the mean over the steps past 0; this one is not raised by training alone, in which bits fall
    and accuracy rises whether or not they have to do with each other. A number is None where fewer than three points
    or equal values give none.
    """
    found = []
    for objective, is_shuffled in dict.fromkeys((row["objective"], row["shuffled"]) for row in checkpoints):
        rows = [row for row in checkpoints if (row["objective"], row["shuffled"]) == (objective, is_shuffled)]
        by_seed = [_spearman(group) for group in _grouped(rows, "seed")]
        known = [value for value in by_seed if value is not None]
        steps = [_spearman(group) for group in _grouped([row for row in rows if row["step"]], "step")]
        at_one = [value for value in steps if value is not None]
        found.append({
            "objective": objective,
            "shuffled": is_shuffled,
            "points": len(rows),
            "by_seed": by_seed,
            "mean": round(float(np.mean(known)), 4) if known else None,
            "least": min(known, default=None),
            "most": max(known, default=None),
            "same_step": round(float(np.mean(at_one)), 4) if at_one else None,
        })  # fmt: skip
    return found


def over_seeds(
    rows: Iterable[dict[str, Any]], keys: Sequence[str]
) -> list[tuple[tuple[Any, ...], list[dict[str, Any]]]]:
    """The rows that agree in the keys, together, in the order in which they first come."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return list(groups.items())


def summary(result: dict[str, Any]) -> str:
    """What a person reads below the table."""
    data, reference = result["data"], result["reference"]
    sequences = f"{data['train']:,} sequences and {data['test']:,} for the test"
    symbols = f"{data['length']} {data['unit']}s of {data['symbols']} kinds"
    counted, placed = _percent(reference["symbols_counted"]), _percent(reference["symbols_by_place"])
    single = f"{reference['single_symbol_bits']:.2f} bits a {data['unit']}"
    lines = [
        f"data      {data['name']}: {sequences}, {symbols}; {len(data['classes'])} classes",
        f"no model  chance {_percent(reference['chance'])}, symbols counted {counted}, by place {placed}; {single}",
    ]
    for entry in result["correlations"]:
        name = f"{entry['objective']}{', shuffled' if entry['shuffled'] else ''}"
        if entry["mean"] is None:
            lines.append(f"ranks     {name}: too few checkpoints")
            continue
        same = "" if entry["same_step"] is None else f"; at one step {entry['same_step']:+.2f}"
        lines.append(
            f"ranks     {name}: correlation of bits with accuracy {entry['mean']:+.2f} (seeds {entry['least']:+.2f} to"
            f" {entry['most']:+.2f}){same}"
        )
    lines.append(f"took      {result['seconds']:.0f} s; seed {result['seed']}, {result['settings']['seeds']} seeds")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _grouped(rows: Sequence[dict[str, Any]], key: str) -> list[list[dict[str, Any]]]:
    return [group for _, group in over_seeds(rows, [key])]


def _spearman(rows: Sequence[dict[str, Any]]) -> float | None:
    from scipy.stats import spearmanr

    bits = [row["bits_per_symbol"] for row in rows]
    accuracy = [row["accuracy"] for row in rows]
    if len(rows) < LEAST_POINTS or len(set(bits)) == 1 or len(set(accuracy)) == 1:
        return None
    return round(float(spearmanr(bits, accuracy).statistic), 4)
