"""Weights of objectives that change from round to round: straight lines between points, level before and after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isfinite

from unmt.errors import InputError

SHARES = ("start_pairs", "forward", "denoising", "causal", "masked", "spans", "parallel")
"""Objectives whose weights are shares of the steps."""

SCHEDULED = (*SHARES, "adversarial")
"""Objectives that have a weight."""

Points = Sequence[tuple[int, float]]


def schedules(text: str | None) -> Mapping[str, Points]:
    """Of "denoising 0:0.1 60:0; adversarial 0:0 20:0.1": by objective (round, weight), rounds rising. None: of none.

    Raises InputError where it is not that.
    """
    found: dict[str, Points] = {}
    for part in (text or "").split(";"):
        name, *cells = part.split() or [""]
        if not name and text is None:
            continue
        if name not in SCHEDULED or name in found:
            raise InputError(
                f"objectives.schedule={text}: {name or 'nothing'!r} is no objective, or stands twice. Name some of"
                f" {', '.join(SCHEDULED)}, with ; between."
            )
        found[name] = _points(cells, name, text)
    return found


def _points(cells: Sequence[str], name: str, text: str | None) -> Points:
    try:
        points = [(int(number), float(weight)) for number, weight in (cell.split(":") for cell in cells)]
    except ValueError:
        points = []
    most = float("inf") if name == "adversarial" else 1.0
    is_rising = all(one[0] < other[0] for one, other in pairwise(points))
    if not points or not is_rising or not all(number >= 0 and _fits(weight, most) for number, weight in points):
        raise InputError(
            f"objectives.schedule={text}: give {name} as ROUND:WEIGHT with rising rounds, such as {name} 0:0.1 60:0,"
            f" weights from 0{' on' if name == 'adversarial' else ' to 1'}."
        )
    return points


def _fits(weight: float, most: float) -> bool:
    return isfinite(weight) and 0.0 <= weight <= most


def weight_at(points: Points, number: int) -> float:
    """The weight in the round of this number."""
    if number <= points[0][0]:
        return points[0][1]
    for (first, low), (last, high) in pairwise(points):
        if number <= last:
            return low + (high - low) * (number - first) / (last - first)
    return points[-1][1]
