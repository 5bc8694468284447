"""Vigenère and Beaufort with a keyed alphabet: keyword, period and tableau all unknown.

1. The periods are ranked by the code length of the columns, each by its own letter counts.
2. The alphabets of the columns are annealed apart, first by trigrams from many starts, then the best by longer n-grams:
   26 letters a column make a smooth landscape, which tableau and shifts together do not (no solution in 10 texts of 512
   letters and period 7, nor in 4 columns; apart 10 of 10 with 4 columns and 4 of 10 with 7).
3. All of them are powers of one rotation along the tableau, or its mirror images: the places of the letters in the
   tableau are angles, found as an eigenvector (spectral_tableaus); annealing mends them, by agreement with the
   alphabets and then by n-grams, which also fills in the rare letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable
from unmt.mappings.beaufort import Beaufort
from unmt.mappings.polyalphabetic import LONGEST_PERIOD
from unmt.mappings.vigenere import Vigenere
from unmt.solvers.alphabets import anneal_alphabets, anneal_tableau, tableau_alphabets
from unmt.solvers.composed import symbol_bits
from unmt.solvers.enumeration import candidate_of
from unmt.solvers.problem import Problem, SearchResult
from unmt.solvers.random import EXPONENTIALS, kernel_state

Ints = NDArray[np.int64]

PERIODS, CLOSE_NATS = 2, 30.0
"""Periods that are searched at most: the likeliest, and others whose columns take so few nats more."""

LEAST_ROWS = 12
"""Letters a column that make a search worth while."""

STARTS = 16
APART = (150_000, 96.0, 16.0)
"""Annealing of the alphabets by trigrams: steps, and hot and cold temperature in table units."""

LONGER, LONGER_BEST = (200_000, 48.0, 16.0), 2
"""The same by the longest n-grams, from the best of the starts."""

TURNS, AGREEING, MENDED = 96, 48, 3
"""Tableaus that are drawn for Vigenère and for Beaufort, those of them that are annealed by agreement (both divided by
the period: few columns say less, and annealing them takes less time), and those of both that are mended by n-grams."""

AGREEMENT = 0.45
"""Share of the weights that a tableau agrees with when it is not just the best of many."""

AGREE = (30_000, 2.0, 0.4)
LAST = (60_000, 64.0, 12.0)
TOGETHER = ((3, (50_000, 64.0, 24.0)), (5, (20_000, 24.0, 12.0)))
"""Annealing of tableau and shifts by agreement, then by n-grams of these orders: steps, and temperatures in the units
of the loss."""


@dataclass(frozen=True)
class Tableau:
    """A tableau (letters,) and the shifts of the columns (period,).

    loss: minus the agreement with the alphabets of the columns, or the cost of the text in table units.
    """

    tableau: Ints
    shifts: Ints
    sign: int
    loss: float


def solve_keyed(problem: Problem, seed: np.random.SeedSequence, *, effort: float = 1.0) -> SearchResult:
    """The best keyed Vigenère or Beaufort of each likely period, fewest bits first.

    effort scales the number of starts. Word divisions are ignored, the table is the one without space. On held-out
    English it reads texts with 100 letters or more a column, about two of three with 64, and few with less.
    """
    result = SearchResult()
    if problem.letters is None:
        return result
    cipher = np.asarray(problem.letters, np.int64)
    starts = max(1, round(STARTS * effort))
    unread_bits = symbol_bits(problem)
    for period in likely_periods(cipher, problem.table.letters):
        apart_seed, tableau_seed = seed.spawn(2)
        alphabets = _alphabets_apart(cipher, period, problem, starts, apart_seed)
        found = _tableau(cipher, alphabets, problem.table, tableau_seed)
        result.keys += starts * APART[0] + LONGER_BEST * LONGER[0]
        result.keys += 2 * -(-AGREEING // period) * AGREE[0] + MENDED * sum(schedule[0] for _, schedule in TOGETHER)
        result.candidates.append(candidate_of(_mapping(_readable(found), problem), problem))
        if min(candidate.total_bits for candidate in result.candidates) < unread_bits:
            break
    result.candidates.sort(key=lambda candidate: candidate.total_bits)
    return result


def likely_periods(cipher: Ints, letters: int) -> list[int]:
    """The PERIODS best from 2 on, by the adaptive code length of the columns, each by its own letter counts."""
    longest = min(LONGEST_PERIOD, len(cipher) // LEAST_ROWS)
    nats = {period: _columns_nats(cipher, period, letters) for period in range(2, longest + 1)}
    ranked = sorted(nats, key=lambda period: nats[period])[:PERIODS]
    return [period for period in ranked if nats[period] < nats[ranked[0]] + CLOSE_NATS]


def _columns_nats(cipher: Ints, period: int, letters: int) -> float:
    counts = np.stack([np.bincount(cipher[column::period], minlength=letters) for column in range(period)])
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, len(cipher) + letters)))])
    each = log_factorial[counts.sum(axis=1) + letters - 1] - log_factorial[letters - 1]
    return float(each.sum() - log_factorial[counts].sum())


def _alphabets_apart(cipher: Ints, period: int, problem: Problem, starts: int, seed: np.random.SeedSequence) -> Ints:
    """(period, letters) the plain letter of each cipher letter in each column, from the best of many starts."""
    table = problem.table
    rng, state = np.random.default_rng(seed), kernel_state(seed)
    by_use = np.argsort(-problem.frequencies, kind="stable")
    found: list[tuple[int, Ints]] = []
    for _ in range(starts):
        alphabets = np.empty((period, table.letters), np.int64)
        for column in range(period):
            counts = np.bincount(cipher[column::period], minlength=table.letters) + rng.random(table.letters)
            alphabets[column, np.argsort(-counts)] = by_use
        model = (table.costs, table.offsets, min(3, table.order))
        units = anneal_alphabets(cipher, alphabets, *model, *APART, state, EXPONENTIALS)
        found.append((units, alphabets))
    found.sort(key=lambda pair: pair[0])
    longer = []
    for _, alphabets in found[:LONGER_BEST]:
        model = (table.costs, table.offsets, table.order)
        longer.append((anneal_alphabets(cipher, alphabets, *model, *LONGER, state, EXPONENTIALS), alphabets))
    return min(longer, key=lambda pair: pair[0])[1]


def _tableau(cipher: Ints, alphabets: Ints, table: NgramTable, seed: np.random.SeedSequence) -> Tableau:
    """The tableau and shifts that agree best with alphabets of columns, mended by n-grams."""
    rng, state = np.random.default_rng(seed), kernel_state(seed)
    period, letters = alphabets.shape
    weights = np.zeros((period, letters, letters))
    for column in range(period):
        counts = np.bincount(cipher[column::period], minlength=letters)
        weights[column, np.arange(letters), alphabets[column]] = np.sqrt(counts)

    def annealed(
        start: Tableau, order: int, schedule: tuple[int, float, float], weights: NDArray[np.float64] = weights
    ) -> Tableau:
        tableau, shifts = start.tableau.copy(), start.shifts.copy()
        model = (table.costs, table.offsets, min(order, table.order))
        loss = anneal_tableau(cipher, weights, tableau, shifts, start.sign, *model, *schedule, state, EXPONENTIALS)
        return Tableau(tableau, shifts, start.sign, loss)

    agreeing = []
    quotients = _quotients(weights)
    for sign, rotations in ((1, np.concatenate([weights, quotients])), (-1, quotients)):
        starts = spectral_tableaus(rotations, rng, -(-TURNS // period))
        drawn = sorted((_with_shifts(rotations, tableau, 1) for tableau in starts), key=lambda start: start.loss)
        for start in drawn[: -(-AGREEING // period)]:
            rotated = _with_shifts(weights, annealed(start, 0, AGREE, rotations).tableau, sign)
            agreeing.append(annealed(rotated, 0, AGREE))
    agreeing.sort(key=lambda found: found.loss)
    worth_while = [found for found in agreeing if -found.loss >= AGREEMENT * weights.sum()]
    mended = (worth_while or agreeing[:1])[:MENDED]
    for order, schedule in TOGETHER:
        mended = [annealed(found, order, schedule) for found in mended]
    best = min(mended, key=lambda found: found.loss)
    return min(best, annealed(best, table.order, LAST), key=lambda found: found.loss)


def _quotients(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the plain letters of one column and of another for the same cipher letter.

    For Beaufort these are rotations, and easier to find than the mirror images that made them. Columns are paired with
    the next two.
    """
    period = len(weights)
    pairs = {tuple(sorted((column, (column + by) % period))) for column in range(period) for by in (1, 2)}
    shares = np.sqrt(weights)
    return np.stack([shares[first].T @ shares[second] for first, second in sorted(pairs) if first != second])


def spectral_tableaus(
    weights: NDArray[np.float64], rng: np.random.Generator, count: int, rounds: int = 12
) -> list[Ints]:
    """`count` tableaus (letters,) from the weights (columns, letters, letters) of letters and of those some places on.

    With z = exp(2 pi i place / A) the place of a letter in the tableau, z[second] = z[first] * w, w a number of the
    column. From random z on, w and z are found in turn: w as the mean over the weights, z as the first eigenvector of
    the real quadratic form that is left, orthogonal to the constant.
    """
    letters = weights.shape[1]
    centre = np.kron(np.eye(2), np.eye(letters) - 1.0 / letters)
    found = []
    for _ in range(count):
        z = np.exp(2j * np.pi * rng.random(letters))
        for _ in range(rounds):
            turn = np.einsum("c,jct,t->j", z.conj(), weights, z)
            mixed = np.einsum("j,jct->ct", np.exp(-1j * np.angle(turn)), weights)
            form = np.block([[mixed.real, -mixed.imag], [mixed.imag, mixed.real]])
            vectors = np.linalg.eigh(centre @ (form + form.T) @ centre)[1]
            z = np.exp(1j * np.angle(vectors[:letters, -1] + 1j * vectors[letters:, -1]))
        found.append(np.argsort(np.angle(z)).astype(np.int64))
    return found


def _with_shifts(weights: NDArray[np.float64], tableau: Ints, sign: int) -> Tableau:
    """A tableau with the shifts that agree best with the weights."""
    letters = len(tableau)
    places = np.arange(letters)
    plain = tableau[(sign * places[None, :] + places[:, None]) % letters]  # (shift, place)
    agreement = weights[:, tableau[None, :], plain].sum(axis=2)  # (period, shift)
    return Tableau(tableau, agreement.argmax(axis=1).astype(np.int64), sign, -float(agreement.max(axis=1).sum()))


def _readable(found: Tableau) -> Tableau:
    """The same cipher with the tableau in which most letters are followed by one that the alphabet has later.

    Every rotation of a tableau gives the same cipher, and so does every k-th of its letters where k and A have no
    factor in common. People begin with a word, and end with what the alphabet has left.
    """
    letters = len(found.tableau)
    steps = [step for step in range(1, letters) if gcd(step, letters) == 1]
    strided = [found.tableau[np.arange(letters) * step % letters] for step in steps]
    best = max(strided, key=lambda tableau: int((np.diff(tableau, append=tableau[:1]) > 0).sum()))
    best = np.roll(best, -_end_of_longest_run(best))
    place = np.argsort(best)
    alphabets = np.empty((len(found.shifts), letters), np.int64)
    tableau_alphabets(found.tableau, found.shifts, found.sign, alphabets)
    shifts = (place[alphabets[:, 0]] - found.sign * place[0]) % letters
    return Tableau(best, shifts, found.sign, found.loss)


def _end_of_longest_run(tableau: Ints) -> int:
    """The place after the longest run of rising letters, which may go round the end."""
    rises = np.diff(np.concatenate([tableau, tableau])) > 0
    run = longest = end = 0
    for place, rise in enumerate(rises.tolist(), start=1):
        run = run + 1 if rise else 0
        if run > longest:
            longest, end = run, place
    return (end + 1) % len(tableau)


def _mapping(found: Tableau, problem: Problem) -> Vigenere | Beaufort:
    """The cipher of a tableau. A keyword letter stands in the tableau at minus the shift, for Beaufort at the shift."""
    spelled = [problem.alphabet[letter] for letter in found.tableau]
    keyword = "".join(spelled[-found.sign * shift % len(spelled)] for shift in found.shifts.tolist())
    family = Vigenere if found.sign > 0 else Beaufort
    return family(problem.symbols, problem.alphabet, keyword, "".join(spelled))
