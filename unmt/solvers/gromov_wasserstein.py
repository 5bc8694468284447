"""Gromov-Wasserstein: words are coupled so that distances inside one language are those inside the other.

Source: Alvarez-Melis and Jaakkola, "Gromov-Wasserstein alignment of word embedding spaces", 2018. The coupling is
computed by POT (Flamary et al., "POT: Python Optimal Transport", 2021).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.linear_map import unit_rows
from unmt.solvers.start_settings import GromovSettings

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def gromov_pairs(source: Floats, target: Floats, settings: GromovSettings | None = None) -> tuple[Ints, Ints]:
    """The most strongly coupled pairs, from both sides. Raises InputError where POT is not installed.

    source, target: (words, dimensions), normalised, most frequent first; the first `coupled_words` of each are coupled.
    """
    try:
        import ot
    except ImportError:
        raise InputError("method=gromov needs the package POT. Install it by `pip install unmt[align]`.") from None
    settings = settings or GromovSettings()
    size = min(len(source), len(target), settings.coupled_words)
    distances = [_distances(side[:size]) for side in (source, target)]
    # Frequent words count more, as published: their vectors are the surer ones.
    mass = 1.0 / np.arange(10, 10 + size)
    mass /= mass.sum()
    coupling = ot.gromov.entropic_gromov_wasserstein(
        *distances,
        mass,
        mass,
        "square_loss",
        epsilon=settings.regularisation,
        max_iter=settings.coupling_rounds,
        tol=1e-7,
        warn=False,
    )
    everyone = np.arange(size)
    share = coupling / mass[:, None]
    return (
        np.concatenate([everyone, coupling.argmax(axis=0)]),
        np.concatenate([share.argmax(axis=1), everyone]),
    )


def _distances(side: Floats) -> NDArray[np.float64]:
    units = unit_rows(side).astype(np.float64)
    distances = 1.0 - units @ units.T
    return np.asarray(distances / distances.mean(), np.float64)
