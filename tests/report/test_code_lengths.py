"""Code lengths are told and drawn in the same words, whatever was solved."""

from typing import Any

import pytest

from unmt.objectives.solution_code import SolutionCode
from unmt.report.align_page import align_page
from unmt.report.code_lengths import code_length_line, code_length_lines, code_length_picture
from unmt.report.evaluate_page import evaluate_page
from unmt.report.evaluate_tables import evaluate_text
from unmt.report.page import decipher_page
from unmt.report.train_page import train_page

CIPHER = SolutionCode("simple substitution", "symbol", 354, 83.8, 840.2, 0.0, 1811.0, 3221.0).to_dict()
WAYS = [
    SolutionCode("en-fr", "word", 1000, None, 3000.0, 2000.0, 6000.0, 9000.0).to_dict(),
    SolutionCode("fr-en", "word", 1000, None, 3100.0, 2100.0, 6000.0).to_dict(),
]
PAGES = {"decipher": decipher_page, "train": train_page, "align": align_page, "evaluate": evaluate_page}


def test_a_line_has_every_term_the_sum_and_the_share_of_a_unit() -> None:
    assert code_length_line(CIPHER) == "mapping 83.8 + text 840 + way back 0 = 924 bits, 2.61 a symbol"
    assert code_length_line(WAYS[0]) == "mapping not counted + text 3,000 + way back 2,000 = 5,000 bits, 5.00 a word"


def test_what_it_is_compared_with_stands_beside_it() -> None:
    lines = code_length_lines({"code_lengths": WAYS})
    assert lines[0].endswith("(without it 6.00, null 9.00 a word)")
    assert lines[1].endswith("(without it 6.00 a word)")
    assert code_length_lines({}) == []


@pytest.mark.parametrize("command", PAGES)
def test_every_page_draws_them_in_the_same_words(command: str, page_of: Any) -> None:
    page = page_of(PAGES[command]({"code_lengths": WAYS}))
    for expected in ("Code lengths", "mapped text", "way back", "en-fr, null", "9,000 bits", "5,000 bits, 5.00 a word"):
        assert expected in page.words
    assert "not counted" not in page.words


def test_the_terms_of_a_single_solution_have_their_numbers(page_of: Any) -> None:
    page = page_of(
        decipher_page({"code_lengths": [CIPHER], "family": "substitution", "null_samples": [3200.0, 3242.0]})
    )
    for expected in ("mapped text 840", "mapping 83.8", "saved against the null 2,297", "2 shuffled texts"):
        assert expected in page.words


def test_evaluate_tells_them_on_standard_output() -> None:
    assert "en-fr: mapping not counted + text 3,000" in evaluate_text({"code_lengths": WAYS, "figures": {}})


def test_an_older_decipherment_is_drawn_from_its_own_fields(page_of: Any) -> None:
    old = {"mapping_bits": 83.8, "text_bits": 840.2, "homophone_bits": 0.0, "total_bits": 924.0, "random_bits": 1811.0}
    picture = page_of("<!doctype html><html lang=en><body>" + code_length_picture(old) + "</body></html>").words
    assert "mapping 83.8" in picture
    assert "924 bits" in picture


@pytest.mark.parametrize("broken", [{}, {"code_lengths": 3}, {"code_lengths": [{}]}, {"code_lengths": [None]}])
def test_what_is_broken_is_not_drawn(broken: dict[str, Any]) -> None:
    assert code_length_picture(broken) == ""
