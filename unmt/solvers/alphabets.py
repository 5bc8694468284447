"""Alphabets of the columns of a polyalphabetic cipher, apart and as shifts of one keyed tableau (numba).

A text of N letters c is read in columns i mod period, and alphabet[column, c] is the plain letter. With a tableau T, a
permutation of the letters, alphabet[column, T[x]] = T[(sign * x + shift[column]) mod A]; sign is 1 for Vigenère and -1
for Beaufort. Costs are in table units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from unmt.solvers.double_columns import copy_numbers, propose_order
from unmt.solvers.random import random_below

SHIFT_MOVES = 25
"""Of a hundred moves, so many give a column another shift; the others change the tableau."""


@njit(cache=True, nogil=True)
def _window_units(text: Any, end: int, costs: Any, offsets: Any, order: int, letters: int) -> int:
    """Cost of the letter at `end` after those before it."""
    first = max(0, end - order + 1)
    index = 0
    for i in range(first, end + 1):
        index = index * letters + text[i]
    return costs[offsets[end - first + 1] + index]


@njit(cache=True, nogil=True)
def _places(cipher: Any, period: int, letters: int, start: Any, place: Any) -> None:
    """Sort the places of a text: place[start[k]:start[k + 1]] are those with k = column * letters + letter."""
    start[:] = 0
    for i in range(len(cipher)):
        start[i % period * letters + cipher[i] + 1] += 1
    for k in range(period * letters):
        start[k + 1] += start[k]
    free = start.copy()
    for i in range(len(cipher)):
        k = i % period * letters + cipher[i]
        place[free[k]] = i
        free[k] += 1


@njit(cache=True, nogil=True)
def anneal_alphabets(
    cipher: Any,
    alphabets: Any,
    costs: Any,
    offsets: Any,
    order: int,
    steps: int,
    hot: float,
    cold: float,
    state: Any,
    waits: Any,
) -> int:
    """Anneal alphabets (period, letters) by swaps inside a column; they become the best. Returns their cost."""
    period, letters = alphabets.shape
    length = len(cipher)
    start = np.empty(period * letters + 1, np.int64)
    place = np.empty(length, np.int64)
    _places(cipher, period, letters, start, place)
    text = np.empty(length, np.int64)
    for i in range(length):
        text[i] = alphabets[i % period, cipher[i]]
    window = np.empty(length, np.int64)
    units = 0
    for end in range(length):
        window[end] = _window_units(text, end, costs, offsets, order, letters)
        units += window[end]
    best_units, best = units, alphabets.copy()
    touched_at = np.full(length, -1, np.int64)
    touched = np.empty(length, np.int64)
    touched_units = np.empty(length, np.int64)
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        column, a, b = random_below(state, period), random_below(state, letters), random_below(state, letters)
        pair = (column * letters + a, column * letters + b)
        if a == b or (start[pair[0]] == start[pair[0] + 1] and start[pair[1]] == start[pair[1] + 1]):
            continue
        letter_a, letter_b = alphabets[column, a], alphabets[column, b]
        for j in range(start[pair[0]], start[pair[0] + 1]):
            text[place[j]] = letter_b
        for j in range(start[pair[1]], start[pair[1] + 1]):
            text[place[j]] = letter_a
        change = 0
        count = 0
        for which in range(2):
            for j in range(start[pair[which]], start[pair[which] + 1]):
                for end in range(place[j], min(place[j] + order, length)):
                    if touched_at[end] != step:
                        touched_at[end] = step
                        touched[count] = end
                        touched_units[count] = _window_units(text, end, costs, offsets, order, letters)
                        change += touched_units[count] - window[end]
                        count += 1
        if change <= temperature * waits[random_below(state, len(waits))]:
            units += change
            for i in range(count):
                window[touched[i]] = touched_units[i]
            alphabets[column, a], alphabets[column, b] = letter_b, letter_a
            if units < best_units:
                best_units = units
                _copy_table(alphabets, best)
        else:
            for j in range(start[pair[0]], start[pair[0] + 1]):
                text[place[j]] = letter_a
            for j in range(start[pair[1]], start[pair[1] + 1]):
                text[place[j]] = letter_b
    _copy_table(best, alphabets)
    return best_units


@njit(cache=True, nogil=True)
def _copy_table(source: Any, target: Any) -> None:
    for row in range(len(source)):
        copy_numbers(source[row], target[row])


@njit(cache=True, nogil=True)
def tableau_alphabets(tableau: Any, shifts: Any, sign: int, alphabets: Any) -> None:
    """Fill the alphabets (period, letters) of a tableau (letters,) and shifts (period,)."""
    letters = len(tableau)
    for column in range(len(shifts)):
        for x in range(letters):
            y = sign * x + shifts[column]
            if y < 0:
                y += letters
            elif y >= letters:
                y -= letters
            alphabets[column, tableau[x]] = tableau[y]


@njit(cache=True, nogil=True)
def _agreement_loss(weights: Any, tableau: Any, shifts: Any, sign: int) -> float:
    """Minus the weight of all (cipher letter, plain letter) that the tableau has as well."""
    letters = len(tableau)
    loss = 0.0
    for column in range(len(shifts)):
        for x in range(letters):
            y = sign * x + shifts[column]
            if y < 0:
                y += letters
            elif y >= letters:
                y -= letters
            loss -= weights[column, tableau[x], tableau[y]]
    return loss


@njit(cache=True, nogil=True)
def _tableau_units(cipher: Any, alphabets: Any, costs: Any, offsets: Any, order: int, limit: float) -> int:
    """Cost of the deciphered text, or something above limit if it is above it."""
    period, letters = alphabets.shape
    top = letters ** (order - 1)
    index = 0
    total = 0
    column = 0
    for i in range(len(cipher)):
        index = (index % top) * letters + alphabets[column, cipher[i]]
        total += costs[offsets[min(i + 1, order)] + index]
        column += 1
        if column == period:
            column = 0
            if total > limit:
                return total
    return total


@njit(cache=True, nogil=True)
def anneal_tableau(
    cipher: Any,
    weights: Any,
    tableau: Any,
    shifts: Any,
    sign: int,
    costs: Any,
    offsets: Any,
    order: int,
    steps: int,
    hot: float,
    cold: float,
    state: Any,
    waits: Any,
) -> float:
    """Anneal a tableau (letters,) and its shifts (period,), which become the best; returns the smallest loss.

    order 0: the loss is the disagreement with weights (period, letters, letters) of cipher and plain letters; otherwise
    it is the cost of the text by n-grams of that order. hot, cold: in units of the loss.
    """
    letters = len(tableau)
    period = len(shifts)
    alphabets = np.empty((period, letters), np.int64)
    new_tableau, best_tableau = tableau.copy(), tableau.copy()
    new_shifts, best_shifts = shifts.copy(), shifts.copy()
    loss = best_loss = 1e18
    for step in range(steps):
        temperature = hot * (cold / hot) ** (step / steps)
        limit = loss + temperature * waits[random_below(state, len(waits))]
        if step > 0:
            if random_below(state, 100) < SHIFT_MOVES:
                new_shifts[random_below(state, period)] = random_below(state, letters)
            else:
                propose_order(tableau, state, new_tableau)
        if order == 0:
            new = _agreement_loss(weights, new_tableau, new_shifts, sign)
        else:
            tableau_alphabets(new_tableau, new_shifts, sign, alphabets)
            new = float(_tableau_units(cipher, alphabets, costs, offsets, order, limit))
        if new <= limit:
            loss = new
            copy_numbers(new_tableau, tableau)
            copy_numbers(new_shifts, shifts)
            if loss < best_loss:
                best_loss = loss
                copy_numbers(tableau, best_tableau)
                copy_numbers(shifts, best_shifts)
        else:
            copy_numbers(tableau, new_tableau)
            copy_numbers(shifts, new_shifts)
    copy_numbers(best_tableau, tableau)
    copy_numbers(best_shifts, shifts)
    return best_loss
