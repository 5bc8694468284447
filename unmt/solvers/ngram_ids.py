"""The n-grams of a text, numbered: what phrases are called while they are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class NgramIds:
    """G distinct n-grams of 1 .. n words, the shorter first, those of a length in the order of their word ids.

    ids: int32 (n, N), ids[k - 1, p] is that of the k words from position p of the text on, or -1 where the sentence
    ends before or a word is unknown. lengths, positions: int64 (G,), words of each n-gram and a place in the text where
    it stands. words: int32 (N,), the text.
    """

    ids: NDArray[np.int32]
    lengths: NDArray[np.int64]
    positions: NDArray[np.int64]
    words: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.lengths)

    def padded(self, ngrams: NDArray[np.integer]) -> NDArray[np.int32]:
        """(len(ngrams), n) word ids of n-grams, -1 after their last word."""
        width = len(self.ids)
        places = self.positions[ngrams][:, None] + np.arange(width)
        inside = np.arange(width) < self.lengths[ngrams][:, None]
        return np.where(inside, self.words[np.minimum(places, len(self.words) - 1)], -1).astype(np.int32)

    def of_words(self, words: NDArray[np.integer]) -> NDArray[np.int64]:
        """Ids of n-grams of one word, of words that occur in the text."""
        alone = self.words[self.positions[self.lengths == 1]]
        return np.searchsorted(alone, words)


def ngram_ids(ids: NDArray[np.int32], starts: NDArray[np.int64], vocabulary_size: int, longest: int) -> NgramIds:
    """Number the n-grams of up to `longest` words inside the sentences ids[starts[s]:starts[s + 1]]."""
    ends = np.repeat(starts[1:], np.diff(starts))
    numbered = np.full((longest, len(ids)), -1, np.int32)
    lengths, positions = [], []
    total, base = 0, 0
    for k in range(1, longest + 1):
        at = np.flatnonzero(np.arange(len(ids)) + k <= ends)
        last = ids[at + k - 1].astype(np.int64)
        before = numbered[k - 2, at].astype(np.int64) - base if k > 1 else np.zeros(len(at), np.int64)
        known = (last >= 0) & (before >= 0)
        at, keys = at[known], (before * vocabulary_size + last)[known]
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        numbered[k - 1, at] = total + which
        lengths.append(np.full(len(first), k))
        positions.append(at[first])
        base, total = total, total + len(first)
    return NgramIds(numbered, np.concatenate(lengths), np.concatenate(positions), ids)
