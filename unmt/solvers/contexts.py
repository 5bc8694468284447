"""What stands around the words of a text, and the same words of two texts side by side in one space.

A word is a row of positive pointwise mutual information (PPMI) with the words before it and those behind it. Once some
words of two languages are paired, both languages have the same columns, and rows can be compared across them. Words
that are in no pair may count in the column of a likely translation: the many forms of an adjective in that of the one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.text.word_corpus import WordCorpus

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WINDOW = 8
DECAY = 0.5
"""A neighbour at distance d weighs d to the minus this."""

SMOOTHING = 0.6
"""Exponent of the counts of context words: rare ones would else count too much (word2vec: 0.75)."""


@dataclass(frozen=True)
class Columns:
    """Which column of the shared space a neighbour counts in.

    column: (V',) of the most frequent words, -1 for none. weight: (V',) float32, how much of a word is counted.
    number: columns in all, the same for both languages.
    """

    column: Ints
    weight: Floats
    number: int


@dataclass(frozen=True, eq=False)
class Contexts:
    """How often the R most frequent words have which word before and behind them, near ones counting more.

    counts: what is before, what is behind, and both: word order is not the same in every language. Sparse CSR
    (R, V + 2) float32; the last two columns are the begin and the end of a sentence.
    totals: (3, R) sums of the rows. shares: (3, V + 2) share of each word among all neighbours of the kind.
    """

    counts: tuple[Any, Any, Any]
    totals: NDArray[np.float64]
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, before: Any, behind: Any, rows: int) -> Contexts:
        """Those of the first `rows` words, from what stands before and behind: sparse CSR (R or more, V + 2)."""
        kinds = (before, behind, (before + behind).tocsr())
        totals = np.array([np.asarray(counts.sum(axis=1)).ravel()[:rows] for counts in kinds])
        shares = np.array([np.asarray(counts.sum(axis=0)).ravel() / max(counts.sum(), 1e-300) for counts in kinds])
        first, second, third = (counts[:rows].astype(np.float32) for counts in kinds)
        return cls((first, second, third), totals, shares)

    def first(self, rows: int) -> Contexts:
        """The contexts of the most frequent of these words."""
        before, behind, both = (counts[:rows] for counts in self.counts)
        return Contexts((before, behind, both), self.totals[:, :rows], self.shares)

    def rows(self, columns: Columns) -> Any:
        """Sparse CSR (R, 3 columns + 6) unit rows of PPMI: columns and ends of a sentence before, behind, and both."""
        from scipy import sparse

        words, size = self.shares.shape[1] - 2, columns.number + 2
        known = np.flatnonzero(columns.column >= 0)
        places = np.concatenate([columns.column[known], [size - 2, size - 1]])
        weights = np.concatenate([columns.weight[known], np.ones(2, np.float32)])
        merge = sparse.csr_matrix((weights, (np.concatenate([known, [words, words + 1]]), places)), (words + 2, size))
        parts = []
        for counts, totals, shares in zip(self.counts, self.totals, self.shares, strict=True):
            merged = (counts @ merge).tocoo()
            # Where words stand alone, nothing has neighbours.
            chances = np.maximum(merge.T @ shares, 1e-300) ** SMOOTHING / max((shares**SMOOTHING).sum(), 1e-300)
            information = np.log(merged.data / (totals[merged.row] * chances[merged.col]))
            kept = information > 0
            values = information[kept].astype(np.float32)
            parts.append(sparse.csr_matrix((values, (merged.row[kept], merged.col[kept])), merged.shape))
        return unit_rows(sparse.hstack(parts, format="csr"))


def contexts_of(corpus: WordCorpus, rows: int, window: int = WINDOW) -> Contexts:
    """The contexts of the first `rows` words of the vocabulary."""
    ids, sentence = with_ends(corpus)
    before = _sum_of_distances(ids, sentence, len(corpus.vocabulary) + 2, window)
    return Contexts.of(before, before.T.tocsr(), rows)


def neighbour_counts(corpus: WordCorpus, distance: int) -> Any:
    """Sparse CSR (V + 2, V + 2): how often word c stood `distance` words before word w; V begins a sentence, V + 1 ends
    it.
    """
    ids, sentence = with_ends(corpus)
    return _at_distance(ids, sentence, len(corpus.vocabulary) + 2, distance, 1.0)


def with_ends(corpus: WordCorpus) -> tuple[Ints, Ints]:
    """Word ids with marks around each sentence (unknown words: -1), and the sentence of each."""
    words, lengths = len(corpus.vocabulary), corpus.lengths
    sentence = np.repeat(np.arange(len(lengths)), lengths + 2)
    starts = corpus.starts[:-1] + 2 * np.arange(len(lengths))
    ids = np.full(len(sentence), words, np.int64)
    ids[starts + lengths + 1] = words + 1
    inner = np.ones(len(sentence), bool)
    inner[starts] = inner[starts + lengths + 1] = False
    ids[inner] = corpus.ids
    return ids, sentence


def _at_distance(ids: Ints, sentence: Ints, size: int, distance: int, weight: float) -> Any:
    from scipy import sparse

    context, word = ids[:-distance], ids[distance:]
    kept = (sentence[:-distance] == sentence[distance:]) & (context >= 0) & (word >= 0)
    weights = np.full(int(kept.sum()), weight, np.float64)
    return sparse.csr_matrix((weights, (word[kept], context[kept])), (size, size))


def _sum_of_distances(ids: Ints, sentence: Ints, size: int, window: int) -> Any:
    total = _at_distance(ids, sentence, size, 1, 1.0)
    for distance in range(2, min(window, len(ids) - 1) + 1):
        total = total + _at_distance(ids, sentence, size, distance, distance**-DECAY)
    return total


def unit_rows(matrix: Any) -> Any:
    """Rows of length one, or zero; sparse or dense."""
    from scipy import sparse

    if sparse.issparse(matrix):
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ matrix).tocsr().astype(np.float32)
    lengths = np.sqrt((matrix * matrix).sum(axis=1, keepdims=True))
    return np.asarray(matrix / np.maximum(lengths, 1e-9), np.float32)


def shared_rows(
    source: Contexts,
    target: Contexts,
    columns: tuple[Columns, Columns],
    weights: tuple[Floats, Floats],
    rank: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Rows (R, 2 rank at most) of both languages in one space, of unit length, from columns that are shared.

    weights: (R,) of each side, how much a row counts when the space is chosen. The space is that of the largest
    singular vectors of both sides' rows (a random projection, and two rounds that turn it towards them: Halko,
    Martinsson and Tropp, "Finding structure with randomness", 2011).
    """
    from scipy import sparse

    left, right = source.rows(columns[0]), target.rows(columns[1])
    if left.shape[1] <= 2 * rank:
        return left.toarray(), right.toarray()  # as they are: finding axes would take longer than it saves
    together = sparse.vstack([sparse.diags(weights[0]) @ left, sparse.diags(weights[1]) @ right], format="csr")
    together = together.astype(np.float32)
    axes = _largest_axes(together, min(rank, *together.shape), seed)
    return unit_rows(left @ axes), unit_rows(right @ axes)


def _largest_axes(matrix: Any, rank: int, seed: int) -> Floats:
    """(columns, rank) orthonormal."""
    rng = np.random.default_rng(seed)
    width = min(rank + 20, *matrix.shape)
    basis = rng.standard_normal((matrix.shape[1], width)).astype(np.float32)
    transposed = matrix.T.tocsr()
    for _ in range(2):
        basis = np.linalg.qr(transposed @ (matrix @ basis))[0]
    _, _, axes = np.linalg.svd(np.linalg.qr(matrix @ basis)[0].T @ matrix, full_matrices=False)
    return np.ascontiguousarray(axes[:rank].T, np.float32)
