"""A rotation by the adversarial objective; which epoch's is kept is chosen without labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.linear_map import unit_rows
from unmt.objectives.adversarial import adversarial_rotations
from unmt.objectives.adversarial_settings import AdversarialSettings
from unmt.objectives.csls import matches

Floats = NDArray[np.float32]

JUDGED_WORDS = 2000


def adversarial_rotation(
    source: Floats,
    target: Floats,
    seed: np.random.SeedSequence,
    *,
    settings: AdversarialSettings | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Floats:
    """The map of the epoch in which a word and its nearest by CSLS have the largest mean cosine, made orthogonal.

    source, target: (words, dimensions), normalised, most frequent first. Raises InputError where their dimensions
    differ or torch is not installed.
    """
    if source.shape[1] != target.shape[1]:
        raise InputError(
            f"method=adversarial: vectors of {source.shape[1]} and {target.shape[1]} dimensions. Give both one size."
        )
    best = (float("-inf"), np.eye(source.shape[1], dtype=np.float32))

    def visit(matrix: Floats) -> bool:
        nonlocal best
        x, y = unit_rows(source[:JUDGED_WORDS] @ matrix), target[:JUDGED_WORDS]
        nearest = matches(x, y).forward[:, 0]
        score = float((x * y[nearest]).sum(axis=1).mean())
        if score > best[0]:
            best = (score, matrix)
        return stopped()

    adversarial_rotations(source, target, int(seed.generate_state(1)[0]), settings or AdversarialSettings(), visit)
    left, _, right = np.linalg.svd(best[1])
    return np.asarray(left @ right, np.float32)
