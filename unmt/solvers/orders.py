"""The orders in which families of transpositions with few keys read a text, many keys at once (numba).

    plaintext[i] == ciphertext[orders[key, i]]      0 <= i < places

The same orders as the mappings give, thousands of times faster; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.grid_sections import LONGEST_STEP, MOST_ROWS, GridSections
from unmt.mappings.grid_sections import WIDEST as WIDEST_GRID
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import CORNERS, PATHS, Route
from unmt.mappings.route import WIDEST as WIDEST_ROUTE

Keys = list[tuple[Any, ...]]
Orders = NDArray[np.int32]

BLOCK_CELLS = 1_000_000
"""Entries of one block of orders at most, so that it stays in the cache of the processor."""


def order_blocks(family: type[EnumerableMapping], length: int, places: int) -> Iterator[tuple[Keys, Orders]]:
    """Keys of a family for a text of `length`, and the first `places` of the order of each, block by block.

    A key is the fields of the mapping after `symbols` and `alphabet`. Keys of GridSections that read every text as
    another of its keys does are left out.
    """
    assert 1 <= places <= length
    if family is Route:
        yield from _route_blocks(length, places)
    elif family is GridSections:
        yield from _grid_blocks(length, places)
    else:
        fill = {RailFence: _fill_rail_fence, Period: _fill_period, Reverse: _fill_reverse}[family]
        keys = list(family.parameters("", length))
        size = max(1, BLOCK_CELLS // places)
        for start in range(0, len(keys), size):
            block = keys[start : start + size]
            orders = np.empty((len(block), places), np.int32)
            fill(np.array(block, np.int64).reshape(len(block), -1), length, orders)
            yield block, orders


def _route_blocks(length: int, places: int) -> Iterator[tuple[Keys, Orders]]:
    tail = [
        (path, corner, by_columns, plain_in_rows)
        for path in PATHS
        for corner in CORNERS
        for by_columns in (False, True)
        for plain_in_rows in (False, True)
    ]
    for width in range(2, max(2, min(WIDEST_ROUTE, length - 1)) + 1):
        orders = np.empty((len(tail), places), np.int32)
        _fill_routes(length, width, orders)
        yield [(width, *rest) for rest in tail], orders


def _grid_blocks(length: int, places: int) -> Iterator[tuple[Keys, Orders]]:
    for width in range(2, max(2, min(WIDEST_GRID, length // 2)) + 1):
        rights = sorted({right % width for right in range(-LONGEST_STEP, LONGEST_STEP + 1)})
        keys: Keys = []
        grid_rows = -(-length // width)
        for rows in range(1, min(MOST_ROWS, grid_rows) + 1):
            for down in range(min(rows, LONGEST_STEP + 1)):
                for right in rights:
                    if (down, right) == (0, 0):
                        continue
                    if down > 0 or rows == 1:  # steps inside a row do not see how many rows a section has
                        keys.append((width, rows, down, right, False))
                    if grid_rows % rows > 0:
                        keys.append((width, rows, down, right, True))
        size = max(1, BLOCK_CELLS // places)
        for start in range(0, len(keys), size):
            block = keys[start : start + size]
            orders = np.empty((len(block), places), np.int32)
            _fill_grids(np.array(block, np.int64), length, orders)
            yield block, orders


@njit(cache=True, nogil=True)
def _fill_reverse(keys: Any, length: int, orders: Any) -> None:
    for key in range(len(keys)):
        for i in range(orders.shape[1]):
            orders[key, i] = length - 1 - i


@njit(cache=True, nogil=True)
def _fill_period(keys: Any, length: int, orders: Any) -> None:
    """keys: (keys, 2) period, whether it is read backwards."""
    places = orders.shape[1]
    for key in range(len(keys)):
        period = keys[key, 0]
        backwards = keys[key, 1] == 1
        start = 0
        at = 0
        for i in range(places):
            if at >= length:
                start += 1
                at = start
            if not backwards:
                orders[key, i] = at
            at += period
        if backwards:
            residue = min(period, length) - 1
            at = residue + (length - 1 - residue) // period * period
            for i in range(places):
                if at < 0:
                    residue -= 1
                    at = residue + (length - 1 - residue) // period * period
                orders[key, i] = at
                at -= period


@njit(cache=True, nogil=True)
def _fill_rail_fence(keys: Any, length: int, orders: Any) -> None:
    """keys: (keys, 2) rails, offset of the zigzag."""
    for key in range(len(keys)):
        rails = keys[key, 0]
        turn = 2 * (rails - 1)
        at = np.zeros(rails + 1, np.int64)  # where the next letter of each rail stands in the ciphertext
        for i in range(length):
            step = (i + keys[key, 1]) % turn
            at[min(step, turn - step) + 1] += 1
        for rail in range(rails):
            at[rail + 1] += at[rail]
        for i in range(orders.shape[1]):
            step = (i + keys[key, 1]) % turn
            rail = min(step, turn - step)
            orders[key, i] = at[rail]
            at[rail] += 1


@njit(cache=True, nogil=True)
def _walk_section(rows: int, width: int, down: int, right: int, first: int, cells: int, order: Any, at: int) -> int:
    """Put the cells of a section of rows * width, those below `cells` only, into `order` from place `at` on.

    Steps close after `closed` cells. The cells that begin the turns, in the order in which they are the first unread
    ones, are the `starts` first of a row, row after row. Returns the next place.
    """
    row_cycle = rows // gcd(rows, down)
    column_cycle = width // gcd(width, right)
    closed = row_cycle * column_cycle // gcd(row_cycle, column_cycle)
    starts = gcd(width, row_cycle * right % width)
    for turn in range(rows * width // closed):
        row = turn // starts
        column = turn % starts
        for _ in range(closed):
            cell = row * width + column
            if cell < cells:
                if at >= len(order):
                    return at
                order[at] = first + cell
                at += 1
            row += down
            if row >= rows:
                row -= rows
            column += right
            if column >= width:
                column -= width
    return at


@njit(cache=True, nogil=True)
def _fill_grids(keys: Any, length: int, orders: Any) -> None:
    """keys: (keys, 5) width, rows of a section, step down, step right, whether the rest is read in lines."""
    places = orders.shape[1]
    for key in range(len(keys)):
        width, rows, down, right = keys[key, 0], keys[key, 1], keys[key, 2], keys[key, 3]
        cells = rows * width
        whole = length // cells * cells
        at = 0
        if whole > 0:
            at = _walk_section(rows, width, down, right, 0, cells, orders[key], 0)
        while at < min(places, whole):
            orders[key, at] = orders[key, at - cells] + cells
            at += 1
        if at >= places:
            continue
        if keys[key, 4] == 1:
            for i in range(at, places):
                orders[key, i] = i
        else:
            last_rows = -(-(length - whole) // width)
            _walk_section(last_rows, width, down % last_rows, right, whole, length - whole, orders[key], at)


@njit(cache=True, nogil=True)
def _path_cells(path: int, height: int, width: int, rows: Any, columns: Any) -> None:
    """The cells of a grid along one of PATHS (its place there): fills rows and columns, (height * width,) each."""
    n = height * width
    if path <= 1:  # lines, boustrophedon
        for i in range(n):
            rows[i] = i // width
            columns[i] = i % width if path == 0 or rows[i] % 2 == 0 else width - 1 - i % width
    elif path <= 3:  # spiral inwards, outwards
        row, column, row_step, column_step = 0, -1, 0, 1
        across, along = width, height - 1  # how far the next side goes, and the one after it
        i = 0
        while i < n:
            for _ in range(across):
                row += row_step
                column += column_step
                place = i if path == 2 else n - 1 - i
                rows[place] = row
                columns[place] = column
                i += 1
            across, along = along, across - 1
            row_step, column_step = column_step, -row_step
    else:  # diagonals, zigzag
        i = 0
        for diagonal in range(height + width - 1):
            low = max(0, diagonal - width + 1)
            high = min(height - 1, diagonal)
            upwards = path == 5 and diagonal % 2 == 0
            for step in range(high - low + 1):
                rows[i] = high - step if upwards else low + step
                columns[i] = diagonal - rows[i]
                i += 1


@njit(cache=True, nogil=True)
def _fill_routes(length: int, width: int, orders: Any) -> None:
    """All keys of one width: the corner inside the path, then by_columns, then plain_in_rows, the last fastest."""
    height = -(-length // width)
    places = orders.shape[1]
    rows = np.empty(height * width, np.int64)
    columns = np.empty(height * width, np.int64)
    visited = np.empty(length, np.int64)
    for path in range(6):
        for by_columns in range(2):
            if by_columns:
                _path_cells(path, width, height, columns, rows)
            else:
                _path_cells(path, height, width, rows, columns)
            for corner in range(4):
                at = 0
                for i in range(height * width):
                    row = height - 1 - rows[i] if corner >= 2 else rows[i]
                    column = width - 1 - columns[i] if corner % 2 == 1 else columns[i]
                    if row * width + column < length:
                        visited[at] = row * width + column
                        at += 1
                key = ((path * 4 + corner) * 2 + by_columns) * 2
                for i in range(places):
                    orders[key, i] = visited[i]
                for i in range(length):
                    if visited[i] < places:
                        orders[key + 1, visited[i]] = i
