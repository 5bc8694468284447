"""How well a figure that needs no truth chooses among solutions: rank correlation with the true score, and the loss.

A group is what one would choose from: the solutions of one cipher, the maps of one pair of languages. Figures are
costs: the less, the better. True scores: the more, the better.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from unmt.errors import InputError
from unmt.evaluation.intervals import LEVEL, RESAMPLES, Interval, bootstrap_interval

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Solutions to choose from: costs (solutions,) of one selector, and their true scores (solutions,)."""

    costs: Sequence[float]
    scores: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.costs) != len(self.scores) or not len(self.costs):
            raise InputError(f"{len(self.costs)} costs and {len(self.scores)} scores: give one of each a solution.")

    @property
    def correlation(self) -> float | None:
        """Rank correlation of falling cost with the score; None where all scores are the same."""
        return rank_correlation(self.costs, self.scores)

    @property
    def loss(self) -> float:
        """The best score less that of the solution with the least cost; the mean of those that tie."""
        costs, scores = np.asarray(self.costs, np.float64), np.asarray(self.scores, np.float64)
        return float(scores.max() - scores[costs == costs.min()].mean())


@dataclass(frozen=True)
class Selection:
    """What a selector comes to over groups.

    within: mean rank correlation of the groups (None: in none do scores differ); pooled: of all solutions as one
    group; loss: mean loss of choosing in each group. Intervals are of groups drawn again.
    """

    within: Interval | None
    pooled: Interval
    loss: Interval


def rank_correlation(costs: Sequence[float], scores: Sequence[float]) -> float | None:
    """Spearman's, of falling costs (solutions,) with scores (solutions,); ties share their mean rank.

    0 where the costs are all the same, since they say nothing; None where the scores are. An infinite cost is last.
    Source: Spearman, "The proof and measurement of association between two things", 1904.
    """
    first, second = _ranks(-np.asarray(costs, np.float64)), _ranks(np.asarray(scores, np.float64))
    if not second.any():
        return None
    return float(first @ second / np.sqrt((first @ first) * (second @ second))) if first.any() else 0.0


def _ranks(values: Floats) -> Floats:
    """Mean ranks less their mean; zeros where all values are the same."""
    if np.isnan(values).any():
        raise InputError("A cost or a score is not a number, and has no rank.")
    ranks = rankdata(values)
    return np.asarray(ranks - ranks.mean(), np.float64)


def selection(groups: Sequence[Group], *, seed: int, resamples: int = RESAMPLES) -> Selection:
    """What a selector comes to; raises InputError without a group, or where all scores are the same."""
    if not groups:
        raise InputError("There is no group to choose from.")
    inner = [value for group in groups if (value := group.correlation) is not None]
    pooled = _pooled(groups)
    if pooled is None:
        raise InputError("All true scores are the same, so that nothing can be ranked.")
    rng = np.random.default_rng(seed)
    drawn = [_pooled([groups[i] for i in rng.integers(len(groups), size=len(groups))]) for _ in range(resamples)]
    bounds = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile([value for value in drawn if value is not None], bounds)
    return Selection(
        within=bootstrap_interval(inner, seed=seed, resamples=resamples) if inner else None,
        pooled=Interval(pooled, float(low), float(high)),
        loss=bootstrap_interval([group.loss for group in groups], seed=seed, resamples=resamples),
    )


def _pooled(groups: Sequence[Group]) -> float | None:
    costs = np.concatenate([np.asarray(group.costs, np.float64) for group in groups])
    return rank_correlation(costs.tolist(), [score for group in groups for score in group.scores])
