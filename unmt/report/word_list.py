"""A bilingual dictionary for a person to read: words with their translations and how probable each is."""

from collections.abc import Sequence
from typing import Any

from unmt.report.document import details
from unmt.report.fields import as_sequence
from unmt.report.tables import Column, html_table
from unmt.report.words import MISSING, finite

SHOWN = 20


def word_list(stored: object, language: str = "") -> str:
    """Tables of a sample, the first words in sight and the others on demand; empty without any.

    stored: [word, [[translation, probability], ...]] of each word, as result.json has it.
    """
    rows = [row for entry in as_sequence(stored) if (row := _row(as_sequence(entry)))]
    if not rows:
        return ""
    columns = (Column(language or "word"), Column("translation"), Column("p", is_number=True), Column("others"))
    rest = details(f"{len(rows) - SHOWN} more words", html_table(columns, rows[SHOWN:])) if rows[SHOWN:] else ""
    return html_table(columns, rows[:SHOWN]) + rest


def probability(value: object) -> str:
    """A probability to two digits; what is not certain is never rounded to certainty."""
    share = finite({"": value}, "")
    if share is None:
        return MISSING
    if share < 0.005:
        return "< .01"
    return "> .99" if 0.995 <= share < 1 else f"{share:.2f}".removeprefix("0")


def _row(entry: Sequence[Any]) -> list[str]:
    if len(entry) != 2:
        return []
    pairs = [(str(pair[0]), probability(pair[1])) for pair in map(as_sequence, as_sequence(entry[1])) if len(pair) == 2]
    if not pairs:
        return [str(entry[0]), MISSING, "", ""]
    return [str(entry[0]), *pairs[0], ", ".join(f"{word} {share}" for word, share in pairs[1:])]
