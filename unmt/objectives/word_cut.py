"""Word divisions put back: the best way to cut a text into words (numba).

The search is that of `word_code.undivided_bits` with the maximum in place of the sum (Viterbi): word pairs count, and
unknown words are spelled by the letter model.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.language_model import LanguageModel
from unmt.objectives.text_code import kernel_words
from unmt.objectives.word_code import ARCS, LETTER_SHARE, LONGEST_WORD, word_probability


@njit(cache=True, nogil=True)
def _best_cut(text: Any, letters: int, words: Any) -> Any:  # as undivided_bits
    costs, offsets, order, child, word, below, single, backoff, pair_key, pair_probability = words
    n = len(text)
    unknown = len(single)
    arc_word = np.full((n + 1, ARCS), unknown, np.int64)
    arc_bits = np.full((n + 1, ARCS), np.inf)
    arc_start = np.zeros((n + 1, ARCS), np.int64)
    arc_before = np.zeros((n + 1, ARCS), np.int64)
    arc_count = np.zeros(n + 1, np.int64)
    arc_bits[0, 0] = 0.0
    arc_count[0] = 1
    base = letters + 1
    top = base ** (order - 1)
    for i in range(n):
        if arc_count[i] == 0:
            continue
        cheapest = 0
        for a in range(arc_count[i]):
            if arc_bits[i, a] < arc_bits[i, cheapest]:
                cheapest = a
        node, index, units = 0, letters, 0
        for j in range(i, min(n, i + LONGEST_WORD)):
            letter = text[j]
            index = (index % top) * base + letter
            units += costs[offsets[min(j - i + 2, order)] + index]
            place = j + 1
            spelled = units / 16.0
            if place < n:
                spelled += costs[offsets[min(j - i + 3, order)] + (index % top) * base + letters] / 16.0
            if node >= 0:
                node = child[node * letters + letter]
                if node == 0:
                    node = -1
            right, bits, before = unknown, arc_bits[i, cheapest] + spelled - np.log2(LETTER_SHARE), cheapest
            if node > 0 and (word[node] >= 0 or place == n):
                for a in range(arc_count[i]):
                    left = arc_word[i, a]
                    if word[node] >= 0:
                        p = word_probability(left, word[node], single, backoff, pair_key, pair_probability)
                    else:
                        p = backoff[left] * below[node]
                    cost = arc_bits[i, a] - np.log2((1.0 - LETTER_SHARE) * p)
                    if cost < bits:
                        right, bits, before = word[node] if word[node] >= 0 else unknown, cost, a
            slot = arc_count[place]
            if slot == ARCS:
                slot = 0
                for a in range(ARCS):
                    if arc_bits[place, a] > arc_bits[place, slot]:
                        slot = a
                if arc_bits[place, slot] <= bits:
                    continue
            else:
                arc_count[place] += 1
            arc_word[place, slot], arc_bits[place, slot] = right, bits
            arc_start[place, slot], arc_before[place, slot] = i, before
    starts = np.zeros(n, np.bool_)
    place, arc = n, 0
    for a in range(arc_count[n]):
        if arc_bits[n, a] < arc_bits[n, arc]:
            arc = a
    while place > 0:
        start = arc_start[place, arc]
        arc = arc_before[place, arc]
        starts[start] = True
        place = start
    return np.flatnonzero(starts[1:]) + 1


def cut_into_words(model: LanguageModel, letters: NDArray[np.integer]) -> NDArray[np.int64]:
    """The places before which a word begins (without 0): (words - 1,). The language must have words."""
    text = np.asarray(letters, np.int64)
    return np.asarray(_best_cut(text, len(model.alphabet), kernel_words(model)), np.int64)
