from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.coding import counting
from unmt.coding.counting import NgramCounts, count_ngrams, ngram_keys

TEXTS = st.lists(st.integers(0, 2), min_size=1, max_size=40)


def spelled(counts: NgramCounts) -> dict[tuple[int, ...], float]:
    """Counts by n-grams as tuples of letters."""
    digits = [[key // counts.letters**j % counts.letters for j in range(counts.order)][::-1] for key in counts.keys]
    return {tuple(int(d) for d in letters): float(count) for letters, count in zip(digits, counts.counts, strict=True)}


@given(TEXTS, st.integers(1, 4))
def test_counts_are_those_of_a_counter(text, order):
    grams = Counter(tuple(text[i : i + order]) for i in range(len(text) - order + 1))
    assert spelled(count_ngrams(np.array(text, np.uint8), order, 3)) == grams


@given(TEXTS, st.integers(1, 4), st.integers(1, 7), st.booleans())
def test_counting_in_blocks_changes_nothing(text, order, block, dense):
    whole = count_ngrams(np.array(text), order, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "BLOCK_LETTERS", block)
        patch.setattr(counting, "LARGEST_DENSE", 3**4 if dense else 0)
        parts = count_ngrams(np.array(text), order, 3)
    assert np.array_equal(whole.keys, parts.keys)
    assert np.array_equal(whole.counts, parts.counts)


def test_the_oldest_letter_counts_most():
    assert ngram_keys(np.array([1, 0, 2]), 3, 10).tolist() == [102]


def test_a_text_shorter_than_an_ngram_has_none():
    assert len(count_ngrams(np.array([0, 1]), 3, 2).keys) == 0


def test_lower_orders_are_sums_of_the_highest():
    counts = count_ngrams(np.random.default_rng(0).integers(0, 3, 500), 4, 3)
    orders = counts.all_orders()
    assert [c.order for c in orders] == [1, 2, 3, 4]
    for shorter, longer in pairwise(orders):
        assert np.all(np.diff(shorter.keys) > 0)
        sums = Counter()
        for gram, count in spelled(longer).items():
            sums[gram[:-1]] += count
        assert spelled(shorter) == sums


def test_rare_ngrams_are_dropped():
    counts = count_ngrams(np.array([0, 1, 0, 1, 0, 0]), 2, 2).at_least(2)
    assert spelled(counts) == {(0, 1): 2.0, (1, 0): 2.0}
