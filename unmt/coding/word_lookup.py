"""Bits of a word after a history, looked up in the tables of a word n-gram model (numba).

`tables` (WordNgrams.tables) is passed on as it is. A context is a number: the longest end of a history that the model
has seen something after (0: none). With it computed once, many words after one history cost one or two probes each:

    context = context_of(tables, history)
    bits = word_bits_from(tables, context, word)

Every n-gram of two words or more is an entry of one hash table with open addressing, its key the context's number and
the word's, so that nothing is confused. An entry holds its bits and the context that it leads to. Where a context has
no entry for a word, its back-off bits are added and the context without its oldest word is asked.

Functions that take the tables are inlined: a call would count the references of eight arrays up and down, which takes
longer than the look-up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

Tables = tuple[Any, ...]
"""Of slot s: keys (2 S,) uint64 [2 s], bits (4 S,) float32 [4 s + 2], next (4 S,) int32 [4 s + 3], views of one buffer
with 16 bytes a slot, so that a probe touches one cache line; then single-word bits (V + 3,) float32, the context after
each word alone (V + 3,) int32; for each context c a filter (2 C,) uint64 [2 c], its back-off bits (4 C,) float32
[4 c + 2] and the next shorter context (4 C,) int32 [4 c + 3], again views of one buffer. V words, then the end, the
unknown word and the begin. A filter has bit filter_bit(w) set for every word w seen after the context: most words that
were not seen are told without a probe."""


@njit(cache=True, nogil=True)
def pair_key(context: Any, word: Any) -> Any:
    """The key of a word after a context; never 0 for a context > 0."""
    return (np.uint64(context) << np.uint64(32)) | np.uint64(word)


@njit(cache=True, nogil=True)
def home(key: Any, size: Any) -> Any:
    """The slot, of `size` < 2**32, where the search for a key begins."""
    mixed = (key ^ (key >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64(((mixed >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32))


@njit(cache=True, nogil=True)
def filter_bit(word: Any) -> Any:
    """The bit, 0..63, by which a word is known in the filters of contexts."""
    return (np.uint64(word) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(58)


@njit(cache=True, nogil=True, inline="always")
def _find(keys: Any, filters: Any, context: Any, word: Any) -> Any:
    """The slot of a word after a context, -1 where there is none."""
    if (filters[2 * context] >> filter_bit(word)) & np.uint64(1) == 0:
        return np.int64(-1)
    key = pair_key(context, word)
    size = len(keys) >> 1
    slot = home(key, size)
    while True:
        seen = keys[2 * slot]
        if seen == key:
            return slot
        if seen == 0:
            return np.int64(-1)
        slot += 1
        if slot == size:
            slot = np.int64(0)


@njit(cache=True, nogil=True, inline="always")
def step(tables: Any, context: Any, word: Any) -> Any:
    """(bits of the word after the context, context after both); a negative word is the unknown word."""
    keys, bits, following, single_bits, single_context, filters, back_off, shorter = tables
    if word < 0:
        word = len(single_bits) - 2
    total = np.float32(0.0)
    slot = np.int64(-1)
    while context > 0:
        slot = _find(keys, filters, context, word)
        if slot >= 0:
            break
        total += back_off[4 * context + 2]
        context = np.int64(shorter[4 * context + 3])
    if slot >= 0:
        return total + bits[4 * slot + 2], np.int64(following[4 * slot + 3])
    return total + single_bits[word], np.int64(single_context[word])


@njit(cache=True, nogil=True, inline="always")
def word_bits_from(tables: Any, context: Any, word: Any) -> Any:
    """-log2 P(word | context), float32; a negative word is the unknown word."""
    return step(tables, np.int64(context), np.int64(word))[0]


@njit(cache=True, nogil=True, inline="always")
def context_of(tables: Any, history: Any) -> Any:
    """The context of a history (words,) of ids, the most recent last; only what is right of the last -1 counts.

    The begin of the sentence is a word of the history (id V + 2), the unknown word is V + 1.
    """
    keys, _, following, _, single_context, filters, _, shorter = tables
    first = len(history)
    while first > 0 and history[first - 1] >= 0:
        first -= 1
    context = np.int64(0)
    for i in range(first, len(history)):
        slot = np.int64(-1)
        while context > 0:
            slot = _find(keys, filters, context, history[i])
            if slot >= 0:
                break
            context = np.int64(shorter[4 * context + 3])
        context = np.int64(following[4 * slot + 3]) if slot >= 0 else np.int64(single_context[history[i]])
    return context


@njit(cache=True, nogil=True, inline="always")
def word_bits(tables: Any, history: Any, word: Any) -> Any:
    """-log2 P(word | history), float32; history as context_of takes it, words as word_bits_from does."""
    return word_bits_from(tables, context_of(tables, history), word)


@njit(cache=True, nogil=True)
def fill_word_bits(tables: Any, history: Any, out: Any) -> None:
    """Fill out (words,) with the bits of words 0, 1, ... after a history."""
    context = context_of(tables, history)
    for word in range(len(out)):
        out[word] = word_bits_from(tables, context, word)


@njit(cache=True, nogil=True)
def fill_sentence_bits(tables: Any, ids: Any, starts: Any, first: int, last: int, out: Any) -> None:
    """Fill out[first:last] with the bits of those sentences, each with its end."""
    size = len(tables[3])
    begin = np.int64(tables[4][size - 1])
    for s in range(first, last):
        context, total = begin, 0.0
        for i in range(starts[s], starts[s + 1]):
            cost, context = step(tables, context, np.int64(ids[i]))
            total += cost
        cost, context = step(tables, context, np.int64(size - 3))
        out[s] = total + cost


@njit(cache=True, nogil=True)
def fill_slots(parents: Any, words: Any, bits: Any, following: Any, tables: Any) -> None:
    """Enter all n-grams into the hash table and the filters of `tables`, which are empty before."""
    out_keys, out_bits, out_next, _, _, filters, _, _ = tables
    size = len(out_keys) >> 1
    for i in range(len(parents)):
        key = pair_key(parents[i], words[i])
        slot = home(key, size)
        while out_keys[2 * slot] != 0:
            slot = slot + 1 if slot + 1 < size else np.int64(0)
        out_keys[2 * slot] = key
        out_bits[4 * slot + 2] = bits[i]
        out_next[4 * slot + 3] = following[i]
        filters[2 * parents[i]] |= np.uint64(1) << filter_bit(words[i])
