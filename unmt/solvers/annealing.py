"""Simulated annealing over keys of substitution ciphers, with incremental rescoring (numba).

Metropolis' rule accepts a rise of the code length up to T * Exp(1), T in bits (Kirkpatrick, Gelatt and Vecchi,
"Optimization by simulated annealing", 1983). The threshold is drawn before a key is scored, so that scoring can stop as
soon as it is passed: late in a run most keys are refused after a quarter of their windows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from unmt.objectives.code_length import window_costs, window_entries
from unmt.solvers.random import EXPONENTIALS, next_random

STRIDE = 8
"""Windows that are scored between two looks at the threshold."""

BLOCKS = 100
"""Temperatures of a run."""


@njit(cache=True, nogil=True, inline="always")
def _below(bits: Any, n: int) -> int:
    """A number in 0..n-1 from the upper 32 of 64 random bits."""
    return np.int64((bits >> np.uint64(32)) * np.uint64(n) >> np.uint64(32))  # type: ignore[return-value]  # in numba


@njit(cache=True, nogil=True)
def temperature(block: int, blocks: int, hot: float, cold: float) -> float:
    """Geometric cooling: hot at block 0, cold at the last."""
    return hot * (cold / hot) ** (block / (blocks - 1.0))


@njit(cache=True, nogil=True)
def swap_moves(
    key: Any, entries: Any, costs: Any, table: Any, lists: Any, limit_units: float, moves: int, state: Any, total: int
) -> int:
    """`moves` proposals to swap the letters of two symbols, at one temperature (limit_units, in table units).

    key, entries, costs are changed in place; total is the cost before, and what is returned the cost after.
    """
    first, second, start, window, step = lists
    pairs = len(first)
    for _ in range(moves):
        bits = next_random(state)
        pair = _below(bits, pairs)
        a, b = first[pair], second[pair]
        change = key[b] - key[a]
        begin, end = start[pair], start[pair + 1]
        before = 0
        for i in range(begin, end):
            before += costs[window[i]]
        limit = before + limit_units * EXPONENTIALS[bits & np.uint64(4095)]
        after = 0
        i = begin
        while i + STRIDE <= end and after <= limit:
            for j in range(STRIDE):
                after += table[entries[window[i + j]] + change * step[i + j]]
            i += STRIDE
        if after > limit:
            continue
        while i < end:
            after += table[entries[window[i]] + change * step[i]]
            i += 1
        if after > limit:
            continue
        for i in range(begin, end):
            w = window[i]
            entries[w] += change * step[i]
            costs[w] = table[entries[w]]
        key[a], key[b] = key[b], key[a]
        total += after - before
    return total


@njit(cache=True, nogil=True)
def anneal_swaps(
    key: Any,
    windows: Any,
    lists: Any,
    table: Any,
    hot: float,
    cold: float,
    moves: int,
    state: Any,
    pool: Any,
    pooled: Any,
) -> int:
    """One annealing run over permutations, from `key` (symbols,), changed in place.

    windows: (constants, start, window, coefficient); hot, cold: temperatures in table units. The key at the end of each
    of the last len(pool) blocks goes to pool (kept, symbols) and its cost to pooled (kept,). Returns the last cost.
    """
    constants, start, window, coefficient = windows
    long_entries = np.empty(len(constants), np.int64)
    window_entries(constants, start, window, coefficient, key, long_entries)
    entries = long_entries.astype(np.int32)
    costs = np.empty(len(constants), np.uint8)
    total = window_costs(entries, table, costs)
    for block in range(BLOCKS):
        limit = temperature(block, BLOCKS, hot, cold)
        total = swap_moves(key, entries, costs, table, lists, limit, moves // BLOCKS, state, total)
        kept = block - (BLOCKS - len(pool))
        if kept >= 0:
            pool[kept] = key
            pooled[kept] = total
    return total


@njit(cache=True, nogil=True)
def _walk(
    start: Any,
    window: Any,
    coefficient: Any,
    a: int,
    b: int,
    change: int,
    entries: Any,
    costs: Any,
    table: Any,
    write: bool,
) -> float:
    """What it adds to the cost to give a the letter `change` above its own and b the one `change` below.

    write: whether it is done.
    """
    i, end_a, j, end_b = start[a], start[a + 1], start[b], start[b + 1]
    added = 0
    while i < end_a or j < end_b:
        if j >= end_b or (i < end_a and window[i] < window[j]):
            w, moved = window[i], change * coefficient[i]
            i += 1
        elif i >= end_a or window[j] < window[i]:
            w, moved = window[j], -change * coefficient[j]
            j += 1
        else:
            w, moved = window[i], change * (coefficient[i] - coefficient[j])
            i += 1
            j += 1
        cost = table[entries[w] + moved]
        added += np.int64(cost) - np.int64(costs[w])  # type: ignore[assignment]  # an int in numba
        if write:
            entries[w] += moved
            costs[w] = cost
    return added


@njit(cache=True, nogil=True)
def choice_change(uses: Any, homophones: Any, logs: Any, old: int, new: int, count: int) -> float:
    """By how much a symbol seen `count` times changes the sum of uses * log2(homophones) when it leaves old for new."""
    return (
        (uses[old] - count) * logs[homophones[old] - 1]
        + (uses[new] + count) * logs[homophones[new] + 1]
        - uses[old] * logs[homophones[old]]
        - uses[new] * logs[homophones[new]]
    )


@njit(cache=True, nogil=True)
def homophone_moves(
    key: Any, entries: Any, costs: Any, table: Any, windows: Any, counts: Any, homophones: Any, uses: Any, logs: Any,
    prior: Any, proposals: Any, limit_units: float, moves: int, state: Any, total: Any, best_key: Any,
) -> None:  # fmt: skip
    """`moves` proposals at one temperature: three in four give a symbol another letter, one in four swaps two symbols.

    total: (2,) the cost now and the least so far, in table units, best_key the key of the least; logs: log2 of 0, 1, 2
    and so on in table units (0 for 0); prior: (letters,) cost of a letter in the key; proposals: (4096,) letters.
    """
    _, start, window, coefficient = windows
    symbols = len(key)
    for _ in range(moves):
        bits = next_random(state)
        symbol = _below(bits, symbols)
        allowed = limit_units * EXPONENTIALS[bits & np.uint64(4095)]
        more = next_random(state)
        old = key[symbol]
        if more & np.uint64(3) == np.uint64(0):
            other = _below(more, symbols)
            new = key[other]
            if new == old:
                continue
            moved = counts[other] - counts[symbol]
            extra = moved * (logs[homophones[old]] - logs[homophones[new]])
            added = _walk(start, window, coefficient, symbol, other, new - old, entries, costs, table, False)
            if added + extra > allowed:
                continue
            _walk(start, window, coefficient, symbol, other, new - old, entries, costs, table, True)
            key[symbol], key[other] = new, old
            uses[old] += moved
            uses[new] -= moved
            total[0] += added + extra
        else:
            new = proposals[(more >> np.uint64(10)) & np.uint64(4095)]
            if new == old:
                continue
            extra = choice_change(uses, homophones, logs, old, new, counts[symbol]) + prior[new] - prior[old]
            change = new - old
            begin, end = start[symbol], start[symbol + 1]
            before = 0
            for i in range(begin, end):
                before += costs[window[i]]
            limit = before + allowed - extra
            after = 0
            i = begin
            while i + STRIDE <= end and after <= limit:
                for j in range(STRIDE):
                    after += table[entries[window[i + j]] + change * coefficient[i + j]]
                i += STRIDE
            if after > limit:
                continue
            while i < end:
                after += table[entries[window[i]] + change * coefficient[i]]
                i += 1
            if after > limit:
                continue
            for i in range(begin, end):
                w = window[i]
                entries[w] += change * coefficient[i]
                costs[w] = table[entries[w]]
            key[symbol] = new
            homophones[old] -= 1
            homophones[new] += 1
            uses[old] -= counts[symbol]
            uses[new] += counts[symbol]
            total[0] += after - before + extra
        if total[0] < total[1] - 1e-6:
            total[1] = total[0]
            best_key[:] = key


@njit(cache=True, nogil=True)
def anneal_homophones(
    key: Any, windows: Any, counts: Any, table: Any, logs: Any, prior: Any, proposals: Any, letters: int,
    hot: float, cold: float, moves: int, state: Any, stop: Any,
) -> float:  # fmt: skip
    """One annealing run over keys in which letters may have several symbols; key becomes the best. Returns its cost.

    stop: (1,) uint8; when another thread sets it the run ends early.
    """
    constants, start, window, coefficient = windows
    long_entries = np.empty(len(constants), np.int64)
    window_entries(constants, start, window, coefficient, key, long_entries)
    entries = long_entries.astype(np.int32)
    costs = np.empty(len(constants), np.uint8)
    total = np.zeros(2, np.float64)
    homophones = np.zeros(letters, np.int64)
    uses = np.zeros(letters, np.int64)
    total[0] = window_costs(entries, table, costs)
    for symbol in range(len(key)):
        homophones[key[symbol]] += 1
        uses[key[symbol]] += counts[symbol]
        total[0] += prior[key[symbol]]
    for letter in range(letters):
        total[0] += uses[letter] * logs[homophones[letter]]
    total[1] = total[0]
    best_key = key.copy()
    for block in range(BLOCKS):
        if stop[0] != 0:
            break
        limit = temperature(block, BLOCKS, hot, cold)
        homophone_moves(
            key, entries, costs, table, windows, counts, homophones, uses, logs, prior, proposals, limit,
            moves // BLOCKS, state, total, best_key,
        )  # fmt: skip
    key[:] = best_key
    return total[1]
