"""Calibration: when we say 90 %, is it 90 % of the time?

Measures (reliability table, expected calibration error, Brier score), and a logistic fit that turns raw scores into
probabilities.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unmt.errors import InputError
from unmt.evaluation.intervals import wilson_interval

Floats = npt.NDArray[np.float64]


class Bin(NamedTuple):
    """The cases whose stated probability lies in [low, high) (the last bin includes 1), and how often they were right.

    share_low and share_high are the Wilson bounds of share_right.
    """

    low: float
    high: float
    cases: int
    mean_probability: float
    share_right: float
    share_low: float
    share_high: float


def reliability(probabilities: Sequence[float], outcomes: Sequence[bool], *, bins: int = 10) -> list[Bin]:
    """The reliability table: equal bins of the stated probability, empty ones left out.

    probabilities: (cases,) in [0, 1]; outcomes: (cases,) whether each was right. Raises InputError if they do not fit.
    Source: DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983.
    """
    stated, right = _checked(probabilities, outcomes)
    places = np.minimum((stated * bins).astype(int), bins - 1)
    table = []
    for place in np.unique(places):
        inside = places == place
        count, hits = int(inside.sum()), int(right[inside].sum())
        mean = float(stated[inside].mean())
        table.append(Bin(place / bins, (place + 1) / bins, count, mean, *wilson_interval(hits, count)))
    return table


def expected_calibration_error(probabilities: Sequence[float], outcomes: Sequence[bool], *, bins: int = 10) -> float:
    """Mean distance between what was stated and what happened, over the bins by their counts (ECE); 0 is calibrated.

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015.
    """
    table = reliability(probabilities, outcomes, bins=bins)
    return sum(b.cases * abs(b.mean_probability - b.share_right) for b in table) / len(probabilities)


def brier_score(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float:
    """Mean squared distance of the stated probability from what happened; 0 is certain and right, 0.25 a coin.

    Source: Brier, "Verification of forecasts expressed in terms of probability", 1950.
    """
    stated, right = _checked(probabilities, outcomes)
    return float(np.mean((stated - right) ** 2))


@dataclass(frozen=True)
class LogisticCalibration:
    """p = 1 / (1 + exp(-(intercept + weights . scores))).

    Source: Platt, "Probabilistic outputs for support vector machines", 1999.
    """

    weights: tuple[float, ...]
    intercept: float

    @classmethod
    def fit(
        cls, scores: npt.ArrayLike, outcomes: Sequence[bool], *, ridge: float = 1.0, steps: int = 50
    ) -> "LogisticCalibration":
        """The weights of greatest likelihood, held back by a ridge so that cases that can be told apart stay finite.

        scores: (cases,) or (cases, kinds of score) floats; ridge: weight of half the squared weights of the scores
        after they are scaled to variance one (the intercept is free). Newton steps with halving, so the loss never
        rises. Raises InputError if the shapes do not fit.
        """
        table = _score_table(scores)
        right = _outcomes(outcomes, len(table))
        centre = table.mean(axis=0)
        spread = table.std(axis=0)
        spread[spread == 0] = 1.0
        design = np.column_stack((np.ones(len(table)), (table - centre) / spread))  # (cases, 1 + kinds)
        penalty = np.full(design.shape[1], float(ridge))
        # A trace on the intercept keeps it finite where every case has one outcome.
        penalty[0] = 1e-3
        fitted = _newton(design, right, penalty, steps)
        weights = fitted[1:] / spread
        return cls(tuple(map(float, weights)), float(fitted[0] - weights @ centre))

    def predict(self, scores: npt.ArrayLike) -> Floats:
        """Probabilities (cases,) of scores (cases,) or (cases, kinds of score)."""
        return _logistic(_score_table(scores) @ np.asarray(self.weights) + self.intercept)


def _newton(design: Floats, right: Floats, penalty: Floats, steps: int) -> Floats:
    """Coefficients that minimise the penalised logistic loss of design (cases, terms) against right (cases,)."""
    coefficients = np.zeros(design.shape[1])

    def loss(values: Floats) -> float:
        margins = design @ values
        return float(np.sum(np.logaddexp(0, margins) - right * margins) + penalty @ values**2 / 2)

    current = loss(coefficients)
    for _ in range(steps):
        chances = _logistic(design @ coefficients)
        gradient = design.T @ (chances - right) + penalty * coefficients
        curvature = (design.T * (chances * (1 - chances))) @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        while scale > 1e-6 and loss(coefficients - scale * step) > current:
            scale /= 2
        coefficients = coefficients - scale * step
        previous, current = current, loss(coefficients)
        if previous - current <= 1e-10 * (1 + abs(current)):
            break
    return coefficients


def _logistic(margins: Floats) -> Floats:
    """1 / (1 + exp(-margin)) without overflow, since tanh saturates."""
    return np.asarray(0.5 * (1 + np.tanh(margins / 2)), dtype=np.float64)


def _score_table(scores: npt.ArrayLike) -> Floats:
    """The scores as (cases, kinds of score). Raises InputError on another shape or a number that is not finite."""
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or not np.isfinite(table).all():
        raise InputError("Scores must be finite numbers, one row a case.")
    return table


def _outcomes(outcomes: Sequence[bool], cases: int) -> Floats:
    """The outcomes as (cases,) zeros and ones. Raises InputError where there are none or not one a case."""
    right = np.asarray(outcomes, dtype=np.float64)
    if right.shape != (cases,) or cases == 0:
        raise InputError(f"{right.size} outcomes for {cases} cases: give one outcome a case, and at least one.")
    return right


def _checked(probabilities: Sequence[float], outcomes: Sequence[bool]) -> tuple[Floats, Floats]:
    """Both as (cases,) floats. Raises InputError where they do not fit or a probability is outside [0, 1]."""
    stated = np.asarray(probabilities, dtype=np.float64)
    if stated.ndim != 1 or not np.all((stated >= 0) & (stated <= 1)):
        raise InputError("Probabilities must be numbers from 0 to 1, one a case.")
    return stated, _outcomes(outcomes, len(stated))
