"""Tiny languages whose every text can be counted: letters a and b, a few words, costs of whole bits."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from unmt.coding.ngram_table import NgramTable
from unmt.coding.words import WordCounts, WordTables, build_word_tables


@dataclass(frozen=True)
class Tiny:
    """Two letters and the space (id 2): exact costs, a vocabulary and its tables."""

    table: NgramTable
    counts: WordCounts
    words: WordTables

    @property
    def kernel_arguments(self):
        t, w = self.table, self.words
        return (
            *(t.costs, t.offsets, t.order, 2, w.child, w.word, w.below, w.single, w.backoff),
            *(w.pair_key, w.pair_probability),
        )

    def spelled(self, text: str) -> list[int]:
        return ["ab ".index(letter) for letter in text]


def read_only(array: np.ndarray) -> np.ndarray:
    """As the arrays of a language are: kernels are compiled for them already."""
    array.flags.writeable = False
    return array


def dyadic_table(order: int, seed: int) -> NgramTable:
    """Random costs of one or two bits that make each context a code whose probabilities sum to one."""
    rng = np.random.default_rng(seed)
    rows = np.array([(16, 32, 32), (32, 16, 32), (32, 32, 16)], np.uint8)
    parts = [rows[rng.integers(0, 3, 3 ** (k - 1))].reshape(-1) for k in range(1, order + 1)]
    offsets = np.concatenate([[0], np.cumsum([0, *map(len, parts[:-1])])]).astype(np.int64)
    return NgramTable(order, 3, read_only(np.concatenate(parts)), offsets)


VOCABULARIES = {
    "three": (("a", "ab", "bba"), (3.0, 4.0, 2.0), {(0, 1): 2.0, (1, 0): 3.0, (1, 1): 1.0, (2, 2): 1.0}),
    "no pairs": (("aba", "b"), (2.0, 5.0), {}),
    "nested": (("a", "aa", "aab", "aabb", "b"), (5.0, 2.0, 2.0, 1.0, 1.0), {(0, 0): 4.0, (0, 4): 1.0, (3, 4): 1.0}),
    "none": ((), (), {}),
}


@pytest.fixture(params=list(itertools.product(VOCABULARIES, (1, 2, 3))), ids=lambda p: f"{p[0]}, order {p[1]}")
def tiny(request):
    name, order = request.param
    spellings, seen, pairs = VOCABULARIES[name]
    keys = np.array([left * len(spellings) + right for left, right in pairs], np.int64)
    counts = WordCounts(spellings, np.array(seen), keys, np.array(list(pairs.values())), sum(seen) + 3.0)
    words = build_word_tables(counts, "ab")
    for table in vars(words).values():
        if isinstance(table, np.ndarray):
            read_only(table)
    return Tiny(dyadic_table(order, seed=order), counts, words)


def random_table(letters: int, order: int, seed: int) -> NgramTable:
    """Any costs: what incremental scoring is compared on."""
    rng = np.random.default_rng(seed)
    sizes = [letters**k for k in range(1, order + 1)]
    offsets = np.concatenate([[0], np.cumsum([0, *sizes[:-1]])]).astype(np.int64)
    return NgramTable(order, letters, read_only(rng.integers(0, 256, sum(sizes), np.uint8)), offsets)


@pytest.fixture(scope="session")
def tables():
    return random_table
