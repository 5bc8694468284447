"""Vigenère and Beaufort keywords of unknown period, in the plain alphabet.

For every period a narrow beam search finds keywords (shifts.beam_shifts) and coordinate ascent on the n-gram code
finishes the best; the periods of fewest bits get a wide beam. Measured on held-out English with periods of 20 to 30 in
128 letters, a beam of 100 made no search error in 75 texts; dynamic programming on letter pairs made 31, and annealing
from there still 17 in five times the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable
from unmt.mappings.beaufort import Beaufort
from unmt.mappings.polyalphabetic import LONGEST_PERIOD, Polyalphabetic
from unmt.mappings.vigenere import Vigenere
from unmt.objectives.code_length import text_units
from unmt.solvers.enumeration import candidate_of
from unmt.solvers.problem import Candidate, Problem, SearchResult
from unmt.solvers.shifts import beam_shifts, climb, decipher

NARROW_LETTERS = 2560
"""Width of the first beam times letters of the text, so that every period costs about as much at every length."""

NARROWEST, NARROW, WIDE = 10, 40, 10
"""Bounds of the width of the first beam; the second is WIDE times as wide."""

CLIMBED = 4
"""Keywords of a wide beam that are finished by coordinate ascent. The best of a narrow one only ranks its period."""

FINALISTS = 3
"""Periods that get the wide beam, and candidates that are returned."""

ROWS = 64
"""Letters of a column that a beam looks at; a dozen tell its shift."""


@dataclass(frozen=True)
class Keyword:
    """A period with its shifts (period,) and the cost of the text in table units; key_bits decide between periods."""

    shifts: NDArray[np.int64]
    units: int
    key_bits: float

    @property
    def total_units(self) -> float:
        """Cost of text and key."""
        return self.units + 16 * self.key_bits


def solve_vigenere(
    problem: Problem,
    seed: np.random.SeedSequence,  # noqa: ARG001 - solvers are called alike; nothing is drawn here
    *,
    effort: float = 1.0,
) -> SearchResult:
    """The best Vigenère keywords of periods 1 to LONGEST_PERIOD, at most one a period.

    effort scales the widths of the beams. Word divisions are ignored, the table is the one without space.
    """
    if problem.letters is None:
        return SearchResult()
    found, keys = keywords(problem.letters, problem.table, effort)
    return _result([_vigenere(problem, -keyword.shifts) for keyword in found], keys, problem)


def solve_beaufort(
    problem: Problem,
    seed: np.random.SeedSequence,  # noqa: ARG001 - solvers are called alike; nothing is drawn here
    *,
    effort: float = 1.0,
    variant: bool = True,
) -> SearchResult:
    """The best Beaufort keywords, as solve_vigenere.

    variant: also the variant, which reads every text as a Vigenère of the negative keyword does, for one bit more; a
    caller that runs solve_vigenere as well can leave it out.
    """
    if problem.letters is None:
        return SearchResult()
    size = problem.table.letters
    found, keys = keywords(-problem.letters % size, problem.table, effort)
    mappings: list[Polyalphabetic] = [_beaufort(problem, keyword.shifts, is_variant=False) for keyword in found]
    if variant:
        added, more_keys = keywords(problem.letters, problem.table, effort)
        mappings += [_beaufort(problem, keyword.shifts, is_variant=True) for keyword in added]
        keys += more_keys
    return _result(mappings, keys, problem)


def keywords(cipher: NDArray[np.integer], table: NgramTable, effort: float) -> tuple[list[Keyword], int]:
    """The FINALISTS best periods with their shifts, by the bits of text and key; and how many keys were scored.

    cipher: (N,) letter numbers, to which the shifts are added.
    """
    numbers = np.asarray(cipher, np.int64)
    periods = range(1, max(1, min(LONGEST_PERIOD, len(numbers) // 2)) + 1)
    width = int(min(max(NARROW_LETTERS // len(numbers), NARROWEST), NARROW) * effort)
    narrow = [_keyword(numbers, period, table, max(width, 1), 0) for period in periods]
    best = sorted((keyword for keyword, _ in narrow), key=lambda keyword: keyword.total_units)[:FINALISTS]
    wide = [_keyword(numbers, len(keyword.shifts), table, max(WIDE * width, 1), CLIMBED) for keyword in best]
    keys = sum(scored for _, scored in narrow + wide)
    finalists = [min(pair, key=lambda keyword: keyword.units) for pair in zip(best, (k for k, _ in wide), strict=True)]
    return finalists, keys


def _keyword(
    cipher: NDArray[np.int64], period: int, table: NgramTable, width: int, climbed: int
) -> tuple[Keyword, int]:
    """The best keyword of one period that a beam and coordinate ascent find, and how many keys were scored."""
    model = (table.letters, table.costs, table.offsets, table.order)
    text = np.empty(len(cipher), np.int64)
    best: Keyword | None = None
    keys = period * width * table.letters
    key_bits = period * float(np.log2(table.letters))
    shifts_found = beam_shifts(cipher, period, table, width, ROWS)
    for shifts in shifts_found[: max(climbed, 1)]:
        decipher(cipher, shifts, table.letters, text)
        if climbed:
            keys += climb(text, shifts, *model)
        units = int(text_units(text, table.costs, table.offsets, table.order, table.letters))
        if best is None or units < best.units:
            best = Keyword(shifts, units, key_bits)
    assert best is not None
    return best, keys


def _vigenere(problem: Problem, numbers: NDArray[np.int64]) -> Polyalphabetic:
    return Vigenere(problem.symbols, problem.alphabet, _spelled(problem, numbers))


def _beaufort(problem: Problem, numbers: NDArray[np.int64], *, is_variant: bool) -> Polyalphabetic:
    return Beaufort(problem.symbols, problem.alphabet, _spelled(problem, numbers), is_variant=is_variant)


def _spelled(problem: Problem, numbers: NDArray[np.int64]) -> str:
    return "".join(problem.alphabet[number % len(problem.alphabet)] for number in numbers)


def _result(mappings: list[Polyalphabetic], keys: int, problem: Problem) -> SearchResult:
    candidates: list[Candidate] = [candidate_of(mapping, problem) for mapping in mappings]
    return SearchResult(sorted(candidates, key=lambda candidate: candidate.total_bits), keys)
