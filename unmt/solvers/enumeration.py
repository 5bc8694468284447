"""Families with few keys: every key is tried.

Caesar and affine keys are few, and each is scored in full. Transpositions that read a grid are up to a hundred
thousand: the first letters of every one are scored with trigrams (a table that fits the fastest cache), and the best of
each family in full.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.ngram_table import BITS_PER_UNIT, NgramTable
from unmt.mappings.affine import Affine
from unmt.mappings.caesar import Caesar
from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.identity import Identity
from unmt.mappings.mapping import Mapping
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.objectives.code_length import text_units
from unmt.solvers.orders import Keys, order_blocks
from unmt.solvers.problem import Candidate, Problem, SearchResult

LETTER_FAMILIES: tuple[type[EnumerableMapping], ...] = (Identity, Caesar, Affine)
TRANSPOSITIONS: tuple[type[EnumerableMapping], ...] = (Reverse, RailFence, Period, Route, GridSections)
FAMILIES = tuple(family.family for family in LETTER_FAMILIES + TRANSPOSITIONS)

SCREENED_PLACES = 160
"""Letters that the trigrams look at. True text costs two bits a letter less there than wrong orders do: ten of their
standard deviations."""

SHORTLIST = 96
"""Keys of each family that are scored in full."""

KEPT = 2
"""Candidates of each family that are returned, with different plaintexts."""


def solve_enumeration(
    problem: Problem,
    seed: np.random.SeedSequence,  # noqa: ARG001 - solvers are called alike; nothing is drawn here
    *,
    effort: float = 1.0,
    families: Collection[str] = FAMILIES,
) -> SearchResult:
    """The best keys of each family, of every key that it has; at most KEPT of a family.

    problem: letters are needed (otherwise there are no candidates), word divisions are ignored and the table is the one
    without space. effort scales how many keys are scored in full.
    """
    result = SearchResult()
    if problem.letters is None:
        return result
    assert problem.table.letters == len(problem.alphabet)
    text = np.asarray(problem.letters, np.int64)
    for family in LETTER_FAMILIES + TRANSPOSITIONS:
        if family.family not in families:
            continue
        if family in LETTER_FAMILIES:
            keys = list(family.parameters(problem.alphabet, problem.length))
            result.keys += len(keys)
        else:
            keys, scored = _shortlist(family, text, problem.table, max(KEPT, int(SHORTLIST * effort)))
            result.keys += scored
        result.candidates += _best(family, keys, problem)
    result.candidates.sort(key=lambda candidate: candidate.total_bits)
    return result


def candidate_of(mapping: Mapping, problem: Problem) -> Candidate:
    """A mapping with the plaintext that it gives and the bits of both, by the n-gram table of the problem."""
    letters = mapping.apply(problem.ids)
    table = problem.table
    units = text_units(np.asarray(letters, np.int64), table.costs, table.offsets, table.order, table.letters)
    return Candidate(mapping, letters, units * BITS_PER_UNIT, mapping.bits(problem.length))


def _best(family: type[EnumerableMapping], keys: Keys, problem: Problem) -> list[Candidate]:
    """The KEPT different plaintexts of fewest bits, fewest first."""
    scored: dict[bytes, tuple[int, Mapping]] = {}
    table = problem.table
    for key in keys:
        mapping = family(problem.symbols, problem.alphabet, *key)
        letters = mapping.apply(problem.ids)
        if letters.tobytes() not in scored:
            units = text_units(np.asarray(letters, np.int64), table.costs, table.offsets, table.order, table.letters)
            scored[letters.tobytes()] = (units, mapping)
    best = sorted(scored.values(), key=lambda item: item[0])[:KEPT]
    return [candidate_of(mapping, problem) for _, mapping in best]


def _shortlist(
    family: type[EnumerableMapping], text: NDArray[np.int64], table: NgramTable, size: int
) -> tuple[Keys, int]:
    """The `size` keys of a family whose first letters cost least, and how many keys there were."""
    order = min(3, table.order)
    keys: Keys = []
    units: list[NDArray[np.int64]] = []
    count = 0
    for block_keys, orders in order_blocks(family, len(text), min(len(text), SCREENED_PLACES)):
        block_units = np.empty(len(block_keys), np.int64)
        _order_units(text, orders, table.costs, table.offsets, order, table.letters, block_units)
        count += len(block_keys)
        best = np.argsort(block_units, kind="stable")[:size]
        keys += [block_keys[i] for i in best]
        units.append(block_units[best])
    best = np.argsort(np.concatenate(units), kind="stable")[:size]
    return [keys[i] for i in best], count


@njit(cache=True, nogil=True)
def _order_units(text: Any, orders: Any, costs: Any, offsets: Any, order: int, letters: int, units: Any) -> None:
    """Fill units (keys,) with the cost of the text in each of the orders (keys, places), by n-grams of `order` <= 3."""
    second = letters if order >= 2 else 0
    third = letters * letters if order >= 3 else 0
    for key in range(len(orders)):
        before = 0
        last = 0
        total = 0
        for i in range(orders.shape[1]):
            letter = text[orders[key, i]]
            if i + 1 < order:
                total += costs[offsets[i + 1] + last * second + letter]
            else:
                total += costs[offsets[order] + before * third + last * second + letter]
            before = last
            last = letter
        units[key] = total
