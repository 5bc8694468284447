"""Bit histories: what was seen in one context, in a byte, as a state of a machine that every bit moves.

A state is how many zeros and ones were seen, roughly, and which came last. Small counts are exact. The count of the
other bit is cut where a bit comes that it speaks against, since the latest bits tell most; and where both counts would
be large, the larger one is bounded. So few enough pairs are left for a byte.

Source of the idea: Mahoney, "Adaptive weighing of context models for lossless data compression", 2005. The bounds are
ours.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# The most of the larger count, by the smaller one; no state has a smaller count beyond these.
BOUNDS = (41, 40, 12, 6, 5, 5)
# What is left of the other bit's count, by that count; of any larger one the last.
KEPT = (0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 6)
LARGEST_WITH_LAST_BIT = 24

State = tuple[int, int, int]
"""Zeros, ones, and the last bit, which is 0 where it does not matter."""


@cache
def bit_histories() -> tuple[list[State], NDArray[np.uint8]]:
    """The states, 0 the one that has seen nothing, and next (512,): [2 s + bit] is the state after state s and a bit.

    States come in the order of how many bits reach them, so that a larger number has mostly seen more.
    """
    states: list[State] = [(0, 0, 0)]
    number = {states[0]: 0}
    following = np.zeros(512, np.uint8)
    for s, (zeros, ones, _) in enumerate(states):  # grows while it is walked
        for bit in (0, 1):
            pair = _after(zeros, ones, bit)
            last = bit if all(pair) and sum(pair) <= LARGEST_WITH_LAST_BIT else 0
            state = (*pair, last)
            if state not in number:
                number[state] = len(states)
                states.append(state)
            following[2 * s + bit] = number[state]
    assert len(states) <= 256
    return states, following


def _after(zeros: int, ones: int, bit: int) -> tuple[int, int]:
    """Both counts after one more bit."""
    same, other = (ones, zeros) if bit else (zeros, ones)
    same, other = same + 1, KEPT[min(other, len(KEPT) - 1)]
    while not _is_allowed(same, other):
        same, other = (same - 1, other) if same > other else (same, other - 1)
    return (other, same) if bit else (same, other)


def _is_allowed(a: int, b: int) -> bool:
    return min(a, b) < len(BOUNDS) and max(a, b) <= BOUNDS[min(a, b)]
