"""The code length of a solution: a sum in bits, and the same a symbol or word."""

import pytest

from unmt.objectives.solution_code import SolutionCode, of_translation
from unmt.objectives.translation_code import TranslationCode


def test_the_total_is_the_sum_of_what_is_counted_and_is_shared_among_the_units():
    code = SolutionCode("a cipher", "symbol", 200, 88.0, 500.0, 12.0, apart_bits=940.0)
    stored = code.to_dict()
    assert stored["total_bits"] == 600
    assert stored["per_unit"] == {
        "mapping_bits": 0.44, "text_bits": 2.5, "way_back_bits": 0.06, "apart_bits": 4.7, "null_bits": None,
        "total_bits": 3.0,
    }  # fmt: skip
    assert SolutionCode("texts", "word", 10, None, 30.0, 20.0).to_dict()["total_bits"] == 50


def test_that_of_a_translator_is_its_plain_sum_over_all_words():
    figures, null = TranslationCode(3.0, 3.5, 2.0, 6.0, 0.9, 1000), TranslationCode(4.0, 3.5, 5.0, 6.0, 1.0, 1000)
    code = of_translation("en-fr", figures.to_dict(), null.to_dict())
    assert code is not None
    assert code.total_bits == pytest.approx(1000 * figures.code_bits)
    assert code.null_bits == pytest.approx(1000 * null.code_bits)
    assert code.apart_bits == pytest.approx(6000)
    assert code.mapping_bits is None


def test_figures_of_an_older_run_have_none():
    figures = TranslationCode(3.0, 3.5, 2.0, 6.0, 0.9).to_dict()
    assert of_translation("en-fr", figures) is None
    del figures["source_words"]
    assert of_translation("en-fr", figures) is None
