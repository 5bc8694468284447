"""Shuffles keep what they say, and nothing else."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.nulls import drawn, exchanged, shuffled


def ngrams(symbols, order):
    return Counter(tuple(symbols[place : place + order]) for place in range(len(symbols) - order + 1))


@settings(max_examples=150, deadline=None)
@given(st.text("abc ", max_size=60), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_a_shuffle_keeps_every_ngram_up_to_its_order_as_often_as_it_was(text, order, seed):
    found = shuffled(text, order, np.random.default_rng(seed))
    for shorter in range(1, order + 1):
        assert ngrams("".join(found), shorter) == ngrams(text, shorter)


def test_a_shuffle_of_pairs_reaches_every_text_of_these_pairs_evenly():
    rng = np.random.default_rng(1)
    found = Counter("".join(shuffled("abacab", 2, rng)) for _ in range(400))
    assert set(found) == {"abacab", "acabab"}
    assert min(found.values()) > 150


def test_a_shuffle_of_pairs_does_not_keep_triples():
    text = "the cat sat on the mat and the rat ate that hat " * 20
    assert ngrams(shuffled(text, 2, np.random.default_rng(1)), 3) != ngrams(text, 3)


def test_a_shuffle_of_single_symbols_is_a_permutation_that_is_drawn_from_the_generator():
    text = list(range(50))
    first, again, other = (shuffled(text, 1, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert sorted(first) == text


def test_an_order_below_one_is_refused():
    with pytest.raises(ValueError, match="n-grams of 0"):
        shuffled("abc", 0, np.random.default_rng(0))


@given(st.text(max_size=40), st.integers(0, 2**32 - 1))
def test_an_exchange_is_a_bijection_that_leaves_layout_and_moves_every_visible_character(text, seed):
    found = exchanged(text, np.random.default_rng(seed))
    assert len(found) == len(text)
    visible = {character for character in text if not character.isspace()}
    pairs = set(zip(text, found, strict=True))
    assert len(pairs) == len({before for before, _ in pairs}) == len({after for _, after in pairs})
    for before, after in pairs:
        assert (before == after) == (before.isspace() or len(visible) < 2)


def test_drawn_text_has_the_same_characters_evenly():
    found = Counter(drawn("aaab" * 1000, np.random.default_rng(0)))
    assert sum(found.values()) == 4000
    assert abs(found["a"] - 2000) < 200
