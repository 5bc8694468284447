from itertools import pairwise, product
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.coding.mixture import mixture_bits, mixture_regret, switching_bits, switching_regret

BITS = st.floats(0, 1e7)


def weights_of(count):
    return st.lists(st.floats(0.01, 1), min_size=count, max_size=count).map(lambda w: [x / sum(w) for x in w])


@given(st.lists(BITS, min_size=1, max_size=6).flatmap(lambda bits: st.tuples(st.just(bits), weights_of(len(bits)))))
def test_a_mixture_is_never_worse_than_the_best_by_more_than_the_regret(case):
    bits, prior = case
    mixed = mixture_bits(bits, prior)
    assert mixed <= min(bits) + mixture_regret(len(bits), prior) + 1e-6
    assert mixed >= min(bits) - 1e-6


def test_a_mixture_is_the_sum_of_its_members_probabilities():
    assert mixture_bits([3, 5]) == pytest.approx(-log2((2**-3 + 2**-5) / 2))
    assert mixture_bits([3, 5], [0.25, 0.75]) == pytest.approx(-log2(0.25 * 2**-3 + 0.75 * 2**-5))
    assert mixture_bits([1e9, 1e9]) == pytest.approx(1e9)
    assert mixture_regret(4) == 2


@st.composite
def tables(draw, most_blocks=8):
    codes, blocks = draw(st.integers(1, 4)), draw(st.integers(1, most_blocks))
    cells = st.floats(0, 5000, allow_subnormal=False)
    rows = draw(st.lists(st.lists(cells, min_size=blocks, max_size=blocks), min_size=codes, max_size=codes))
    return np.array(rows), draw(weights_of(codes))


@given(tables())
def test_a_switching_mixture_keeps_its_bound_against_every_sequence_of_codes(case):
    table, prior = case
    codes, blocks = table.shape
    mixed = switching_bits(table, prior).sum()
    rng = np.random.default_rng(0)
    paths = [[code] * blocks for code in range(codes)]
    paths += [table.argmin(axis=0).tolist(), *(rng.integers(0, codes, blocks).tolist() for _ in range(5))]
    for path in paths:
        changes = sum(a != b for a, b in pairwise(path))
        cost = sum(table[code, t] for t, code in enumerate(path))
        assert mixed <= cost + switching_regret(codes, blocks, changes, prior) + 1e-6


@given(tables(most_blocks=4))
def test_a_switching_mixture_is_the_sum_over_all_sequences_of_codes(case):
    table, prior = case
    codes, blocks = table.shape
    costs = []
    for path in product(range(codes), repeat=blocks):
        bits = table[path[0], 0] - log2(prior[path[0]])
        for t in range(1, blocks):
            share = (1 / (t + 1)) / max(codes - 1, 1) if path[t] != path[t - 1] else 1 - (codes > 1) / (t + 1)
            bits += table[path[t], t] - log2(share)
        costs.append(bits)
    exact = min(costs) - log2(sum(2 ** (min(costs) - bits) for bits in costs))
    assert switching_bits(table, prior).sum() == pytest.approx(exact, abs=1e-6)


def test_a_prior_that_is_none_is_refused():
    for prior in ([0.5, 0.6], [1, 0], [1]):
        with pytest.raises(ValueError, match="prior"):
            mixture_bits([1, 2], prior)
    with pytest.raises(ValueError, match="one code"):
        mixture_bits([])
