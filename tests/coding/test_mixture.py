from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.coding.mixture import mixture_bits, mixture_regret

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


def test_a_prior_that_is_none_is_refused():
    for prior in ([0.5, 0.6], [1, 0], [1]):
        with pytest.raises(ValueError, match="prior"):
            mixture_bits([1, 2], prior)
    with pytest.raises(ValueError, match="one code"):
        mixture_bits([])
