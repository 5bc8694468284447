"""Denoising: the sentence from a noisy copy of it (Lample et al., 2018). It teaches the decoder the language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.sequence_batch import Batch, Rows, batch_of
from unmt.text.noise import WordNoise


@dataclass(frozen=True, eq=False)
class Denoising:
    """noise: what is done to words; begins_word: (V,); blank, end: ids."""

    noise: WordNoise
    begins_word: NDArray[np.bool_]
    blank: int
    end: int

    def batch(
        self, rows: Rows, tag: int, language: int, rng: np.random.Generator, source_tag: int | None = None
    ) -> Batch:
        """Sentences of a language as pairs of a noisy copy and themselves; noise is drawn anew each time."""
        noisy = [self.noise.apply(row, self.begins_word, self.blank, rng) for row in rows]
        return batch_of(noisy, rows, self.end, tag, language, language, source_tag)
