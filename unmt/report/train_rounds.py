"""The label-free scores of a training: by round as a chart and a table, and against the null as bars."""

from collections.abc import Mapping
from typing import Any

from unmt.report.charts import BarRow, Scale, Segment, bars, dots, legend, linear_scale, plot, polyline
from unmt.report.code_lengths import PARTS as PARTS_OF_CODE
from unmt.report.code_lengths import part_segments
from unmt.report.fields import mapping, rows_of
from unmt.report.tables import Column, html_table
from unmt.report.words import MISSING, duration, finite

COLUMNS = (
    Column("direction"), Column("round"), Column("score", is_number=True),
    Column("translation", is_number=True), Column("true text", is_number=True), Column("way back", is_number=True),
    Column("length", is_number=True), Column("time", is_number=True, is_detail=True),
)  # fmt: skip
PARTS = ("two_sided", "text_bits", "target_bits", "way_back_bits", "words_per_source_word")


def is_net(result: Mapping[str, Any]) -> bool:
    """Whether the result is of a net."""
    return result.get("network") in ("transformer", "pretrained")


def directions(result: Mapping[str, Any]) -> list[str]:
    """The directions that the rounds have figures of, or else those that a round was chosen for."""
    found = [str(way) for entry in rows_of(result, "rounds") for way in mapping(entry, "figures")]
    return list(dict.fromkeys(found or [str(way) for way in mapping(result, "chosen_round")]))


def all_directions(result: Mapping[str, Any]) -> str:
    """How all of them are called together."""
    return "both" if len(directions(result)) <= 2 else "all"


def chosen_rounds(result: Mapping[str, Any]) -> dict[str, int]:
    """The round of each direction that became the model."""
    chosen = mapping(result, "chosen_round")
    return {str(way): int(number) for way in chosen if (number := finite(chosen, way)) is not None}


def figures_of(result: Mapping[str, Any], number: int, way: str) -> Mapping[str, Any]:
    """The code lengths of a direction after a round; empty where they are missing."""
    for place, entry in enumerate(rows_of(result, "rounds")):
        if _number(entry, place) == number:
            return mapping(mapping(entry, "figures"), way)
    return {}


def numbered(result: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The rounds with their numbers."""
    return [(_number(entry, place), entry) for place, entry in enumerate(rows_of(result, "rounds"))]


def bits(value: float | None) -> str:
    """Bits a word with two decimals."""
    return MISSING if value is None else f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def round_chart(result: Mapping[str, Any], axis: str = "round; 0 is the lexicon alone") -> str:
    """The score over the rounds, a line a direction, with the chosen round as a large dot. axis: what rounds are."""
    lines = {way: points for way in directions(result) if (points := _points(result, way))}
    return curve_chart(lines, chosen_rounds(result), (axis, "bits a word"), "Score")


def curve_chart(
    lines: Mapping[str, list[tuple[float, float]]], chosen: Mapping[str, int], labels: tuple[str, str], name: str
) -> str:
    """Lines of (round, value), with the chosen round of each as a large dot; "" where there are none."""
    if not lines:
        return ""
    numbers = sorted({number for points in lines.values() for number, _ in points})
    scores = [score for points in lines.values() for _, score in points]
    x = Scale(numbers[0] - 0.2, numbers[-1] + 0.2, tuple(numbers))
    y = linear_scale(min(scores), max(scores))
    marks = ""
    for place, (way, points) in enumerate(lines.items()):
        style = f"s{place % 7}"
        marks += polyline(points, x, y, f"line {style}") + dots(points, x, y, style, 7)
        marks += dots([point for point in points if point[0] == chosen.get(way)], x, y, style, 16)
    entries = [
        (f"s{place % 7}", f"{way}, round {chosen[way]} chosen" if way in chosen else way)
        for place, way in enumerate(lines)
    ]
    description = f"{name} by round. " + "; ".join(
        f"{way}: " + ", ".join(f"{bits(score)} after round {number:.0f}" for number, score in points)
        for way, points in lines.items()
    )
    tick_text = (lambda number: f"{number:.0f}", bits)
    return plot(marks, x, y, labels=labels, description=description, tick_text=tick_text) + legend(entries)


def round_table(result: Mapping[str, Any]) -> str:
    """The parts of every score: bits a word of the translations and of true text, of the way back, and the length."""
    chosen = chosen_rounds(result)
    rows = []
    for way in directions(result):
        for place, entry in enumerate(rows_of(result, "rounds")):
            number, figures = _number(entry, place), mapping(mapping(entry, "figures"), way)
            if not figures:
                continue
            parts = [bits(finite(figures, part)) for part in PARTS]
            name = f"{number}, chosen" if chosen.get(way) == number else str(number)
            rows.append([way, name, *parts, duration(finite(entry, "seconds"))])
    caption = (
        "Score = |translation − true text| + way back, all in bits a word; length in words a source word;"
        f" a time is that of {all_directions(result)} directions"
    )
    return html_table(COLUMNS, rows, caption=caption) if rows else ""


def against_null(result: Mapping[str, Any]) -> str:
    """Bars of each direction: the chosen round, the lexicon alone, and a lexicon of shuffled pairs."""
    rows: list[BarRow] = []
    null = mapping(mapping(result, "preflight"), "null")
    chosen = chosen_rounds(result)
    # A net has no round that is the lexicon alone; it keeps those of the lexicon model beside its own.
    has_net = is_net(result)
    first: Mapping[str, Any] = {"rounds": rows_of(result, "lexicon_rounds")} if has_net else result
    for way in directions(result):
        if chosen.get(way) or (has_net and way in chosen):
            rows += _bar(f"{way}, round {chosen[way]}", figures_of(result, chosen[way], way))
        rows += _bar(f"{way}, the lexicon alone", figures_of(first, 0, way))
        rows += _bar(f"{way}, shuffled pairs", mapping(null, way), is_null=True)
    if not rows:
        return ""
    highest = max(sum(segment.length for segment in row.segments) for row in rows)
    description = "Code lengths in bits a word. " + "; ".join(f"{row.name}: {row.value}" for row in rows) + "."
    named = [(style, name) for field, name, style in PARTS_OF_CODE if field != "mapping_bits"] + [("null", "null")]
    scale = linear_scale(0.0, highest) if highest > 0 else Scale(0.0, 1.0, (0.0, 1.0))
    return bars(rows, scale, description=description) + legend(named)


def _bar(name: str, figures: Mapping[str, Any], *, is_null: bool = False) -> list[BarRow]:
    total = finite(figures, "code_bits")
    if total is None:
        return []
    back = min(finite(figures, "way_back_bits") or 0.0, total)
    segments = part_segments({"text_bits": total - back, "way_back_bits": back})
    return [BarRow(name, f"{bits(total)} bits", [Segment("null", total, "null")] if is_null else segments)]


def _points(result: Mapping[str, Any], way: str) -> list[tuple[float, float]]:
    found = []
    for place, entry in enumerate(rows_of(result, "rounds")):
        score = finite(mapping(mapping(entry, "figures"), way), "two_sided")
        if score is not None:
            found.append((float(_number(entry, place)), score))
    return found


def _number(entry: Mapping[str, Any], place: int) -> int:
    number = finite(entry, "round")
    return place if number is None else int(number)
