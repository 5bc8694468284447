"""The page of an evaluation: every number it was given, nothing that markup could break."""

from collections.abc import Callable
from typing import Any

import pytest

from unmt.report.evaluate_page import evaluate_page
from unmt.report.evaluate_tables import evaluate_text, p_value, shown, signed

PageOf = Callable[[str], Any]


def test_every_score_test_signature_and_hash_is_told(evaluation: dict[str, Any], page_of: PageOf) -> None:
    words, text = page_of(evaluate_page(evaluation)).words, evaluate_text(evaluation)
    for row in evaluation["scores"]:
        for told in (words, text):
            assert f"{row['score']:.2f}" in told
            assert row["signature"] in told
    assert "mine.txt is 2.90 BLEU above base.txt (p = 0.004)." in words
    assert "+2.90" in text
    assert "0.004" in text
    for row in evaluation["data"]:
        assert row["sha256"] in words
    assert "A dog runs over the field." in words
    assert "base.txt: 90 of 1,000 lines are empty." in words
    assert "hypotheses=base.txt,mine.txt" in words


def test_a_difference_that_chance_makes_is_told_as_such(evaluation: dict[str, Any], page_of: PageOf) -> None:
    row = evaluation["comparisons"][0] | {"p_value": 0.31}
    assert (
        "BLEU does not tell mine.txt from base.txt (p 0.310)."
        in page_of(evaluate_page(evaluation | {"comparisons": [row]})).words
    )


def test_numbers_are_written_as_is_usual_for_their_metric() -> None:
    assert [shown("BLEU", 32.107), shown("SER", 0.0124), shown("P@1", 0.4345)] == ["32.11", "1.2 %", "0.434"]
    assert [signed(1.5), signed(-0.25), signed(None)] == ["+1.50", "−0.25", "–"]
    assert [p_value(0.0001), p_value(0.0312), p_value(None)] == ["< 0.001", "0.031", "–"]


def test_markup_is_text_everywhere(evaluation: dict[str, Any], markup_is_text: Callable[..., None]) -> None:
    markup_is_text(evaluate_page, evaluation, 20, lambda key: key not in evaluation and not key.islower())


@pytest.mark.parametrize(
    "result", [{}, {"scores": None}, {"scores": [{}]}, {"comparisons": [{}]}, {"examples": [{}]}, {"by_length": [{}]}]
)
def test_what_is_missing_is_left_out(result: dict[str, Any], page_of: PageOf) -> None:
    page_of(evaluate_page(result))
    evaluate_text(result)


def test_the_page_fetches_nothing(evaluation: dict[str, Any], self_contained: PageOf) -> None:
    self_contained(evaluate_page(evaluation))
