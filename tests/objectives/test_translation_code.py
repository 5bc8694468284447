"""The sums of a translator's code lengths: what they are for a perfect translator, for a cheat, and in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.objectives.translation_code import TranslationCode

BITS = st.floats(0.01, 20)


@given(bits=BITS)
def test_a_perfect_bijection_costs_nothing(bits):
    perfect = TranslationCode(
        text_bits=bits, target_bits=bits, way_back_bits=0.0, source_bits=bits, words_per_source_word=1.0
    )
    assert perfect.two_sided == pytest.approx(0)
    assert perfect.divergence == pytest.approx(0)


@given(source_bits=BITS, target_bits=BITS)
def test_a_fluent_cheat_costs_the_source(source_bits, target_bits):
    """It says one sentence whatever it reads: no bits of text, and the source has to be told in whole."""
    cheat = TranslationCode(
        text_bits=0.0,
        target_bits=target_bits,
        way_back_bits=source_bits,
        source_bits=source_bits,
        words_per_source_word=1.0,
    )
    assert cheat.divergence == pytest.approx(source_bits)
    assert cheat.two_sided == pytest.approx(target_bits + source_bits)


@given(source_bits=BITS, words=st.floats(0.5, 2))
def test_length_does_not_count_where_the_bits_of_a_sentence_are_the_same(source_bits, words):
    """A language that says in more words what another says in fewer has fewer bits a word."""
    code = TranslationCode(source_bits / words, source_bits / words, 0.0, source_bits, words)
    assert code.divergence == pytest.approx(0, abs=1e-9)


@given(st.tuples(BITS, BITS, BITS, BITS, st.floats(0.5, 2)), st.floats(0.1, 5))
def test_a_worse_way_back_costs_more(figures, more):
    code = TranslationCode(*figures)
    worse = TranslationCode(figures[0], figures[1], figures[2] + more, *figures[3:])
    assert worse.two_sided == pytest.approx(code.two_sided + more)
    assert worse.divergence == pytest.approx(code.divergence + 2 * more)


def test_text_that_is_too_likely_is_no_better_than_text_that_is_too_unlikely():
    likely, unlikely = (TranslationCode(bits, 5.0, 1.0, 5.0, 1.0) for bits in (4.0, 6.0))
    assert likely.two_sided == unlikely.two_sided == 2.0


def test_a_model_of_more_text_costs_less_in_total_where_all_else_is_the_same():
    little, much = (TranslationCode(target + 1.0, target, 2.0, 5.0, 1.0) for target in (6.0, 4.0))
    assert little.two_sided == much.two_sided == 3.0
    assert (little.total_bits, much.total_bits) == (9.0, 7.0)
    silent = TranslationCode(0.5, 4.0, 5.0, 5.0, 0.1)
    assert silent.code_bits < much.code_bits
    assert silent.total_bits > much.total_bits


def test_figures_are_kept_by_name():
    figures = TranslationCode(1.0, 2.0, 3.0, 4.0, 0.5).to_dict()
    wanted = {
        "text_bits": 1.0,
        "target_bits": 2.0,
        "way_back_bits": 3.0,
        "source_bits": 4.0,
        "words_per_source_word": 0.5,
        "two_sided": 4.0,
        "total_bits": 6.0,
        "divergence": 2.5,
    }
    assert wanted.items() <= figures.items()
