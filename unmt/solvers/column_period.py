"""The period of a polyalphabetic cipher, from the frequencies of its columns alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.coding.adaptive import adaptive_bits


def column_period(ids: NDArray[np.integer], letters: int, longest: int) -> int:
    """The period (1..longest) at which the columns, each with an adaptive code of its own, cost the fewest bits.

    A multiple of the period has the same frequencies and pays for learning them more often.
    """

    def bits(period: int) -> float:
        return sum(adaptive_bits(np.asarray(ids)[place::period], letters) for place in range(period))

    return min(range(1, max(min(longest, len(ids)), 1) + 1), key=bits)
