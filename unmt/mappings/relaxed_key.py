"""Relaxed keys: a cipher key as a matrix of probabilities that gradients can move, and the hard key nearest to it.

A family says three things: which composite symbol each place of a ciphertext has (`stream`), which matrix (composite
symbols, letters) its parameters make, each row a distribution over letters, and which hard key a matrix is nearest to.
A substitution's composite symbols are its symbols; a Vigenère's are (place in the period, symbol). What is linear in
the one-hot symbols of a text, such as the n-grams that are expected of it, then follows from the matrix alone.

    substitution   Sinkhorn(parameters / temperature): rows and columns sum to one (Sinkhorn, "A relationship between
                   arbitrary positive matrices and doubly stochastic matrices", 1964; as a relaxed permutation: Mena,
                   Belanger, Linderman and Snoek, "Learning latent permutations with Gumbel-Sinkhorn networks", 2018)
    Vigenère       a softmax over the shifts for each place of the period

Loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SINKHORN_ROUNDS = 10


def sinkhorn(logits: torch.Tensor, rounds: int = SINKHORN_ROUNDS) -> torch.Tensor:
    """The doubly stochastic matrix (A, A) that scaling the rows and columns of exp(logits) by turns comes near to.

    Rows come last: they sum to one exactly, columns nearly.
    """
    for _ in range(rounds):
        logits = logits - logits.logsumexp(dim=0, keepdim=True)
        logits = logits - logits.logsumexp(dim=1, keepdim=True)
    return logits.exp()


def assigned(matrix: Floats) -> Ints:
    """(symbols,) a letter for each symbol, no two alike: the assignment of the largest sum in (symbols, letters)."""
    from scipy.optimize import linear_sum_assignment

    return np.asarray(linear_sum_assignment(matrix, maximize=True)[1], np.int64)


class RelaxedFamily(Protocol):
    """What a search by gradients asks of a family of keys."""

    @property
    def shape(self) -> tuple[int, int]:
        """Of its parameters."""

    def stream(self, ids: NDArray[np.integer]) -> Ints:
        """(N,) the composite symbol at each place of a ciphertext of symbol ids."""

    def matrix(self, parameters: torch.Tensor, temperature: float) -> torch.Tensor:
        """(composite symbols, letters) distributions over letters."""

    def hard(self, matrix: Floats) -> Ints:
        """(composite symbols,) the letter of each under the key of the family that is nearest to a matrix."""


@dataclass(frozen=True)
class RelaxedSubstitution:
    """Of K symbols into A >= K letters. Parameters (A, A): rows past the symbols stand for letters that have none."""

    symbols: int
    letters: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.letters, self.letters

    def stream(self, ids: NDArray[np.integer]) -> Ints:
        return np.asarray(ids, np.int64)

    def matrix(self, parameters: torch.Tensor, temperature: float) -> torch.Tensor:
        return sinkhorn(parameters / temperature)[: self.symbols]

    def hard(self, matrix: Floats) -> Ints:
        return assigned(matrix)


@dataclass(frozen=True)
class RelaxedVigenere:
    """Of A letters with a period. Parameters (period, A): of each shift, which is subtracted from the symbol."""

    letters: int
    period: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.period, self.letters

    def stream(self, ids: NDArray[np.integer]) -> Ints:
        return np.arange(len(ids)) % self.period * self.letters + np.asarray(ids, np.int64)

    def matrix(self, parameters: torch.Tensor, temperature: float) -> torch.Tensor:
        shifts = torch.softmax(parameters / temperature, dim=1)  # (period, A)
        return shifts[:, self._shift_of].reshape(-1, self.letters)

    def hard(self, matrix: Floats) -> Ints:
        shifts = self.shifts(matrix)
        letters = (np.arange(self.letters)[None, :] - shifts[:, None]) % self.letters
        return np.asarray(letters.ravel(), np.int64)

    def shifts(self, matrix: Floats) -> Ints:
        """(period,) at each place the shift that a matrix gives most."""
        blocks = matrix.reshape(self.period, self.letters, self.letters)
        symbol, letter = np.indices((self.letters, self.letters))
        given = np.zeros((self.period, self.letters))
        for place in range(self.period):
            given[place] = np.bincount(self._shift_of.ravel(), blocks[place, symbol, letter].ravel(), self.letters)
        return np.asarray(given.argmax(axis=1), np.int64)

    @property
    def _shift_of(self) -> Ints:
        """(symbol, letter) the shift by which the one becomes the other."""
        numbers = np.arange(self.letters)
        return (numbers[:, None] - numbers[None, :]) % self.letters
