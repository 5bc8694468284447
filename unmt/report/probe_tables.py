"""The checkpoints of a probe as tables: one for the terminal and the page, and the figures of each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unmt.report.fields import rows_of, sequence
from unmt.report.tables import Column, html_table, text_table
from unmt.report.words import MISSING, finite

COLUMNS = (
    Column("objective"), Column("symbols"), Column("width", is_number=True), Column("step", is_number=True),
    Column("bits a symbol", is_number=True), Column("accuracy %", is_number=True),
    Column("least to most", is_number=True), Column("layer", is_number=True, is_detail=True),
)  # fmt: skip
CORRELATIONS = (
    Column("objective"), Column("symbols"), Column("checkpoints", is_number=True),
    Column("rank correlation", is_number=True), Column("over seeds", is_number=True),
    Column("at one step", is_number=True),
)  # fmt: skip
Row = Mapping[str, Any]


def probe_text(result: Row) -> str:
    """The table of standard output."""
    return text_table(COLUMNS, checkpoint_rows(result))


def checkpoint_rows(result: Row) -> list[list[str]]:
    """A row for each objective, kind of symbols, width and step: means over seeds, and the least and most of them."""
    rows = []
    for group in groups(rows_of(result, "checkpoints"), ("objective", "shuffled", "width", "step")):
        first = group[0]
        layers = sorted({_whole(row, "layer") for row in group})
        rows.append([
            str(first.get("objective") or MISSING), symbols_of(first), _whole(first, "width"), _whole(first, "step"),
            decimals(mean(group, "bits_per_symbol"), 3), *accuracy_cells(group), ", ".join(layers),
        ])  # fmt: skip
    return rows


def correlation_table(result: Row) -> str:
    """Rank correlations of bits with accuracy as HTML; empty where there are none."""
    rows = []
    for entry in rows_of(result, "correlations"):
        spread = " to ".join(signed(finite(entry, key)) for key in ("least", "most"))
        rows.append([
            str(entry.get("objective") or MISSING), symbols_of(entry), _whole(entry, "points"),
            signed(finite(entry, "mean")), spread, signed(finite(entry, "same_step")),
        ])  # fmt: skip
    return html_table(CORRELATIONS, rows) if rows else ""


def layer_table(result: Row) -> str:
    """Accuracy of every layer at the last step, as HTML; layer 0 is the embedding."""
    last = last_checkpoints(result)
    count = max((len(sequence(row, "accuracy_by_layer")) for row in last), default=0)
    if not count:
        return ""
    columns = (
        Column("objective"), Column("symbols"), Column("width", is_number=True),
        *(Column(f"layer {layer}", is_number=True) for layer in range(count)),
    )  # fmt: skip
    rows = []
    for group in groups(last, ("objective", "shuffled", "width")):
        cells = [percent(mean_of(_layer(row, layer) for row in group)) for layer in range(count)]
        rows.append(
            [str(group[0].get("objective") or MISSING), symbols_of(group[0]), _whole(group[0], "width"), *cells]
        )
    return html_table(columns, rows)


def few_label_table(result: Row) -> str:
    """Accuracy by how many labels the probe had, as HTML."""
    stored = rows_of(result, "few_labels")
    counts = list(dict.fromkeys(_labels(row) for row in stored))
    if not counts:
        return ""
    columns = (
        Column("objective"), Column("symbols"), Column("width", is_number=True),
        *(Column("all" if count == "all" else f"{count} a class", is_number=True) for count in counts),
    )  # fmt: skip
    rows = []
    for group in groups(stored, ("objective", "shuffled", "width")):
        cells = [percent(mean([row for row in group if _labels(row) == count], "accuracy")) for count in counts]
        rows.append(
            [str(group[0].get("objective") or MISSING), symbols_of(group[0]), _whole(group[0], "width"), *cells]
        )
    return html_table(columns, rows)


def last_checkpoints(result: Row) -> list[Row]:
    """The checkpoints of the last step that there is."""
    rows = rows_of(result, "checkpoints")
    last = max((finite(row, "step") or 0 for row in rows), default=0)
    return [row for row in rows if finite(row, "step") == last]


def groups(rows: Sequence[Row], keys: Sequence[str]) -> list[list[Row]]:
    """The rows that agree in the keys, together, in the order in which they first come."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(str(row.get(key)) for key in keys), []).append(row)
    return list(found.values())


def symbols_of(row: Row) -> str:
    """Whether the symbols were shuffled, in words."""
    return "shuffled" if row.get("shuffled") is True else "as they are"


def mean(rows: Sequence[Row], field: str) -> float | None:
    """The mean of a field over the rows that have it."""
    return mean_of(finite(row, field) for row in rows)


def mean_of(values: Iterable[float | None]) -> float | None:
    """The mean of the numbers among values."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def accuracy_cells(group: Sequence[Row]) -> list[str]:
    """Mean accuracy, and the least and most over the seeds."""
    known = [value for row in group if (value := finite(row, "accuracy")) is not None]
    spread = f"{percent(min(known))} to {percent(max(known))}" if known else MISSING
    return [percent(mean_of(known)), spread]


def percent(share: float | None) -> str:
    """Per cent with one decimal, without the sign: it is in the heading."""
    return MISSING if share is None else f"{100 * share:.1f}"


def decimals(value: float | None, count: int) -> str:
    """A number with so many decimals."""
    return MISSING if value is None else f"{value:.{count}f}"


def signed(value: float | None) -> str:
    """A correlation with its sign."""
    return MISSING if value is None else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _layer(row: Row, layer: int) -> float | None:
    stored = sequence(row, "accuracy_by_layer")
    return finite({"": stored[layer]}, "") if layer < len(stored) else None


def _labels(row: Row) -> str:
    return "all" if row.get("labels") is None else _whole(row, "labels")


def _whole(row: Row, field: str) -> str:
    value = finite(row, field)
    return MISSING if value is None else f"{value:.0f}"
