"""A small language to plant texts of: letters of a random chain that looks two letters back, and its n-gram table."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from unmt.coding.counting import count_ngrams
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import fit
from unmt.mappings.mapping import Mapping
from unmt.solvers.problem import Problem

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Language:
    """Letters that follow two letters, a table of the language, and problems made of its texts."""

    successors: np.ndarray
    table: NgramTable
    frequencies: np.ndarray

    def text(self, length: int, seed: int) -> np.ndarray:
        return chain(self.successors, length, np.random.default_rng(seed))

    def problem(self, symbols: np.ndarray, names: tuple[str, ...] = tuple(ALPHABET)) -> Problem:
        """The problem of a ciphertext of symbol ids; symbols are letters where their names are those of letters."""
        ids = np.asarray(symbols, np.int32)
        letters = ids if names == tuple(ALPHABET) else None
        return Problem(ids, names, None, ALPHABET, self.table, letters, self.frequencies)

    def planted(self, mapping: Mapping, plaintext: np.ndarray) -> Problem:
        return self.problem(mapping.invert(plaintext))


def chain(successors: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """(length,) letters; each is the first of its successors in half of the cases, the second in a quarter, ..."""
    ranks = np.minimum(rng.geometric(0.5, size=length + 20) - 1, successors.shape[2] - 1)
    text = np.zeros(length + 20, np.int32)
    for i in range(2, length + 20):
        text[i] = successors[text[i - 2], text[i - 1], ranks[i]]
    return text[20:]


@pytest.fixture(scope="session")
def language() -> Language:
    rng = np.random.default_rng(7)
    popularity = np.arange(1, 27) ** -0.8  # letters are not used alike, as in any language
    successors = np.array(
        [rng.choice(26, size=6, replace=False, p=popularity / popularity.sum()) for _ in range(26 * 26)]
    ).reshape(26, 26, 6)
    sample = chain(successors, 60_000, rng)
    model = fit(count_ngrams(sample[:50_000], 4, 26).all_orders(), sample[50_000:])
    frequencies = np.bincount(sample, minlength=26) + 1.0
    return Language(successors, build_table(model, 4), frequencies / frequencies.sum())


@pytest.fixture
def seed() -> Callable[[], np.random.SeedSequence]:
    """The same seed at every call."""
    return lambda: np.random.SeedSequence(5)
