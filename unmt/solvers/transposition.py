"""Columnar transposition, once or twice, with grids of unknown width and an incomplete last row.

Once: for every width a beam search over the columns (columns.beam_columns); the widths of fewest bits get wider beams,
until a wider one finds nothing new. Measured on held-out English with widths 16 to 30, a beam solved in 10 ms what
annealing over the order (swaps, moved and turned runs, 5-grams) did not solve in 40.
Twice: for every pair of widths the second order is annealed alone (double_columns), and a beam finds the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, product

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import BITS_PER_UNIT, NgramTable
from unmt.mappings.columnar import WIDEST, Columnar, DoubleColumnar, columnar_bits
from unmt.objectives.code_length import text_units
from unmt.solvers.columns import beam_columns, undo_columns
from unmt.solvers.double_columns import anneal_both_orders, anneal_second_order, pair_gains
from unmt.solvers.enumeration import candidate_of
from unmt.solvers.problem import Candidate, Problem, SearchResult
from unmt.solvers.random import EXPONENTIALS, kernel_state

ROUNDS = ((100, WIDEST), (500, 6), (2000, 3))
"""Width of the beam in each round, and how many widths of grid, best first, take part in it."""

ROWS = 64
"""Rows of a grid that a beam looks at."""

SCORED = 8
"""Orders of each beam that are scored in full."""

KEPT = 4
"""Candidates that are returned. Where the last row is incomplete, orders that turn the text by a letter or two often
cost within a few bits of each other, and a better model of the language may prefer another of them."""

PAID_BITS = 20.0
"""A text that letter frequencies alone code in this many bits more than text and key together is no accident."""

DOUBLE_WIDTHS = range(2, 13)
DOUBLE_BEAM = 30
DOUBLE_STEPS = 1000
DOUBLE_WORK = 1_200_000_000
"""Letter pairs that a search looks at: some two seconds."""

SECOND_HOT, SECOND_COLD = 8.0, 1.6
"""Temperature of the second order alone, in table units a row of the first grid; chosen on held-out English."""

BOTH_HOT, BOTH_COLD = 480.0, 64.0
"""Temperature of both orders, in table units."""

POLISHINGS, POLISHING_STEPS = 8, 10_000


@dataclass(frozen=True)
class Order:
    """The columns of a grid in the order in which they were sent, with the bits of text and key."""

    columns: tuple[int, ...]
    total_bits: float


@dataclass(frozen=True)
class DoubleOrder:
    """Two orders of columns; the sender did `first` first."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    total_bits: float


def solve_columnar(
    problem: Problem,
    seed: np.random.SeedSequence,  # noqa: ARG001 - solvers are called alike; nothing is drawn here
    *,
    effort: float = 1.0,
    widths: Iterable[int] = range(2, WIDEST + 1),
) -> SearchResult:
    """The KEPT best orders of columns over all widths, with different plaintexts.

    effort scales the widths of the beams. Word divisions are ignored, the table is the one without space.
    """
    if problem.letters is None:
        return SearchResult()
    cipher = np.asarray(problem.letters, np.int64)
    paid = _frequency_bits(cipher, problem.table) - PAID_BITS
    found: dict[int, list[Order]] = {}
    candidates = [width for width in widths if width < problem.length] or [1]
    keys = 0
    for beam, most in ROUNDS:
        ranked = sorted(candidates, key=lambda width: found[width][0].total_bits if found else width)[:most]
        paying = [width for width in ranked if found and found[width][0].total_bits < paid]
        is_better = False
        for width in paying or ranked:
            orders = _best_orders(cipher, width, problem.table, max(1, int(beam * effort)))
            keys += int(beam * effort) * width * width
            before = found.get(width, [])
            is_better |= not before or orders[0].total_bits < before[0].total_bits
            found[width] = sorted({*orders, *before}, key=lambda order: order.total_bits)
        if not is_better:
            break
    orders = sorted((order for some in found.values() for order in some), key=lambda order: order.total_bits)
    mappings = (Columnar(problem.symbols, problem.alphabet, order.columns) for order in orders)
    return SearchResult(_different(problem, mappings), keys)


def solve_double_columnar(
    problem: Problem, seed: np.random.SeedSequence, *, effort: float = 1.0, widths: Iterable[int] = DOUBLE_WIDTHS
) -> SearchResult:
    """The best pair of orders over all pairs of `widths`, narrow ones first; it stops at one that pays for its key.

    Passes over the pairs anneal the second order alone and, every other time, both; effort scales how many there are.
    Word divisions are ignored, the table is the one without space. On held-out English it finds nearly all keys with
    widths of up to 9 by 7 in 128 letters and more, and few beyond.
    """
    if problem.letters is None:
        return SearchResult()
    cipher = np.asarray(problem.letters, np.int64)
    paid = _frequency_bits(cipher, problem.table) - PAID_BITS
    pairs = sorted(product([width for width in widths if 2 * width <= problem.length], repeat=2), key=sum)
    best: DoubleOrder | None = None
    work = keys = 0
    for number in count():
        for first_width, second_width in pairs:
            second = _second_order(
                cipher, first_width, second_width, problem.table, seed.spawn(1)[0], both=number % 2 == 1
            )
            first = _best_orders(_undone(cipher, second), first_width, problem.table, DOUBLE_BEAM)[0]
            total_bits = first.total_bits + columnar_bits(second, problem.length)
            if best is None or total_bits < best.total_bits:
                best = DoubleOrder(first.columns, second, total_bits)
            if total_bits < paid:
                break
            work += DOUBLE_STEPS * problem.length * 3 * first_width
            keys += DOUBLE_STEPS + DOUBLE_BEAM * first_width**2
        if best is None or best.total_bits < paid or work >= DOUBLE_WORK * effort:
            break
    if best is None:
        return SearchResult()
    if best.total_bits < paid:
        best = _polished(cipher, best, problem.table, seed)
        keys += POLISHINGS * POLISHING_STEPS
    mapping = DoubleColumnar(problem.symbols, problem.alphabet, best.first, best.second)
    return SearchResult([candidate_of(mapping, problem)], keys)


def _best_orders(cipher: NDArray[np.int64], width: int, table: NgramTable, beam: int) -> list[Order]:
    """The SCORED first orders of a beam, fewest bits first."""
    orders = []
    for sent in beam_columns(cipher, width, table, beam, ROWS)[:SCORED]:
        columns = tuple(np.argsort(sent).tolist())
        text = _undone(cipher, columns)
        units = text_units(text, table.costs, table.offsets, table.order, table.letters)
        orders.append(Order(columns, units * BITS_PER_UNIT + columnar_bits(columns, len(cipher))))
    return sorted(orders, key=lambda order: order.total_bits)


def _second_order(
    cipher: NDArray[np.int64], width: int, second: int, table: NgramTable, seed: np.random.SeedSequence, *, both: bool
) -> tuple[int, ...]:
    """The columns of the second grid, of `second` columns, that suit a first one of `width` columns.

    both: annealed together with the first, for as long as it takes alone.
    """
    rng = np.random.default_rng(seed)
    sent = rng.permutation(second)
    if both:
        _anneal_both(cipher, rng.permutation(width), sent, table, DOUBLE_STEPS * width, BOTH_HOT, seed)
    else:
        rows = len(cipher) / width
        schedule = (DOUBLE_STEPS, SECOND_HOT * rows, SECOND_COLD * rows, kernel_state(seed), EXPONENTIALS)
        anneal_second_order(cipher, width, sent, pair_gains(table), table.letters, *schedule)
    return tuple(np.argsort(sent).tolist())


def _anneal_both(
    cipher: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    table: NgramTable,
    steps: int,
    hot: float,
    seed: np.random.SeedSequence,
) -> None:
    """Better numbers of the columns of both grids, in place; both hold, for each column, when it was sent."""
    order = min(3, table.order)
    trigrams = (table.costs, table.offsets[order], table.letters**2 if order == 3 else 0, table.letters)
    anneal_both_orders(cipher, first, second, *trigrams, steps, hot, BOTH_COLD, kernel_state(seed), EXPONENTIALS)


def _polished(
    cipher: NDArray[np.int64], found: DoubleOrder, table: NgramTable, seed: np.random.SeedSequence
) -> DoubleOrder:
    """The best of some searches that begin with what was found, which is often right in one of the orders."""
    best = found
    for run_seed in seed.spawn(POLISHINGS):
        first, second = np.argsort(found.first), np.argsort(found.second)
        _anneal_both(cipher, first, second, table, POLISHING_STEPS, BOTH_HOT, run_seed)
        orders = (tuple(np.argsort(first).tolist()), tuple(np.argsort(second).tolist()))
        text = _undone(_undone(cipher, orders[1]), orders[0])
        units = text_units(text, table.costs, table.offsets, table.order, table.letters)
        key_bits = sum(columnar_bits(order, len(cipher)) for order in orders)
        best = min(best, DoubleOrder(*orders, units * BITS_PER_UNIT + key_bits), key=lambda order: order.total_bits)
    return best


def _undone(cipher: NDArray[np.int64], columns: Sequence[int]) -> NDArray[np.int64]:
    """The text (N,) whose columns were sent in this order."""
    text = np.empty_like(cipher)
    undo_columns(cipher, np.argsort(columns), np.empty(len(columns), np.int64), text)
    return text


def _frequency_bits(cipher: NDArray[np.int64], table: NgramTable) -> float:
    """Code length of the letters one by one, which no transposition changes."""
    return float(table.costs[table.offsets[1] + cipher].sum(dtype=np.int64)) * BITS_PER_UNIT


def _different(problem: Problem, mappings: Iterable[Columnar]) -> list[Candidate]:
    """The first KEPT candidates with different plaintexts."""
    kept: list[Candidate] = []
    for mapping in mappings:
        candidate = candidate_of(mapping, problem)
        if all((candidate.letters != other.letters).any() for other in kept):
            kept.append(candidate)
        if len(kept) == KEPT:
            break
    return kept
