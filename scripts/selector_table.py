"""The frame of the selector studies: rows of solutions with figures and a true score, in; a table of selectors, out.

A row is a dict with `group` (what one would choose from), `score` (the true one; the more, the better) and the figures
of every selector (the less, the better).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from unmt.evaluation.intervals import Interval, bootstrap_interval
from unmt.evaluation.selection import Group, selection

Rows = Sequence[Mapping[str, Any]]


def groups_of(rows: Rows, selector: str) -> list[Group]:
    """The groups of the rows, in the order in which they appear."""
    held: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        held.setdefault(row["group"], []).append(row)
    return [Group([row[selector] for row in inside], [row["score"] for row in inside]) for inside in held.values()]


def selector_table(rows: Rows, selectors: Mapping[str, str], *, first: str, unit: float = 1.0) -> str:
    """A Markdown table, a row a selector: correlation within groups and over all, and the loss, with 95 % intervals.

    selectors: what to call each figure. first: the figure that the others are compared with, group by group: how much
    more it correlates, and how much less it loses. unit: scores are shown times this.
    """
    head = ("selector", "rank correlation within", "over all", "lost by choosing", "within, less than the first",
            "lost, more than the first")  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    base = groups_of(rows, first)
    for figure, name in selectors.items():
        groups = groups_of(rows, figure)
        found = selection(groups, seed=0, resamples=500)
        cells = [shown(found.within), shown(found.pooled), shown(found.loss, unit)]
        if figure == first:
            cells += ["", ""]
        else:
            pairs = [(a.correlation, b.correlation) for a, b in zip(base, groups, strict=True)]
            more = [a - b for a, b in pairs if a is not None and b is not None]
            losses = [b.loss - a.loss for a, b in zip(base, groups, strict=True)]
            cells += [shown(bootstrap_interval(more, seed=0)), shown(bootstrap_interval(losses, seed=0), unit)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def shown(value: Interval | None, unit: float = 1.0) -> str:
    """An interval in two or three decimals."""
    if value is None:
        return ""
    low, high = (unit * bound for bound in value[1:])
    return f"{unit * value.estimate:.3f} ({low:.3f} to {high:.3f})"


def spread(rows: Rows) -> str:
    """How many solutions and groups there are, and how good."""
    scores = [row["score"] for row in rows]
    many = len({row["group"] for row in rows})
    return (
        f"{len(rows)} solutions in {many} groups; true score {min(scores):.2f} to {max(scores):.2f},"
        f" median {np.median(scores):.2f}"
    )
