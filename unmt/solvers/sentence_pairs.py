"""Sentences of two languages side by side, as word ids: what aligners and phrase tables learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.text.word_corpus import WordCorpus

LONGEST = 100
"""Words of a sentence, on either side, above which the pair teaches nothing: time and memory grow with the product."""


@dataclass(frozen=True)
class SentencePairs:
    """S pairs; sentence s has the ids source_ids[source_starts[s]:source_starts[s + 1]], the target's likewise.

    Ids: int32 flat, 0 .. words - 1, or -1 for a word that its vocabulary has not; starts: int64 (S + 1,).
    weights: float32 (S,), how often each pair counts; a pair of weight 0 is aligned but teaches nothing.
    """

    source_ids: NDArray[np.int32]
    source_starts: NDArray[np.int64]
    source_words: int
    target_ids: NDArray[np.int32]
    target_starts: NDArray[np.int64]
    target_words: int
    weights: NDArray[np.float32]

    def __post_init__(self) -> None:
        assert len(self.source_starts) == len(self.target_starts) == len(self.weights) + 1
        assert self.source_starts[-1] == len(self.source_ids)
        assert self.target_starts[-1] == len(self.target_ids)

    @classmethod
    def of(cls, source: WordCorpus, target: WordCorpus, weights: NDArray[np.floating] | None = None) -> SentencePairs:
        """Two corpora, line beside line; every pair counts once where no weights (S,) are given."""
        chosen = np.ones(len(source.starts) - 1, np.float32) if weights is None else np.asarray(weights, np.float32)
        return cls(
            source.ids,
            source.starts,
            len(source.vocabulary.words),
            target.ids,
            target.starts,
            len(target.vocabulary.words),
            chosen,
        )

    def __len__(self) -> int:
        return len(self.weights)

    def swapped(self) -> SentencePairs:
        """The same pairs the other way round."""
        return SentencePairs(
            self.target_ids,
            self.target_starts,
            self.target_words,
            self.source_ids,
            self.source_starts,
            self.source_words,
            self.weights,
        )

    def followed_by(self, other: SentencePairs) -> SentencePairs:
        """Both, one after the other; they share vocabularies."""
        assert (self.source_words, self.target_words) == (other.source_words, other.target_words)
        return SentencePairs(
            np.concatenate([self.source_ids, other.source_ids]),
            np.concatenate([self.source_starts, self.source_starts[-1] + other.source_starts[1:]]),
            self.source_words,
            np.concatenate([self.target_ids, other.target_ids]),
            np.concatenate([self.target_starts, self.target_starts[-1] + other.target_starts[1:]]),
            self.target_words,
            np.concatenate([self.weights, other.weights]),
        )
