"""Word vectors of a text: positive pointwise mutual information of words and their neighbours, by its largest axes.

    M[w, c] = max(0, log( n(w, c) N / (n(w) n(c)^0.75 N') ))        M ~ U S V',  the vector of w is (U S^0.5)[w]

n(w, c) counts c within WINDOW words of w, near ones more (as many words as the window leaves between them); N and N'
make probabilities of the counts. Everything is determined by the text: no sampling, no threads that race.
Source: Levy, Goldberg and Dagan, "Improving distributional similarity with lessons learned from word embeddings", 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.vectors import WordVectors
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

Floats = NDArray[np.float32]

WINDOW, SMOOTHING, AXIS_POWER = 5, 0.75, 0.5
MOST_WORDS, MOST_CONTEXTS, LEAST_COUNT = 20000, 3000, 5
"""Words and contexts at most: the table of counts takes 4 bytes for each pair of them, 240 MB."""

DIMENSIONS = 100
LEAST_WORDS = 100
SPARE_AXES, POWER_ROUNDS = 20, 4


def vectors_of(sentences: Sequence[Sequence[str]], dimensions: int = DIMENSIONS) -> WordVectors:
    """The vectors of the words that stand LEAST_COUNT times or more, most frequent first.

    sentences: each a list of words. Raises InputError where there are fewer than LEAST_WORDS such words.
    """
    vocabulary = Vocabulary.of(sentences, LEAST_COUNT)
    if len(vocabulary) < LEAST_WORDS:
        raise InputError(
            f"The text has {len(vocabulary)} words that stand {LEAST_COUNT} times or more; that is too little to learn"
            " from. Give a longer text."
        )
    kept = Vocabulary(vocabulary.words[:MOST_WORDS], vocabulary.counts[:MOST_WORDS])
    corpus = WordCorpus.of(sentences, kept)
    counts = np.zeros((len(kept), min(len(kept), MOST_CONTEXTS)), np.float32)
    _count_neighbours(corpus.ids, corpus.starts, WINDOW, counts)
    left, values = _largest_axes(_information(counts), min(dimensions, counts.shape[1] - SPARE_AXES))
    return WordVectors(kept.words, np.ascontiguousarray(left * values**AXIS_POWER, np.float32))


@njit(cache=True, nogil=True)
def _count_neighbours(ids: Any, starts: Any, window: int, counts: Any) -> None:
    """Add to counts (words, contexts) how near every context stood to every word."""
    contexts = counts.shape[1]
    for sentence in range(len(starts) - 1):
        for place in range(starts[sentence], starts[sentence + 1]):
            word = ids[place]
            if word < 0:
                continue
            for other in range(max(starts[sentence], place - window), min(starts[sentence + 1], place + window + 1)):
                context = ids[other]
                if other != place and 0 <= context < contexts:
                    counts[word, context] += np.float32(window + 1 - abs(place - other)) / np.float32(window)


def _information(counts: Floats) -> Floats:
    """The counts as positive pointwise mutual information, in their place."""
    of_word = counts.sum(axis=1, dtype=np.float64)
    of_context = counts.sum(axis=0, dtype=np.float64) ** SMOOTHING
    of_context /= of_context.sum()
    scale = np.asarray(1.0 / np.maximum(of_word, 1e-9), np.float32)
    for row in range(len(counts)):
        with np.errstate(divide="ignore"):
            counts[row] = np.log(counts[row] * (scale[row] / np.maximum(of_context, 1e-12)).astype(np.float32))
    return np.maximum(counts, 0.0, out=counts)


def _largest_axes(matrix: Floats, dimensions: int) -> tuple[Floats, Floats]:
    """Left singular vectors (rows, dimensions) and their singular values, by power iteration from a fixed start.

    Source: Halko, Martinsson and Tropp, "Finding structure with randomness", 2011.
    """
    rng = np.random.default_rng(0)
    basis = rng.standard_normal((matrix.shape[1], dimensions + SPARE_AXES), np.float32)
    for _ in range(POWER_ROUNDS):
        basis = np.linalg.qr(matrix.T @ np.linalg.qr(matrix @ basis)[0])[0]
    left, values, _ = np.linalg.svd(matrix @ basis, full_matrices=False)
    return left[:, :dimensions], values[:dimensions]
