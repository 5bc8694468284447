"""A lexicon: what each word of one text may be in another, with scores; the word-level mapping of two languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.phrase_table import PhraseTable
from unmt.text.array_file import ArrayFile
from unmt.text.vocabulary import Vocabulary

FILE = ArrayFile("unmt-lexicon", 1, "lexicon", "Train the model again.")
ARRAYS = {"option_start": np.int64, "targets": np.int32, "log_probability": np.float32}


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Options of every source word, best first.

    source, target: vocabularies, S and T words.
    option_start: int64 (S + 1,), the options of word s are option_start[s]..option_start[s + 1] - 1; there may be none.
    targets: int32 (O,), ids of the target vocabulary.
    log_probability: float32 (O,), (ln p(t | s) + ln p(s | t)) / 2, each normalised over all words of its side, so that
    a word which is the likely source of many is not the target of them all. Nats.
    """

    source: Vocabulary
    target: Vocabulary
    option_start: NDArray[np.int64]
    targets: NDArray[np.int32]
    log_probability: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Raises ValueError where shapes or numbers do not fit."""
        starts = self.option_start
        if len(starts) != len(self.source) + 1 or starts[0] != 0 or (np.diff(starts) < 0).any():
            raise ValueError("option_start rises from 0 over the source words")
        if starts[-1] != len(self.targets) or self.targets.shape != self.log_probability.shape:
            raise ValueError("as many targets as option_start says, and a log-probability for each")
        if len(self.targets) and not 0 <= self.targets.min() <= self.targets.max() < len(self.target):
            raise ValueError("targets are ids of the target vocabulary")
        if not np.isfinite(self.log_probability).all() or (self.log_probability > 1e-3).any():
            raise ValueError("log-probabilities are finite and not above zero")

    @property
    def rows(self) -> NDArray[np.int64]:
        """(O,) the source word of each option."""
        return np.repeat(np.arange(len(self.source)), np.diff(self.option_start))

    def is_among_first(self, most: int) -> NDArray[np.bool_]:
        """(O,) whether an option is one of the `most` best of its word."""
        return np.arange(len(self.targets)) - self.option_start[self.rows] < most

    def options(self, word: str) -> list[tuple[str, float]]:
        """The translations of a source word and their log-probabilities, best first; none if it is unknown."""
        place = self.source.index.get(word)
        if place is None:
            return []
        part = slice(self.option_start[place], self.option_start[place + 1])
        names = [self.target.words[target] for target in self.targets[part]]
        return list(zip(names, self.log_probability[part].tolist(), strict=True))

    def best(self) -> NDArray[np.int64]:
        """(S,) the first option of each source word, -1 where there is none."""
        has_options = np.diff(self.option_start) > 0
        found = np.full(len(self.source), -1, np.int64)
        found[has_options] = self.targets[self.option_start[:-1][has_options]]
        return found

    def entries(self) -> Iterator[tuple[str, str, float]]:
        """Source word, target word and probability, the last normalised over the options that are kept."""
        for place, word in enumerate(self.source.words):
            for target, share in self.translations(place):
                yield word, target, share

    def translations(self, place: int) -> list[tuple[str, float]]:
        """Target words and probabilities of a source word by its id, normalised over the options that are kept."""
        part = slice(self.option_start[place], self.option_start[place + 1])
        weights = np.exp(self.log_probability[part].astype(np.float64))
        names = [self.target.words[target] for target in self.targets[part]]
        return list(zip(names, (weights / weights.sum()).tolist() if names else [], strict=True))

    def phrase_table(self) -> PhraseTable:
        """The same as phrases of one word, with one feature, "lexicon"; words without options are not in it."""
        has_options = np.diff(self.option_start) > 0
        return PhraseTable.of(
            np.flatnonzero(has_options)[:, None],
            np.concatenate([[0], np.cumsum(np.diff(self.option_start)[has_options])]),
            np.arange(len(self.targets) + 1),
            self.targets,
            self.log_probability[:, None],
            ("lexicon",),
        )

    def save(self, path: Path | str) -> None:
        """One .npz file, whole or not there."""
        vocabularies = json.dumps(
            {"source": self.source.to_dict(), "target": self.target.to_dict()}, ensure_ascii=False
        )
        named = np.frombuffer(vocabularies.encode("utf-8", "surrogatepass"), np.uint8)
        FILE.save(path, {"vocabularies": named, **{name: getattr(self, name) for name in ARRAYS}})

    @classmethod
    def load(cls, path: Path | str) -> Lexicon:
        """What save wrote. Raises InputError where the file is not there, broken, or of another version."""
        held = FILE.load(path, (*ARRAYS, "vocabularies"))
        try:
            named = json.loads(held["vocabularies"].tobytes().decode("utf-8", "surrogatepass"))
            vocabularies = Vocabulary.from_dict(named["source"]), Vocabulary.from_dict(named["target"])
            arrays = {name: held[name].astype(kind, casting="same_kind") for name, kind in ARRAYS.items()}
            return cls(vocabularies[0], vocabularies[1], **arrays)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise InputError(f"{path} is damaged ({error}). {FILE.again}") from None
