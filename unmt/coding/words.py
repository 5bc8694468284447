"""Words as a code: a vocabulary with counts, pairs of neighbours, and tables from which kernels read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.blocks import text_blocks

PAIR_DISCOUNT = 0.7
"""Taken from the count of every pair and given to single words (absolute discounting)."""

LONGEST_KEPT = 40
"""Letters of a word at most; what is longer is no word but a list, an address or a text without spaces."""

LARGEST_TRIE = 1 << 26
"""Entries of the trie at most (256 MB); reached by alphabets of hundreds of letters, such as Korean syllables."""


@dataclass(frozen=True)
class WordCounts:
    """What a text tells about its words.

    words: sorted by bytes of their letters; counts: (words,) how often each was seen; pairs: (pairs,) int64 sorted
    keys left * len(words) + right, pair_counts beside them; total: all words of the text, also those not kept.
    """

    words: tuple[str, ...]
    counts: NDArray[np.float64]
    pairs: NDArray[np.int64]
    pair_counts: NDArray[np.float64]
    total: float


def count_words(text: str, least: int, least_pair: int, letters: int) -> WordCounts:
    """Counts of a folded text: words seen `least` times or more, and pairs of them seen `least_pair` times.

    letters: size of the alphabet. Where the trie of the words would have more than LARGEST_TRIE entries, `least` is
    raised until it has not.
    """
    seen: Counter[str] = Counter()
    for block in text_blocks(text):
        seen.update(block.split())
    kept = sorted(word for word, count in seen.items() if count >= least and len(word) <= LONGEST_KEPT)
    while sum(map(len, kept)) * letters > LARGEST_TRIE:
        least += 1
        kept = [word for word in kept if seen[word] >= least]
    pairs, pair_counts = _count_pairs(text, kept)
    often = pair_counts >= least_pair
    counts = np.array([seen[word] for word in kept], np.float64)
    return WordCounts(tuple(kept), counts, pairs[often], pair_counts[often], float(seen.total()))


def _count_pairs(text: str, kept: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Sorted keys left * len(kept) + right of the neighbours of a text that are both kept words, and their counts."""
    number = {word: i for i, word in enumerate(kept)}
    blocks = [np.array([number.get(word, -1) for word in block.split()], np.int32) for block in text_blocks(text)]
    ids = np.concatenate(blocks)
    left, right = ids[:-1], ids[1:]
    inside = (left >= 0) & (right >= 0)
    pairs, counts = np.unique(left[inside].astype(np.int64) * len(kept) + right[inside], return_counts=True)
    return pairs, counts.astype(np.float64)


@dataclass(frozen=True)
class WordTables:
    """What the kernels of `objectives.word_code` read; probabilities are float32, P(w | v) sums to one with the rest of
    the mass (words not in the vocabulary) spelled by letters.

    child: (nodes * letters,) int32, the trie of the vocabulary, 0 for none (node 0 is the root); word: (nodes,) int32,
    the word that ends at a node or -1; below: (nodes,) P of all words that begin like the node; single: (words,) P(w)
    of a word without a left neighbour; backoff: (words + 1,) what multiplies P(w) after v when the pair was not seen
    (the last entry is for an unknown v: 1); pair_key: open addressing, v * words + w + 1 or 0 for empty,
    pair_probability beside it.
    """

    letters: int
    child: NDArray[np.int32]
    word: NDArray[np.int32]
    below: NDArray[np.float32]
    single: NDArray[np.float32]
    backoff: NDArray[np.float32]
    pair_key: NDArray[np.int64]
    pair_probability: NDArray[np.float32]


def build_word_tables(counts: WordCounts, alphabet: str) -> WordTables:
    """The tables of a vocabulary whose words are made of letters of the alphabet."""
    child, word = _trie(counts.words, alphabet)
    single = counts.counts / counts.counts.sum()
    size = len(counts.words)
    left = counts.pairs // max(size, 1)
    # A word is a left neighbour as often as it was seen; what its kept pairs do not take goes to single words. Counts
    # are rounded in the file, so that the pairs of a word may sum to a little more than the word itself.
    paired = np.bincount(left, counts.pair_counts, size) if len(left) else np.zeros(size)
    seen = np.maximum(counts.counts, paired)
    taken = np.bincount(left, counts.pair_counts - PAIR_DISCOUNT, size) if len(left) else np.zeros(size)
    backoff = np.append(1.0 - taken / seen, 1.0)
    right = counts.pairs % max(size, 1)
    probability = (counts.pair_counts - PAIR_DISCOUNT) / seen[left] + backoff[left] * single[right]
    below = np.zeros(len(word))
    below[word >= 0] = single[word[word >= 0]]
    parent = np.zeros(len(word), np.int64)
    parent[child[child > 0]] = np.flatnonzero(child > 0) // len(alphabet)
    for node in range(len(word) - 1, 0, -1):  # a node is made after its parent
        below[parent[node]] += below[node]
    keys, values = _hashed(counts.pairs + 1, probability.astype(np.float32))
    return WordTables(
        len(alphabet),
        child,
        word,
        below.astype(np.float32),
        single.astype(np.float32),
        backoff.astype(np.float32),
        keys,
        values,
    )


def _trie(words: Sequence[str], alphabet: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    letter_of = {letter: i for i, letter in enumerate(alphabet)}
    children: list[dict[int, int]] = [{}]
    ends = [-1]
    for number, spelling in enumerate(words):
        node = 0
        for character in spelling:
            letter = letter_of[character]
            following = children[node].get(letter)
            if following is None:
                following = len(children)
                children[node][letter] = following
                children.append({})
                ends.append(-1)
            node = following
        ends[node] = number
    child = np.zeros(len(children) * len(alphabet), np.int32)
    for node, below in enumerate(children):
        for letter, following in below.items():
            child[node * len(alphabet) + letter] = following
    return child, np.array(ends, np.int32)


def hash_slot(keys: NDArray[np.int64], slots: int) -> NDArray[np.int64]:
    """The first slot of each key in a table of `slots` (a power of two): multiplicative hashing (Knuth)."""
    with np.errstate(over="ignore"):
        mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return ((mixed >> np.uint64(32)) & np.uint64(slots - 1)).astype(np.int64)


def _hashed(keys: NDArray[np.int64], values: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Open addressing with linear probing, at most half full. Keys are positive."""
    slots = 2
    while slots < 2 * len(keys) + 2:
        slots *= 2
    table = np.zeros(slots, np.int64)
    beside = np.zeros(slots, np.float32)
    pending = np.arange(len(keys))
    slot = hash_slot(keys, slots)
    while len(pending):
        free = table[slot[pending]] == 0
        candidates = pending[free]
        _, first = np.unique(slot[candidates], return_index=True)
        placed = candidates[first]
        table[slot[placed]] = keys[placed]
        beside[slot[placed]] = values[placed]
        pending = np.setdiff1d(pending, placed, assume_unique=True)
        slot[pending] = (slot[pending] + 1) & (slots - 1)
    return table, beside
