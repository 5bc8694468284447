"""Partial keys of a substitution, and what they cost: the beam of `beam`.

A partial key costs, in sixteenths of a bit, what its known letters cost, each after those known among the letters
before it (`gapped_table`), and a rest:

    simple       sum of n_s u_y over the other symbols s and letters y, both by falling frequency
    homophonic   sum over letters y of n_y log2( h_y + w f_y r )

n: uses in the text; u_y: cost of y as a single letter; h_y: homophones so far; f_y: frequency of y; r: symbols without
a letter. The first is the least that the other letters can cost one by one (half of it, or half as much again, let the
true key fall further behind). The second is the choice among the homophones that y will have; without the term in r
the search fills up on frequent letters. At r = 0 both are the code length itself.

All keys of a level know the same symbols, so that their costs compare; and every key has one parent only, so that no
two of them are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.objectives.windows import spaced
from unmt.solvers.gapped_table import GappedTable
from unmt.solvers.problem import Problem

HOMOPHONE_REST = 5.0
"""w above, chosen on eleven keys of 54 symbols and 408 letters: 1 keeps the true key in a beam of 2^9.6, 5 of 2^6.7."""

MARGIN_BITS = 26.0
"""A key that costs so much more than the best of its level is dropped, however wide the beam is. True keys that stayed
in a beam of 3000 were never more than 16 bits behind."""

SETTLING_PASSES = 20

UNITS_PER_BIT = 16.0


@dataclass(frozen=True)
class Level:
    """What changes when `symbol` gets a letter, the symbols before it in the order having theirs.

    positions: (changed,) places in the text; before, after: (changed,) masks there of the letters that are known, 0 for
    none; steps: (changed,) by how much the table entry under `after` moves when the letter of `symbol` goes up by one.
    """

    symbol: int
    positions: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    steps: NDArray[np.int64]


def levels(text: NDArray[np.int64], symbols: int, order: NDArray[np.int64], table: GappedTable) -> Iterator[Level]:
    """One level for each symbol of `order`; symbols that are not in it are known from the start (the space)."""
    known = np.ones(symbols, bool)
    known[order] = False
    before = table.masks(text, known)
    for symbol in order:
        known[symbol] = True
        after = table.masks(text, known)
        yield _level(text, int(symbol), before, after, table)
        before = after


def _level(
    text: NDArray[np.int64], symbol: int, before: NDArray[np.int64], after: NDArray[np.int64], table: GappedTable
) -> Level:
    """before, after: (N,) masks without and with the symbol."""
    positions = np.flatnonzero(after != before)
    masks = after[positions]
    steps = np.zeros(len(positions), np.int64)
    power = np.ones(len(positions), np.int64)
    for j in range(table.order):
        shown = (masks >> j) & 1 == 1
        steps += np.where(shown & (text[np.maximum(positions - j, 0)] == symbol), power, 0)
        power *= np.where(shown, table.letters, 1)
    return Level(symbol, positions, before[positions], masks, steps)


@njit(cache=True, nogil=True)
def _entry(key: Any, text: Any, position: int, mask: int, offset: int, letters: int) -> int:
    entry, power, j = offset, 1, 0
    while mask:
        if mask & 1:
            entry += key[text[position - j]] * power
            power *= letters
        mask >>= 1
        j += 1
    return entry


@njit(cache=True, nogil=True)
def extension_costs(
    keys: Any, text: Any, positions: Any, before: Any, after: Any, steps: Any, table: Any, offsets: Any, letters: int,
    out: Any,
) -> None:  # fmt: skip
    """Add to out (keys, plaintext letters) by how much the known letters cost more when a symbol gets each letter.

    keys: (keys, symbols) uint8, 0 for the symbols without a letter; positions..steps: those of the symbol's Level.
    """
    plain = out.shape[1]
    sums = np.empty(plain, np.int32)
    for b in range(len(keys)):
        sums[:] = 0
        gone = 0
        for w in range(len(positions)):
            position = positions[w]
            if before[w]:
                gone += table[_entry(keys[b], text, position, before[w], offsets[before[w]], letters)]
            entry = _entry(keys[b], text, position, after[w], offsets[after[w]], letters)
            step = steps[w]
            for c in range(plain):
                sums[c] += table[entry + c * step]
        for c in range(plain):
            out[b, c] += sums[c] - gone


@njit(cache=True, nogil=True)
def homophone_rest(keys: Any, known: Any, uses: Any, now: int, pending: Any, most: Any, out: Any) -> None:
    """Fill out (keys, letters) with the choice among homophones, in units, when symbol `now` gets each letter.

    known: (t,) symbols with letters; uses: (symbols,); pending: (letters,) w f_y r; most: (letters,) homophones at
    most.
    """
    letters = len(most)
    stands = np.empty(letters)
    homophones = np.empty(letters)
    for b in range(len(keys)):
        stands[:] = 0.0
        homophones[:] = pending
        for s in known:
            stands[keys[b, s]] += uses[s]
            homophones[keys[b, s]] += 1.0
        total = 0.0
        for y in range(letters):
            if stands[y] > 0:
                total += stands[y] * np.log2(homophones[y])
        for y in range(letters):
            rise = (stands[y] + uses[now]) * np.log2(homophones[y] + 1.0)
            if stands[y] > 0:
                rise -= stands[y] * np.log2(homophones[y])
            is_full = homophones[y] - pending[y] + 0.5 > most[y]
            out[b, y] = np.inf if is_full else 16.0 * (total + rise)


@njit(cache=True, nogil=True)
def letter_rest(keys: Any, known: Any, waiting: Any, letter_costs: Any, by_frequency: Any, out: Any) -> None:
    """Fill out (keys, letters) with the least that single letters can cost, in units; infinite for letters in use.

    known: (t,) symbols with letters; waiting: (r,) uses of the symbols without one, falling; letter_costs: (letters,)
    units; by_frequency: (letters,) letters by rising cost.
    """
    letters = len(letter_costs)
    taken = np.empty(letters, np.bool_)
    for b in range(len(keys)):
        taken[:] = False
        for s in known:
            taken[keys[b, s]] = True
        for y in range(letters):
            out[b, y] = np.inf if taken[y] else 0.0
            if taken[y]:
                continue
            at = 0
            for i in range(len(waiting)):
                while taken[by_frequency[at]] or by_frequency[at] == y:
                    at += 1
                out[b, y] += waiting[i] * letter_costs[by_frequency[at]]
                at += 1


class PartialKeys:
    """The partial keys of one level, best first.

    keys: (keys, symbols + 1) letters, the last column is that of the space; costs: (keys,) units of their known
    letters; known: (t,) the symbols that have letters; scored: keys that were looked at so far.
    """

    def __init__(self, problem: Problem, table: GappedTable, *, homophonic: bool, most: NDArray[np.int64]) -> None:
        self.table = table
        self.plain = len(problem.alphabet)
        self.space = len(problem.symbols)  # a space is the symbol after the last
        self.text = spaced(problem.ids, problem.boundaries, self.space)
        self.homophonic = homophonic
        self.most = most
        self.frequencies = np.maximum(problem.frequencies, 1e-6)
        self.uses = np.bincount(self.text, minlength=self.space + 1)
        self.keys = np.zeros((1, self.space + 1), np.uint8)
        self.keys[0, self.space] = table.letters - 1
        self.costs = np.zeros(1) + self._space_units()
        self.known = np.zeros(0, np.int64)
        self.scored = 0

    def run(self, order: NDArray[np.int64], beam: int) -> None:
        """Extend the empty key by all symbols in this order, at most `beam` keys wide."""
        for t, level in enumerate(levels(self.text, self.space + 1, order, self.table)):
            self.extend(level, order[t + 1 :], beam)

    def extend(self, level: Level, waiting: NDArray[np.int64], beam: int) -> None:
        """Give the symbol of a level every letter and keep the best keys; waiting: the symbols still without one."""
        costs = self._extended(level)
        ranked = costs + self._rest(level.symbol, waiting)
        kept = smallest(ranked.ravel(), beam, MARGIN_BITS * UNITS_PER_BIT)
        parent, letter = np.divmod(kept, self.plain)
        self.keys = self.keys[parent]
        self.keys[:, level.symbol] = letter
        self.costs = costs.ravel()[kept]
        self.known = np.append(self.known, level.symbol)

    def settle(self, keys: int) -> None:
        """Give symbols of the best whole homophonic keys another letter, one symbol at a time, while that costs less.

        Early in the search a symbol may have got a letter that what came later speaks against.
        """
        self.keys, self.costs = self.keys[:keys], self.costs[:keys]
        rows = np.arange(len(self.keys))
        symbols = np.arange(self.space)
        changes = [next(levels(self.text, self.space + 1, symbols[s : s + 1], self.table)) for s in symbols]
        for _ in range(SETTLING_PASSES):
            before = self.keys.copy()
            for level in changes:
                old = self.keys[:, level.symbol].astype(np.int64)
                self.keys[:, level.symbol] = 0
                self.known = np.delete(symbols, level.symbol)
                costs = self._extended(level)
                costs += (self.costs - costs[rows, old])[:, None]
                letter = np.argmin(costs + self._rest(level.symbol, symbols[:0]), axis=1)
                self.keys[:, level.symbol], self.costs = letter, costs[rows, letter]
            if np.array_equal(before, self.keys):
                break

    def _extended(self, level: Level) -> NDArray[np.float64]:
        """(keys, letters) units of the known letters of every key with every letter for the symbol of a level."""
        costs = np.repeat(self.costs[:, None], self.plain, axis=1)
        extension_costs(
            self.keys, self.text, level.positions, level.before, level.after, level.steps,
            self.table.costs, self.table.offsets, self.table.letters, costs,
        )  # fmt: skip
        self.scored += costs.size
        return costs

    def _space_units(self) -> int:
        """What the spaces cost when nothing else is known; the one before the text is free."""
        is_space = np.arange(self.space + 1) == self.space
        masks = self.table.masks(self.text, is_space)
        return int(self.table.units(self.keys[0, self.text].astype(np.int64), masks)[1:].sum())

    def _rest(self, symbol: int, waiting: NDArray[np.int64]) -> NDArray[np.float64]:
        rest = np.empty((len(self.keys), self.plain))
        if self.homophonic:
            pending = HOMOPHONE_REST * self.frequencies * len(waiting)
            homophone_rest(self.keys, self.known, self.uses, symbol, pending, self.most, rest)
        else:
            costs = -UNITS_PER_BIT * np.log2(self.frequencies)
            by_frequency = np.argsort(costs, kind="stable")
            letter_rest(self.keys, self.known, -np.sort(-self.uses[waiting]), costs, by_frequency, rest)
        return rest


def smallest(values: NDArray[np.float64], most: int, margin: float) -> NDArray[np.intp]:
    """Indices of the `most` smallest finite values within margin of the smallest, rising; equal ones by their index."""
    limit = np.partition(values, most - 1)[most - 1] if len(values) > most else np.finfo(float).max
    kept = np.flatnonzero(values <= min(limit, values.min() + margin))
    ranked: NDArray[np.intp] = kept[np.argsort(values[kept], kind="stable")[:most]]
    return ranked
