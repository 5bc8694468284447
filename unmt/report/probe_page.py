"""The report of `unmt probe` as one HTML page: bits against accuracy, by layer, by labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unmt.report.charts import dots, legend, linear_scale, log_scale, plot, polyline
from unmt.report.document import document, facts, header, section
from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.probe_tables import (
    COLUMNS,
    checkpoint_rows,
    correlation_table,
    few_label_table,
    groups,
    layer_table,
    mean,
    signed,
    symbols_of,
)
from unmt.report.reproduction import reproduction
from unmt.report.tables import html_table
from unmt.report.words import MISSING, duration, finite, percent

Row = Mapping[str, Any]
PLOT_NOTE = (
    "Each dot is a checkpoint of one seed, each line the mean over the seeds from the untrained model (right) on. Bits"
    " are of held-out sequences; accuracy is of a linear classifier on the states of one layer, on the same sequences."
    " Up and to the left is better prediction with better features."
)
RANK_NOTE = (
    "Spearman's correlation of bits with accuracy; −1 is: fewer bits, higher accuracy, always. Over all sizes and steps"
    " for each seed; and over sizes and seeds at one step, which training alone does not raise. Shuffled symbols keep"
    " their counts and lose their order, in each sequence another way."
)
LAYER_NOTE = (
    "Per cent at the last step, mean over seeds. Layer 0 is the embedding: its mean tells how often each symbol occurs,"
    " and nothing of their order."
)
LABEL_NOTE = (
    "Per cent at the last step, mean over seeds, by labelled examples of each class. The layer is the one that a fifth"
    " of all labels chose, so the left end knows a little more than it should."
)


def probe_page(result: Row) -> str:
    """The page of one run. result: its result.json; what it lacks is left out."""
    body = (
        _head(result)
        + section("Bits against accuracy", _chart(result), PLOT_NOTE)
        + section("Rank correlation", correlation_table(result), RANK_NOTE)
        + section("Accuracy by layer", layer_table(result), LAYER_NOTE)
        + section("Few labels to many", _label_chart(result) + few_label_table(result), LABEL_NOTE)
        + section("Checkpoints", _checkpoints(result), "Means over seeds, and the least and most accurate of them.")
        + section("To do it again", reproduction(result, "probe", _hashes(result)))
    )
    return document(f"Bits and probes: {_name(result)} – unmt", body)


def _name(result: Row) -> str:
    return str(mapping(result, "data").get("name") or "data")


def _head(result: Row) -> str:
    data, reference = mapping(result, "data"), mapping(result, "reference")
    sentences = [
        f"{str(entry.get('objective')).capitalize()}: rank correlation of bits with accuracy"
        f" {signed(finite(entry, 'mean'))}."
        for entry in rows_of(result, "correlations")
        if entry.get("shuffled") is not True
    ]
    pairs = [
        (name, shown)
        for name, shown in (
            ("classes", str(len(sequence(data, "classes")) or MISSING)),
            ("sequences, and for the test", " + ".join(_whole(data, key) for key in ("train", "test"))),
            ("symbols of the alphabet", _whole(data, "symbols")),
            ("chance", percent(finite(reference, "chance"))),
            ("counts of symbols alone", percent(finite(reference, "symbols_counted"))),
            ("symbols by place, no model", percent(finite(reference, "symbols_by_place"))),
            ("time", duration(finite(result, "seconds"))),
        )
        if MISSING not in shown
    ]
    return header("unmt probe", _name(result).capitalize(), " ".join(sentences)) + facts(pairs)


def _chart(result: Row) -> str:
    """Bits across, accuracy up: a colour for each objective, size and kind of symbols."""
    kinds = groups([row for row in rows_of(result, "checkpoints") if _point(row)], ("objective", "shuffled", "width"))
    points = [point for kind in kinds for row in kind if (point := _point(row))]
    if not points:
        return ""
    x = linear_scale(min(a for a, _ in points), max(a for a, _ in points))
    y = linear_scale(0.0, 100 * max(b for _, b in points))
    marks, entries = "", []
    for place, kind in enumerate(kinds):
        style = f"s{place % 7}"
        line = [
            (bits, 100 * accuracy)
            for rows in groups(kind, ("step",))
            if (bits := mean(rows, "bits_per_symbol")) is not None and (accuracy := mean(rows, "accuracy")) is not None
        ]
        placed = [(a, 100 * b) for row in kind if (point := _point(row)) for a, b in [point]]
        marks += polyline(line, x, y, f"line {style}") + dots(placed, x, y, style, 7)
        entries.append((style, _kind(kind[0])))
    description = "Accuracy in per cent over bits a symbol. " + "; ".join(
        f"{name}: {len(kind)} checkpoints" for (_, name), kind in zip(entries, kinds, strict=True)
    )
    chart = plot(marks, x, y, labels=("bits a symbol, held-out", "probe accuracy, %"), description=description)
    return chart + legend(entries)


def _label_chart(result: Row) -> str:
    """Labelled examples across (by ratio), accuracy up."""
    stored = [row for row in rows_of(result, "few_labels") if (finite(row, "examples") or 0) > 0]
    stored = [row for row in stored if finite(row, "accuracy") is not None]
    if not stored:
        return ""
    kinds = groups(stored, ("objective", "shuffled", "width"))
    examples = sorted({finite(row, "examples") or 1 for row in stored})
    x = log_scale(examples[0], examples[-1], ticks=examples)
    y = linear_scale(0.0, 100 * max(finite(row, "accuracy") or 0 for row in stored))
    marks, entries = "", []
    for place, kind in enumerate(kinds):
        style = f"s{place % 7}"
        line = sorted(
            (mean(rows, "examples") or 1, 100 * (mean(rows, "accuracy") or 0)) for rows in groups(kind, ("labels",))
        )
        marks += polyline(line, x, y, f"line {style}") + dots(line, x, y, style, 7)
        entries.append((style, _kind(kind[0])))
    chart = plot(
        marks, x, y, labels=("labelled examples", "probe accuracy, %"),
        description="Accuracy in per cent by labelled examples, a line for each kind of model.",
    )  # fmt: skip
    return chart + legend(entries)


def _checkpoints(result: Row) -> str:
    rows = checkpoint_rows(result)
    return html_table(COLUMNS, rows) if rows else ""


def _point(row: Row) -> tuple[float, float] | None:
    bits, accuracy = finite(row, "bits_per_symbol"), finite(row, "accuracy")
    return None if bits is None or accuracy is None else (bits, accuracy)


def _kind(row: Row) -> str:
    told = "" if symbols_of(row) == "as they are" else ", shuffled"
    return f"{row.get('objective')}, width {_whole(row, 'width')}{told}"


def _whole(row: Row, field: str) -> str:
    value = finite(row, field)
    return MISSING if value is None else f"{value:,.0f}"


def _hashes(result: Row) -> Sequence[tuple[str, str]]:
    return [
        (f"SHA-256 of {file.get('path') or 'a file'}", str(file.get("sha256") or MISSING))
        for file in rows_of(mapping(result, "data"), "files")
    ]
