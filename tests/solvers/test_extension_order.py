from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.solvers.extension_order import coverage_gains, coverage_weights, extension_order

texts = st.lists(st.integers(0, 4), min_size=1, max_size=40)


def coverage(text: list[int], fixed: set[int], weights: np.ndarray) -> float:
    total, run = 0.0, 0
    for symbol in text:
        run = run + 1 if symbol in fixed else 0
        total += weights[min(run, len(weights) - 1)]
    return total


@given(texts, st.sets(st.integers(0, 4)))
def test_one_pass_gives_what_counting_anew_gives(text: list[int], fixed: set[int]) -> None:
    weights = np.array([0.0, 0.3, 1.0, 1.5])
    gains = np.empty(5)
    is_fixed = np.array([symbol in fixed for symbol in range(5)])
    found = coverage_gains(np.array(text), is_fixed, weights, gains)
    assert found == pytest.approx(coverage(text, fixed, weights))
    for symbol in set(range(5)) - fixed:
        assert gains[symbol] == pytest.approx(coverage(text, fixed | {symbol}, weights) - found)


@given(texts)
def test_a_wide_beam_finds_the_best_of_all_orders(text: list[int]) -> None:
    weights = np.array([0.0, 0.1, 1.0, 1.7])

    def worth(order: tuple[int, ...]) -> float:
        return sum(coverage(text, set(order[: t + 1]), weights) for t in range(5))

    order = extension_order(np.array(text), 5, weights, beam=1000)
    assert worth(tuple(order)) == pytest.approx(max(map(worth, permutations(range(5)))))


def test_what_is_known_from_the_start_has_no_place_in_the_order() -> None:
    order = extension_order(np.array([3, 0, 3, 1, 2]), 4, coverage_weights(3), given=3)
    assert sorted(order) == [0, 1, 2]


def test_symbols_that_do_not_occur_come_last() -> None:
    order = extension_order(np.array([4, 1, 4, 1, 2]), 5, coverage_weights(3))
    assert set(order[3:]) == {0, 3}


def test_weights_grow_with_the_order_of_the_table() -> None:
    assert np.all(np.diff(coverage_weights(8)[1:]) > 0)
    assert np.array_equal(coverage_weights(5), coverage_weights(8)[:6])
