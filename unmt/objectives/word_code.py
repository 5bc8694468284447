"""Code length of a text by its words (numba): word pairs, single words, and letters for words never seen.

With word divisions, word w after v and after the letters so far costs -log2 of

    (1 - m) * P(w | v)  +  m * P_letters(w and the space after it)

Without them the divisions are hidden, and the code sums over all ways to cut the text (the forward algorithm over the
lattice of words); a cut's unknown words are spelled by the letter model of text with spaces.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

LETTER_SHARE = 0.04
"""m above: the share of the letter model in coding a word; about the share of words that a vocabulary lacks. A larger
one gives short texts more room for words that are none (0.1: two to five points of error more at 16 letters)."""

LONGEST_WORD = 20
RING = 32  # places that are kept; a power of two above LONGEST_WORD
ARCS = 24  # last words that are told apart at a place; further ones count as unknown
POWERS = 2.0 ** (-np.arange((LONGEST_WORD + 1) * 255 + 1) / 16.0)
"""Probability of a cost in table units."""


@njit(cache=True, nogil=True, inline="always")
def pair_slot(pair_key: Any, key: int) -> Any:
    """The slot that holds a key, or -1."""
    mask = len(pair_key) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
    while pair_key[slot] != 0:
        if pair_key[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return -1


@njit(cache=True, nogil=True, inline="always")
def word_probability(left: int, right: int, single: Any, backoff: Any, pair_key: Any, pair_probability: Any) -> Any:
    """P(right | left); left may be len(single), for an unknown word or the beginning of the text."""
    words = len(single)
    if left < words:
        slot = pair_slot(pair_key, left * words + right + 1)
        if slot >= 0:
            return pair_probability[slot]
    return backoff[left] * single[right]


@njit(cache=True, nogil=True)
def divided_bits(
    text: Any, ends: Any, costs: Any, offsets: Any, order: int, letters: int,
    child: Any, word: Any, below: Any, single: Any, backoff: Any, pair_key: Any, pair_probability: Any,
) -> float:  # fmt: skip
    """Bits of a text with word divisions.

    text: (N,) letter ids without spaces; ends: (words,) where each word ends, the last N; costs, offsets, order: the
    table of text with spaces, whose alphabet is `letters` + the space.
    """
    total = 0.0
    top = (letters + 1) ** (order - 1)
    index = letters  # the space before the text
    seen = 1
    left = len(single)
    start = 0
    for k in range(len(ends)):
        node = 0
        units = 0
        last = k == len(ends) - 1  # the last word may be cut: it is coded as the beginning of a word
        for i in range(start, ends[k] + (0 if last else 1)):
            letter = text[i] if i < ends[k] else letters
            index = (index % top) * (letters + 1) + letter
            seen += 1
            units += costs[offsets[min(seen, order)] + index]
            if i < ends[k] and node >= 0:
                node = child[node * letters + letter]
                if node == 0:
                    node = -1
        p = LETTER_SHARE * 2.0 ** (-units / 16.0)
        right = word[node] if node > 0 else -1
        if last and node > 0:
            p += (1.0 - LETTER_SHARE) * backoff[left] * (below[node] - (single[right] if right >= 0 else 0.0))
        if right >= 0:
            p += (1.0 - LETTER_SHARE) * word_probability(left, right, single, backoff, pair_key, pair_probability)
        total -= np.log2(p)
        left = right if right >= 0 else len(single)
        start = ends[k]
    return total


@njit(cache=True, nogil=True)
def undivided_bits(  # one pass over a lattice: in parts it would pass all its state on
    text: Any, costs: Any, offsets: Any, order: int, letters: int,
    child: Any, word: Any, below: Any, single: Any, backoff: Any, pair_key: Any, pair_probability: Any,
) -> Any:  # fmt: skip
    """Bits of a text whose word divisions are hidden: -log2 of the sum over all divisions.

    Tables as for `divided_bits`. The arcs that end at a place are kept with their last word, so that pairs count. What
    is known of a place is needed for LONGEST_WORD places only, and kept in a ring that fits the fastest cache.
    """
    n = len(text)
    unknown = len(single)
    arc_word = np.empty((RING, ARCS), np.int32)
    arc_mass = np.empty((RING, ARCS), np.float64)
    arc_count = np.zeros(RING, np.int64)
    scale = np.zeros(RING, np.float64)  # log2 that multiplies the masses of a place
    unknown_mass = np.zeros(RING, np.float64)
    touched = np.zeros(RING, np.bool_)
    unknown_mass[0] = 1.0
    touched[0] = True
    base = letters + 1
    top = base ** (order - 1)
    for i in range(n):
        here_slot = i & (RING - 1)
        if not touched[here_slot]:
            continue
        total = unknown_mass[here_slot]
        weight = unknown_mass[here_slot]
        for a in range(arc_count[here_slot]):
            total += arc_mass[here_slot, a]
            weight += arc_mass[here_slot, a] * backoff[arc_word[here_slot, a]]
        here = scale[here_slot]
        if total > 0.0:
            here += np.log2(total)
            weight /= total
        node = 0
        index = letters
        units = 0
        for j in range(i, min(n, i + LONGEST_WORD)):
            if total <= 0.0:
                break
            letter = text[j]
            index = (index % top) * base + letter
            units += costs[offsets[min(j - i + 2, order)] + index]
            spelled = units  # the last word may be cut
            if j + 1 < n:
                spelled += costs[offsets[min(j - i + 3, order)] + (index % top) * base + letters]
            slot = (j + 1) & (RING - 1)
            shift = 1.0
            if not touched[slot]:
                touched[slot] = True
                scale[slot] = here
            else:
                shift = 2.0 ** (here - scale[slot])
            unknown_mass[slot] += shift * LETTER_SHARE * POWERS[spelled]
            if node >= 0:
                node = child[node * letters + letter]
                if node == 0:
                    node = -1
            if node > 0 and j + 1 == n:
                whole = single[word[node]] if word[node] >= 0 else 0.0
                unknown_mass[slot] += shift * (1.0 - LETTER_SHARE) * weight * (below[node] - whole)
            if node > 0 and word[node] >= 0:
                right = word[node]
                mass = weight * single[right]
                for a in range(arc_count[here_slot]):
                    left = arc_word[here_slot, a]
                    found = pair_slot(pair_key, left * unknown + right + 1)
                    if found >= 0:
                        share = arc_mass[here_slot, a] / total
                        mass += share * (pair_probability[found] - backoff[left] * single[right])
                mass *= shift * (1.0 - LETTER_SHARE)
                if arc_count[slot] < ARCS:
                    arc_word[slot, arc_count[slot]] = right
                    arc_mass[slot, arc_count[slot]] = mass
                    arc_count[slot] += 1
                else:
                    unknown_mass[slot] += mass
        touched[here_slot] = False  # the slot is free for the place RING further on
        arc_count[here_slot] = 0
        unknown_mass[here_slot] = 0.0
    last = n & (RING - 1)
    total = unknown_mass[last]
    for a in range(arc_count[last]):
        total += arc_mass[last, a]
    if total <= 0.0:
        return 1e18
    return -(scale[last] + np.log2(total))
