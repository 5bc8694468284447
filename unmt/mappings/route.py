"""Route: a grid that is filled along one path and read along another, one of them row by row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.transposition import Order, Transposition, inverse_order

WIDEST = 100

# A path gives every cell of a grid a rank; the cells are visited from the lowest rank on. Arguments: the rows and
# columns of the cells, and the height and width of the grid.
Path = Callable[[Order, Order, int, int], Order]


def _lines(row: Order, column: Order, height: int, width: int) -> Order:  # noqa: ARG001
    """Line after line, all in the same direction."""
    return row * width + column


def _boustrophedon(row: Order, column: Order, height: int, width: int) -> Order:  # noqa: ARG001
    """As the ox ploughs: every other line backwards."""
    return row * width + np.where(row % 2 == 0, column, width - 1 - column)


def _spiral_in(row: Order, column: Order, height: int, width: int) -> Order:
    """Clockwise from the corner to the middle."""
    ring: Order = np.minimum(np.minimum(row, height - 1 - row), np.minimum(column, width - 1 - column))
    last_row, last_column = height - 1 - ring, width - 1 - ring
    along_top = column - ring
    along_right = (last_column - ring) + (row - ring)
    along_bottom = (last_column - ring) + (last_row - ring) + (last_column - column)
    along_left = 2 * (last_column - ring) + (last_row - ring) + (last_row - row)
    sides = [row == ring, column == last_column, row == last_row]
    place: Order = np.select(sides, [along_top, along_right, along_bottom], along_left)
    return ring * 2 * (height + width) + place


def _spiral_out(row: Order, column: Order, height: int, width: int) -> Order:
    """From the middle to the corner, against the clock."""
    return -_spiral_in(row, column, height, width)


def _diagonals(row: Order, column: Order, height: int, width: int) -> Order:
    """Diagonal after diagonal, each downwards."""
    return (row + column) * (height + width) + row


def _zigzag(row: Order, column: Order, height: int, width: int) -> Order:
    """Diagonal after diagonal, every other one upwards."""
    return (row + column) * (height + width) + np.where((row + column) % 2 == 0, column, row)


PATHS: dict[str, Path] = {
    "lines": _lines,
    "boustrophedon": _boustrophedon,
    "spiral-in": _spiral_in,
    "spiral-out": _spiral_out,
    "diagonals": _diagonals,
    "zigzag": _zigzag,
}
# Corner -> (bottom, right): which sides of the grid it lies on.
CORNERS = {
    "top-left": (False, False),
    "top-right": (False, True),
    "bottom-left": (True, False),
    "bottom-right": (True, True),
}


@dataclass(frozen=True)
class Route(Transposition, EnumerableMapping):
    """A grid of `width` columns; cells that an incomplete last row lacks are left out of the path.

    path           one of PATHS
    corner         where the path starts (a spiral from the middle: where it ends), one of CORNERS
    by_columns     the path runs as it would in the grid mirrored at its diagonal: in columns instead of rows,
                   spirals the other way round
    plain_in_rows  True: the plaintext is in the rows and the ciphertext was read along the path;
                   False: the ciphertext is in the rows and the plaintext is read along the path
    """

    family: ClassVar[str] = "route"

    width: int
    path: str
    corner: str = "top-left"
    by_columns: bool = False
    plain_in_rows: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= self.width <= WIDEST:
            self._refuse("width", f"{self.width} is not from 2 to {WIDEST}")
        if self.path not in PATHS:
            self._refuse("path", f"{self.path!r} is none of {', '.join(PATHS)}")
        if self.corner not in CORNERS:
            self._refuse("corner", f"{self.corner!r} is none of {', '.join(CORNERS)}")

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[int, str, str, bool, bool]]:
        widths = range(2, max(2, min(WIDEST, length - 1)) + 1)
        yield from product(widths, PATHS, CORNERS, (False, True), (False, True))

    def order(self, length: int) -> Order:
        height = -(-length // self.width)
        row, column = np.divmod(np.arange(length), self.width)
        from_bottom, from_right = CORNERS[self.corner]
        row = height - 1 - row if from_bottom else row
        column = self.width - 1 - column if from_right else column
        path = PATHS[self.path]
        rank = path(column, row, self.width, height) if self.by_columns else path(row, column, height, self.width)
        visited = np.argsort(rank)
        return inverse_order(visited) if self.plain_in_rows else visited

    def key(self) -> dict[str, object]:
        return {
            "width": self.width,
            "path": self.path,
            "corner": self.corner,
            "direction": "columns" if self.by_columns else "rows",
            "grid_holds": "plaintext" if self.plain_in_rows else "ciphertext",
        }
