"""A tree of texts by what they share: average linkage of distances, as a picture and in brackets."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

WIDTH, ROW, MARGIN, NAMES = 640, 44, 24, 90


def linkage_of(distances: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n - 1, 4) merges as scipy writes them: two clusters, their distance, and how many texts they hold.

    distances: (n, n), symmetric; the diagonal is not looked at. n is 2 or more.
    """
    from scipy.cluster.hierarchy import linkage

    size = len(distances)
    return np.asarray(linkage(np.asarray(distances)[np.triu_indices(size, 1)], method="average"))


def tree_of(distances: NDArray[np.floating], names: Sequence[str]) -> str:
    """The tree in brackets, nearest first: ((es it) fr)."""
    parts = list(names)
    for first, second, *_ in linkage_of(distances):
        parts.append(f"({parts[int(first)]} {parts[int(second)]})")
    return parts[-1]


def tree_svg(distances: NDArray[np.floating], names: Sequence[str]) -> str:
    """The tree as a picture that stands alone: names to the right, merges to the left the farther they are.

    The axis begins at the distance of the nearest two less a tenth of the range.
    """
    merges = linkage_of(distances)
    order = _leaves(merges, len(names))
    height = ROW * len(names) + 2 * MARGIN
    low, high = float(merges[0, 2]), float(merges[-1, 2])
    low -= 0.1 * (high - low) or 1e-9
    right, left = WIDTH - NAMES, MARGIN

    def across(distance: float) -> float:
        return right - (right - left) * (distance - low) / (high - low)

    places = {leaf: (float(right), MARGIN + ROW * (row + 0.5)) for row, leaf in enumerate(order)}
    marks = [
        f'<text x="{right + 10}" y="{places[leaf][1] + 5:.1f}" font-size="16">{escape(names[leaf])}</text>'
        for leaf in order
    ]
    for number, (first, second, distance, _) in enumerate(merges, start=len(names)):
        (ax, ay), (bx, by) = places[int(first)], places[int(second)]
        x = across(float(distance))
        line = f"M{ax:.1f} {ay:.1f}H{x:.1f}V{by:.1f}H{bx:.1f}"
        marks.append(f'<path d="{line}" fill="none" stroke="currentColor" stroke-width="2"/>')
        marks.append(f'<text x="{x + 6:.1f}" y="{(ay + by) / 2 + 4:.1f}" font-size="12">{1 - distance:.2%}</text>')
        places[number] = (x, (ay + by) / 2)
    described = escape(f"Tree of {', '.join(names)}: {tree_of(distances, names)}.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{described}"'
        f' font-family="system-ui, sans-serif" fill="currentColor">\n' + "\n".join(marks) + "\n</svg>\n"
    )


def _leaves(merges: NDArray[np.float64], size: int) -> list[int]:
    """The texts from top to bottom so that no lines cross."""
    held = {leaf: [leaf] for leaf in range(size)}
    for number, (first, second, *_) in enumerate(merges, start=size):
        held[number] = held[int(first)] + held[int(second)]
    return held[size + len(merges) - 1]
