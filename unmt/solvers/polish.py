"""The last steps of a search: keys are moved on the whole code, letters and words, scored from scratch (numba).

A search on n-grams ends beside the best key of the word code when the text is short. Here a key is annealed on
C(text) of `objectives.text_code` plus the homophone choices and the key, with few moves, since each costs microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.objectives.code_length import text_units
from unmt.objectives.text_code import TextCode, hidden_or_given, mixture_bits
from unmt.solvers.random import EXPONENTIALS, next_random, random_below

HOT, COLD = 2.0, 0.4
"""Temperatures in bits. Hotter loses the basin of the n-gram search; chosen on the even rows of the English set."""

SCREEN = 15.0
"""Bits: a move that costs the letter code so much more is refused without a look at the words, which take 50 times as
long to score. The two codes of a text differ by far less from one key to the next."""


@njit(cache=True, nogil=True)
def _with_spaces(text: Any, ends: Any, space: int, out: Any) -> None:
    at, word = 0, 0
    out[0] = space
    for i in range(len(text)):
        if i == ends[word]:
            at += 1
            out[at] = space
            word += 1
        at += 1
        out[at] = text[i]


@njit(cache=True, nogil=True)
def _letter_bits(text: Any, out: Any, ends: Any, divided: bool, letters: int, table: Any) -> float:
    costs, offsets, order, size = table
    if divided:
        _with_spaces(text, ends, letters, out)
        return (text_units(out, costs, offsets, order, size) - costs[offsets[1] + letters]) / 16.0
    return text_units(text, costs, offsets, order, size) / 16.0


@njit(cache=True, nogil=True)
def _mixed(letter: float, word: float) -> float:
    return mixture_bits(letter, word)


@njit(cache=True, nogil=True)
def _key_bits(key: Any, counts: Any, letters: int, prior: Any) -> float:
    homophones = np.zeros(letters, np.int64)
    uses = np.zeros(letters, np.int64)
    bits = 0.0
    for s in range(len(key)):
        homophones[key[s]] += 1
        uses[key[s]] += counts[s]
        bits += prior[key[s]]
    for letter in range(letters):
        if uses[letter] > 0:
            bits += uses[letter] * np.log2(homophones[letter])
    return bits


@njit(cache=True, nogil=True)
def anneal_words(
    ids: Any, key: Any, counts: Any, injective: bool, prior: Any, ends: Any, divided: bool, letters: int, table: Any,
    words: Any, hot: float, cold: float, moves: int, state: Any,
) -> float:  # fmt: skip
    """Anneal on the whole code; key (symbols,) becomes the best found. Returns its bits (text, choices and prior).

    injective: moves are swaps only, and neither choices nor key cost anything that could change.
    """
    n = len(ids)
    text = np.empty(n, np.int64)
    out = np.empty(n + max(len(ends), 1), np.int64)
    for i in range(n):
        text[i] = key[ids[i]]
    letter_now = _letter_bits(text, out, ends, divided, letters, table)
    current = _mixed(letter_now, hidden_or_given(text, ends, divided, letters, words))
    if not injective:
        current += _key_bits(key, counts, letters, prior)
    best, best_key = current, key.copy()
    for move in range(moves):
        heat = hot * (cold / hot) ** (move / max(moves - 1.0, 1.0))
        a = random_below(state, len(key))
        old_a = key[a]
        b = a
        if injective or next_random(state) & np.uint64(3) == np.uint64(0):
            b = random_below(state, len(key))
            if key[b] == old_a or counts[a] + counts[b] == 0:
                continue
            key[a], key[b] = key[b], old_a
        else:
            new = random_below(state, letters)
            if new == old_a:
                continue
            key[a] = new
        for i in range(n):
            text[i] = key[ids[i]]
        letter = _letter_bits(text, out, ends, divided, letters, table)
        bits = np.inf
        if letter <= letter_now + SCREEN:
            bits = _mixed(letter, hidden_or_given(text, ends, divided, letters, words))
            if not injective:
                bits += _key_bits(key, counts, letters, prior)
        if bits - current <= heat * EXPONENTIALS[next_random(state) & np.uint64(4095)]:
            current, letter_now = bits, letter
            if bits < best - 1e-9:
                best = bits
                best_key[:] = key
        else:
            if b != a:
                key[b] = key[a]
            key[a] = old_a
    key[:] = best_key
    return best


@njit(cache=True, nogil=True)
def neighbour_bits(
    ids: Any, key: Any, counts: Any, injective: bool, prior: Any, ends: Any, divided: bool, letters: int, table: Any,
    words: Any, first: Any, second: Any, out: Any,
) -> None:  # fmt: skip
    """Bits of keys that differ from `key` in one move, into out (moves,).

    injective: symbols first[i] and second[i] swap letters; otherwise symbol first[i] gets letter second[i]. A key whose
    letter code is SCREEN above that of `key` has the bits of the letter code.
    """
    n = len(ids)
    text = np.empty(n, np.int64)
    spaced_text = np.empty(n + max(len(ends), 1), np.int64)
    for i in range(n):
        text[i] = key[ids[i]]
    letter_now = _letter_bits(text, spaced_text, ends, divided, letters, table)
    for move in range(len(first)):
        a, b = first[move], second[move]
        old = key[a]
        if injective:
            key[a], key[b] = key[b], old
        else:
            key[a] = b
        for i in range(n):
            text[i] = key[ids[i]]
        letter = _letter_bits(text, spaced_text, ends, divided, letters, table)
        out[move] = letter
        if letter <= letter_now + SCREEN:
            out[move] = _mixed(letter, hidden_or_given(text, ends, divided, letters, words))
        if not injective:
            out[move] += _key_bits(key, counts, letters, prior)
        if injective:
            key[b] = key[a]
        key[a] = old


@dataclass(frozen=True)
class Polisher:
    """Polishes keys of one ciphertext. ids (N,), counts (symbols,); prior: (letters,) bits of a letter in the key."""

    ids: NDArray[np.int64]
    counts: NDArray[np.int64]
    code: TextCode
    injective: bool
    prior: NDArray[np.float64]

    def polish(self, key: NDArray[np.int64], moves: int, state: NDArray[np.uint64], hot: float = HOT) -> float:
        """Bits (text, and for homophones choices and key) of the best key found, to which `key` is set."""
        code = self.code
        assert code.words is not None
        table = (code.table.costs, code.table.offsets, code.table.order, code.table.letters)
        return float(
            anneal_words(
                self.ids,
                key,
                self.counts,
                self.injective,
                self.prior,
                code.ends,
                code.divided,
                code.letters,
                table,
                code.words,
                hot,
                min(COLD, hot),
                moves,
                state,
            )
        )

    def neighbours(
        self, key: NDArray[np.int64], most: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Keys one move away: (first, second, bits), each (moves,); at most `most`, those of frequent symbols first.

        A move swaps two symbols' letters (injective) or gives symbol `first` the letter `second`.
        """
        order = np.argsort(-self.counts, kind="stable")
        if self.injective:
            a, b = np.triu_indices(len(key), 1)
            first, second = order[a], order[b]
            useful = self.counts[first] + self.counts[second] > 0
        else:
            first = np.repeat(order, self.code.letters)
            second = np.tile(np.arange(self.code.letters), len(key))
            useful = key[first] != second
        first, second = first[useful][:most], second[useful][:most]
        bits = np.empty(len(first))
        code = self.code
        table = (code.table.costs, code.table.offsets, code.table.order, code.table.letters)
        neighbour_bits(
            self.ids, key.copy(), self.counts, self.injective, self.prior, code.ends, code.divided, code.letters, table,
            code.words, first, second, bits,
        )  # fmt: skip
        return first, second, bits

    def moves_for(self, microseconds: float) -> int:
        """How many moves take about that long: a function of the text's length, not of the clock."""
        per_move = 0.2 + (0.015 if self.code.divided else 0.03) * len(self.ids)
        return max(int(microseconds / per_move), 50)
