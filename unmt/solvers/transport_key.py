"""Keys by optimal transport: symbols are moved to letters so that frequencies and neighbours agree.

A substitution is a fused Gromov-Wasserstein coupling (Vayer, Chapel, Flamary, Tavenard and Courty, "Optimal transport
for structured data with application on graphs", 2019) of two graphs whose edges are pairs of neighbours:

    min over couplings T of   (1 - a) < T, M >  +  a sum over s, t, i, j of (X[s, t] - Y[i, j])^2 T[s, i] T[t, j]

M is how far frequencies are apart, X and Y are the roots of the shares of pairs. It is computed by POT. A Vigenère key
moves all letters of a column by one shift: the shift whose column has the least to move, by 0 or 1 for each letter, to
have the frequencies of the language.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STRUCTURE = 0.9
"""The a of the equation, once both terms have a mean of one."""


def coupling(source: Floats, target: Floats, rounds: int = 200) -> Floats:
    """(A, A) a coupling of symbols and letters, each of weight 1 / A. Raises InputError where POT is not installed.

    source, target: (A, A) how often each is followed by each, >= 0.
    """
    try:
        import ot
    except ImportError:
        raise InputError("Optimal transport needs the package POT. Install it by `pip install unmt[align]`.") from None
    x, y = (np.sqrt(side / side.sum()) for side in (source, target))
    frequencies = [np.sqrt(side.sum(axis=1) / side.sum()) for side in (source, target)]
    moved = (frequencies[0][:, None] - frequencies[1][None, :]) ** 2
    scale = max(float(np.mean(x**2) + np.mean(y**2)), 1e-12)
    weight = np.full(len(source), 1.0 / len(source))
    plan = ot.gromov.fused_gromov_wasserstein(
        moved / max(float(moved.mean()), 1e-12),
        x / scale**0.5,
        y / scale**0.5,
        weight,
        weight,
        "square_loss",
        symmetric=False,
        alpha=STRUCTURE,
        max_iter=rounds,
    )
    return np.asarray(plan, np.float64)


def transported_shifts(ids: NDArray[np.integer], period: int, frequencies: Floats) -> Ints:
    """(period,) at each place the shift whose column has the least to move. frequencies: (letters,) of the language."""
    letters = len(frequencies)
    shifts = np.zeros(period, np.int64)
    for place in range(period):
        column = np.bincount(np.asarray(ids, np.int64)[place::period], minlength=letters).astype(np.float64)
        column /= max(column.sum(), 1.0)
        kept = [float(np.minimum(np.roll(column, -shift), frequencies).sum()) for shift in range(letters)]
        shifts[place] = int(np.argmax(kept))
    return shifts
