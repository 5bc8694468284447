"""Charts as inline SVG and HTML, drawn to be read on a telephone too.

The marks are SVG in a square of 1000 by 1000 that is stretched to the plot; strokes keep their width (CSS
`vector-effect`), and all text is HTML beside it, so that it keeps its size on every screen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from unmt.report.words import grouped

SIDE = 1000
CURVES: dict[str, Callable[[float], float]] = {
    "linear": float,
    "log": math.log,
    "root": lambda value: math.sqrt(max(0.0, value)),
}


@dataclass(frozen=True)
class Scale:
    """Values from low to high as shares of an axis. curve: "linear", "log" or "root" (gives small values room)."""

    low: float
    high: float
    ticks: tuple[float, ...]
    curve: str = "linear"

    def share(self, value: float) -> float:
        """Where a value stands, 0 to 1; values beyond the axis stand at its end."""
        bend = CURVES[self.curve]
        value = min(max(value, self.low), self.high)
        width = bend(self.high) - bend(self.low)
        return (bend(value) - bend(self.low)) / width if width else 0.5


class Segment(NamedTuple):
    """A part of a bar: its name and length, and the CSS class that colours it."""

    name: str
    length: float
    style: str


class BarRow(NamedTuple):
    """A bar of segments with what stands before and after it; ticks are single values marked on it."""

    name: str
    value: str
    segments: Sequence[Segment]
    ticks: Sequence[float] = ()


def linear_scale(low: float, high: float, *, ticks: int = 5) -> Scale:
    """An axis that holds both ends, with round ticks at steps of 1, 2 or 5."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Scale(first * step, last * step, tuple(place * step for place in range(first, last + 1)))


def log_scale(low: float, high: float, *, ticks: Sequence[float] = ()) -> Scale:
    """A logarithmic axis; ticks: decades unless told. low must be above zero."""
    if high <= low:
        low, high = low / 2, high * 2
    decades = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    return Scale(low, high, tuple(ticks) or tuple(10.0**power for power in decades), "log")


def polyline(points: Sequence[tuple[float, float]], x: Scale, y: Scale, style: str) -> str:
    """A line through points given in the units of the axes."""
    return f'<polyline class="{style}" points="{" ".join(f"{a},{b}" for a, b in _placed(points, x, y))}"/>'


def dots(points: Sequence[tuple[float, float]], x: Scale, y: Scale, style: str, width: float = 7) -> str:
    """Round dots, `width` pixels across; lines without length, so that stretching leaves them round."""
    path = "".join(f"M{a} {b}h0" for a, b in _placed(points, x, y))
    return f'<path class="dot {style}" style="stroke-width:{width:.3g}px" d="{path}"/>' if path else ""


def plot(
    marks: str,
    x: Scale,
    y: Scale,
    *,
    labels: tuple[str, str],
    description: str,
    style: str = "",
    tick_text: tuple[Callable[[float], str], Callable[[float], str]] = (grouped, grouped),
) -> str:
    """The marks in a frame with both axes. labels, tick_text: of x and of y; description: for those who cannot see."""
    grid = "".join(f'<path class="grid-line" d="M0 {_down(y, tick)}h{SIDE}"/>' for tick in y.ticks)
    across = "".join(
        f'<span style="left:{100 * x.share(tick):.2f}%">{escape(tick_text[0](tick))}</span>' for tick in _apart(x)
    )
    up = "".join(
        f'<span style="bottom:{100 * y.share(tick):.2f}%">{escape(tick_text[1](tick))}</span>' for tick in y.ticks
    )
    return (
        f'<figure class="plot {style}" role="img" aria-label="{escape(description)}">'
        f'<div class="y-name">{escape(labels[1])}</div><div class="y-ticks">{up}</div>'
        f'<svg viewBox="0 0 {SIDE} {SIDE}" preserveAspectRatio="none" aria-hidden="true">{grid}{marks}</svg>'
        f'<div class="x-ticks">{across}</div><div class="x-name">{escape(labels[0])}</div></figure>\n'
    )


def bars(rows: Sequence[BarRow], scale: Scale, *, description: str) -> str:
    """Horizontal bars on one axis that begins at zero; a bar that is longer than the axis fades out at its end."""
    body = ""
    for row in rows:
        parts = "".join(
            f'<i class="{part.style}{" beyond" * (part.length > scale.high)}" '
            f'style="width:{100 * scale.share(part.length):.3f}%"></i>'
            for part in row.segments
        )
        ticks = "".join(f'<u style="left:{100 * scale.share(tick):.3f}%"></u>' for tick in row.ticks)
        body += (
            f'<div class="bar"><span>{escape(row.name)}</span><b>{escape(row.value)}</b>'
            f'<div class="track">{parts}{ticks}</div></div>'
        )
    marks = "".join(f'<span style="left:{100 * scale.share(t):.2f}%">{grouped(t)}</span>' for t in scale.ticks)
    return (
        f'<figure class="bars" role="img" aria-label="{escape(description)}">{body}'
        f'<div class="x-ticks">{marks}</div></figure>\n'
    )


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """Swatches with names: (CSS class, plain text) each."""
    return (
        '<p class="legend">'
        + "".join(f'<span><i class="swatch {style}"></i>{escape(name)}</span> ' for style, name in entries)
        + "</p>\n"
    )


def _apart(scale: Scale) -> list[float]:
    """The ticks whose names do not run into each other on a narrow screen."""
    kept: list[float] = []
    for tick in scale.ticks:
        if not kept or scale.share(tick) - scale.share(kept[-1]) > 0.08:
            kept.append(tick)
    return kept


def _placed(points: Sequence[tuple[float, float]], x: Scale, y: Scale) -> list[tuple[str, str]]:
    return [(f"{SIDE * x.share(a):.4g}", _down(y, b)) for a, b in points]


def _down(y: Scale, value: float) -> str:
    """SVG counts downwards."""
    return f"{SIDE * (1 - y.share(value)):.4g}"
