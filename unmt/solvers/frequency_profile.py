"""What the company of a word looks like when no word is known: how frequent the words around it are.

A row holds, for each of the distances -3 to 3, how often the neighbour is of each rank of frequency, or beyond an end
of the sentence. It can be compared across languages at once, and is enough to pair some of the most frequent words.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.solvers.contexts import neighbour_counts, unit_rows
from unmt.solvers.word_scores import Channel, believed
from unmt.text.word_corpus import WordCorpus

RANKS = 22
"""Classes of neighbours, two for each doubling of the rank; begin and end are two more."""

DISTANCES = (1, 2, 3)
ADDED = 0.5
"""Added to each count."""

CENTRE_WORDS = 300
"""The mean profile of so many most frequent words is taken off: it says nothing about any of them."""


def profiles(corpus: WordCorpus, rows: int) -> NDArray[np.float32]:
    """(rows, 2 * distances * (RANKS + 2)) unit rows of the most frequent words: square roots of shares, centred."""
    from scipy import sparse

    words = len(corpus.vocabulary)
    ranks = np.minimum(RANKS - 1, (2 * np.log2(np.arange(words) + 1)).astype(np.int64))
    ranks = np.concatenate([ranks, [RANKS, RANKS + 1]])
    classes = sparse.csr_matrix((np.ones(words + 2), (np.arange(words + 2), ranks)), (words + 2, RANKS + 2))
    parts = []
    for distance in DISTANCES:
        before = neighbour_counts(corpus, distance)
        for counts in (before, before.T.tocsr()):
            found = (counts @ classes).toarray()[:rows] + ADDED
            parts.append(np.sqrt(found / found.sum(axis=1, keepdims=True) / distance))
    together = np.hstack(parts)
    return np.asarray(unit_rows(together - together[:CENTRE_WORDS].mean(axis=0)), np.float32)


def profile_channel(source: WordCorpus, target: WordCorpus, rows: tuple[int, int]) -> Channel:
    """The profiles of the most frequent words of both texts, for `rows` of each."""
    sides = ((source, rows[0]), (target, rows[1]))
    profile_rows = [profiles(corpus, count) for corpus, count in sides]
    weights = [believed(corpus.vocabulary.counts[:count]) for corpus, count in sides]
    return Channel.of((profile_rows[0], profile_rows[1]), (weights[0], weights[1]))
