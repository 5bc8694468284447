"""The report of `unmt bench objectives` as one HTML page."""

import shlex
from collections.abc import Mapping
from html import escape
from typing import Any

from unmt.report.document import document, facts, header, section
from unmt.report.fields import mapping, rows_of
from unmt.report.objectives_table import (
    CONTROL_COLUMNS,
    CONTROL_NOTE,
    TABLE_NOTE,
    accuracy_rows,
    columns,
    control_rows,
)
from unmt.report.tables import html_table
from unmt.report.words import MISSING, duration, finite


def objectives_page(result: Mapping[str, Any]) -> str:
    """The page of one benchmark. result: what `unmt.tasks.bench_objectives.run` returns; what lacks is left out."""
    rows, controls = accuracy_rows(result), control_rows(result)
    body = (
        _head(result)
        + section("What is right", html_table(columns(result), rows) if rows else "", TABLE_NOTE)
        + section("Is it said rightly?", html_table(CONTROL_COLUMNS, controls) if controls else "", CONTROL_NOTE)
        + section("To do it again", _reproduction(result))
    )
    return document("Objectives against families – unmt", body)


def _head(result: Mapping[str, Any]) -> str:
    cells = [cell for cell in rows_of(result, "cells") if finite(cell, "runs")]
    runs = sum(int(finite(cell, "runs") or 0) for cell in cells)
    refused = sum(mapping(cell, "control").get("verdict") == "no structure" for cell in cells)
    controls = sum(bool(mapping(cell, "control")) for cell in cells)
    stopped = " It was interrupted: what stands here is part of it." if result.get("stopped") == "interrupted" else ""
    pairs = [
        ("cells", f"{len(cells):,}"),
        ("runs", f"{runs:,}"),
        ("controls without structure", f"{refused:,} of {controls:,}" if controls else MISSING),
        ("time", duration(finite(result, "total_seconds"))),
    ]
    lead = (
        "One distance between a mapped text and its language after another, on one family of mappings after"
        f" another.{stopped}"
    )
    return header("unmt bench objectives", "Objectives against families", lead, style="good") + facts(pairs)


def _reproduction(result: Mapping[str, Any]) -> str:
    names = ("data", "vectors", "symbols", "seed", "seeds")
    words = [f"{name}={result[name]}" for name in names if result.get(name) is not None]
    command = " ".join(shlex.quote(word) for word in ["unmt", "bench", "objectives", *words])
    pairs = [
        ("SHA-256 of the text", str(result.get("data_sha256") or MISSING)),
        ("unmt version", str(result.get("version") or MISSING)),
        ("rows", str(result.get("rows") or MISSING)),
    ]
    return f'<pre class="command" tabindex="0">{escape(command)}</pre>\n{facts(pairs, "hashes")}'
