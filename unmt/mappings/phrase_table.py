"""What a few words in a row may become: a table of phrases with scored translations. A lexicon has one-word phrases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.array_file import ArrayFile

LONGEST_SOURCE = 4
"""Words of the longest source phrase."""

FILE = ArrayFile("unmt-phrase-table", 1, "phrase table", "Train the model again.")
ARRAYS = {
    "sources": np.int32,
    "option_start": np.int64,
    "target_start": np.int64,
    "target_words": np.int32,
    "features": np.float32,
}


@dataclass(frozen=True, eq=False)
class PhraseTable:
    """P source phrases with O options in all; the options of a phrase stand together.

    sources: (P, LONGEST_SOURCE) int32, source word ids, filled with -1 on the right; no phrase stands twice.
    option_start: (P + 1,) int64, the options of phrase p are option_start[p]..option_start[p + 1] - 1.
    target_start: (O + 1,) int64, the target words of option o are target_words[target_start[o]:target_start[o + 1]];
    none of them is a deletion. target_words: int32, flat.
    features: (O, F) float32, scores in nats (natural logarithms), weighted and added up by `scores`.
    feature_names: F names.
    """

    sources: NDArray[np.int32]
    option_start: NDArray[np.int64]
    target_start: NDArray[np.int64]
    target_words: NDArray[np.int32]
    features: NDArray[np.float32]
    feature_names: tuple[str, ...]

    @classmethod
    def of(
        cls,
        sources: NDArray[Any],
        option_start: NDArray[Any],
        target_start: NDArray[Any],
        target_words: NDArray[Any],
        features: NDArray[Any],
        feature_names: Sequence[str],
    ) -> PhraseTable:
        """A table of arrays of any integer or float type, with sources (P, 1..LONGEST_SOURCE) filled up.

        Raises ValueError where shapes or numbers do not fit; duplicate phrases are found by the decoder or on loading.
        """
        sources = np.asarray(sources)
        wide = np.full((len(sources), LONGEST_SOURCE), -1, np.int32)
        if sources.ndim != 2 or sources.shape[1] > LONGEST_SOURCE:
            raise ValueError(f"sources are (phrases, 1..{LONGEST_SOURCE}), not {sources.shape}")
        wide[:, : sources.shape[1]] = sources
        table = cls(
            wide,
            np.ascontiguousarray(option_start, np.int64),
            np.ascontiguousarray(target_start, np.int64),
            np.ascontiguousarray(target_words, np.int32),
            np.ascontiguousarray(features, np.float32),
            tuple(feature_names),
        )
        table.check()
        return table

    @classmethod
    def of_options(
        cls,
        options: Mapping[tuple[int, ...], Sequence[tuple[Sequence[int], Sequence[float]]]],
        feature_names: Sequence[str],
    ) -> PhraseTable:
        """A table of source words -> [(target words, features), ...], for small tables and tests."""
        sources = np.full((len(options), LONGEST_SOURCE), -1, np.int32)
        for row, words in enumerate(options):
            sources[row, : len(words)] = words
        listed = [option for choices in options.values() for option in choices]
        return cls.of(
            sources,
            np.concatenate([[0], np.cumsum([len(choices) for choices in options.values()])]),
            np.concatenate([[0], np.cumsum([len(target) for target, _ in listed])]),
            np.array([word for target, _ in listed for word in target], np.int32),
            np.array([values for _, values in listed], np.float32).reshape(len(listed), len(feature_names)),
            feature_names,
        )

    def __len__(self) -> int:
        """Source phrases."""
        return len(self.sources)

    @property
    def source_lengths(self) -> NDArray[np.int64]:
        """(P,) words of each source phrase."""
        return np.asarray((self.sources >= 0).sum(axis=1))

    @property
    def rows(self) -> NDArray[np.int64]:
        """(O,) the phrase of each option."""
        return np.repeat(np.arange(len(self)), np.diff(self.option_start))

    @property
    def target_lengths(self) -> NDArray[np.int64]:
        """(O,) words of each option."""
        return np.diff(self.target_start)

    def scores(self, weights: Sequence[float] | NDArray[np.floating]) -> NDArray[np.float32]:
        """(O,) the features of each option, weighted by (F,) and added up."""
        return np.asarray(self.features @ np.asarray(weights, np.float32), np.float32)

    def completed(self, fallback: PhraseTable) -> PhraseTable:
        """This table and the phrases that only another has, whose features are taken by name (0 where it has none)."""
        known = set(map(bytes, self.sources))
        new = np.array([bytes(row) not in known for row in fallback.sources], bool)
        taken = np.repeat(new, np.diff(fallback.option_start))
        features = np.zeros((int(taken.sum()), len(self.feature_names)), np.float32)
        for column, name in enumerate(self.feature_names):
            if name in fallback.feature_names:
                features[:, column] = fallback.features[taken, fallback.feature_names.index(name)]
        words = np.repeat(taken, fallback.target_lengths)
        return PhraseTable(
            np.concatenate([self.sources, fallback.sources[new]]),
            _joined_starts(self.option_start, np.diff(fallback.option_start)[new]),
            _joined_starts(self.target_start, fallback.target_lengths[taken]),
            np.concatenate([self.target_words, fallback.target_words[words]]),
            np.concatenate([self.features, features]),
            self.feature_names,
        )

    def with_words_of(self, other: PhraseTable, most: int) -> PhraseTable:
        """This table with options that only another has: of words that both have, its first `most` of one word each.

        The other table has the same features.
        """
        single = np.flatnonzero(self.source_lengths == 1)
        row = np.full(max(self.sources.max(initial=-1), other.sources.max(initial=-1)) + 1, -1)
        row[self.sources[single, 0]] = single
        own, theirs = self.rows, other.rows
        place = np.arange(len(theirs)) - other.option_start[theirs]
        phrase = np.where(other.source_lengths[theirs] == 1, row[other.sources[theirs, 0]], -1)
        candidates = np.flatnonzero((phrase >= 0) & (other.target_lengths == 1) & (place < most))
        words = int(max(self.target_words.max(initial=0), other.target_words.max(initial=0))) + 1
        is_word = self.target_lengths == 1
        known = own[is_word] * words + self.target_words[self.target_start[:-1][is_word]]
        targets = other.target_words[other.target_start[candidates]]
        new = ~np.isin(phrase[candidates] * words + targets, known)
        taken, targets = candidates[new], targets[new]
        return _grouped(
            self.sources,
            np.concatenate([own, phrase[taken]]),
            np.concatenate([self.target_lengths, np.ones(len(taken), np.int64)]),
            np.concatenate([self.target_words, targets]),
            np.concatenate([self.features, other.features[taken]]),
            self.feature_names,
        )

    def joined(self, other: PhraseTable) -> PhraseTable:
        """The phrases and options of both, with the features of both: 0 where a table has none of that name."""
        names = tuple(dict.fromkeys((*self.feature_names, *other.feature_names)))
        tables = (self, other)
        features = []
        for table in tables:
            held = np.zeros((len(table.features), len(names)), np.float32)
            held[:, [names.index(name) for name in table.feature_names]] = table.features
            features.append(held)
        sources, phrase = np.unique(np.concatenate([self.sources, other.sources]), axis=0, return_inverse=True)
        phrases = phrase.ravel()[np.concatenate([self.rows, len(self) + other.rows])]
        return _grouped(
            sources,
            phrases,
            np.concatenate([table.target_lengths for table in tables]),
            np.concatenate([table.target_words for table in tables]),
            np.concatenate(features),
            names,
        )

    def save(self, path: Path | str) -> None:
        """One .npz file, whole or not there."""
        names = np.array(self.feature_names, np.str_)
        FILE.save(path, {"feature_names": names, **{name: getattr(self, name) for name in ARRAYS}})

    @classmethod
    def load(cls, path: Path | str) -> PhraseTable:
        """What save wrote. Raises InputError where the file is not there, broken, or of another version."""
        held = FILE.load(path, (*ARRAYS, "feature_names"))
        try:
            arrays = {name: held[name].astype(kind, casting="same_kind") for name, kind in ARRAYS.items()}
            table = cls.of(**arrays, feature_names=tuple(map(str, held["feature_names"].ravel())))
            _check_distinct(table.sources)
        except (TypeError, ValueError) as error:
            raise InputError(f"{path} is damaged ({error}). {FILE.again}") from None
        return table

    def check(self) -> None:
        """Raises ValueError where shapes or numbers are wrong."""
        phrases, options = len(self.sources), len(self.target_start) - 1
        if self.features.shape != (options, len(self.feature_names)):
            raise ValueError(f"features are (options, names), not {self.features.shape}")
        _check_starts(self.option_start, phrases, options, "option_start")
        _check_starts(self.target_start, options, len(self.target_words), "target_start")
        held = self.sources >= 0
        if phrases and not (held[:, 0].all() and (held[:, 1:] <= held[:, :-1]).all() and self.sources.min() >= -1):
            raise ValueError("sources are word ids, filled with -1 on the right")
        if len(self.target_words) and self.target_words.min() < 0:
            raise ValueError("target words are ids from 0 on")
        if not np.isfinite(self.features).all():
            raise ValueError("features are finite numbers")


def _grouped(
    sources: NDArray[np.int32],
    phrases: NDArray[np.int64],
    lengths: NDArray[np.int64],
    words: NDArray[np.int32],
    features: NDArray[np.float32],
    names: tuple[str, ...],
) -> PhraseTable:
    """A table of O options in any order: the phrase, the number of words and the features of each, and all words.

    Those of a phrase come to stand together, in the order in which they are given.
    """
    order = np.argsort(phrases, kind="stable")
    begins = (np.cumsum(lengths) - lengths)[order]
    starts = np.concatenate([[0], np.cumsum(lengths[order])])
    places = np.repeat(begins - starts[:-1], lengths[order]) + np.arange(starts[-1])
    option_start = np.concatenate([[0], np.cumsum(np.bincount(phrases, minlength=len(sources)))])
    return PhraseTable(sources, option_start, starts, words[places], features[order], names)


def _check_starts(starts: NDArray[np.int64], number: int, end: int, name: str) -> None:
    if starts.shape != (number + 1,) or starts[0] != 0 or starts[-1] != end or (np.diff(starts) < 0).any():
        raise ValueError(f"{name} rises from 0 to {end} in {number} steps")


def _check_distinct(sources: NDArray[np.int32]) -> None:
    if len(np.unique(sources, axis=0)) != len(sources):
        raise ValueError("a phrase stands twice")


def _joined_starts(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([starts, starts[-1] + np.cumsum(lengths)])
