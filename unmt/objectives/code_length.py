"""Code length of a deciphered text, kept up to date while a key changes (numba).

All kernels count in table units (sixteenths of a bit). A state of a search is the entry and the cost of every window;
a proposal sums the costs that the touched windows would have, and gives up as soon as the sum is past what could still
be accepted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.objectives.windows import Windows


@njit(cache=True, nogil=True)
def window_entries(constants: Any, start: Any, window: Any, coefficient: Any, key: Any, entries: Any) -> None:
    """Fill entries (windows,) with the table entry of every window under a key (symbols,)."""
    entries[:] = constants
    for s in range(len(start) - 1):
        for i in range(start[s], start[s + 1]):
            entries[window[i]] += key[s] * coefficient[i]


@njit(cache=True, nogil=True)
def window_costs(entries: Any, table: Any, costs: Any) -> int:
    """Fill costs (windows,) with the cost of every window; returns their sum."""
    total = 0
    for w in range(len(entries)):
        costs[w] = table[entries[w]]
        total += costs[w]
    return total


@njit(cache=True, nogil=True)
def text_units(text: Any, table: Any, offsets: Any, order: int, letters: int) -> int:
    """Cost of a text of letter ids, scored from scratch (for families whose moves touch the whole text)."""
    total = 0
    index = 0
    top = letters ** (order - 1)
    for i in range(len(text)):
        index = (index % top) * letters + text[i]
        total += table[offsets[min(i + 1, order)] + index]
    return total


@njit(cache=True, nogil=True)
def _merge(start: Any, window: Any, coefficient: Any, a: int, b: int, out_window: Any, out_step: Any, at: int) -> int:
    """Append the union of the windows of a and b, each with coefficient(a) - coefficient(b); returns the new end."""
    i, j = start[a], start[b]
    while i < start[a + 1] or j < start[b + 1]:
        if j >= start[b + 1] or (i < start[a + 1] and window[i] < window[j]):
            out_window[at], out_step[at] = window[i], coefficient[i]
            i += 1
        elif i >= start[a + 1] or window[j] < window[i]:
            out_window[at], out_step[at] = window[j], -coefficient[j]
            j += 1
        else:
            out_window[at], out_step[at] = window[i], coefficient[i] - coefficient[j]
            i += 1
            j += 1
        at += 1
    return at


@njit(cache=True, nogil=True)
def _pair_lists(start: Any, window: Any, coefficient: Any, first: Any, second: Any, pair_start: Any) -> Any:
    size = 0
    for p in range(len(first)):
        size += start[first[p] + 1] - start[first[p]] + start[second[p] + 1] - start[second[p]]
    out_window = np.empty(size, np.int32)
    out_step = np.empty(size, np.int32)
    at = 0
    for p in range(len(first)):
        pair_start[p] = at
        at = _merge(start, window, coefficient, first[p], second[p], out_window, out_step, at)
    pair_start[len(first)] = at
    return out_window[:at].copy(), out_step[:at].copy()


class PairLists:
    """For every pair of symbols of which at least one occurs: the windows that change when the two swap letters.

    Swapping the letters of a = first[p] and b = second[p] moves the entry of window[i] by (key[b] - key[a]) * step[i],
    for i in start[p]:start[p+1].
    """

    def __init__(self, windows: Windows) -> None:
        first, second = np.triu_indices(windows.symbols, 1)
        used = (windows.counts[first] > 0) | (windows.counts[second] > 0)
        self.first: NDArray[np.int64] = first[used].astype(np.int64)
        self.second: NDArray[np.int64] = second[used].astype(np.int64)
        self.start: NDArray[np.int64] = np.zeros(len(self.first) + 1, np.int64)
        self.window, self.step = _pair_lists(
            windows.start, windows.window, windows.coefficient, self.first, self.second, self.start
        )
