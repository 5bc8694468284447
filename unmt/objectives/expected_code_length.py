"""Expected code length: what a relaxed text costs, on average over the letters that its symbols may be.

    E[C] = sum over symbols s, t of n(s t) sum over letters a, b of Q[s, a] Q[t, b] (-log2 P(b | a))  =  < Q' N Q, C >

N counts the pairs of neighbours in the ciphertext, Q is the relaxed key, P the bigram code of the language. With a hard
key it is the code length itself. Trigrams add an axis: N (s t u) against -log2 P(c | a b). Loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from unmt.coding.smoothing import SmoothedNgrams


def pair_counts(stream: NDArray[np.integer], symbols: int) -> torch.Tensor:
    """(symbols, symbols) float32, how often each symbol is followed by each."""
    numbers = np.asarray(stream, np.int64)
    pairs = np.bincount(numbers[:-1] * symbols + numbers[1:], minlength=symbols * symbols)
    return torch.from_numpy(pairs.reshape(symbols, symbols).astype(np.float32))


def pair_shares(text: NDArray[np.integer], letters: int) -> torch.Tensor:
    """(letters, letters) float32, the same of a text of letters as shares, which sum to one."""
    counts = pair_counts(text, letters)
    return counts / counts.sum()


def pair_costs(model: SmoothedNgrams) -> torch.Tensor:
    """(letters, letters) float32, bits of a letter (column) after another (row), by the bigrams of a model."""
    bigrams = model.shortened(2)
    costs = np.stack([-np.log2(bigrams.probabilities([letter])) for letter in range(model.letters)])
    return torch.from_numpy(costs.astype(np.float32))


def expected_pairs(matrix: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """(letters, letters) how many pairs of neighbours are expected: Q' N Q."""
    return matrix.T @ counts @ matrix


@dataclass(frozen=True)
class ExpectedCodeLength:
    """Bits a symbol of a relaxed text under bigrams; the first symbol is not counted.

    counts: (symbols, symbols) as pair_counts makes them; costs: (letters, letters) as pair_costs does.
    """

    counts: torch.Tensor
    costs: torch.Tensor

    def __call__(self, matrix: torch.Tensor) -> torch.Tensor:
        """A scalar that can be differentiated. matrix: (symbols, letters)."""
        return (expected_pairs(matrix, self.counts) * self.costs).sum() / self.counts.sum()
