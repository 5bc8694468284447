"""The report of a table of ciphers as one HTML page: a line a row, and how many there are of each verdict."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unmt.report.charts import legend
from unmt.report.document import document, facts, header, section
from unmt.report.tables import Column, html_table
from unmt.report.verdict import AMBIGUOUS, IDENTIFIED, NOTHING, STYLES
from unmt.report.words import MISSING, duration, family_name, finite, grouped, language_name, percent

COLUMNS = (
    Column("id"),
    Column("verdict"),
    Column("family", is_detail=True),
    Column("language", is_detail=True),
    Column("probability", is_number=True),
    Column("begins", is_start=True),
)
ROWS_NOTE = (
    "Probability: that at most 2 letters in 100 are wrong. "
    "rows.jsonl, beside this page, has the key and the whole certificate of each."
)
START_LENGTH = 44
KNOWN = (IDENTIFIED, AMBIGUOUS, NOTHING)


def table_page(result: Mapping[str, Any]) -> str:
    """The page of `unmt decipher input=TABLE`. result: its result.json; what it lacks is left out."""
    stored = result.get("table")
    rows = [row for row in stored if isinstance(row, Mapping)] if isinstance(stored, (list, tuple)) else []
    counts = verdict_counts(rows)
    body = (
        _head(rows, counts)
        + section("Verdicts", _verdict_bar(counts))
        + section("Row by row", html_table(COLUMNS, [_row(row) for row in rows]) if rows else "", ROWS_NOTE)
        + section("The run", _run_facts(result))
    )
    return document("Table of ciphers – unmt", body)


def verdict_counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many rows have each verdict, the surest first; a verdict that is not known here comes last."""
    found = [str(row.get("verdict") or MISSING) for row in rows]
    return {verdict: found.count(verdict) for verdict in dict.fromkeys([*KNOWN, *found]) if verdict in found}


def _head(rows: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> str:
    what = f"{len(rows):,} ciphers, " if len(rows) != 1 else "1 cipher, "
    lead = what + (
        f"{counts[IDENTIFIED]:,} of them identified." if IDENTIFIED in counts else "none of them identified."
    )
    style = "good" if IDENTIFIED in counts else "nothing"
    return header("unmt decipher", "Table of ciphers", lead, style=style)


def _verdict_bar(counts: Mapping[str, int]) -> str:
    """One bar, each verdict as long as its share of the rows."""
    if not counts:
        return ""
    total = sum(counts.values())
    parts = "".join(
        f'<i class="{STYLES.get(verdict, "unsure")}" style="width:{100 * count / total:.3f}%"></i>'
        for verdict, count in counts.items()
    )
    description = "; ".join(f"{verdict} {count:,}" for verdict, count in counts.items())
    entries = [(STYLES.get(verdict, "unsure"), f"{verdict}: {count:,}") for verdict, count in counts.items()]
    return (
        f'<figure class="bars verdicts" role="img" aria-label="{escape(description)}"><div class="track">{parts}</div>'
        f"</figure>\n{legend(entries)}"
    )


def _row(row: Mapping[str, Any]) -> list[str]:
    start = " ".join(str(row.get("plaintext") or "").split())
    return [
        str(row.get("id") or MISSING),
        str(row.get("verdict") or MISSING),
        family_name(row.get("family")),
        language_name(row.get("language")),
        percent(finite(row, "probability_correct")),
        start[:START_LENGTH] + ("…" if len(start) > START_LENGTH else ""),
    ]


def _run_facts(result: Mapping[str, Any]) -> str:
    hashed = str(result.get("table_sha256") or "")
    pairs = [
        ("rows", grouped(finite(result, "rows"), 0)),
        ("time of all searches", duration(finite(result, "seconds"))),
        ("seed", str(result.get("seed", MISSING))),
        ("unmt version", str(result.get("version") or MISSING)),
    ]
    return facts([pair for pair in pairs if pair[1] != MISSING]) + (
        facts([("SHA-256 of the rows", hashed)], "hashes") if hashed else ""
    )
