"""Expected errors: distances to what is probable, by code length."""

import numpy as np
import pytest

from unmt.evaluation.selection import rank_correlation
from unmt.objectives.expected_errors import expected_errors

TRUTH = np.arange(40) % 7


def with_errors(many):
    text = TRUTH.copy()
    text[:many] += 1
    return text


def test_a_sure_solution_is_the_measure_of_the_others():
    texts = np.stack([with_errors(many) for many in (0, 4, 10)])
    np.testing.assert_allclose(expected_errors(texts, texts, [10, 60, 90], 200), [0, 0.1, 0.25], atol=1e-9)


def test_without_structure_everything_is_wrong():
    texts = np.stack([with_errors(0), with_errors(4)])
    np.testing.assert_allclose(expected_errors(texts, texts, [200, 210], 100), [1, 1], atol=1e-9)


def test_equal_lengths_share_the_probability():
    texts = np.stack([with_errors(0), with_errors(8)])
    np.testing.assert_allclose(expected_errors(texts, texts, [50, 50], 500), [0.1, 0.1])


def test_a_cheap_wrong_solution_is_put_behind_a_dear_one_that_is_nearly_right():
    """By code length the spoiled truth is last; by expected errors it is second."""
    nonsense = (TRUTH + 3) % 7 + 7
    texts, bits, right = np.stack([with_errors(0), nonsense, with_errors(2)]), [100, 160, 190], [1.0, 0.0, 0.95]
    assert rank_correlation(bits, right) == pytest.approx(0.5)
    assert rank_correlation(expected_errors(texts, texts[:2], bits[:2], 400).tolist(), right) == pytest.approx(1)
