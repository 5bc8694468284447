"""Code length of mapped word vectors: bits of each under a density that stands on the vectors of the other language.

    C(x) = -log2 ( 1/M sum over j of exp( (x . y_j - 1) / s^2 ) )          + a constant of s and the dimensions

A Gaussian of width s on every unit vector y_j, as kernels of a density (Parzen, "On estimation of a probability density
function and mode", 1962); the constant, which no rotation changes, is left out. With wide kernels the sum sees the
spread along the axes only, with narrow ones single words, so that a search which narrows them goes from coarse to fine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Density(NamedTuple):
    """bits: mean bits a vector; posterior: (words, target words) the share of each kernel in it, rows sum to one."""

    bits: float
    posterior: Floats


def density(mapped: Floats, target: Floats, width: float) -> Density:
    """The code length of mapped unit vectors (words, dimensions) under kernels on target (target words, dimensions)."""
    exponents = (mapped @ target.T - 1.0) / width**2
    largest = exponents.max(axis=1, keepdims=True)
    terms = np.exp(exponents - largest)
    sums = terms.sum(axis=1, keepdims=True)
    nats = np.log(len(target)) - largest[:, 0] - np.log(sums[:, 0])
    return Density(float(nats.mean() / np.log(2)), np.asarray(terms / sums, np.float32))
