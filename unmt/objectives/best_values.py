"""The best values of rows, kept in falling order while values come one by one; of equal ones the first stays ahead."""

from __future__ import annotations

from typing import Any

from numba import njit


@njit(cache=True, nogil=True)
def keep_value(values: Any, row: int, value: Any) -> None:
    """Sort `value` into values[row], whose last one falls out; values (rows, k) start at -inf."""
    place = values.shape[1] - 1
    if not value > values[row, place]:  # nor where it is no number
        return
    while place > 0 and values[row, place - 1] < value:
        values[row, place] = values[row, place - 1]
        place -= 1
    values[row, place] = value


@njit(cache=True, nogil=True)
def keep_numbered(values: Any, numbers: Any, row: int, value: Any, number: int) -> None:
    """The same with what has the value: numbers (rows, k)."""
    place = values.shape[1] - 1
    if not value > values[row, place]:  # nor where it is no number
        return
    while place > 0 and values[row, place - 1] < value:
        values[row, place] = values[row, place - 1]
        numbers[row, place] = numbers[row, place - 1]
        place -= 1
    values[row, place] = value
    numbers[row, place] = number
