"""A small random generator for kernels: xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
generators, scrambled", 2016), its state an array of one uint64, so that a search is a function of its seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

EXPONENTIALS: NDArray[np.float32] = (-np.log((np.arange(4096) + 0.5) / 4096)).astype(np.float32)
"""Quantiles of the exponential law: Metropolis accepts a rise of cost up to T * Exp(1), without a logarithm."""


def kernel_state(seed: np.random.SeedSequence) -> NDArray[np.uint64]:
    """A state for `next_random`, never zero."""
    return seed.generate_state(1, np.uint64) | np.uint64(1)


@njit(cache=True, nogil=True, inline="always")
def next_random(state: Any) -> Any:
    """The next 64 random bits (uint64)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(2685821657736338717)


@njit(cache=True, nogil=True, inline="always")
def random_below(state: Any, n: int) -> int:
    """A random integer in 0..n-1 (n < 2**31; bias below n / 2**32)."""
    bits = next_random(state) >> np.uint64(32)
    return np.int64(bits * np.uint64(n) >> np.uint64(32))  # type: ignore[return-value]  # an int in numba
