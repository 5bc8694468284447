"""The report of a cipher benchmark as one HTML page: tables by family and length, calibration, peers as ratios."""

import shlex
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unmt.report.bench_tables import CELL_COLUMNS, CELL_NOTE, PEER_COLUMNS, PEER_NOTE, cell_row, peer_rows
from unmt.report.charts import SIDE, Scale, dots, legend, log_scale, plot, polyline
from unmt.report.document import document, facts, header, section
from unmt.report.tables import Column, html_table
from unmt.report.words import MISSING, duration, error_percent, finite, grouped, percent

SERIES = 7
ERROR_TICKS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)


def bench_page(result: Mapping[str, Any]) -> str:
    """The page of one benchmark. result: what `unmt.tasks.bench_ciphers.run` returns; missing parts are left out."""
    cells = _mappings(result.get("cells"))
    overall = result.get("overall")
    overall = overall if isinstance(overall, Mapping) else {}
    body = (
        _head(result, overall)
        + section("Error against length", _error_chart(cells), "Symbol error rate with 95 % intervals; root scale.")
        + section(
            "By family and length",
            html_table(CELL_COLUMNS, [cell_row(cell) for cell in cells]) if cells else "",
            CELL_NOTE,
        )
        + section("Is the stated probability true?", _reliability(result), _calibration_note(overall))
        + section("Beside other programs", _peers(result), PEER_NOTE)
        + section("To do it again", _reproduction(result))
    )
    return document("Cipher benchmark – unmt", body)


def _head(result: Mapping[str, Any], overall: Mapping[str, Any]) -> str:
    count = int(finite(overall, "ciphers") or 0)
    error = overall.get("symbol_error_rate")
    mean = error_percent(finite(error, "mean")) if isinstance(error, Mapping) else MISSING
    exact = int(finite(overall, "exact") or 0)
    stopped = " It was interrupted: what stands here is part of it." if result.get("stopped") == "interrupted" else ""
    seconds = overall.get("seconds")
    pairs = [
        ("mean symbol error rate", mean),
        ("exact keys", f"{exact:,} of {count:,}"),
        ("family right", _share(overall, "family_right", "ciphers")),
        ("language right", _share(overall, "language_right", "language_known")),
        ("calibration error", percent(finite(overall, "expected_calibration_error"))),
        ("time a cipher", duration(finite(seconds, "mean")) if isinstance(seconds, Mapping) else MISSING),
    ]
    lead = f"{count:,} ciphers solved without their keys; their plaintext served the scoring only.{stopped}"
    return header("unmt bench ciphers", "Cipher benchmark", lead, style="good") + facts(pairs)


def _share(overall: Mapping[str, Any], right: str, known: str) -> str:
    total = int(finite(overall, known) or 0)
    return f"{int(finite(overall, right) or 0):,} of {total:,}" if total else MISSING


def _error_chart(cells: Sequence[Mapping[str, Any]]) -> str:
    """One line a kind over the lengths, with the interval of each point."""
    series: dict[str, list[tuple[float, Mapping[str, Any]]]] = {}
    for cell in cells:
        length, error = finite(cell, "length"), cell.get("symbol_error_rate")
        if length and isinstance(error, Mapping) and finite(error, "mean") is not None:
            series.setdefault(str(cell.get("kind")), []).append((length, error))
    if not series:
        return ""
    lengths = sorted({length for points in series.values() for length, _ in points})
    x = log_scale(lengths[0] / 1.15, lengths[-1] * 1.15, ticks=lengths)
    highest = max(finite(error, "high") or error["mean"] for points in series.values() for _, error in points)
    top = next((tick for tick in ERROR_TICKS[1:] if tick >= highest), 1.0)
    y = Scale(0.0, top, tuple(tick for tick in ERROR_TICKS if tick <= top), "root")
    marks = ""
    for place, points in enumerate(series.values()):
        marks += _series_marks(sorted(points, key=lambda point: point[0]), x, y, f"s{place % SERIES}")
    description = "Symbol error rate over length: " + "; ".join(
        f"{kind} " + ", ".join(f"{error_percent(error['mean'])} at {length:g}" for length, error in points)
        for kind, points in series.items()
    )
    chart = plot(
        marks, x, y, labels=("symbols of ciphertext", "symbol error rate"), description=description,
        tick_text=(grouped, percent),
    )  # fmt: skip
    return chart + legend([(f"s{place % SERIES}", kind) for place, kind in enumerate(series)])


def _series_marks(points: Sequence[tuple[float, Mapping[str, Any]]], x: Scale, y: Scale, style: str) -> str:
    middle = [(length, float(error["mean"])) for length, error in points]
    whiskers = "".join(
        polyline([(length, finite(error, "low") or 0.0), (length, finite(error, "high") or error["mean"])], x, y, style)
        for length, error in points
    )
    return whiskers + polyline(middle, x, y, f"line {style}") + dots(middle, x, y, style, 8)


def _reliability(result: Mapping[str, Any]) -> str:
    """Stated probability against how often it was right; a calibrated solver stands on the diagonal."""
    bins = _mappings(result.get("reliability"))
    if not bins:
        return ""
    axis = Scale(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))
    marks = f'<path class="diagonal" d="M0 {SIDE}L{SIDE} 0"/>'
    most = max(finite(entry, "cases") or 1.0 for entry in bins)
    for entry in bins:
        stated, right = finite(entry, "mean_probability") or 0.0, finite(entry, "share_right") or 0.0
        low, high = finite(entry, "share_low"), finite(entry, "share_high")
        if low is not None and high is not None:
            marks += polyline([(stated, low), (stated, high)], axis, axis, "s0")
        # The area of a dot goes with the number of cases.
        marks += dots([(stated, right)], axis, axis, "s0", 6 + 12 * ((finite(entry, "cases") or 1.0) / most) ** 0.5)
    description = "Reliability: " + "; ".join(
        f"stated {percent(finite(entry, 'mean_probability'))}, right {percent(finite(entry, 'share_right'))}"
        for entry in bins
    )
    chart = plot(
        marks, axis, axis, labels=("stated probability", "share that was right (at most 2 % of letters wrong)"),
        description=description, style="square", tick_text=(percent, percent),
    )  # fmt: skip
    return f'<div class="beside">{chart}{html_table(*_reliability_table(bins))}</div>'


def _reliability_table(bins: Sequence[Mapping[str, Any]]) -> tuple[list[Column], list[list[str]]]:
    columns = [
        Column("stated"), Column("ciphers", is_number=True), Column("mean stated", is_number=True),
        Column("right", is_number=True), Column("95 % interval", is_number=True),
    ]  # fmt: skip
    rows = [
        [
            f"{percent(finite(entry, 'low'))} to {percent(finite(entry, 'high'))}",
            grouped(finite(entry, "cases"), 0),
            percent(finite(entry, "mean_probability")),
            percent(finite(entry, "share_right")),
            f"{percent(finite(entry, 'share_low'))} to {percent(finite(entry, 'share_high'))}",
        ]
        for entry in bins
    ]
    return columns, rows


def _calibration_note(overall: Mapping[str, Any]) -> str:
    error, brier = finite(overall, "expected_calibration_error"), finite(overall, "brier_score")
    if error is None or brier is None:
        return ""
    return f"Expected calibration error {error:.3f}; Brier score {brier:.3f}. On the diagonal is calibrated."


def _peers(result: Mapping[str, Any]) -> str:
    peers = _mappings(result.get("peers"))
    rows = peer_rows(peers)
    absent = [f"{peer.get('name')}: {peer.get('reason')}" for peer in peers if peer.get("reason")]
    notes = "".join(f'<p class="note">{escape(line)}</p>\n' for line in absent)
    return (html_table(PEER_COLUMNS, rows) if rows else "") + notes


def _reproduction(result: Mapping[str, Any]) -> str:
    names = (("data", "data"), ("limit", "limit"), ("language", "language"), ("seconds", "seconds"), ("seed", "seed"))
    words = [f"{name}={result[field]}" for name, field in names if result.get(field) is not None]
    words += [f"peers={str(bool(result.get('peers'))).lower()}"]
    command = " ".join(shlex.quote(word) for word in ["unmt", "bench", "ciphers", *words])
    pairs = [
        ("SHA-256 of the table", str(result.get("data_sha256") or MISSING)),
        ("unmt version", str(result.get("version") or MISSING)),
        ("rows", str(result.get("rows") or MISSING)),
    ]
    return f'<pre class="command" tabindex="0">{escape(command)}</pre>\n{facts(pairs, "hashes")}'


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, (list, tuple)) else []
