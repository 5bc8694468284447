"""The page of a table run: every row, every verdict counted, nothing that markup could break."""

from collections.abc import Callable
from typing import Any

import pytest

from unmt.report.table_page import START_LENGTH, table_page, verdict_counts

PageOf = Callable[[str], Any]

VERDICTS = ["identified", "ambiguous", "identified", "no structure found", "identified"]


@pytest.fixture
def table() -> dict[str, Any]:
    """result.json of a table of five."""
    rows = [
        {"id": f"row {n}", "plaintext": f"number {n} says that the well is dry and the rope is short " * 3,
         "family": "vigenere", "language": "en", "verdict": verdict, "probability_correct": 0.9 - n / 10,
         "gain_bits": 210.0, "seconds": 0.4}
        for n, verdict in enumerate(VERDICTS)
    ]  # fmt: skip
    return {"rows": 5, "verdicts": {"identified": 3, "ambiguous": 1, "no structure found": 1}, "seconds": 2.0,
            "seed": 7, "version": "0.1.0", "table_sha256": "ab" * 32, "table": rows}  # fmt: skip


def test_every_row_is_a_line_with_the_start_of_its_plaintext(table: dict[str, Any], page_of: PageOf) -> None:
    page = page_of(table_page(table))
    assert sum(tag == "tr" for tag, _ in page.tags) == 1 + len(VERDICTS)
    for n, verdict in enumerate(VERDICTS):
        start = table["table"][n]["plaintext"][:START_LENGTH].split("\n")[0]
        assert f"row {n} {verdict} Vigenère cipher English {90 - 10 * n} %" in page.words
        assert f"{start}…" in " ".join(page.text)


def test_verdicts_are_counted_in_words_and_as_a_bar_that_is_full(table: dict[str, Any], page_of: PageOf) -> None:
    page = page_of(table_page(table))
    assert "5 ciphers, 3 of them identified." in page.words
    for count in ("identified: 3", "ambiguous: 1", "no structure found: 1"):
        assert count in page.words
    parts = [attributes["style"] for tag, attributes in page.tags if tag == "i" and "style" in attributes]
    assert parts == ["width:60.000%", "width:20.000%", "width:20.000%"]


def test_the_surest_verdict_stands_first_whatever_the_order_of_rows() -> None:
    rows = [{"verdict": "no structure found"}, {"verdict": "new word"}, {"verdict": "identified"}, {}]
    assert list(verdict_counts(rows)) == ["identified", "no structure found", "new word", "–"]


def test_seed_version_and_hash_are_told(table: dict[str, Any], page_of: PageOf) -> None:
    words = page_of(table_page(table)).words
    assert "seed 7" in words
    assert "0.1.0" in words
    assert "ab" * 32 in words


def test_a_table_without_a_solution_says_so(table: dict[str, Any], page_of: PageOf) -> None:
    rows = [row | {"verdict": "no structure found"} for row in table["table"][:1]]
    page = table_page(table | {"table": rows})
    assert "1 cipher, none of them identified." in page_of(page).words
    assert '<header class="nothing">' in page


def test_markup_is_text_everywhere(table: dict[str, Any], page_of: PageOf) -> None:
    evil = '"><script>alert(1)</script>&amp;<!--'
    row = dict.fromkeys(("id", "plaintext", "family", "language", "verdict"), evil)
    page = page_of(table_page(table | {"table": [row], "version": evil, "seed": evil, "table_sha256": evil}))
    assert "".join(page.text).count("<script>") >= 8
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in page_of(table_page(table)).tags}


@pytest.mark.parametrize("result", [{}, {"table": None}, {"table": [{}]}, {"table": [None, 3]}, {"rows": "many"}])
def test_what_is_missing_is_left_out(result: dict[str, Any], page_of: PageOf) -> None:
    page_of(table_page(result))


def test_the_page_fetches_nothing(table: dict[str, Any], page_of: PageOf) -> None:
    for tag, attributes in page_of(table_page(table)).tags:
        assert tag not in {"script", "img", "iframe", "object", "embed", "base", "form"}
        assert attributes.get("href", "data:,") == "data:,"
        assert "src" not in attributes
