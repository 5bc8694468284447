"""The orders of a double columnar transposition: the second without the first, or both at once (numba).

When the second transposition is undone rightly, what is left is a columnar transposition: the text falls into blocks,
the columns of the first grid, and the letters of one block are followed by those of another. How well the best follower
of every block follows it, by letter pairs, can be annealed over the second order alone; the first is then easy. Where
the blocks are as long as some full rows of the second grid, every second order gives the same pairs: there both orders
are annealed at once, by trigrams.
Source of the idea: George Lasry, Nils Kopal, Arno Wacker, "Solving the double transposition challenge with a
divide-and-conquer approach", Cryptologia 38, 2014.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable
from unmt.solvers.columns import undo_columns
from unmt.solvers.random import random_below


def pair_gains(table: NgramTable) -> NDArray[np.int32]:
    """(letters * letters,) what the second letter of a pair costs more after the first than it does alone, in units."""
    letters = table.letters
    alone = table.costs[table.offsets[1] :][:letters].astype(np.int32)
    if table.order == 1:
        return np.zeros(letters * letters, np.int32)
    pairs = table.costs[table.offsets[2] :][: letters * letters].astype(np.int32).reshape(letters, letters)
    return np.ascontiguousarray(pairs - alone).ravel()


@njit(cache=True, nogil=True)
def block_units(text: Any, blocks: int, gains: Any, letters: int) -> int:
    """The sum over the blocks of a text of the pair gains between the block and the block that follows it best.

    Blocks may begin one letter earlier or later than where equal ones would.
    """
    length = len(text)
    height = length // blocks
    total = 0
    for block in range(blocks):
        first = block * length // blocks
        best = 1 << 40
        for other in range(blocks):
            if other == block:
                continue
            nominal = other * length // blocks
            for second in range(max(nominal - 1, 0), min(nominal + 1, length - height) + 1):
                units = 0
                for row in range(height):
                    units += gains[text[first + row] * letters + text[second + row]]
                best = min(best, units)
        total += best
    return total


@njit(cache=True, nogil=True)
def copy_numbers(source: Any, target: Any) -> None:
    """A loop, because numba compiles it ten times faster than an assignment to a slice."""
    for i in range(len(source)):
        target[i] = source[i]


@njit(cache=True, nogil=True)
def propose_order(sent: Any, state: Any, changed: Any) -> None:
    """Fill changed (width,) with a neighbour of an order: two columns swapped, a run of them moved, or turned round."""
    width = len(sent)
    kind = random_below(state, 4)
    first = random_below(state, width)
    copy_numbers(sent, changed)
    if kind == 0:
        second = random_below(state, width)
        changed[first], changed[second] = sent[second], sent[first]
        return
    run = 1 + random_below(state, width - 1)
    if kind == 3:
        for i in range(run):
            changed[(first + i) % width] = sent[(first + run - 1 - i) % width]
        return
    by = 1 + random_below(state, width - run)  # the run goes past the next `by` columns, round the end of the row
    for i in range(run):
        changed[(first + by + i) % width] = sent[(first + i) % width]
    for i in range(by):
        changed[(first + i) % width] = sent[(first + run + i) % width]


@njit(cache=True, nogil=True)
def anneal_second_order(
    cipher: Any,
    blocks: int,
    sent: Any,
    gains: Any,
    letters: int,
    steps: int,
    hot: float,
    cold: float,
    state: Any,
    waits: Any,
) -> int:
    """Anneal the second order (width,) for a first grid of `blocks` columns, from hot to cold (geometric, table units).

    The order becomes the best that was met; its block units are returned.
    """
    starts = np.empty(len(sent), np.int64)
    text = np.empty(len(cipher), np.int64)
    changed = sent.copy()
    best = sent.copy()
    undo_columns(cipher, sent, starts, text)
    units = block_units(text, blocks, gains, letters)
    best_units = units
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        propose_order(sent, state, changed)
        undo_columns(cipher, changed, starts, text)
        new = block_units(text, blocks, gains, letters)
        if new <= units + temperature * waits[random_below(state, len(waits))]:
            units = new
            copy_numbers(changed, sent)
            if units < best_units:
                best_units = units
                copy_numbers(sent, best)
    copy_numbers(best, sent)
    return best_units


@njit(cache=True, nogil=True)
def _trigram_units(text: Any, costs: Any, table: int, pairs: int, letters: int, limit: int) -> int:
    """Cost of a text by trigrams from the third letter on, or something above limit. pairs: letters**2, 0 for pairs."""
    total = 0
    for i in range(2, len(text)):
        total += costs[table + text[i - 2] * pairs + text[i - 1] * letters + text[i]]
        if total > limit and i % 32 == 0:
            return total
    return total


@njit(cache=True, nogil=True)
def anneal_both_orders(
    cipher: Any,
    first: Any,
    second: Any,
    costs: Any,
    table: int,
    pairs: int,
    letters: int,
    steps: int,
    hot: float,
    cold: float,
    state: Any,
    waits: Any,
) -> int:
    """Anneal both orders, geometrically from hot to cold (table units). They become the best; returns their cost.

    table: where the trigrams (pairs: letters**2) or, for a table of two orders, the pairs (0) start in costs.
    """
    orders = (first, second)
    changed = (first.copy(), second.copy())
    best = (first.copy(), second.copy())
    starts = (np.empty(len(first), np.int64), np.empty(len(second), np.int64))
    left = np.empty(len(cipher), np.int64)
    text = np.empty(len(cipher), np.int64)
    units = 1 << 60
    best_units = units
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        limit = units + int(temperature * waits[random_below(state, len(waits))])
        which = random_below(state, 2)
        propose_order(orders[which], state, changed[which])
        undo_columns(cipher, changed[1], starts[1], left)
        undo_columns(left, changed[0], starts[0], text)
        new = _trigram_units(text, costs, table, pairs, letters, limit)
        if new <= limit:
            units = new
            copy_numbers(changed[which], orders[which])
            if units < best_units:
                best_units = units
                copy_numbers(first, best[0])
                copy_numbers(second, best[1])
        else:
            copy_numbers(orders[which], changed[which])
    copy_numbers(best[0], first)
    copy_numbers(best[1], second)
    return best_units
