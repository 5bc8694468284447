"""The code lengths of a solution in words and as a picture, the same for every command: shorter is better.

They are the rows `code_lengths` of a result, as `objectives.solution_code` makes them; of a decipherment that was
stored before there were any, its own fields.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from unmt.report.charts import SIDE, BarRow, Scale, Segment, bars, dots, legend, linear_scale, plot
from unmt.report.fields import mapping, rows_of
from unmt.report.words import MISSING, finite, grouped

PARTS = (
    ("text_bits", "mapped text", "text"),
    ("mapping_bits", "mapping", "mapping"),
    ("way_back_bits", "way back", "homophones"),
)
NOTE = (
    "Shorter is better: the mapping, what it makes of the source, and the way back from that to the source. A solution"
    " counts only by what it saves."
)
APART, NULL = "without it", "null"
APART_OF_TEXT, NULL_OF_TEXT = "no structure at all", "the same search on shuffled text"


def code_length_rows(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a result; empty where it has no code lengths."""
    rows = rows_of(result, "code_lengths")
    if rows or finite(result, "text_bits") is None:
        return rows
    parts = {"mapping_bits": "mapping_bits", "text_bits": "text_bits", "way_back_bits": "homophone_bits"}
    parts |= {"total_bits": "total_bits", "apart_bits": "random_bits", "null_bits": "null_bits"}
    return [{"name": "this reading", **{name: finite(result, field) for name, field in parts.items()}}]


def code_length_line(row: Mapping[str, Any]) -> str:
    """A row in one line: "mapping 83.8 + text 840 + way back 0 = 924 bits, 2.61 a symbol"."""
    terms = (("mapping", "mapping_bits"), ("text", "text_bits"), ("way back", "way_back_bits"))
    values = [(name, finite(row, field)) for name, field in terms]
    counted = " + ".join(f"{name} {'not counted' if value is None else grouped(value)}" for name, value in values)
    share = finite(mapping(row, "per_unit"), "total_bits")
    each = "" if share is None else f", {share:.2f} a {row.get('unit')}"
    return f"{counted} = {grouped(finite(row, 'total_bits'))} bits{each}"


def compared_line(row: Mapping[str, Any]) -> str:
    """What a row is compared with, a symbol or word; "" where nothing was measured."""
    shares = mapping(row, "per_unit")
    found = [(APART, finite(shares, "apart_bits")), (NULL, finite(shares, "null_bits"))]
    told = [f"{name} {value:,.2f}" for name, value in found if value is not None]
    return f"{', '.join(told)} a {row.get('unit')}" if told else ""


def code_length_lines(result: Mapping[str, Any]) -> list[str]:
    """The rows for standard error, a line each and what it is compared with."""
    lines = []
    for row in code_length_rows(result):
        compared = compared_line(row)
        lines.append(f"bits      {row.get('name')}: {code_length_line(row)}" + (f" ({compared})" if compared else ""))
    return lines


def code_length_picture(result: Mapping[str, Any]) -> str:
    """Bars of every row, beside its null and what its source costs without it, and the same close up; "" without."""
    rows = [row for row in code_length_rows(result) if finite(row, "total_bits")]
    samples = null_samples(result)
    if not rows:
        return ""
    drawn = [bar for row in rows for bar in _bars_of(row, samples, of_text="family" in result)]
    highest = max([sum(part.length for part in bar.segments) for bar in drawn] + samples)
    description = "Code lengths in bits. " + "; ".join(f"{bar.name}: {bar.value}" for bar in drawn) + "."
    named = {part.style: part.name for bar in drawn for part in bar.segments if part.length > 0}
    if len(rows) == 1:  # only of a single row can the swatches carry its numbers
        named = {part.style: f"{part.name} {grouped(part.length)}" for part in drawn[0].segments if part.length > 0}
    pictures = bars(drawn, linear_scale(0.0, highest), description=description) + legend([*named.items()])
    return pictures + "".join(_close_up(row, samples if len(rows) == 1 else [], len(rows)) for row in rows)


def part_segments(row: Mapping[str, Any]) -> list[Segment]:
    """The terms of a row as parts of a bar."""
    return [Segment(name, finite(row, field) or 0.0, style) for field, name, style in PARTS]


def _bars_of(row: Mapping[str, Any], samples: Sequence[float], *, of_text: bool) -> list[BarRow]:
    total, null, apart = (finite(row, field) for field in ("total_bits", "null_bits", "apart_bits"))
    assert total is not None
    share = finite(mapping(row, "per_unit"), "total_bits")
    value = f"{grouped(total)} bits" + ("" if share is None else f", {share:.2f} a {row.get('unit')}")
    against = null if null is not None else apart if not of_text else None
    saved = (against or 0.0) - total
    saving = [Segment(f"saved against {'the null' if null is not None else 'nothing'}", saved, "saved")]
    name = "this reading" if of_text else str(row.get("name") or MISSING)
    found = [BarRow(name, value, [*part_segments(row), *(saving if saved > 0 else [])])]
    others = ((NULL_OF_TEXT if of_text else f"{name}, null", null, "null"),
              (APART_OF_TEXT if of_text else f"{name}, {APART}", apart, "random"))  # fmt: skip
    for title, length, style in others:
        if length is None and not of_text:
            continue
        missing = "not measured" if style == "null" else MISSING
        shown = missing if length is None else f"{grouped(length)} bits"
        found.append(BarRow(title, shown, [Segment(style, length or 0.0, style)], samples if style == "null" else ()))
    return found


def null_samples(result: Mapping[str, Any]) -> list[float]:
    """The measured code lengths of shuffled texts; none where the null was not measured."""
    stored = result.get("null_samples")
    values = stored if isinstance(stored, (list, tuple)) else []
    return [value for place in range(len(values)) if (value := finite({"value": values[place]}, "value")) is not None]


def _close_up(row: Mapping[str, Any], samples: list[float], rows: int) -> str:
    """A row, its null and what it costs without, on one line, so that small differences can be seen."""
    total, null, apart = (finite(row, field) for field in ("total_bits", "null_bits", "apart_bits"))
    assert total is not None
    nulls = samples or ([null] if null is not None else [])
    if not nulls:
        return ""
    others = [total, *nulls, *([apart] if apart is not None else [])]
    x = linear_scale(min(others), max(others), ticks=4)
    y = Scale(0.0, 1.0, ())
    marks = f'<path class="axis-line" d="M0 {SIDE // 2}h{SIDE}"/>'
    marks += dots([(apart, 0.5)], x, y, "random-dot", 11) if apart is not None else ""
    marks += dots([(sample, 0.5) for sample in nulls], x, y, "null-dot", 11)
    marks += dots([(total, 0.5)], x, y, "reading-dot", 15)
    name = "this reading" if rows == 1 else str(row.get("name"))
    spread = f"{grouped(min(nulls))} to {grouped(max(nulls))}"
    null_name = f"{len(samples)} shuffled texts, {spread}" if samples else f"null, {grouped(null)}"
    apart_name = APART_OF_TEXT if samples else APART
    description = f"{name} at {grouped(total)} bits; {null_name} bits."
    entries = [("reading-swatch", name), ("null", null_name)]
    entries += [("random", apart_name)] if apart is not None else []
    return plot(marks, x, y, labels=("", ""), description=description, style="strip") + legend(entries)
