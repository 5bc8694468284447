"""How the search went: the best code length over time."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from unmt.report.charts import Scale, legend, linear_scale, log_scale, plot, polyline
from unmt.report.words import duration, finite, grouped

# Beyond this ratio of last to first time a linear axis would press the start of the search into its edge.
LOG_TIME_RATIO = 30.0


def history_picture(result: Mapping[str, Any]) -> str:
    """The best bits over the seconds, and the null; empty without history."""
    points = history_points(result)
    if not points:
        return ""
    best = list(accumulate((bits for _, bits in points), min))
    times = [seconds for seconds, _ in points]
    last = max(times[-1], finite(result, "seconds") or 0.0)
    x = _time_scale(times, last)
    null = finite(result, "null_bits")
    y = linear_scale(best[-1], max([bits for _, bits in points] + ([null] if null is not None else [])))
    marks = polyline(_steps(times, best, last), x, y, "line s0")
    if null is not None:
        marks += polyline([(x.low, null), (x.high, null)], x, y, "line dashed")
    entries = [("s0", "best so far")]
    entries += [("dashed-swatch", "null: shuffled text")] if null is not None else []
    description = (
        f"Best code length over time: from {grouped(best[0])} to {grouped(best[-1])} bits in {duration(last)}."
    )
    chart = plot(
        marks,
        x,
        y,
        labels=("time", "bits"),
        description=description,
        tick_text=(lambda t: duration(t) if t else "0", grouped),
    )
    return chart + legend(entries)


def history_points(result: Mapping[str, Any]) -> list[tuple[float, float]]:
    """(seconds, bits) of the history in order of time; entries without both are left out."""
    stored = result.get("history")
    entries = [entry for entry in stored if isinstance(entry, Mapping)] if isinstance(stored, (list, tuple)) else []
    pairs = [(finite(entry, "seconds"), finite(entry, "bits")) for entry in entries]
    return sorted((seconds, bits) for seconds, bits in pairs if seconds is not None and bits is not None)


def _steps(times: list[float], best: list[float], last: float) -> list[tuple[float, float]]:
    """A staircase: the best stays what it was until the next point, and to the end of the search."""
    stairs = [(times[0], best[0])]
    for time, bits in zip(times[1:], best[1:], strict=True):
        stairs += [(time, stairs[-1][1]), (time, bits)]
    return [*stairs, (last, best[-1])]


def _time_scale(times: list[float], last: float) -> Scale:
    first = next((time for time in times if time > 0), last)
    if first > 0 and last / first > LOG_TIME_RATIO:
        return log_scale(first, last)
    return linear_scale(0.0, last)
