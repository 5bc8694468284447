"""The code length of word vectors through a map: the map, the mapped vectors, and the way back, in bits.

    L(f)  +  C_Y( f(X) )  +  C( X | f(X) )

C_Y is a density on the unit sphere that stands on the vectors of the other language: on each of them kernels of several
widths (von Mises and Fisher's, the normal law of a sphere), and beside them one that is the same everywhere:

    C_Y(v) = -log2 sum over k of w_k / M sum over j of c(a_k) exp( a_k v . y_j )

The shares w_k of the widths are fitted, and paid for with the map. So a word that has a clear translation is coded by a
narrow kernel, and one that has none costs little more than on its own. A rotation keeps all volumes, and its way back
costs nothing; a map that draws vectors together must be paid by the bits that tell them apart again:

    C( v | f(v) ) = -log2 ( |det W| / |v W|^d ),  f(v) = v W / |v W|

so that vectors cannot be made cheap by heaping them up. Bits are those of vectors with PRECISION_BITS a dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.linear_map import unit_rows

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

CONCENTRATIONS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Of the kernels, times the dimensions; each is twice the one before it."""

PRECISION_BITS = 10.0
"""Binary places of a coordinate: three decimals, with which vectors are written."""

FITTING_ROUNDS, BLOCK_ROWS = 50, 512
LARGEST_ORDER = 200.0
"""Beyond it Bessel functions are taken from their expansion, whose first two terms leave an error below 1e-6."""


@dataclass(frozen=True)
class KernelCode:
    """bits: (words,) of each vector under the density; weights: (widths + 1,) shares, the even density first."""

    bits: Doubles
    weights: Doubles


def kernel_code(vectors: Floats, centres: Floats) -> KernelCode:
    """The code of unit vectors (words, d) under kernels on unit vectors (centres, d)."""
    logs = _kernel_logs(vectors, centres)
    highest = logs.max(axis=1, keepdims=True)
    likelihoods = np.exp(logs - highest)
    weights = np.full(logs.shape[1], 1.0 / logs.shape[1])
    for _ in range(FITTING_ROUNDS):  # expectation maximisation: each round fits at least as well
        shares = likelihoods * weights
        weights = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
    nats = -(np.log(likelihoods @ weights) + highest[:, 0])
    return KernelCode(nats / np.log(2) + (vectors.shape[1] - 1) * PRECISION_BITS, weights)


def even_bits(dimensions: int) -> float:
    """Bits of a unit vector that may stand anywhere."""
    return _log_area(dimensions) / float(np.log(2)) + (dimensions - 1) * PRECISION_BITS


def way_back_bits(vectors: Floats, matrix: Floats) -> float:
    """Bits to tell unit vectors (words, d) from what a matrix (d, d) makes of them; infinite if it cannot be undone."""
    square = matrix.astype(np.float64)
    sign, log_volume = np.linalg.slogdet(square)
    if sign == 0:
        return float("inf")
    lengths = np.linalg.norm(vectors.astype(np.float64) @ square, axis=1)
    return float((matrix.shape[0] * np.log(lengths) - log_volume).sum() / np.log(2))


def map_bits(dimensions: int, words: int, *, is_rotation: bool) -> float:
    """L(f): half of log2(words) a free number, of a rotation or of two matrices; and the shares of the kernels.

    Source: Rissanen, "Modeling by shortest data description", 1978.
    """
    rotation = dimensions * (dimensions - 1) // 2
    # Two matrices that are turned alike are one map.
    free = rotation if is_rotation else 2 * dimensions**2 - rotation
    return (free + len(CONCENTRATIONS)) * float(np.log2(max(words, 2))) / 2


@dataclass(frozen=True)
class MapCode:
    """Code length of a side's vectors through the map: bits of the map, of the mapped vectors and of the way back."""

    words: int
    mapping_bits: float
    text_bits: float
    way_back_bits: float
    even_bits: float

    @property
    def total_bits(self) -> float:
        """All of it."""
        return self.mapping_bits + self.text_bits + self.way_back_bits


def map_code(source: Floats, target: Floats, matrix: Floats, other: Floats | None = None) -> MapCode:
    """What source vectors cost, given the target's, through a map.

    source, target: (words, d), centred unit vectors. matrix: (d, d) of the source; other: of the target, or None where
    the matrix is a rotation and the target stays.
    """
    mapped = unit_rows(source @ matrix)
    centres = target if other is None else unit_rows(target @ other)
    is_rotation = other is None
    return MapCode(
        words=len(source),
        mapping_bits=map_bits(source.shape[1], len(source), is_rotation=is_rotation),
        text_bits=float(kernel_code(mapped, centres).bits.sum()),
        way_back_bits=0.0 if is_rotation else way_back_bits(source, matrix),
        even_bits=len(source) * even_bits(source.shape[1]),
    )


def _kernel_logs(vectors: Floats, centres: Floats) -> Doubles:
    """(words, widths + 1) log density of each vector under the even density and under the kernels of each width."""
    dimensions = vectors.shape[1]
    found = np.empty((len(vectors), len(CONCENTRATIONS) + 1))
    found[:, 0] = -_log_area(dimensions)
    for start in range(0, len(vectors), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        cosines = vectors[part] @ centres.T
        nearest = cosines.max(axis=1, keepdims=True)
        terms = np.exp(np.float32(CONCENTRATIONS[0] * dimensions) * (cosines - nearest))
        for place, share in enumerate(CONCENTRATIONS, start=1):
            if place > 1:
                np.square(terms, out=terms)  # twice the concentration
            width = share * dimensions
            mean = np.log(terms.sum(axis=1, dtype=np.float64) / len(centres))
            found[part, place] = mean + width * nearest[:, 0].astype(np.float64) + _log_constant(dimensions, width)
    return found


def _log_area(dimensions: int) -> float:
    """Of the unit sphere in so many dimensions, in nats."""
    from scipy.special import gammaln

    return float(np.log(2) + dimensions / 2 * np.log(np.pi) - gammaln(dimensions / 2))


def _log_constant(dimensions: int, concentration: float) -> float:
    """The logarithm of c(a) of von Mises and Fisher's law."""
    order = dimensions / 2 - 1
    return float(
        order * np.log(concentration) - dimensions / 2 * np.log(2 * np.pi) - _log_bessel(order, concentration)
    )


def _log_bessel(order: float, value: float) -> float:
    """The logarithm of the modified Bessel function of the first kind."""
    from scipy.special import ive

    if order < LARGEST_ORDER:
        return float(np.log(ive(order, value)) + value)
    # Debye's expansion for large orders (Olver, "Asymptotics and special functions", 1974, chapter 10.7).
    ratio = value / order
    root = np.sqrt(1 + ratio**2)
    leading = order * (root + np.log(ratio / (1 + root)))
    t = 1 / root
    return float(leading - np.log(2 * np.pi * order * root) / 2 + np.log1p((3 * t - 5 * t**3) / (24 * order)))
