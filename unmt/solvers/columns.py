"""Orders of the columns of a columnar transposition, by beam search (numba).

A text of N letters in a grid of `width` columns has N // width full rows, and a last row of the first `long` = N mod
width columns. The columns were sent one after another: the one sent as number s stands in the ciphertext from
s * (N // width) + offset on, where the offset counts the long columns that were sent before it. Costs are in table
units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable
from unmt.solvers.shifts import cheapest

TAPER = 32.0
"""The first beams are wider, by TAPER / column**2: two columns side by side tell little. Chosen on held-out English."""


def beam_columns(cipher: NDArray[np.int64], width: int, table: NgramTable, beam: int, rows: int) -> NDArray[np.int64]:
    """Orders by beam search: (found, width) for each column of the grid the number under which it was sent.

    Fewest units first. The grid is filled from left to right: each of the beginnings is prolonged by every column that
    it lacks, at every offset that the columns which it has leave open, and the `beam` best are kept. The letters in a
    row cost what their n-grams cost; what stands before the first of them is not known yet. Only the first `rows` rows
    are looked at.
    """
    rows = min(rows, -(-len(cipher) // width))
    sizes = np.array([beam * max(1.0, TAPER / max(column, 1) ** 2) for column in range(1, width + 1)], np.int64)
    sent, units = _beam(cipher, width, rows, table.letters, table.costs, table.offsets, table.order, sizes)
    return np.asarray(sent[np.argsort(units, kind="stable")], np.int64)


@njit(cache=True, nogil=True)
def _beam(cipher: Any, width: int, rows: int, letters: int, costs: Any, offsets: Any, order: int, sizes: Any) -> Any:
    """Numbers (found, width) and units (found,) of the last beam, in no order. sizes: (width,) of the beams."""
    full = len(cipher) // width
    long = len(cipher) - full * width
    widest = sizes[0]
    context = np.zeros((widest, rows), np.int32)  # the last letters of each row as a number, for each beginning
    next_context = np.zeros((widest, rows), np.int32)
    placed = np.full((widest, width, 2), -1, np.int32)  # offset of each sent column, and whether it is long
    next_placed = placed.copy()
    sent = np.zeros((widest, width), np.int32)
    next_sent = sent.copy()
    units = np.zeros(widest, np.int64)
    prolonged = np.empty(8 * widest, np.int64)
    choice = np.empty((8 * widest, 3), np.int32)  # beginning, number, offset
    kept = np.empty(widest, np.int64)
    known = letters ** max(order - 2, 0)  # a context of order - 1 letters drops its oldest
    found = 1
    for column in range(width):
        is_long = 1 if column < long else 0
        height = min(rows, full + is_long)
        table = offsets[min(column + 1, order)]
        found = _prolong(
            cipher, column, height, long, letters, costs, table, context, placed, units, found, sizes[column],
            prolonged, choice, kept,
        )  # fmt: skip
        for new in range(found):
            old, number, offset = choice[new, 0], choice[new, 1], choice[new, 2]
            for other in range(width):  # loops, because numba compiles them ten times faster than slices
                next_placed[new, other, 0] = placed[old, other, 0]
                next_placed[new, other, 1] = placed[old, other, 1]
                next_sent[new, other] = sent[old, other]
            next_placed[new, number, 0] = offset
            next_placed[new, number, 1] = is_long
            next_sent[new, column] = number
            units[new] = prolonged[new]
            for row in range(height):
                history = context[old, row] % known if column >= order - 1 else context[old, row]
                letter = cipher[number * full + offset + row]
                next_context[new, row] = history * letters + letter if order > 1 else 0
        context, next_context = next_context, context
        placed, next_placed = next_placed, placed
        sent, next_sent = next_sent, sent
    return sent[:found].copy(), units[:found].copy()


@njit(cache=True, nogil=True)
def _prolong(
    cipher: Any,
    column: int,
    height: int,
    long: int,
    letters: int,
    costs: Any,
    table: int,
    context: Any,
    placed: Any,
    units: Any,
    found: int,
    size: int,
    prolonged: Any,
    choice: Any,
    kept: Any,
) -> int:
    """Put the `size` best ways to add a column into prolonged (units) and choice; returns how many there are.

    Whenever the room is full, only the best stay, and what costs more than they do is not looked at to its end.
    """
    width = placed.shape[1]
    full = len(cipher) // width
    low, high = np.empty(width, np.int64), np.empty(width, np.int64)
    limit = 1 << 60
    count = 0
    for at in range(found):
        _open_offsets(placed[at], 1 if column < long else 0, long, low, high)
        for number in range(width):
            for offset in range(low[number], high[number] + 1):
                start = number * full + offset
                total = units[at]
                for row in range(height):
                    total += costs[table + context[at, row] * letters + cipher[start + row]]
                    if total >= limit:
                        break
                if total >= limit:
                    continue
                prolonged[count] = total
                choice[count, 0], choice[count, 1], choice[count, 2] = at, number, offset
                count += 1
                if count == len(prolonged):
                    count = _keep(prolonged, choice, count, size, kept)
                    limit = 0
                    for i in range(count):
                        limit = max(limit, prolonged[i])
    return _keep(prolonged, choice, count, size, kept)


@njit(cache=True, nogil=True)
def _keep(prolonged: Any, choice: Any, count: int, size: int, kept: Any) -> int:
    """Move the `size` cheapest to the front; returns how many there are."""
    count = cheapest(prolonged, count, size, kept)
    for i in range(count):  # kept rises, so nothing is overwritten before it has moved
        prolonged[i] = prolonged[kept[i]]
        for field in range(3):
            choice[i, field] = choice[kept[i], field]
    return count


@njit(cache=True, nogil=True)
def _open_offsets(placed: Any, is_long: int, long: int, low: Any, high: Any) -> None:
    """The offsets low..high that are open to each sent column without a place; low > high for one that has a place.

    placed: (width, 2) offset (-1 without a place), and whether it is long. Between two columns with a place, none to
    all of those without are long.
    """
    width = len(placed)
    last = -1  # the column with a place that was sent last before this one
    after = 0  # long columns sent up to that one
    for number in range(width):
        if placed[number, 0] >= 0:
            last, after = number, placed[number, 0] + placed[number, 1]
            low[number], high[number] = 1, 0
        else:
            low[number], high[number] = after, after + number - last - 1
    following, before = width, long
    for number in range(width - 1, -1, -1):
        if placed[number, 0] >= 0:
            following, before = number, placed[number, 0]
        else:
            low[number] = max(low[number], before - is_long - (following - number - 1))
            high[number] = min(high[number], before - is_long)


@njit(cache=True, nogil=True)
def undo_columns(cipher: Any, sent: Any, starts: Any, text: Any) -> None:
    """Fill text (N,) with what stood in the grid, row by row. starts: (width,) room to work in."""
    width = len(sent)
    full = len(cipher) // width
    for column in range(width):
        starts[column] = sent[column] * full
        for other in range(len(cipher) - full * width):
            starts[column] += sent[other] < sent[column]
    row = 0
    column = 0
    for i in range(len(cipher)):
        text[i] = cipher[starts[column] + row]
        column += 1
        if column == width:
            column = 0
            row += 1
