import numpy as np
import pytest

from unmt.coding.rates import USUAL_DEVIATION, spread


def test_many_pieces_have_their_own_spread():
    rates = np.random.default_rng(0).normal(2.0, 0.1, 5000)
    assert spread(rates) == pytest.approx(0.1, rel=0.05)


def test_few_pieces_are_taken_for_usual():
    assert spread([]) == spread([2.0]) == pytest.approx(USUAL_DEVIATION)
    assert spread([2.0, 2.0]) == pytest.approx(USUAL_DEVIATION, rel=0.1)


def test_short_pieces_spread_more():
    rates = np.random.default_rng(0).normal(2.0, 0.2, 5000)
    assert spread(rates, 62.5) == pytest.approx(0.1, rel=0.05)
