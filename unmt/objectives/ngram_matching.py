"""N-gram matching: a key is good where the pairs of letters that are expected of its text are those of the language.

    squared     sum over a, b of (sqrt(M[a, b]) - sqrt(P[a, b]))^2          (squared Hellinger distance, times two)
    divergence  sum over a, b of P[a, b] log2( P[a, b] / M[a, b] )          bits

M is the distribution of pairs in the relaxed text, P that of the language. The divergence is the other way round than
in the code length, where the text is coded by the language: here it is the language that must find its pairs in the
text. Loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from unmt.objectives.expected_code_length import expected_pairs

LEAST = 1e-9
"""Added to a share, so that roots and logarithms have gradients."""


@dataclass(frozen=True)
class NgramMatching:
    """How far the pairs of a relaxed text are from those of the language.

    counts: (symbols, symbols) pairs of the ciphertext; shares: (letters, letters) of the language, summing to one.
    """

    counts: torch.Tensor
    shares: torch.Tensor
    divergence: bool = False

    def __call__(self, matrix: torch.Tensor) -> torch.Tensor:
        """A scalar that can be differentiated, >= 0. matrix: (symbols, letters)."""
        found = expected_pairs(matrix, self.counts) / self.counts.sum() + LEAST
        if self.divergence:
            wanted = self.shares + LEAST
            return (wanted * (wanted / found).log2()).sum()
        return (found.sqrt() - (self.shares + LEAST).sqrt()).square().sum()
