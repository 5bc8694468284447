"""Choosing by a figure: ranks are Spearman's, and the loss is that of the solution with the least cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from unmt.errors import InputError
from unmt.evaluation.selection import Group, rank_correlation, selection

SOLUTIONS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=20)


@given(SOLUTIONS)
def test_the_rank_correlation_is_that_of_scipy_with_ties(solutions):
    costs, scores = (list(values) for values in zip(*solutions, strict=True))
    found = rank_correlation(costs, scores)
    if len(set(scores)) == 1:
        assert found is None
    elif len(set(costs)) == 1:
        assert found == 0.0
    else:
        assert found == pytest.approx(-spearmanr(costs, scores).statistic)


def test_an_infinite_cost_is_last():
    assert rank_correlation([1.0, 2.0, float("inf")], [3.0, 2.0, 1.0]) == pytest.approx(1)


@given(SOLUTIONS)
def test_the_loss_is_at_most_the_spread_and_nothing_for_the_score_itself(solutions):
    costs, scores = (list(values) for values in zip(*solutions, strict=True))
    assert 0 <= Group(costs, scores).loss <= max(scores) - min(scores)
    assert Group([-score for score in scores], scores).loss == 0


def test_solutions_that_tie_count_by_their_mean():
    assert Group([1, 1, 2], [0.9, 0.5, 1.0]).loss == pytest.approx(1.0 - 0.7)


def test_a_selector_that_is_right_within_groups_need_not_be_over_all():
    """Costs of one group are all above those of the other, whose scores are all lower."""
    groups = [Group([11, 12, 13], [0.9, 0.8, 0.7]), Group([1, 2, 3], [0.3, 0.2, 0.1])]
    found = selection(groups, seed=0, resamples=50)
    assert found.within is not None
    assert found.within.estimate == pytest.approx(1)
    assert found.pooled.estimate < 0
    assert found.loss.estimate == 0


def test_intervals_hold_the_estimate_and_are_those_of_the_seed():
    rng = np.random.default_rng(0)
    groups = [Group(rng.random(8).tolist(), rng.random(8).tolist()) for _ in range(12)]
    found, again = (selection(groups, seed=1, resamples=200) for _ in range(2))
    assert found == again
    for interval in (found.within, found.pooled, found.loss):
        assert interval is not None
        assert interval.low < interval.estimate < interval.high


def test_groups_without_differences_are_left_out_of_the_ranks_alone():
    groups = [Group([1, 2], [0.5, 0.5]), Group([1, 2], [0.5, 0.25])]
    found = selection(groups, seed=0, resamples=20)
    assert found.within == (1, 1, 1)


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(InputError, match="2 costs and 1 scores"):
        Group([1, 2], [1])
    with pytest.raises(InputError, match="no group"):
        selection([], seed=0)
    with pytest.raises(InputError, match="All true scores are the same"):
        selection([Group([1, 2], [1, 1])], seed=0)
    with pytest.raises(InputError, match="not a number"):
        Group([1, float("nan")], [1, 2]).correlation  # noqa: B018
