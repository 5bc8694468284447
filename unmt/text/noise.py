"""Noise on sentences of pieces, word by word: what a denoiser learns to undo.

Dropped and hidden words and a slight shuffle after Lample, Conneau, Denoyer and Ranzato, "Unsupervised machine
translation using monolingual corpora only", 2018; hidden spans after Song et al., "MASS: masked sequence to sequence
pre-training for language generation", 2019.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class WordNoise:
    """drop, blank: shares of the words left out, and hidden; window: a word moves by less than so many places.

    span: share of the sentence that is hidden as one piece, 0 for none.
    """

    drop: float = 0.1
    blank: float = 0.1
    window: float = 3.0
    span: float = 0.0

    def apply(
        self, ids: NDArray[np.int32], begins_word: NDArray[np.bool_], blank_id: int, rng: np.random.Generator
    ) -> NDArray[np.int32]:
        """A noisy copy of ids (n,). begins_word: (V,). At least one word is left, if there was one."""
        if len(ids) == 0:
            return ids
        starts = np.flatnonzero(begins_word[ids])
        if len(starts) == 0 or starts[0] != 0:
            starts = np.concatenate([[0], starts]).astype(np.int64)
        count = len(starts)
        order = np.arange(count)
        if self.window > 1.0:
            order = np.argsort(order + rng.uniform(0.0, self.window, count), kind="stable")
        if self.drop > 0.0:
            kept = rng.random(count) >= self.drop
            if not kept.any():
                kept[rng.integers(count)] = True
            order = order[kept]
        hidden = rng.random(len(order)) < self.blank
        if self.span > 0.0:
            width = max(1, round(self.span * len(order)))
            first = int(rng.integers(len(order) - width + 1))
            hidden[first : first + width] = True
        ends = np.concatenate([starts[1:], [len(ids)]])
        words = [
            np.array([blank_id], np.int32) if is_hidden else ids[starts[word] : ends[word]]
            for word, is_hidden in zip(order, hidden, strict=True)
        ]
        return np.concatenate(words).astype(np.int32)
