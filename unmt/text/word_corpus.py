"""Sentences of words as numbers, end to end in one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unmt.text.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class WordCorpus:
    """S sentences, N words in all.

    ids: int32 (N,) indices into the vocabulary, UNKNOWN (-1) for words that it does not have.
    starts: int64 (S+1,) sentence i is ids[starts[i] : starts[i + 1]]; it may be empty.
    """

    ids: NDArray[np.int32] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)
    vocabulary: Vocabulary

    @classmethod
    def of(cls, sentences: Iterable[Sequence[str]], vocabulary: Vocabulary | None = None) -> WordCorpus:
        """The sentences in their order; without a vocabulary, with all their own words."""
        if vocabulary is None:
            sentences = list(sentences)
            vocabulary = Vocabulary.of(sentences)
        lengths, pieces = [0], []
        for sentence in sentences:
            pieces.append(vocabulary.ids(sentence))
            lengths.append(len(sentence))
        ids = np.concatenate(pieces) if pieces else np.empty(0, np.int32)
        return cls(ids, np.cumsum(lengths, dtype=np.int64), vocabulary)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """int64 (S,) words of each sentence."""
        return np.diff(self.starts)

    def sentence(self, index: int) -> NDArray[np.int32]:
        """int32 (words,) a view of one sentence; negative indices count from the end."""
        index = range(len(self))[index]
        return self.ids[self.starts[index] : self.starts[index + 1]]

    def counts(self) -> NDArray[np.int64]:
        """int64 (V,) how often each word of the vocabulary stands here."""
        return np.bincount(self.ids[self.ids >= 0], minlength=len(self.vocabulary))

    def pairs(self) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Of each place but the last: whether two known words of one sentence stand there in a row, and their key.

        The key of words a and b is a * V + b, of V words in the vocabulary, and -1 where no such pair begins.
        """
        sentence = np.repeat(np.arange(len(self)), self.lengths)
        first, second = self.ids[:-1].astype(np.int64), self.ids[1:].astype(np.int64)
        inside = (sentence[:-1] == sentence[1:]) & (first >= 0) & (second >= 0)
        return inside, np.where(inside, first * len(self.vocabulary) + second, -1)

    def followed_by(self, other: WordCorpus) -> WordCorpus:
        """The sentences of both, these first; they share a vocabulary."""
        assert len(self.vocabulary) == len(other.vocabulary)
        ids = np.concatenate([self.ids, other.ids])
        return WordCorpus(ids, np.concatenate([self.starts, self.starts[-1] + other.starts[1:]]), self.vocabulary)

    def subset(self, indices: ArrayLike) -> WordCorpus:
        """The sentences of these indices (or of a mask (S,)), in that order, with the same vocabulary."""
        chosen = np.asarray(indices)
        if chosen.dtype == np.bool_:
            if chosen.shape != (len(self),):
                raise IndexError(f"a mask of {chosen.shape} for {len(self)} sentences")
            chosen = np.flatnonzero(chosen)
        # An empty list is an array of floats.
        chosen = np.arange(len(self))[chosen.astype(np.int64)]
        lengths = self.lengths[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        places = np.arange(starts[-1]) + np.repeat(self.starts[chosen] - starts[:-1], lengths)
        return WordCorpus(self.ids[places], starts, self.vocabulary)
