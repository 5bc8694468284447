"""The report of a decipherment as one HTML page: what a result means, for a person to read.

`decipher_page` takes `result.json` as it is stored; what a result lacks is left out of its page.
"""

import shlex
from collections.abc import Mapping
from html import escape
from typing import Any

from unmt.report.alignment import Alignment, align
from unmt.report.bench_page import bench_page
from unmt.report.code_lengths import NOTE, code_length_picture
from unmt.report.document import details, document, facts, section
from unmt.report.key import key_view
from unmt.report.preflight import preflight_view
from unmt.report.reading import interlinear
from unmt.report.search import history_picture
from unmt.report.tables import Column, html_table
from unmt.report.verdict import NOTHING, head, title
from unmt.report.words import MISSING, duration, family_name, finite, grouped, language_name, rate

__all__ = ["bench_page", "decipher_page"]

# Symbols a row up to which a grid leaves room for the key beside it.
NARROW_GRID = 24
STOPPED = {
    "certified": "certified: more search could not have changed the verdict",
    "converged": "converged: further restarts found nothing shorter",
    "budget spent": "budget spent: with more seconds it may find something shorter",
    "interrupted": "interrupted: this is the best found until then",
}


def decipher_page(result: Mapping[str, Any]) -> str:
    """The page of one decipherment. result: the fields of a Solution, any of which may be missing or None."""
    alignment = align(result)
    body = (
        head(result)
        + section(_reading_title(result), _running_text(result), _reading_note(result))
        + _letters_and_key(result, alignment)
        + section("Code lengths", code_length_picture(result), NOTE)
        + section("Alternatives", _alternatives(result), "The best of every other family and language that was tried.")
        + section("Was there enough to go on?", preflight_view(result))
        + section("The search", history_picture(result) + _search_facts(result, alignment))
        + section("To do it again", _reproduction(result))
    )
    return document(title(result), body)


def _letters_and_key(result: Mapping[str, Any], alignment: Alignment) -> str:
    """The ciphertext over its plaintext, and the key: beside it where the ciphertext is a narrow grid."""
    body = section("Letter by letter", interlinear(alignment), _interlinear_note(alignment)) + section(
        "The key", key_view(result, alignment), _key_note(result, alignment)
    )
    widest = max((len(word) for line in alignment.lines for word in line), default=0)
    is_narrow = alignment.is_grid and alignment.symbol_width == 1 and widest <= NARROW_GRID
    return f'<div class="pair">\n{body}</div>\n' if is_narrow else body


def _reading_title(result: Mapping[str, Any]) -> str:
    return "Best candidate, most likely wrong" if result.get("verdict") == NOTHING else "Plaintext"


def _running_text(result: Mapping[str, Any]) -> str:
    """The plaintext with its spaces, or as it stands where none were restored."""
    text = str(result.get("plaintext_words") or result.get("plaintext") or "")
    paragraphs = "".join(f"<p>{escape(line)}</p>\n" for line in text.splitlines() if line.strip())
    return f'<div class="running">\n{paragraphs}</div>\n' if paragraphs else ""


def _reading_note(result: Mapping[str, Any]) -> str:
    words, plain = str(result.get("plaintext_words") or ""), str(result.get("plaintext") or "")
    return "Spaces restored: the ciphertext has no word divisions." if words and words.split() != plain.split() else ""


def _interlinear_note(alignment: Alignment) -> str:
    if not alignment.has_symbols:
        return "The plaintext by itself: its letters could not be set against the symbols of the ciphertext."
    if not alignment.is_one_letter_a_symbol:
        return "Ciphertext above, plaintext below, position by position: one symbol does not stand for one letter here."
    restored = any(cell.starts_restored_word for cell in alignment.cells)
    return "Ciphertext above, plaintext below." + (" A hairline begins each restored word." if restored else "")


def _key_note(result: Mapping[str, Any], alignment: Alignment) -> str:
    if not alignment.is_one_letter_a_symbol or result.get("family") not in ("substitution", "homophonic"):
        return ""
    letters = {cell.letter.casefold() for cell in alignment.cells}
    unseen = [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in letters]
    is_latin = len(unseen) < 13
    return f"Not in the plaintext: {', '.join(unseen)}." if unseen and is_latin else ""


def _alternatives(result: Mapping[str, Any]) -> str:
    stored = result.get("alternatives")
    entries = [entry for entry in stored if isinstance(entry, Mapping)] if isinstance(stored, (list, tuple)) else []
    if not entries:
        return ""
    best = finite(result, "total_bits")
    columns = [
        Column("family"), Column("language"), Column("bits", is_number=True),
        Column("over the best", is_number=True, is_detail=True),
        Column("text", is_number=True, is_detail=True), Column("key", is_number=True, is_detail=True),
        Column("homophones", is_number=True, is_detail=True), Column("begins", is_start=True),
    ]  # fmt: skip
    rows = [_alternative(entry, best) for entry in sorted(entries, key=_total)]
    return html_table(columns, rows)


def _total(entry: Mapping[str, Any]) -> float:
    total = finite(entry, "total_bits")
    return float("inf") if total is None else total


def _alternative(entry: Mapping[str, Any], best: float | None) -> list[str]:
    total = finite(entry, "total_bits")
    more = f"{total - best:+,.1f}".replace("-", "\N{MINUS SIGN}") if total is not None and best is not None else MISSING
    start = " ".join(str(entry.get("plaintext") or "").split())
    return [
        family_name(entry.get("family")),
        language_name(entry.get("language")),
        grouped(total, 1),
        more,
        *(grouped(finite(entry, field), 1) for field in ("text_bits", "mapping_bits", "homophone_bits")),
        start[:48] + ("…" if len(start) > 48 else ""),
    ]


def _search_facts(result: Mapping[str, Any], alignment: Alignment) -> str:
    stopped = str(result.get("stopped") or "")
    pairs = [
        ("symbols", f"{len(alignment.cells):,}"),
        ("time", duration(finite(result, "seconds"))),
        ("keys scored", grouped(finite(result, "keys"), 0)),
        ("keys a second", rate(finite(result, "keys_per_second"))),
        ("restarts", grouped(finite(result, "restarts"), 0)),
        ("stopped", STOPPED.get(stopped, stopped)),
    ]
    return facts([(name, value) for name, value in pairs if value not in ("", MISSING)])


def _reproduction(result: Mapping[str, Any]) -> str:
    """The command line, what the numbers depend on, and the ciphertext itself."""
    stored = result.get("settings")
    settings = {str(k): v for k, v in stored.items() if v is not None} if isinstance(stored, Mapping) else {}
    source = settings.pop("input", None) or "ciphertext.txt"
    settings.setdefault("seed", result.get("seed", 0))
    words = ["unmt", "decipher", f"input={source}", *(f"{name}={value}" for name, value in settings.items())]
    command = " ".join(shlex.quote(word) for word in words)
    pairs = [
        ("seed", str(result.get("seed", MISSING))),
        ("unmt version", str(result.get("version") or MISSING)),
        ("SHA-256 of the ciphertext", str(result.get("data_sha256") or MISSING)),
        ("SHA-256 of the language model", str(result.get("model_sha256") or MISSING)),
    ]
    ciphertext = f'<pre tabindex="0">{escape(str(result.get("ciphertext") or ""))}</pre>'
    return (
        f'<pre class="command" tabindex="0">{escape(command)}</pre>\n'
        + facts(pairs, "hashes")
        + (details("The ciphertext as it was given", ciphertext) if result.get("ciphertext") else "")
    )
