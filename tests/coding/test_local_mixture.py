"""A mixture that follows the code that is right at the moment."""

from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.local_mixture import SHARES, fixed_share_bits, local_bits

COSTS = st.lists(st.tuples(st.floats(0.01, 12), st.floats(0.01, 12), st.floats(0.01, 12)), min_size=1, max_size=40)


@settings(deadline=None)
@given(COSTS)
def test_it_is_never_worse_than_the_best_code_by_more_than_its_bound(rows):
    costs = np.array(rows).T
    assert local_bits(list(costs)).sum() <= costs.sum(axis=1).min() + log2(3) + log2(len(SHARES)) + 1e-6


@settings(deadline=None)
@given(COSTS)
def test_without_a_share_it_is_the_bayesian_mixture(rows):
    costs = np.array(rows).T
    total = costs.sum(axis=1)
    bayes = total.min() - log2(np.mean(2.0 ** (total.min() - total)))
    assert fixed_share_bits(costs, 0.0).sum() == pytest.approx(bayes, abs=1e-6)


@pytest.mark.parametrize("share", SHARES)
def test_it_is_a_code(share):
    first, second = {"a": 0.9, "b": 0.1}, {"a": 0.2, "b": 0.8}
    total = sum(
        2.0 ** -fixed_share_bits(-np.log2([[code[s] for s in text] for code in (first, second)]), share).sum()
        for text in product("ab", repeat=6)
    )
    assert total == pytest.approx(1)


def test_codes_that_are_right_by_turns_are_followed():
    first = np.tile([1.0] * 50 + [8.0] * 50, 10)
    costs = [first, 9.0 - first]
    assert local_bits(costs).sum() < 0.45 * first.sum()


def test_nothing_costs_nothing():
    assert local_bits([np.zeros(0), np.zeros(0)]).sum() == 0
