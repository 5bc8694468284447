"""What comes of an alignment: the map, the dictionary, every search that was made, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt import __version__
from unmt.mappings.linear_map import LinearMap
from unmt.objectives.solution_code import SolutionCode

Floats = NDArray[np.float32]

SAMPLES, MOST_SAMPLED = 60, 5000
SHARED_GAIN, SHARED_AGREEMENT = 0.03, 0.5
"""A search found something where its objective is so much above the null's, and another search came to the same
translations for that share of the words: chance leads two searches to two places."""

SHARED, NOTHING = "shared structure", "no shared structure"


@dataclass(frozen=True)
class Trial:
    """One search: a method with a seed.

    objective: the mean cosine of a word with its nearest, over the words that were learned from. agreement: the share
    of them for which it has the same translation as the chosen search; of the chosen one, as the next best. None
    where it was not measured. saved_bits: what the dictionary of the search saves of the code length of the words that
    were learned from, bits a word, the mean of both ways.
    """

    method: str
    seed: int
    objective: float
    agreement: float | None
    rounds: int
    seconds: float
    history: tuple[float, ...]
    saved_bits: float

    def found_more_than(self, null: Trial) -> bool:
        """Whether it found more than the same search on vectors that share nothing."""
        return self.objective > null.objective + SHARED_GAIN and (self.agreement or 0.0) >= SHARED_AGREEMENT


@dataclass(frozen=True)
class Alignment:
    """What align returns.

    map: both sides into the shared space. translations int64 (S, count) and probabilities float32 (S, count): of each
    source word, best first. trials: every search; chosen: the one that is used; null: the same on vectors that share
    nothing. spelling_weight, mutual_pairs: see final_map. spaces: places of frequent words in the plane, source and
    target, "before" and "after". stopped: "converged" or "interrupted". codes: the code length of each side's vectors,
    by way of the other's and the dictionary.
    """

    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    map: LinearMap
    translations: NDArray[np.int64]
    probabilities: Floats
    trials: tuple[Trial, ...]
    chosen: Trial
    null: Trial | None
    failures: dict[str, str]
    spelling_weight: float
    mutual_pairs: dict[float, int]
    spaces: dict[str, list[list[list[float]]]]
    seconds: float
    stopped: str
    codes: tuple[SolutionCode, ...] = ()

    @property
    def verdict(self) -> str | None:
        """Whether the chosen search found more than the null; None where the null was not measured."""
        if self.null is None:
            return None
        return SHARED if self.chosen.found_more_than(self.null) else NOTHING

    @property
    def objective(self) -> float:
        """The mean cosine of a word with its nearest, over the words that were learned from."""
        return self.chosen.objective

    @property
    def history(self) -> list[float]:
        """The objective of every round."""
        return list(self.chosen.history)

    def dictionary(self, least: float = 0.0) -> Iterator[tuple[str, str, float]]:
        """(source, target, probability) from `least` on, best first for each source word."""
        for word, row, shares in zip(
            self.source_words, self.translations.tolist(), self.probabilities.tolist(), strict=True
        ):
            for target, share in zip(row, shares, strict=True):
                if share >= least:
                    yield word, self.target_words[target], share

    def samples(self) -> list[tuple[str, list[tuple[str, float]]]]:
        """Translations of some words, in even steps of the logarithm of their rank."""
        ranks = np.unique(np.geomspace(1, min(len(self.source_words), MOST_SAMPLED), SAMPLES).astype(np.int64) - 1)
        return [
            (
                self.source_words[rank],
                [
                    (self.target_words[target], round(float(share), 4))
                    for target, share in zip(self.translations[rank], self.probabilities[rank], strict=True)
                ],
            )
            for rank in ranks.tolist()
        ]

    def to_dict(self) -> dict[str, Any]:
        """What result.json holds; the map and the dictionary are files of their own."""
        return {
            "verdict": self.verdict,
            "method": self.chosen.method,
            "objective": self.chosen.objective,
            "agreement": self.chosen.agreement,
            "null": None if self.null is None else _row(self.null, None),
            "methods": [_row(trial, self.null) for trial in self.trials],
            "failures": self.failures,
            "success_rate": self._success_rate(),
            "history": self.history,
            "null_history": [] if self.null is None else list(self.null.history),
            "spelling_weight": self.spelling_weight,
            "mutual_pairs": {str(weight): pairs for weight, pairs in self.mutual_pairs.items()},
            "samples": self.samples(),
            "spaces": {**self.spaces, **self._drawn()},
            "words": [len(self.source_words), len(self.target_words)],
            "code_lengths": [code.to_dict() for code in self.codes],
            "seed": self.trials[0].seed,
            "stopped": self.stopped,
            "seconds": round(self.seconds, 3),
            "version": __version__,
        }

    def _drawn(self) -> dict[str, Any]:
        """The words that `spaces` has places of, and pairs of them: a source word and its best translation."""
        counts = [len(places) for places in self.spaces.get("before", [])] or [0, 0]
        best = self.translations[: counts[0], 0].tolist()
        return {
            "words": [list(self.source_words[: counts[0]]), list(self.target_words[: counts[1]])],
            "links": [[place, word] for place, word in enumerate(best) if word < counts[1]],
        }

    def _success_rate(self) -> dict[str, list[int]] | None:
        """Of each method the searches that found more than the null, and all; None without a null."""
        null = self.null
        if null is None:
            return None
        return {
            method: [
                sum(trial.method == method and trial.found_more_than(null) for trial in self.trials),
                sum(trial.method == method for trial in self.trials),
            ]
            for method in dict.fromkeys(trial.method for trial in self.trials)
        }


def _row(trial: Trial, null: Trial | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "method": trial.method,
        "seed": trial.seed,
        "objective": trial.objective,
        "saved_bits_per_word": trial.saved_bits,
        "agreement": trial.agreement,
        "rounds": trial.rounds,
        "seconds": trial.seconds,
    }
    return row if null is None else {**row, "found": trial.found_more_than(null)}
