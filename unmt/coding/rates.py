"""What text of a language costs, in bits a letter, and how much that differs from piece to piece."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PIECE_LETTERS = 250
"""Letters of a piece; over pieces of another length the deviation is scaled by the square root."""

USUAL_DEVIATION = 0.25
"""Bits a letter between pieces: a little more than the shipped languages have (0.16 to 0.25)."""

USUAL_WEIGHT = 10
"""Pieces that USUAL_DEVIATION counts for: a short text has too few pieces to measure their spread alone."""


def spread(rates: Sequence[float] | NDArray[np.float64], letters: float = PIECE_LETTERS) -> float:
    """Standard deviation of the bits a letter over pieces of PIECE_LETTERS; rates: of pieces of `letters` letters."""
    pieces = len(rates) if len(rates) > 1 else 0
    variance = float(np.var(rates)) * letters / PIECE_LETTERS if pieces else 0.0
    return float(np.sqrt((pieces * variance + USUAL_WEIGHT * USUAL_DEVIATION**2) / (pieces + USUAL_WEIGHT)))
