"""All word n-grams of a corpus, counted in one pass an order: each is its context's number and its last word (numba).

Nodes are n-grams. Node 0 is the empty one, node 1 + w the word w alone, and longer ones follow order by order in the
order in which they are met. Time and memory are linear in the corpus; nothing is sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.word_lookup import home, pair_key


@dataclass(frozen=True)
class NgramTrie:
    """The n-grams of a corpus.

    first: (n + 2,) int64, nodes of order k are first[k]..first[k + 1] - 1. For every node, int32: parents (the n-gram
    without its last word), words (the last word), shorter (without its first word), counts (how often), extensions (how
    many different words precede it; 0 for the longest).
    """

    first: NDArray[np.int64]
    parents: NDArray[np.int32]
    words: NDArray[np.int32]
    shorter: NDArray[np.int32]
    counts: NDArray[np.int32]
    extensions: NDArray[np.int32]

    @property
    def order(self) -> int:
        """The longest n-gram, in words."""
        return len(self.first) - 2

    @staticmethod
    def of(stream: NDArray[np.int32], size: int, order: int) -> NgramTrie:
        """The n-grams of a stream of word ids below `size`; size - 1 begins each sentence and is never a last word."""
        singles = np.arange(size, dtype=np.int32)
        zeros = np.zeros(1 + size, np.int32)
        parents, words, shorter = [zeros], [np.concatenate([zeros[:1], singles])], [zeros]
        counts = [zeros[:1], np.bincount(stream, minlength=size).astype(np.int32)]
        extensions = [zeros[:1], np.zeros(size, np.int32)]
        first = [0, 1, 1 + size]
        nodes = stream + np.int32(1)
        for _ in range(2, order + 1):
            level = _next_order(stream, nodes, first[-1], first[-2], extensions[-1])
            for parts, part in zip((parents, words, shorter, counts), level, strict=True):
                parts.append(part.copy())
            extensions.append(np.zeros(len(level[0]), np.int32))
            first.append(first[-1] + len(level[0]))
        joined = (np.concatenate(parts) for parts in (parents, words, shorter, counts, extensions))
        return NgramTrie(np.array(first, np.int64), *joined)


@njit(cache=True, nogil=True)
def _grown(keys: Any, nodes: Any) -> Any:
    """The same hash table with twice the slots."""
    size = 2 * len(keys)
    new_keys, new_nodes = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for i in range(len(keys)):
        if keys[i] != 0:
            slot = home(keys[i], size)
            while new_keys[slot] != 0:
                slot = slot + 1 if slot + 1 < size else np.int64(0)
            new_keys[slot], new_nodes[slot] = keys[i], nodes[i]
    return new_keys, new_nodes


@njit(cache=True, nogil=True)
def _next_order(stream: Any, nodes: Any, first: int, lower: int, extensions: Any) -> Any:
    """Parents, words, shorter and counts of the n-grams one word longer than those of `nodes`, numbered from `first`.

    nodes: (tokens,) the n-gram that ends at each place, -1 where the sentence has not as many words yet; it is advanced
    to the longer ones. extensions of the present order, whose nodes start at `lower`, are counted. The walk is from
    right to left, so that the n-gram which ends one place before is still the shorter one.
    """
    length = len(stream)
    begin = stream[0]
    parents, words = np.empty(length, np.int32), np.empty(length, np.int32)
    shorter, counts = np.empty(length, np.int32), np.empty(length, np.int32)
    keys, values = np.zeros(4096, np.uint64), np.zeros(4096, np.int32)
    used = 0
    for i in range(length - 1, -1, -1):
        if i == 0 or stream[i] == begin or nodes[i - 1] < 0:
            nodes[i] = -1
            continue
        if 3 * used >= 2 * len(keys):
            keys, values = _grown(keys, values)
        key = pair_key(nodes[i - 1], stream[i])
        slot = home(key, len(keys))
        while keys[slot] != 0 and keys[slot] != key:
            slot = slot + 1 if slot + 1 < len(keys) else np.int64(0)
        if keys[slot] == 0:
            keys[slot], values[slot] = key, used
            parents[used], words[used] = nodes[i - 1], stream[i]
            shorter[used], counts[used] = nodes[i], 0
            extensions[nodes[i] - lower] += 1
            used += 1
        counts[values[slot]] += 1
        nodes[i] = first + values[slot]
    return parents[:used], words[:used], shorter[:used], counts[:used]
