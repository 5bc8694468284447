import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.coding.adaptive import adaptive_bits, division_bits


@given(st.lists(st.integers(0, 4), max_size=60))
def test_bits_are_those_of_coding_symbol_by_symbol(ids):
    counts = np.zeros(5)
    bits = 0.0
    for symbol in ids:
        bits -= np.log2((counts[symbol] + 0.5) / (counts.sum() + 2.5))
        counts[symbol] += 1
    assert adaptive_bits(np.array(ids, np.int32), 5) == pytest.approx(bits, abs=1e-6)


def test_no_symbol_costs_no_bit():
    assert adaptive_bits(np.zeros(0, np.int32), 3) == 0


def test_even_symbols_cost_about_their_logarithm():
    ids = np.tile(np.arange(16), 500)
    assert 4 * 8000 < adaptive_bits(ids, 16) < 4.02 * 8000


def test_divisions_are_flags_between_letters():
    assert division_bits(None, 9) == 0
    flags = [0, 1, 0, 0, 1]  # before letters 1 to 5 of six
    assert division_bits(np.array([2, 5]), 6) == pytest.approx(adaptive_bits(np.array(flags), 2))
    assert division_bits(np.zeros(0, int), 1) == pytest.approx(1)
