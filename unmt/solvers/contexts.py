"""What stands around the words of a text, and the same words of two texts side by side in one space.

A word is a row of positive pointwise mutual information (PPMI) with the words before it and those behind it. Once some
words of two languages are paired, both languages have the same columns, and rows can be compared across them.
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


@dataclass(frozen=True, eq=False)
class Contexts:
    """PPMI of the R most frequent words with the C most frequent ones around them.

    before, behind: sparse CSC (R, C + 2) float32; the last two columns are the begin and the end of a sentence.
    """

    before: Any
    behind: Any

    def first(self, rows: int) -> Contexts:
        """The contexts of the most frequent of these words."""
        return Contexts(self.before[:rows], self.behind[:rows])

    def rows(self, columns: Ints) -> Any:
        """Sparse CSR (R, 2 len(columns) + 2) of unit rows: these columns before and behind, and the sentence's ends."""
        from scipy import sparse

        ends = self.before.shape[1] - np.array([2, 1])
        chosen = np.concatenate([columns, ends])
        return unit_rows(sparse.hstack([self.before[:, chosen], self.behind[:, chosen]], format="csr"))


def contexts_of(corpus: WordCorpus, rows: int, columns: int, window: int = WINDOW) -> Contexts:
    """The contexts of the first `rows` words of the vocabulary with its first `columns` words."""
    ids, sentence = _with_ends(corpus)
    words = len(corpus.vocabulary)
    counts = _sum_of_distances(ids, sentence, words + 2, window)
    kept = np.concatenate([np.arange(columns), [words, words + 1]])
    before, behind = _ppmi(counts), _ppmi(counts.T)
    return Contexts(before[:rows].tocsc()[:, kept], behind[:rows].tocsc()[:, kept])


def neighbour_counts(corpus: WordCorpus, distance: int) -> Any:
    """Sparse CSR (V + 2, V + 2): how often word c stood `distance` words before word w; V begins a sentence, V + 1 ends
    it.
    """
    ids, sentence = _with_ends(corpus)
    return _at_distance(ids, sentence, len(corpus.vocabulary) + 2, distance, 1.0)


def _with_ends(corpus: WordCorpus) -> tuple[Ints, Ints]:
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


def _ppmi(counts: Any) -> Any:
    from scipy import sparse

    counts = counts.tocoo()
    totals = np.bincount(counts.row, counts.data, counts.shape[0])
    context = np.bincount(counts.col, counts.data, counts.shape[1]) ** SMOOTHING
    context /= max(context.sum(), 1e-300)
    information = np.log(counts.data / (totals[counts.row] * context[counts.col]))
    kept = information > 0
    values = information[kept].astype(np.float32)
    return sparse.csr_matrix((values, (counts.row[kept], counts.col[kept])), counts.shape)


def unit_rows(matrix: Any) -> Any:
    """Rows of length one, or zero; sparse or dense."""
    from scipy import sparse

    if sparse.issparse(matrix):
        lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ matrix).tocsr().astype(np.float32)
    lengths = np.sqrt((matrix * matrix).sum(axis=1, keepdims=True))
    return np.asarray(matrix / np.maximum(lengths, 1e-9), np.float32)


def shared_rows(
    source: Contexts, target: Contexts, pairs: tuple[Ints, Ints], weights: tuple[Floats, Floats], rank: int, seed: int
) -> tuple[Floats, Floats]:
    """Rows (R, 2 rank at most) of both languages in one space, of unit length, from columns that are pairs of words.

    weights: (R,) of each side, how much a row counts when the space is chosen. The space is that of the largest
    singular vectors of both sides' rows (a random projection, and two rounds that turn it towards them: Halko,
    Martinsson and Tropp, "Finding structure with randomness", 2011).
    """
    from scipy import sparse

    left, right = source.rows(pairs[0]), target.rows(pairs[1])
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
