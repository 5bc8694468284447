"""The tables of a cipher benchmark, the same in the terminal and on the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from unmt.report.tables import Column, text_table
from unmt.report.words import MISSING, duration, error_percent, finite, grouped, rate

CELL_COLUMNS = (
    Column("kind"),
    Column("length", is_number=True),
    Column("ciphers", is_number=True),
    Column("error", is_number=True),
    Column("95 % interval", is_number=True, is_detail=True),
    Column("exact", is_number=True),
    Column("within 2 %", is_number=True, is_detail=True),
    Column("family", is_number=True, is_detail=True),
    Column("language", is_number=True, is_detail=True),
    Column("verdicts", is_number=True, is_detail=True),
    Column("time each", is_number=True),
    Column("keys/s", is_number=True, is_detail=True),
)
PEER_COLUMNS = (
    Column("program"),
    Column("kind", is_detail=True),
    Column("length", is_number=True),
    Column("ciphers", is_number=True, is_detail=True),
    Column("error", is_number=True, is_detail=True),
    Column("ours", is_number=True, is_detail=True),
    Column("error ratio", is_number=True),
    Column("time", is_number=True, is_detail=True),
    Column("ours", is_number=True, is_detail=True),
    Column("time ratio", is_number=True),
)
CELL_NOTE = (
    "Exact, within 2 % of the letters, family and language right: numbers of ciphers. "
    "Verdicts: identified / ambiguous / no structure found."
)
PEER_NOTE = "The same ciphers in the same run; ratios are ours over theirs, with 95 % intervals."


def bench_text(result: Mapping[str, Any]) -> str:
    """The whole benchmark as aligned plain text."""
    cells = [cell_row(cell) for cell in result["cells"]] + [cell_row({**result["overall"], "kind": "all"})]
    text = f"{text_table(CELL_COLUMNS, cells)}{CELL_NOTE}\n"
    error, brier = finite(result["overall"], "expected_calibration_error"), finite(result["overall"], "brier_score")
    if error is not None and brier is not None:
        text += f"\nprobability_correct: expected calibration error {error:.3f}, Brier score {brier:.3f}\n"
    rows = peer_rows(result["peers"])
    text += f"\n{PEER_NOTE}\n{text_table(PEER_COLUMNS, rows)}" if rows else ""
    return text + "".join(f"{peer['name']}: {peer['reason']}\n" for peer in result["peers"] if peer.get("reason"))


def cell_row(cell: Mapping[str, Any]) -> list[str]:
    """The texts of one cell, in the order of CELL_COLUMNS."""
    ciphers = int(finite(cell, "ciphers") or 0)
    scored = int(finite(cell, "scored") or 0)
    verdicts = cell.get("verdicts")
    verdicts = verdicts if isinstance(verdicts, Mapping) else {}
    seconds = cell.get("seconds")
    return [
        str(cell.get("kind") or MISSING),
        grouped(finite(cell, "length"), 0),
        f"{ciphers:,}",
        *_rate_texts(cell.get("symbol_error_rate")),
        _count(cell, "exact", scored, ciphers),
        _count(cell, "within_2_percent", scored, ciphers),
        _count(cell, "family_right", ciphers, ciphers),
        _count(cell, "language_right", int(finite(cell, "language_known") or 0), ciphers),
        " / ".join(str(verdicts.get(name, 0)) for name in ("identified", "ambiguous", "no structure found")),
        duration(finite(seconds, "mean")) if isinstance(seconds, Mapping) else MISSING,
        rate(finite(cell, "keys_per_second")),
    ]


def peer_rows(peers: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The texts of every cell that a peer was measured on, in the order of PEER_COLUMNS."""
    return [
        [
            " ".join(str(peer[field]) for field in ("name", "version") if peer.get(field)),
            str(cell.get("kind")),
            grouped(finite(cell, "length"), 0),
            grouped(finite(cell, "ciphers"), 0),
            error_percent(finite(cell, "symbol_error_rate")),
            error_percent(finite(cell, "our_symbol_error_rate")),
            _ratio(cell.get("error_ratio")),
            duration(finite(cell, "seconds")),
            duration(finite(cell, "our_seconds")),
            _ratio(cell.get("time_ratio")),
        ]
        for peer in peers
        for cell in peer.get("cells") or ()
    ]


def _rate_texts(error: Any) -> tuple[str, str]:
    """The mean and its interval."""
    if not isinstance(error, Mapping):
        return MISSING, MISSING
    low, high = error_percent(finite(error, "low")), error_percent(finite(error, "high"))
    return error_percent(finite(error, "mean")), f"{low.removesuffix(' %')} to {high}"


def _count(cell: Mapping[str, Any], field: str, known: int, ciphers: int) -> str:
    """How many ciphers; of how many, only where it is not all of the cell."""
    if not known:
        return MISSING
    count = int(finite(cell, field) or 0)
    return f"{count:,}" if known == ciphers else f"{count:,} of {known:,}"


def _ratio(ratio: Any) -> str:
    """A ratio with its interval; a dash where the peer made no error at all."""
    if not isinstance(ratio, Mapping):
        return MISSING
    return f"{ratio['estimate']:.2g} ({ratio['low']:.2g} to {ratio['high']:.2g})"
