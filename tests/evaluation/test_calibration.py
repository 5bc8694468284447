"""Measures of calibration on planted probabilities, and the two fits against brute force."""

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.evaluation.calibration import (
    LogisticCalibration,
    brier_score,
    expected_calibration_error,
    reliability,
)


def drawn(probabilities: np.ndarray, seed: int = 0) -> list[bool]:
    return list(np.random.default_rng(seed).random(len(probabilities)) < probabilities)


def test_true_probabilities_are_calibrated_and_overconfident_ones_are_not() -> None:
    truth = np.random.default_rng(1).random(20_000)
    outcomes = drawn(truth)
    assert expected_calibration_error(list(truth), outcomes) < 0.02
    overconfident = np.where(truth > 0.5, 0.99, 0.01)
    assert expected_calibration_error(list(overconfident), outcomes) > 0.2
    assert brier_score(list(truth), outcomes) < brier_score(list(overconfident), outcomes)


def test_reliability_counts_each_case_once_and_its_interval_holds_the_share() -> None:
    table = reliability([0.0, 0.05, 0.1, 0.95, 1.0, 1.0], [False, False, True, True, True, False])
    assert [(b.low, b.high, b.cases) for b in table] == [(0.0, 0.1, 2), (0.1, 0.2, 1), (0.9, 1.0, 3)]
    assert table[-1].share_right == pytest.approx(2 / 3)
    assert all(b.share_low <= b.share_right <= b.share_high for b in table)


def test_measures_of_the_certain() -> None:
    assert brier_score([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([1.0, 1.0], [True, False]) == 0.5


@pytest.mark.parametrize(
    ("probabilities", "outcomes"), [([], []), ([0.5], []), ([1.2], [True]), ([float("nan")], [True])]
)
def test_measures_refuse_what_is_no_probability(probabilities: list[float], outcomes: list[bool]) -> None:
    with pytest.raises(InputError):
        expected_calibration_error(probabilities, outcomes)


def test_logistic_fit_finds_planted_weights_of_several_scores() -> None:
    rng = np.random.default_rng(2)
    scores = np.column_stack((rng.normal(40, 30, 20_000), rng.normal(0, 0.1, 20_000)))
    outcomes = drawn(1 / (1 + np.exp(-(0.05 * scores[:, 0] + 8 * scores[:, 1] - 2))))
    fitted = LogisticCalibration.fit(scores, outcomes)
    assert fitted.weights == pytest.approx((0.05, 8.0), rel=0.08)
    assert fitted.intercept == pytest.approx(-2, rel=0.08)
    assert expected_calibration_error(list(fitted.predict(scores)), outcomes) < 0.02


def test_logistic_fit_stays_finite_on_separable_constant_and_one_sided_cases() -> None:
    separable = LogisticCalibration.fit([1.0, 2.0, 1000.0, 1001.0], [False, False, True, True])
    assert np.isfinite(separable.weights).all()
    assert separable.predict([1.0])[0] < 0.5 < separable.predict([1000.0])[0]
    constant = LogisticCalibration.fit([3.0] * 4, [True, False, True, True])
    assert constant.predict([3.0])[0] == pytest.approx(0.75, abs=1e-2)
    one_sided = LogisticCalibration.fit([1.0, 2.0], [True, True])
    assert 0.9 < one_sided.predict([1.5])[0] <= 1.0
    assert separable.predict([-1e9, 1e9]).tolist() == pytest.approx([0.0, 1.0])
