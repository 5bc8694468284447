"""Word n-grams by interpolated modified Kneser-Ney smoothing: exact probabilities, in tables that kernels look up.

    P_k(w | h) = (a(hw) - D_k(a(hw))) / a(h) + g(h) P_{k-1}(w | h'),    g(h) = sum_w D_k(a(hw)) / a(h)

h' is h without its oldest word, a(h) the sum of a(hw) over w. a(hw) is the count of an n-gram of the longest order and
of one that begins a sentence, else the number of different words that precede it (Kneser and Ney, 1995; Chen and
Goodman, 1999). P_0 is uniform over the V words, the end of the sentence and the unknown word.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.ngram_trie import NgramTrie
from unmt.coding.smoothing import kneser_ney_discounts
from unmt.coding.word_lookup import Tables, fill_sentence_bits, fill_slots, fill_word_bits
from unmt.errors import InputError

DEFAULT_ORDER = 5
SLOTS_PER_NGRAM = 1.6
PIECE_SENTENCES = 2048


@dataclass(frozen=True, eq=False)
class WordNgrams:
    """An n-gram model over V words: ids 0..V-1, the end of a sentence V, the unknown word V+1; V+2 begins a history.

    single_bits, single_context: (V+3,) of each word alone, and the context after it. parents, words, bits, following:
    (n-grams of two words or more,) the context's number, the last word, -log2 P, and the context after the n-gram.
    back_off, shorter: (contexts,) -log2 g(h), and h without its oldest word (0: no words).
    """

    order: int
    single_bits: NDArray[np.float32]
    single_context: NDArray[np.int32]
    parents: NDArray[np.int32]
    words: NDArray[np.int32]
    bits: NDArray[np.float32]
    following: NDArray[np.int32]
    back_off: NDArray[np.float32]
    shorter: NDArray[np.int32]

    @property
    def vocabulary_size(self) -> int:
        """V, the words without end, unknown word and begin; these are V, V+1 and V+2."""
        return len(self.single_bits) - 3

    @staticmethod
    def fit(
        ids: NDArray[np.integer], starts: NDArray[np.integer], vocabulary_size: int, order: int = DEFAULT_ORDER
    ) -> WordNgrams:
        """The model of a corpus: ids (N,) of all words, -1 for unknown; sentence s is ids[starts[s]:starts[s + 1]].

        Raises ValueError where an id is not below vocabulary_size, there is no sentence, or order is below 1.
        """
        if len(starts) < 2 or order < 1:
            raise ValueError("a model is fitted on one sentence or more, and its order is 1 or more")
        if len(ids) and (int(ids.min()) < -1 or int(ids.max()) >= vocabulary_size):
            raise ValueError(f"word ids are -1..{vocabulary_size - 1}")
        size = vocabulary_size + 3
        trie = NgramTrie.of(_stream(ids, starts, vocabulary_size), size, order)
        adjusted = _adjusted_counts(trie, size)
        probabilities, totals, mass = _probabilities(trie, adjusted, size)
        contexts = int(trie.first[order])  # nodes of the longest order are no contexts
        following = np.empty(len(trie.parents), np.int32)
        _fill_following(trie.shorter, totals, following)
        with np.errstate(divide="ignore"):  # the begin of a sentence is never predicted
            bits = (-np.log2(probabilities)).astype(np.float32)
            back_off = (-np.log2(mass[:contexts])).astype(np.float32)
        return WordNgrams(
            order,
            bits[1 : 1 + size],
            following[1 : 1 + size],
            trie.parents[1 + size :],
            trie.words[1 + size :],
            bits[1 + size :],
            following[1 + size :],
            back_off,
            trie.shorter[:contexts],
        )

    @cached_property
    def tables(self) -> Tables:
        """What the kernels of word_lookup take."""
        slots = max(int(len(self.parents) * SLOTS_PER_NGRAM), 16)
        keys = np.zeros(2 * slots, np.uint64)
        filters = np.zeros(2 * len(self.back_off), np.uint64)
        back_off, shorter = filters.view(np.float32), filters.view(np.int32)
        back_off[2::4], shorter[3::4] = self.back_off, self.shorter
        entries = (keys, keys.view(np.float32), keys.view(np.int32))
        tables = (*entries, self.single_bits, self.single_context, filters, back_off, shorter)
        fill_slots(self.parents, self.words, self.bits, self.following, tables)
        return tables

    def history(self, words: NDArray[np.integer] | list[int]) -> NDArray[np.int64]:
        """The history (order - 1,) of a sentence that has so far these words (-1 for unknown)."""
        whole = [self.vocabulary_size + 2, *(self.vocabulary_size + 1 if w < 0 else int(w) for w in words)]
        kept = whole[max(len(whole) - self.order + 1, 0) :]
        return np.array([-1] * (self.order - 1 - len(kept)) + kept, np.int64)

    def probabilities(self, history: NDArray[np.integer] | list[int]) -> NDArray[np.float64]:
        """The distribution (V+2,) of the next word after a history of ids as the kernels take it."""
        out = np.empty(self.vocabulary_size + 2, np.float32)
        fill_word_bits(self.tables, np.asarray(history, np.int64), out)
        return np.asarray(2.0 ** -out.astype(np.float64))

    def sentence_bits(
        self, ids: NDArray[np.integer], starts: NDArray[np.integer], threads: int = 2
    ) -> NDArray[np.float64]:
        """Code length (S,) of each sentence with its end, in bits; ids and starts as fit takes them."""
        ids, starts = np.ascontiguousarray(ids, np.int32), np.ascontiguousarray(starts, np.int64)
        out = np.empty(len(starts) - 1)
        pieces = range(0, len(out), PIECE_SENTENCES)

        def fill(first: int) -> None:
            fill_sentence_bits(self.tables, ids, starts, first, min(first + PIECE_SENTENCES, len(out)), out)

        assert self.tables  # made before threads ask for them
        with ThreadPoolExecutor(max(threads, 1)) as pool:
            list(pool.map(fill, pieces))
        return out

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The model as arrays, for np.savez."""
        arrays = {name: getattr(self, name) for name in ARRAYS}
        return {"order": np.array(self.order), **arrays}

    @staticmethod
    def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> WordNgrams:
        """The model that to_arrays gave. Raises InputError where the arrays are not those of a model."""
        try:
            order = int(arrays["order"])
            columns: list[Any] = [np.ascontiguousarray(arrays[name], kind) for name, kind in ARRAYS.items()]
            model = WordNgrams(order, *columns)
            _check(model)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise InputError(f"the word n-gram model is broken ({error}). Train it again.") from None
        return model


ARRAYS = {
    "single_bits": np.float32,
    "single_context": np.int32,
    "parents": np.int32,
    "words": np.int32,
    "bits": np.float32,
    "following": np.int32,
    "back_off": np.float32,
    "shorter": np.int32,
}


def _check(model: WordNgrams) -> None:
    """Raise ValueError where a kernel could run out of an array, or round and round in it."""
    contexts, size = len(model.back_off), len(model.single_bits)
    if model.order < 1 or size < 3 or contexts < 1 or any(getattr(model, name).ndim != 1 for name in ARRAYS):
        raise ValueError("too few entries")
    if len({len(model.parents), len(model.words), len(model.bits), len(model.following)}) != 1:
        raise ValueError("n-grams of different number")
    if (len(model.single_context), len(model.shorter)) != (size, contexts):
        raise ValueError("words or contexts of different number")
    for name, low, end in (("single_context", 0, contexts), ("parents", 1, contexts), ("words", 0, size)):
        _check_range(getattr(model, name), low, end)
    if not all(np.all(np.isfinite(a)) for a in (model.single_bits[:-1], model.bits, model.back_off)):
        raise ValueError("bits that are no number")
    _check_range(model.following, 0, contexts)
    _check_range(model.shorter, 0, contexts)
    if np.any(model.shorter[1:] >= np.arange(1, contexts)) or model.shorter[0] != 0:
        raise ValueError("contexts that do not end")


def _check_range(values: NDArray[np.int32], low: int, end: int) -> None:
    if len(values) and (values.min() < low or values.max() >= end):
        raise ValueError(f"numbers outside {low}..{end - 1}")


def _stream(ids: NDArray[np.integer], starts: NDArray[np.integer], vocabulary_size: int) -> NDArray[np.int32]:
    """All sentences one after the other, each with its begin and its end."""
    sentences = len(starts) - 1
    lengths = np.diff(starts)
    stream = np.full(int(starts[-1] - starts[0]) + 2 * sentences, vocabulary_size + 2, np.int32)
    ends = np.cumsum(lengths + 2) - 1
    stream[ends] = vocabulary_size
    inner = np.ones(len(stream), bool)
    inner[ends] = False
    inner[ends - lengths - 1] = False
    words = ids[starts[0] : starts[-1]]
    stream[inner] = np.where(words < 0, vocabulary_size + 1, words)
    return stream


def _adjusted_counts(trie: NgramTrie, size: int) -> NDArray[np.int32]:
    """The a of every n-gram: its count or the number of words that precede it (0 for the begin of a sentence alone)."""
    adjusted = np.where(trie.extensions > 0, trie.extensions, trie.counts)
    top = int(trie.first[trie.order])
    adjusted[top:] = trie.counts[top:]
    adjusted[0] = adjusted[size] = 0
    return adjusted


def _probabilities(
    trie: NgramTrie, adjusted: NDArray[np.int32], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """P of every n-gram, and a(h) and g(h) of every one as a context (0 and 1 where nothing was seen after it)."""
    first = trie.first
    discounts = [kneser_ney_discounts(adjusted[a:b]) for a, b in pairwise(first[1:])]
    totals = np.zeros(len(adjusted))
    mass = np.zeros(len(adjusted))
    p = np.zeros(len(adjusted))
    _fill_probabilities(first, trie.parents, trie.shorter, adjusted, np.array(discounts), totals, mass, p)
    p[size] = 0.0  # the begin of a sentence is never predicted
    return p, totals, mass


@njit(cache=True, nogil=True)
def _fill_probabilities(
    first: Any, parents: Any, shorter: Any, adjusted: Any, discounts: Any, totals: Any, mass: Any, p: Any
) -> None:
    for k in range(1, len(first) - 1):
        for node in range(first[k], first[k + 1]):
            totals[parents[node]] += adjusted[node]
            mass[parents[node]] += discounts[k - 1, min(adjusted[node], 3)]
    for node in range(len(totals)):
        mass[node] = mass[node] / totals[node] if totals[node] > 0 else 1.0
    p[0] = 1.0 / (first[2] - first[1] - 1)
    for k in range(1, len(first) - 1):
        for node in range(first[k], first[k + 1]):
            kept = adjusted[node] - discounts[k - 1, min(adjusted[node], 3)]
            above = kept / totals[parents[node]] if totals[parents[node]] > 0 else 0.0
            p[node] = above + mass[parents[node]] * p[shorter[node]]


@njit(cache=True, nogil=True)
def _fill_following(shorter: Any, totals: Any, following: Any) -> None:
    """The longest end of each n-gram that something was seen after."""
    for node in range(len(shorter)):
        following[node] = node if totals[node] > 0 else (following[shorter[node]] if node else 0)
