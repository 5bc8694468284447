"""The best key against its rivals: what share of the probability it has, and how sure each of its letters is.

Rivals are the plaintexts that restarts ended at, and the keys one move away from the best. A rival of r bits more has
2^-r of the best one's probability (equal priors: bits of the key are part of the code length).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.letter_table import LetterTable
from unmt.objectives.text_code import TextCode
from unmt.solvers.homophonic import HomophonicSearch
from unmt.solvers.polish import Polisher
from unmt.solvers.problem import Candidate
from unmt.tasks.contest import score
from unmt.tasks.hypotheses import Hypothesis, Setting

TOLERANCE = 0.02
"""Share of letters in which a rival may differ and still count as the same solution."""

NEIGHBOUR_LETTERS = 400_000
"""Letters that scoring neighbours may cost at most: half a second."""


@dataclass(frozen=True)
class Posterior:
    """mass: probability of the best plaintext and those within TOLERANCE of it, among all that were seen; letters: (N,)
    probability of each letter of the plaintext.
    """

    mass: float
    letters: NDArray[np.float64]


def posterior(hypotheses: list[Hypothesis], best: Candidate, setting: Setting) -> Posterior:
    """The posterior over what the searches saw; best is the plaintext of fewest bits."""
    rivals = [(c, score(h, c)) for h in hypotheses for c in h.candidates]
    texts: dict[bytes, tuple[float, NDArray[np.int32]]] = {}
    for c, bits_of_c in rivals:
        if len(c.letters) == len(best.letters):
            least = min(bits_of_c, texts.get(c.letters.tobytes(), (bits_of_c, c.letters))[0])
            texts[c.letters.tobytes()] = (least, c.letters)
    bits = np.array([b for b, _ in texts.values()])
    weights = 2.0 ** -np.clip(bits - bits.min(), 0.0, 200.0)
    differs = np.array([letters != best.letters for _, letters in texts.values()])
    far, near = _neighbour_doubt(best, setting)
    total = weights.sum() + far.sum_all
    wrong_mass = float(weights[differs.mean(axis=1) > TOLERANCE].sum()) + far.sum_far
    wrong = (weights[:, None] * differs).sum(axis=0) + near
    return Posterior(1.0 - wrong_mass / total, np.clip(1.0 - wrong / total, 0.0, 1.0))


@dataclass(frozen=True)
class _Doubt:
    sum_all: float = 0.0
    sum_far: float = 0.0


def _neighbour_doubt(best: Candidate, setting: Setting) -> tuple[_Doubt, NDArray[np.float64]]:
    """Weights of the keys one move away: their sums, and the weight of those that change each place of the text."""
    changed = np.zeros(len(best.letters))
    polisher = _polisher(best, setting)
    if polisher is None or not isinstance(best.mapping, LetterTable):
        return _Doubt(), changed
    named = np.asarray(best.mapping.letter_of_symbol, np.int64)
    letters = len(setting.model.alphabet)
    key = np.concatenate([named, np.setdiff1d(np.arange(letters), named)]) if polisher.injective else named
    first, second, bits = polisher.neighbours(key, max(NEIGHBOUR_LETTERS // len(best.letters), 100))
    base = best.text_bits if polisher.injective else best.total_bits
    weights = 2.0 ** -np.clip(bits - base, 0.0, 200.0)
    symbol_doubt = np.bincount(first, weights, len(key))
    if polisher.injective:
        symbol_doubt = symbol_doubt + np.bincount(second, weights, len(key))
    changed = np.asarray(symbol_doubt, np.float64)[np.asarray(setting.problem.ids)]
    moved = polisher.counts[first] + (polisher.counts[second] if polisher.injective else 0)
    far = weights[moved > TOLERANCE * len(best.letters)].sum()
    return _Doubt(float(weights.sum()), float(far)), changed


def _polisher(best: Candidate, setting: Setting) -> Polisher | None:
    code = setting.code
    if not isinstance(code, TextCode) or code.words is None:
        return None
    ids = np.asarray(setting.problem.ids, np.int64)
    if best.mapping.family == "substitution":
        counts = np.bincount(ids, minlength=len(setting.model.alphabet)).astype(np.int64)
        return Polisher(ids, counts, code, True, np.zeros(len(setting.model.alphabet)))
    if best.mapping.family == "homophonic":
        return HomophonicSearch(setting.problem, code).polisher
    return None
