"""Shifts of columns: the kernels of a search for the keyword of a Vigenère or Beaufort cipher (numba).

A text of N letter numbers c, read in columns i mod period, is deciphered as t_i = (c_i + shift[i mod period]) mod A; a
Beaufort cipher is given with its sign turned. Costs are in table units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable


@njit(cache=True, nogil=True)
def decipher(cipher: Any, shifts: Any, letters: int, text: Any) -> None:
    """Fill text (N,) with the plain letters."""
    period = len(shifts)
    for i in range(len(cipher)):
        letter = cipher[i] + shifts[i % period]
        text[i] = letter - letters if letter >= letters else letter


def beam_shifts(cipher: NDArray[np.int64], period: int, table: NgramTable, width: int, rows: int) -> NDArray[np.int64]:
    """Keywords by beam search: (found, period) shifts, fewest units first.

    Column after column, each of at most `width` beginnings is prolonged by every shift, and the best are kept. A row of
    the text (one letter a column) costs what its n-grams cost, the first letters of a row by the shorter orders: what
    stands before them is not known yet. Only the first `rows` rows are looked at.
    """
    looked_at = cipher[: period * rows]
    shifts, units = _beam(looked_at, period, table.letters, table.costs, table.offsets, table.order, width)
    return np.asarray(shifts[np.argsort(units, kind="stable")], np.int64)


@njit(cache=True, nogil=True)
def _beam(cipher: Any, period: int, letters: int, costs: Any, offsets: Any, order: int, width: int) -> Any:
    """The shifts (found, period) and units (found,) of the last beam, in no order."""
    rows = -(-len(cipher) // period)
    context = np.zeros((width, rows), np.int64)  # the last letters of each row as a number, for each beginning
    next_context = np.zeros((width, rows), np.int64)
    shifts = np.zeros((width, period), np.int64)
    next_shifts = np.zeros((width, period), np.int64)
    units = np.zeros(width, np.int64)
    prolonged = np.empty(width * letters, np.int64)
    kept = np.empty(width, np.int64)
    known = letters ** max(order - 2, 0)  # a context of order - 1 letters drops its oldest
    found = 1
    for column in range(period):
        offset = offsets[min(column + 1, order)]
        _prolong(cipher, column, period, letters, costs, offset, context, units, found, prolonged)
        found = cheapest(prolonged, found * letters, width, kept)
        for new in range(found):
            old = kept[new] // letters
            shift = kept[new] % letters
            units[new] = prolonged[kept[new]]
            for before in range(column):
                next_shifts[new, before] = shifts[old, before]
            next_shifts[new, column] = shift
            for row in range(-(-(len(cipher) - column) // period)):
                letter = (cipher[column + row * period] + shift) % letters
                history = context[old, row] % known if column >= order - 1 else context[old, row]
                next_context[new, row] = history * letters + letter if order > 1 else 0
        context, next_context = next_context, context
        shifts, next_shifts = next_shifts, shifts
    return shifts[:found].copy(), units[:found].copy()


@njit(cache=True, nogil=True)
def _prolong(
    cipher: Any,
    column: int,
    period: int,
    letters: int,
    costs: Any,
    offset: int,
    context: Any,
    units: Any,
    found: int,
    prolonged: Any,
) -> None:
    """Fill prolonged (found * letters,) with the units of each beginning, prolonged by each shift of a column."""
    for at in range(found):
        first = at * letters
        for shift in range(letters):
            prolonged[first + shift] = units[at]
        for row in range(-(-(len(cipher) - column) // period)):
            letter = cipher[column + row * period]
            entry = offset + context[at, row] * letters
            wrap = letters - letter  # from this shift on, the letter is that of the shift less A
            for shift in range(wrap):
                prolonged[first + shift] += costs[entry + letter + shift]
            for shift in range(wrap, letters):
                prolonged[first + shift] += costs[entry + shift - wrap]


@njit(cache=True, nogil=True)
def cheapest(units: Any, count: int, width: int, kept: Any) -> int:
    """Put the places of the `width` smallest of the first `count` units into `kept`, places rising; returns how many.

    Bisection on the value, a whole number. Of equal ones at the limit the first are kept.
    """
    low, high = 0, 2  # at most `width` are below low; more than that, or all, are below high
    for i in range(count):
        high = max(high, units[i] + 2)
    while high - low > 1:
        middle = (low + high) // 2
        below = 0
        for i in range(count):
            below += units[i] < middle
        if below <= width:
            low = middle
        else:
            high = middle
    room = width  # for those at the limit
    for i in range(count):
        room -= units[i] < low
    found = 0
    for i in range(count):
        if units[i] < low or (units[i] == low and room > 0):
            room -= units[i] == low
            kept[found] = i
            found += 1
    return found


@njit(cache=True, nogil=True)
def column_units(
    text: Any, column: int, period: int, letters: int, costs: Any, offsets: Any, order: int, by_shift: Any
) -> None:
    """Fill by_shift (letters,) with the cost of the windows of a column when its letters are shifted on by 0, 1, ..."""
    by_shift[:] = 0
    length = len(text)
    top = letters ** (order - 1)
    reach = min(order, period)  # windows from the next letter of the column on are counted with that one
    for i in range(column, length, period):
        for shift in range(letters):
            index = 0
            for j in range(max(0, i - order + 1), i):
                letter = text[j] + shift if (i - j) % period == 0 else text[j]
                index = index * letters + (letter - letters if letter >= letters else letter)
            for j in range(i, min(i + reach, length)):
                letter = text[j] + shift if j == i else text[j]
                index = (index % top) * letters + (letter - letters if letter >= letters else letter)
                by_shift[shift] += costs[offsets[min(j + 1, order)] + index]


@njit(cache=True, nogil=True)
def climb(text: Any, shifts: Any, letters: int, costs: Any, offsets: Any, order: int) -> int:
    """Give each column in turn its best shift until none gets better. Returns how many keys were scored."""
    by_shift = np.empty(letters, np.int64)
    period = len(shifts)
    unchanged = 0
    column = 0
    keys = 0
    while unchanged < period:
        column_units(text, column, period, letters, costs, offsets, order, by_shift)
        keys += letters
        by = 0
        for shift in range(letters):
            if by_shift[shift] < by_shift[by]:
                by = shift
        if by_shift[by] < by_shift[0]:
            shifts[column] = (shifts[column] + by) % letters
            for i in range(column, len(text), period):
                text[i] = (text[i] + by) % letters
            unchanged = 0
        unchanged += 1
        column = (column + 1) % period
    return keys
