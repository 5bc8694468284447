"""The words of a text, numbered from the most frequent on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1
"""The id of every word that a vocabulary does not have."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words by falling count, ties in the order of their code points.

    words: (V,) distinct.
    counts: int64 (V,) how often each stood in the text.
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(cls, sentences: Iterable[Iterable[str]], least_count: int = 1) -> Vocabulary:
        """The words that stand at least so often in all the sentences together."""
        counter: Counter[str] = Counter()
        for sentence in sentences:
            counter.update(sentence)
        return cls.from_counts(counter, least_count)

    @classmethod
    def from_counts(cls, counts: Mapping[str, int], least_count: int = 1) -> Vocabulary:
        kept = sorted((-count, word) for word, count in counts.items() if count >= least_count)
        return cls(tuple(word for _, word in kept), np.array([-negative for negative, _ in kept], np.int64))

    @cached_property
    def index(self) -> dict[str, int]:
        """The id of each word."""
        return {word: id_ for id_, word in enumerate(self.words)}

    def ids(self, tokens: Iterable[str]) -> NDArray[np.int32]:
        """int32 (N,) the id of each token, UNKNOWN where it is none of the words."""
        get = self.index.get
        return np.array([get(token, UNKNOWN) for token in tokens], np.int32)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self.words == other.words and np.array_equal(self.counts, other.counts)

    def __hash__(self) -> int:
        return hash(self.words)

    def to_dict(self) -> dict[str, list[str] | list[int]]:
        """What from_dict takes, fit for JSON."""
        return {"words": list(self.words), "counts": self.counts.tolist()}

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Vocabulary:
        """The vocabulary that to_dict wrote. Raises ValueError where the data are no vocabulary."""
        words, counts = data.get("words"), data.get("counts")
        if not isinstance(words, list) or not isinstance(counts, list) or len(words) != len(counts):
            raise ValueError("a vocabulary needs as many words as counts")
        if not all(isinstance(word, str) for word in words) or not all(type(count) is int for count in counts):
            raise ValueError("words must be strings and counts whole numbers")
        if len(set(words)) != len(words):
            raise ValueError("a word stands twice")
        return cls(tuple(words), np.array(counts, np.int64))
