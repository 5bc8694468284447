"""Grid in sections: a grid is cut into bands of rows, and each band is read in knight-like steps.

So the Zodiac's letter of 340 signs is read: 17 columns, bands of 9, 9 and 2 rows, one down and two to the right,
the last band row by row.
Source: David Oranchak, Sam Blake, Jarl Van Eycke, "The solution of the Zodiac killer's 340-character cipher", 2024.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.transposition import Order, Transposition

WIDEST = 40
MOST_ROWS = 40
LONGEST_STEP = 4


@dataclass(frozen=True)
class GridSections(Transposition, EnumerableMapping):
    """Sections of `section_rows` rows of `width` symbols; what is left at the end is a last, smaller section.

    down, right    the step from one symbol to the next, round the edges of the section: 0 <= down < section_rows, at
                   most LONGEST_STEP; right likewise, from 0 to width - 1, or LONGEST_STEP to the left (width - 1,
                   width - 2, ...). When the steps come back to where they began, the reading goes on with the first
                   symbol that was not read.
    rest_in_lines  the last, smaller section is read row by row and not in steps
    """

    family: ClassVar[str] = "grid-sections"

    width: int
    section_rows: int
    down: int
    right: int
    rest_in_lines: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= self.width <= WIDEST:
            self._refuse("width", f"{self.width} is not from 2 to {WIDEST}")
        if not 1 <= self.section_rows <= MOST_ROWS:
            self._refuse("section_rows", f"{self.section_rows} is not from 1 to {MOST_ROWS}")
        if (self.down, self.right) not in _steps(self.section_rows, self.width):
            self._refuse("down and right", f"{self.down} and {self.right} is no step of at most {LONGEST_STEP} symbols")

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[int, int, int, int, bool]]:
        for width in range(2, max(2, min(WIDEST, length // 2)) + 1):
            grid_rows = -(-length // width)
            for section_rows in range(1, min(MOST_ROWS, grid_rows) + 1):
                has_rest = grid_rows % section_rows > 0
                for down, right in _steps(section_rows, width):
                    yield width, section_rows, down, right, False
                    if has_rest:
                        yield width, section_rows, down, right, True

    @classmethod
    def number_of_keys(cls, alphabet: str, length: int) -> int:
        return _number_of_keys(length)

    def order(self, length: int) -> Order:
        cells = self.section_rows * self.width
        sections, rest = divmod(length, cells)
        starts = np.arange(sections)[:, None] * cells
        whole = (starts + _walk(self.section_rows, self.width, self.down, self.right)).ravel()
        if self.rest_in_lines:
            last = np.arange(rest)
        else:
            last = _walk(-(-rest // self.width), self.width, self.down, self.right)
        return np.concatenate([whole, sections * cells + last[last < rest]])

    def key(self) -> dict[str, object]:
        return {
            "width": self.width,
            "section_rows": self.section_rows,
            "down": self.down,
            "right": self.right if self.right <= LONGEST_STEP else self.right - self.width,
            "rest": "in lines" if self.rest_in_lines else "in steps",
        }


@lru_cache(maxsize=256)
def _steps(rows: int, width: int) -> tuple[tuple[int, int], ...]:
    """The different steps (down, right) in a section, without the one that stays where it is."""
    rights = sorted({right % width for right in range(-LONGEST_STEP, LONGEST_STEP + 1)})
    steps = [(down, right) for down in range(min(rows, LONGEST_STEP + 1)) for right in rights]
    return tuple(step for step in steps if step != (0, 0))


@lru_cache(maxsize=1024)
def _number_of_keys(length: int) -> int:
    return sum(1 for _ in GridSections.parameters("", length))


def _walk(rows: int, width: int, down: int, right: int) -> Order:
    """(rows * width,) the cells of a section in the order of the steps."""
    cells = rows * width
    if cells == 0:
        return np.arange(0)
    # Lengths of the cycles of the two coordinates; the walk closes after their least common multiple.
    row_cycle, column_cycle = rows // gcd(rows, down), width // gcd(width, right)
    closed = row_cycle * column_cycle // gcd(row_cycle, column_cycle)
    step = np.arange(closed)
    was_read = np.zeros(cells, dtype=np.bool_)
    walk = np.empty(cells, dtype=np.int64)
    for begin in range(0, cells, closed):
        start_row, start_column = divmod(int(np.argmin(was_read)), width)
        turn = (start_row + down * step) % rows * width + (start_column + right * step) % width
        walk[begin : begin + closed] = turn
        was_read[turn] = True
    return walk
