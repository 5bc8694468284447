"""Intervals cover what they claim to cover, and are exact where the answer is known."""

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.evaluation.intervals import bootstrap_interval, ratio_interval, wilson_interval


def test_wilson_agrees_with_the_roots_of_its_quadratic() -> None:
    # The bounds solve (share - p)^2 = z^2 p (1 - p) / n: an independent road to the same numbers.
    z = 1.959963984540054
    for successes, trials in [(0, 10), (1, 10), (7, 10), (10, 10), (450, 1000)]:
        share = successes / trials
        roots = np.roots([1 + z * z / trials, -(2 * share + z * z / trials), share * share])
        found = wilson_interval(successes, trials)
        assert found.estimate == share
        assert (found.low, found.high) == pytest.approx(sorted(roots.real), abs=1e-12)


def test_wilson_does_not_claim_certainty_at_zero_of_twenty() -> None:
    assert wilson_interval(0, 20).low == 0.0
    assert wilson_interval(0, 20).high > 0.1
    assert wilson_interval(20, 20).high == 1.0


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (3, 2), (-1, 4)])
def test_wilson_refuses_what_is_no_proportion(successes: int, trials: int) -> None:
    with pytest.raises(InputError):
        wilson_interval(successes, trials)


def test_bootstrap_covers_the_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for trial in range(200):
        found = bootstrap_interval(list(rng.normal(3.0, 1.0, size=40)), seed=trial, resamples=400)
        covered += found.low <= 3.0 <= found.high
    assert 175 <= covered <= 199


def test_bootstrap_is_a_function_of_its_seed() -> None:
    values = [0.0, 0.1, 0.5, 0.0, 0.02]
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_bootstrap_of_one_value_or_of_equal_values_has_no_width() -> None:
    assert bootstrap_interval([0.25], seed=0) == (0.25, 0.25, 0.25)
    assert bootstrap_interval([0.5] * 9, seed=0) == (0.5, 0.5, 0.5)


def test_bootstrap_needs_a_value() -> None:
    with pytest.raises(InputError):
        bootstrap_interval([], seed=0)


def test_ratio_is_of_the_means_and_holds_for_a_constant_factor() -> None:
    found = ratio_interval([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], seed=0)
    assert found is not None
    assert found == pytest.approx((2.0, 2.0, 2.0))


def test_ratio_without_a_denominator_is_none_and_needs_pairs() -> None:
    assert ratio_interval([1.0, 2.0], [0.0, 0.0], seed=0) is None
    with pytest.raises(InputError):
        ratio_interval([1.0], [1.0, 2.0], seed=0)


def test_ratio_leaves_out_resamples_without_a_denominator() -> None:
    found = ratio_interval([1.0, 1.0], [0.0, 1.0], seed=0)
    assert found is not None
    assert np.isfinite(found).all()
