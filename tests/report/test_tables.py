"""Tables are aligned on the terminal and escaped on the page; numbers are written without false certainty."""

import math

import pytest

from unmt.report.tables import Column, display_width, html_table, text_table
from unmt.report.words import (
    duration,
    error_percent,
    family_name,
    finite,
    grouped,
    language_name,
    percent,
    rate,
)

COLUMNS = [Column("kind"), Column("bits", is_number=True)]


def test_a_text_table_is_aligned_also_for_wide_characters() -> None:
    lines = text_table(COLUMNS, [["abc", "1"], ["漢字", "1,000"], ["e\N{COMBINING ACUTE ACCENT}", "22"]]).splitlines()
    assert lines[0] == "kind   bits"
    assert lines[1] == "abc       1"
    assert {display_width(line) for line in lines} == {11}


def test_a_page_table_escapes_its_cells() -> None:
    table = html_table(COLUMNS, [["<b>&", '"']])
    assert "<td>&lt;b&gt;&amp;</td>" in table
    assert '<td class="n">&quot;</td>' in table


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.99999, "> 99.9 %"), (0.9962, "99.6 %"), (0.00001, "< 0.1 %"), (0.0, "0 %"), (None, "–")],
)
def test_what_is_not_certain_is_not_rounded_to_certainty(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0005, "0.05 %"), (0.0, "0 %"), (1.0, "100 %"), (0.683, "68 %"), (None, "–")]
)
def test_small_error_rates_keep_two_digits(share: float | None, text: str) -> None:
    assert error_percent(share) == text


def test_numbers_have_units_that_suit_them() -> None:
    assert [grouped(v) for v in (2036.4, 12.34, -5.0, None)] == ["2,036", "12.3", "−5", "–"]
    assert [duration(v) for v in (0.0123, 2.4, 300, 9000)] == ["12 ms", "2.4 s", "5 min", "2.5 h"]
    assert [rate(v) for v in (2.13e6, 5000, 12.0, None)] == ["2.13 M", "5 k", "12", "–"]


def test_what_is_no_finite_number_is_missing() -> None:
    values = {"a": math.nan, "b": math.inf, "c": "1", "d": None, "e": True, "f": 2}
    assert [finite(values, name) for name in "abcdefg"] == [None, None, None, None, None, 2.0, None]


def test_families_and_languages_have_names_and_strangers_keep_theirs() -> None:
    assert family_name("homophonic") == "homophonic substitution"
    assert family_name("new one") == "new one"
    assert language_name("de") == "German"
    assert language_name("my/novel.txt") == "my/novel.txt"
    assert language_name(None) == "no language"
