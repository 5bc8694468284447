"""How alike words of two languages are written: the cosine of their letter n-grams, rare ones counting more."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from typing import Any

import numpy as np

LENGTHS = (2, 3, 4)
LEAST = 0.1
"""Smaller cosines are left out: they are those of two words with one common pair of letters."""

BLOCK_ROWS = 1024


def letter_grams(word: str) -> Iterator[str]:
    """The letter 2-, 3- and 4-grams of a word with its ends marked, accents removed."""
    letters = [letter for letter in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(letter)]
    marked = f"\x02{''.join(letters)}\x03"
    for length in LENGTHS:
        for start in range(len(marked) - length + 1):
            yield marked[start : start + length]


def spelling_similarity(source: Sequence[str], target: Sequence[str], least: float = LEAST) -> Any:
    """Sparse (S, T) float32 CSR of the cosines from `least` on.

    An n-gram weighs the logarithm of the words in both lists over those that have it.
    """
    from scipy import sparse

    grams = [Counter(letter_grams(word)) for word in (*source, *target)]
    shared = set().union(*grams[: len(source)]) & set().union(*grams[len(source) :])
    frequency = Counter(gram for word in grams for gram in word)
    index = {gram: place for place, gram in enumerate(sorted(shared))}
    indptr: list[int] = [0]
    indices: list[int] = []
    values: list[float] = []
    for word in grams:
        weights = {gram: count * log(len(grams) / frequency[gram]) for gram, count in word.items()}
        length = sum(weight * weight for weight in weights.values()) ** 0.5 or 1.0
        # Only shared n-grams can make a product, but all of them make the length.
        kept = [(index[gram], weight / length) for gram, weight in weights.items() if gram in shared]
        indices.extend(place for place, _ in kept)
        values.extend(weight for _, weight in kept)
        indptr.append(len(indices))
    shape = (len(grams), len(index))
    rows = sparse.csr_matrix((np.array(values, np.float32), np.array(indices, np.int32), np.array(indptr)), shape)
    left, right = rows[: len(source)], rows[len(source) :].T.tocsr()
    blocks = []
    for start in range(0, max(len(source), 1), BLOCK_ROWS):
        block = left[start : start + BLOCK_ROWS] @ right
        block.data[block.data < least] = 0.0
        block.eliminate_zeros()
        block.sort_indices()
        blocks.append(block)
    return sparse.vstack(blocks, format="csr")
