"""Cross-domain similarity local scaling: nearest neighbours that are not hubs.

    csls(x, y) = 2 cos(x, y) - r(x) - r(y)

r(x) is the mean cosine of x with its k nearest neighbours of the other language. For given x the order is that of
cos(x, y) - r(y) / 2. Everything goes block by block: memory is linear in the number of words.
Source: Conneau, Lample, Ranzato, Denoyer and Jégou, "Word translation without parallel data", 2018.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.objectives.best_values import keep_numbered, keep_value

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

NEIGHBOURS = 10
BLOCK_ROWS = 512


@dataclass(frozen=True)
class Matches:
    """Nearest words by CSLS.

    forward (S, count): targets of each source word, best first; backward (T,): the best source of each target word.
    forward_scores, backward_scores: their CSLS. source_means (S,), target_means (T,): r.
    """

    forward: Ints
    forward_scores: Floats
    backward: Ints
    backward_scores: Floats
    source_means: Floats
    target_means: Floats

    def mutual(self) -> tuple[Ints, Ints]:
        """Source and target of the pairs that are each other's best, by source."""
        return mutual_pairs(self.forward[:, 0], self.backward)

    def both_ways(self) -> tuple[Ints, Ints]:
        """Source and target of the best pairs from each side; a mutual pair stands twice and so weighs double."""
        source = np.concatenate([np.arange(len(self.forward)), self.backward])
        return source, np.concatenate([self.forward[:, 0], np.arange(len(self.backward))])


def csls(source: Floats, target: Floats, k: int = NEIGHBOURS) -> Floats:
    """(S, T) the CSLS of every source and target word; source (S, d), target (T, d) with rows of unit length."""
    source_means, target_means = neighbourhoods(source, target, k)
    return np.asarray(2 * (source @ target.T) - source_means[:, None] - target_means, np.float32)


def neighbourhoods(source: Floats, target: Floats, k: int = NEIGHBOURS, extra: Any = None) -> tuple[Floats, Floats]:
    """The r of every source word (S,) and of every target word (T,); at most as many neighbours as there are words.

    extra: None, or a sparse (S, T) matrix (CSR) that is added to the cosines.
    """
    blocks = ((start, similarities(source, target, start, extra)) for start in range(0, len(source), BLOCK_ROWS))
    return means_of_best(blocks, len(source), len(target), k)


def means_of_best(
    blocks: Iterable[tuple[int, Floats]], rows: int, columns: int, k: int = NEIGHBOURS
) -> tuple[Floats, Floats]:
    """The mean of the k largest values of every row (rows,) and of every column (columns,).

    blocks: the first row of each, and its values (rows of it, columns).
    """
    row_best = np.full((rows, min(k, columns)), -np.inf, np.float32)
    column_best = np.full((columns, min(k, rows)), -np.inf, np.float32)
    for start, block in blocks:
        keep_best(block, row_best[start : start + len(block)], column_best)
    return row_best.mean(axis=1), column_best.mean(axis=1)


def mutual_pairs(forward: Ints, backward: Ints) -> tuple[Ints, Ints]:
    """Source and target of the pairs that are each other's best, by source; forward (S,), backward (T,): the best."""
    source = np.arange(len(forward))
    kept = source[backward[forward] == source]
    return kept, forward[kept]


def matches(source: Floats, target: Floats, *, k: int = NEIGHBOURS, count: int = 1, extra: Any = None) -> Matches:
    """The `count` best targets of every source word, and the best source of every target word.

    source (S, d), target (T, d): rows of unit length. extra: as in neighbourhoods.
    """
    source_means, target_means = neighbourhoods(source, target, k, extra)
    rows, columns = len(source), len(target)
    count = min(count, columns)
    forward, forward_scores = np.zeros((rows, count), np.int64), np.full((rows, count), -np.inf, np.float32)
    backward, backward_scores = np.zeros(columns, np.int64), np.full(columns, -np.inf, np.float32)
    for start in range(0, rows, BLOCK_ROWS):
        block = similarities(source, target, start, extra)
        part = slice(start, start + BLOCK_ROWS)
        _rank(block, source_means[part], target_means, start, forward[part], forward_scores[part], backward,
              backward_scores)  # fmt: skip
    return Matches(forward, forward_scores, backward, backward_scores, source_means, target_means)


def similarities(source: Floats, target: Floats, start: int, extra: Any = None) -> Floats:
    """(rows, T) the similarities of a block of source words from `start` on."""
    block = np.ascontiguousarray(source[start : start + BLOCK_ROWS] @ target.T)
    if extra is not None:
        part = extra[start : start + BLOCK_ROWS]
        _add_sparse(block, part.indptr, part.indices, part.data)
    return block


@njit(cache=True, nogil=True)
def _add_sparse(block: Any, indptr: Any, indices: Any, data: Any) -> None:
    for row in range(block.shape[0]):
        for place in range(indptr[row], indptr[row + 1]):
            block[row, indices[place]] += data[place]


@njit(cache=True, nogil=True)
def keep_best(block: Any, row_best: Any, column_best: Any) -> None:
    """Sort the values of a block into the best of their rows (falling) and of their columns."""
    for row in range(block.shape[0]):
        for column in range(block.shape[1]):
            keep_value(row_best, row, block[row, column])
            keep_value(column_best, column, block[row, column])


@njit(cache=True, nogil=True)
def _rank(
    block: Any, source_means: Any, target_means: Any, start: int, forward: Any, forward_scores: Any, backward: Any,
    backward_scores: Any
) -> None:  # fmt: skip
    """Sort the CSLS of a block into the best of its rows (falling) and the best of the columns; ties to the first."""
    for row in range(block.shape[0]):
        for column in range(block.shape[1]):
            value = 2 * block[row, column] - source_means[row] - target_means[column]
            keep_numbered(forward_scores, forward, row, value, column)
            if value > backward_scores[column]:
                backward_scores[column] = value
                backward[column] = start + row
