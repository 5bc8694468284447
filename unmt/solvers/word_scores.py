"""How well a word of one text fits one of another: vectors, spelling, frequency and contexts, added up block by block.

    score(s, t) = E(s, t) + g(s) g(t) C(s, t) + 0.5 O(s, t) - 0.03 |ln p(s) - ln p(t)|

E: CSLS of mapped word vectors, C: CSLS of context rows, O: spelling. g discounts rare words, whose contexts are chance.
Memory is linear in the words: every pass makes the blocks anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.objectives.best_values import keep_numbered
from unmt.objectives.csls import BLOCK_ROWS, NEIGHBOURS, means_of_best, mutual_pairs, neighbourhoods
from unmt.solvers.contexts import Columns

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SPELLING, FREQUENCY = 0.5, 0.03
UNLIKELY, FAR = 0.1, 2.0
"""What each unit of |ln p(s) - ln p(t)| beyond FAR costs in addition: one of them is then hardly used for the other."""

NO_VECTOR = -0.15
"""What E is where either word has no vector: about that of a pair by chance."""

COMMON = 100
"""A word that stands so often, or more, has contexts that are fully believed."""

TEMPERATURE = 0.1


@dataclass(frozen=True)
class Channel:
    """Rows in one space for the most frequent words of both sides, and how much each word's are believed.

    source (S', d), target (T', d): unit rows, or zero. source_weights (S',), target_weights (T',).
    source_means, target_means: mean cosine with the NEIGHBOURS nearest of the other side.
    """

    source: Floats
    target: Floats
    source_weights: Floats
    target_weights: Floats
    source_means: Floats
    target_means: Floats

    @classmethod
    def of(cls, rows: tuple[Floats, Floats], weights: tuple[Floats, Floats]) -> Channel:
        return cls(*rows, *weights, *neighbourhoods(*rows, NEIGHBOURS))

    def of_first(self, source: int, target: int) -> Channel:
        """The same for fewer words of both sides."""
        rows = (self.source[:source], self.target[:target])
        return Channel.of(rows, (self.source_weights[:source], self.target_weights[:target]))


@dataclass(frozen=True)
class WordScores:
    """The channels of S source and T target words; vectors and contexts may be None.

    source_counts (S,), target_counts (T,): how often each word stands. source_length, target_length: words of each
    text in all. spelling: sparse (S, T) CSR.
    """

    source_counts: NDArray[np.int64]
    target_counts: NDArray[np.int64]
    source_length: int
    target_length: int
    spelling: Any
    vectors: Channel | None
    contexts: Channel | None

    def blocks(self) -> Iterator[tuple[int, Floats]]:
        """The first source word of each block, and its scores (rows, T)."""
        source = np.log(self.source_counts / self.source_length).astype(np.float32)
        target = np.log(self.target_counts / self.target_length).astype(np.float32)
        for start in range(0, len(source), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            block = np.abs(source[rows, None] - target)
            block = -FREQUENCY * block - UNLIKELY * np.maximum(block - FAR, 0)
            spelling = self.spelling[rows]
            _add_spelling(block, spelling.indptr, spelling.indices, spelling.data)
            for channel, missing in ((self.vectors, NO_VECTOR), (self.contexts, 0.0)):
                if channel is not None and start < len(channel.source):
                    product = np.ascontiguousarray(channel.source[rows] @ channel.target.T)
                    _add_channel(
                        block, product, channel.source_weights[rows], channel.target_weights,
                        channel.source_means[rows], channel.target_means, np.float32(missing)
                    )  # fmt: skip
            yield start, block


def believed(counts: NDArray[np.int64]) -> Floats:
    """g: 0 for words that stand once, 1 from COMMON on."""
    return np.sqrt(np.minimum(1.0, np.log(np.maximum(counts, 1)) / np.log(COMMON))).astype(np.float32)


@dataclass(frozen=True)
class Best:
    """The best partners of each word by CSLS of the score, best first; -1 where there are fewer.

    forward (S, K), backward (T, K): ids. Their scores: (ln p(t | s) + ln p(s | t)) / 2 in nats.
    """

    forward: Ints
    forward_scores: Floats
    backward: Ints
    backward_scores: Floats

    def mutual(self) -> tuple[Ints, Ints]:
        """Source and target of the pairs that are each other's best, by source."""
        return mutual_pairs(self.forward[:, 0], self.backward[:, 0])

    def columns(self) -> tuple[Columns, Columns]:
        """A column for each mutual pair; a word that is in none counts in that of its best partner, if likely."""
        pairs = self.mutual()
        number = len(pairs[0])
        own = [np.full(len(side), -1) for side in (self.forward, self.backward)]
        for side, words in zip(own, pairs, strict=True):
            side[words] = np.arange(number)
        found = []
        for side, other, ids, scores in (
            (own[0], own[1], self.forward, self.forward_scores),
            (own[1], own[0], self.backward, self.backward_scores),
        ):
            # The square root of a probability: rather too much of a form of the word than too little.
            weights = np.where(side >= 0, 1.0, np.exp(scores[:, 0] / 2)).astype(np.float32)
            found.append(Columns(np.where(side >= 0, side, other[ids[:, 0]]), weights, number))
        return found[0], found[1]


def best_of(scores: WordScores, count: int) -> Best:
    """Two passes: the neighbourhoods of the scores, then their CSLS as log-probabilities at TEMPERATURE."""
    rows, columns = len(scores.source_counts), len(scores.target_counts)
    source_means, target_means = means_of_best(scores.blocks(), rows, columns)
    forward, forward_values = np.full((rows, min(count, columns)), -1), np.full((rows, min(count, columns)), -np.inf)
    backward, backward_values = np.full((columns, min(count, rows)), -1), np.full((columns, min(count, rows)), -np.inf)
    row_sums, column_sums = np.zeros(rows), np.zeros(columns)
    for start, block in scores.blocks():
        part = slice(start, start + BLOCK_ROWS)
        _rank(
            block, source_means[part], target_means, start, forward[part], forward_values[part], backward,
            backward_values, row_sums[part], column_sums
        )  # fmt: skip
    source_logs, target_logs = np.log(row_sums), np.log(column_sums)
    forward_scores = forward_values / TEMPERATURE - (source_logs[:, None] + target_logs[forward]) / 2
    backward_scores = backward_values / TEMPERATURE - (target_logs[:, None] + source_logs[backward]) / 2
    return Best(*_sorted(forward, forward_scores), *_sorted(backward, backward_scores))


def _sorted(ids: Ints, scores: NDArray[np.float64]) -> tuple[Ints, Floats]:
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1).astype(np.float32)


@njit(cache=True, nogil=True)
def _add_spelling(block: Any, indptr: Any, indices: Any, data: Any) -> None:
    for row in range(block.shape[0]):
        for place in range(indptr[row], indptr[row + 1]):
            block[row, indices[place]] += SPELLING * data[place]


@njit(cache=True, nogil=True)
def _add_channel(
    block: Any, product: Any, source_weights: Any, target_weights: Any, source_means: Any, target_means: Any,
    missing: Any
) -> None:  # fmt: skip
    for row in range(product.shape[0]):
        for column in range(product.shape[1]):
            weight = source_weights[row] * target_weights[column]
            if weight > 0:
                block[row, column] += weight * (product[row, column] - (source_means[row] + target_means[column]) / 2)
            else:
                block[row, column] += missing


@njit(cache=True, nogil=True)
def _rank(
    block: Any, source_means: Any, target_means: Any, start: int, forward: Any, forward_values: Any, backward: Any,
    backward_values: Any, row_sums: Any, column_sums: Any
) -> None:  # fmt: skip
    """Sort the CSLS of a block into the best of its rows and of the columns, and add up exp(CSLS / TEMPERATURE)."""
    for row in range(block.shape[0]):
        for column in range(block.shape[1]):
            value = block[row, column] - (source_means[row] + target_means[column]) / 2
            weight = np.exp(np.float32(value / TEMPERATURE))
            row_sums[row] += weight
            column_sums[column] += weight
            keep_numbered(forward_values, forward, row, value, column)
            keep_numbered(backward_values, backward, column, value, start + row)
