"""Sentences translated by phrases: the f(x) of most score, found by beam search over stacks of translated words.

The score of a translation, in nats: the weighted features of the phrases that are used, plus language_model times ln P
of its words and of its end, plus `word` for each target word, plus `jump` for each source word that is jumped over
between two phrases. Source: Koehn, Och and Marcu, "Statistical phrase-based translation", 2003.

Hypotheses of equal future are joined, so that the search is exact where the beam holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.coding.word_ngrams import WordNgrams
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.decoder_kernel import LONGEST_JUMP, decode_block
from unmt.solvers.phrase_options import NATS_PER_BIT, ready_phrases

BLOCK_SENTENCES = 256


def no_beat() -> None:
    """Of a search that nothing ends but its own end."""


@dataclass(frozen=True)
class DecoderSettings:
    """How a translation is scored and searched for.

    weights: of the table's features, all 1 where it is None. options: the best that are tried of each source phrase.
    beam: hypotheses kept of each number of translated words; threshold: the most nats that one of them may be worse
    than the best. distortion: the most source words that are jumped over (0: in the order of the source).
    """

    beam: int = 10
    distortion: int = 3
    jump: float = -0.3
    word: float = 0.0
    language_model: float = 1.0
    options: int = 15
    threshold: float = 15.0
    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where a number is out of range."""
        if self.beam < 1 or self.options < 1 or not 0 <= self.distortion <= LONGEST_JUMP or self.threshold < 0:
            raise ValueError(f"beam and options are 1 or more, distortion is 0..{LONGEST_JUMP}, threshold 0 or more")
        if self.language_model < 0:
            raise ValueError("the weight of the language model is 0 or more")

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> DecoderSettings:
        """What dataclasses.asdict gave, also by way of JSON, which has no tuples."""
        weights = stored["weights"]
        return cls(**{**stored, "weights": None if weights is None else tuple(weights)})


@dataclass(frozen=True, eq=False)
class Decoded:
    """Translations of S sentences, in their order.

    ids: int32, flat, target words; -1 is a source word copied as it is. Sentence s is ids[starts[s]:starts[s + 1]].
    source_alignment: int32, flat, the place in its source sentence that each target word comes from (inside a phrase of
    several words along the diagonal). scores: (S,) nats. language_model_bits: (S,) of the words and the end.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    source_alignment: NDArray[np.int32]
    scores: NDArray[np.float64]
    language_model_bits: NDArray[np.float64]

    def __len__(self) -> int:
        """Sentences."""
        return len(self.starts) - 1

    def sentence(self, s: int) -> NDArray[np.int32]:
        """Target words of sentence s."""
        return self.ids[self.starts[s] : self.starts[s + 1]]


class Decoder:
    """A phrase table, a language model and settings, made ready once for any number of texts."""

    def __init__(self, table: PhraseTable, language_model: WordNgrams, settings: DecoderSettings | None = None) -> None:
        """Raises ValueError where table, language model and weights do not belong together."""
        settings = settings or DecoderSettings()
        features = len(table.feature_names)
        weights = np.ones(features, np.float32) if settings.weights is None else np.array(settings.weights, np.float32)
        if weights.shape != (features,):
            raise ValueError(f"{len(weights)} weights for the features {', '.join(table.feature_names)}")
        self._tables = language_model.tables
        self._phrases = ready_phrases(
            table,
            language_model,
            weights,
            options=settings.options,
            word=settings.word,
            language_weight=settings.language_model,
        )
        self._limits = (settings.beam, settings.distortion)
        self._rates = (-settings.language_model * NATS_PER_BIT, settings.jump, float(settings.threshold))

    def decode(
        self,
        ids: NDArray[np.integer],
        starts: NDArray[np.integer],
        threads: int = 2,
        beat: Callable[[], None] = no_beat,
    ) -> Decoded:
        """Translations of sentences ids[starts[s]:starts[s + 1]] of source words, -1 for unknown.

        Each depends on its own sentence alone: threads and order of the sentences change nothing. beat is called after
        each block of sentences; what it raises ends the work.
        """
        # Copies: a kernel would be compiled once more for arrays that are read-only.
        ids, starts = np.array(ids, np.int32), np.array(starts, np.int64)
        sentences = len(starts) - 1
        block = max(1, min(BLOCK_SENTENCES, -(-sentences // max(threads, 1))))

        def decoded(first: int) -> tuple[NDArray[np.generic], ...]:
            last = min(first + block, sentences)
            found = decode_block(ids, starts, first, last, self._phrases, self._tables, self._limits, self._rates)
            return tuple(found)

        blocks = []
        with ThreadPoolExecutor(max(threads, 1)) as pool:
            try:
                for one in pool.map(decoded, range(0, sentences, block)):
                    blocks.append(one)
                    beat()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if not blocks:
            nothing = np.empty(0, np.int32)
            return Decoded(nothing, np.zeros(1, np.int64), nothing, np.empty(0), np.empty(0))
        words, places, lengths, scores, bits = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        return Decoded(words, np.concatenate([[0], np.cumsum(lengths)]), places, scores, bits)


def decode(
    ids: NDArray[np.integer],
    starts: NDArray[np.integer],
    table: PhraseTable,
    language_model: WordNgrams,
    settings: DecoderSettings | None = None,
    threads: int = 2,
) -> Decoded:
    """The translations that a Decoder of these gives."""
    return Decoder(table, language_model, settings).decode(ids, starts, threads)
