"""A substitution after a transposition, such as the Zodiac's letter of 340 signs: order and key both unknown.

Every order of the families with few keys is ranked by how much the ciphertext repeats itself in it (repetition), which
needs no key. The first ones are given to a solver for substitutions, again and again, fewer of them each time and with
more effort. What the solver finds decides: bits of the order, of the key, of the text and of the choices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from math import lgamma, log

import numpy as np

from unmt.mappings.composition import Composition
from unmt.mappings.enumerable import EnumerableMapping
from unmt.solvers.enumeration import TRANSPOSITIONS, solve_enumeration
from unmt.solvers.orders import Keys, order_blocks
from unmt.solvers.problem import Candidate, Problem, SearchResult
from unmt.solvers.repetition import repetition_bits

Solve = Callable[[Problem, np.random.SeedSequence, float], SearchResult]
"""A solver for substitutions: problem, seed, effort."""

FAMILIES = tuple(family.family for family in TRANSPOSITIONS)

ROUNDS = ((20, 0.25), (10, 0.5), (5, 1.0), (3, 1.0))
"""How many orders are searched in each round, and the effort of each search."""

KEPT = 3
"""Candidates that are returned."""


def solve_composed(
    problem: Problem,
    seed: np.random.SeedSequence,
    *,
    effort: float = 1.0,
    solve: Solve,
    families: Collection[str] = FAMILIES,
) -> SearchResult:
    """The KEPT best readings by a transposition of `families` and a substitution that `solve` finds.

    Word divisions are ignored (a transposition moves them about), the table is the one without space. effort scales the
    short list and the effort of `solve`. The rounds end with a reading that takes fewer bits than the symbols do one by
    one; of that the order and then the key are searched once more. Without one, 18 searches of full effort are run.
    """
    unread_bits = symbol_bits(problem)
    orders = ranked_orders(problem, max(KEPT, int(ROUNDS[0][0] * effort)), families)
    readings: dict[EnumerableMapping, Candidate] = {}
    keys = 0
    for most, share in ROUNDS:
        orders = sorted(orders, key=lambda order: readings[order].total_bits if order in readings else 0.0)
        for order in orders[: max(1, round(most * effort))]:
            keys += _read(problem, order, solve, seed, share * effort, readings)
            if readings[order].total_bits < unread_bits:
                better, scored = reordered_by_key(problem, readings[order], families, seed)
                for final in (order, better):
                    keys += _read(problem, final, solve, seed, effort, readings)
                return _result(readings, keys + scored)
    return _result(readings, keys)


def symbol_bits(problem: Problem) -> float:
    """Adaptive code length of the ciphertext, symbol by symbol without contexts: what no order of it changes."""
    counts = np.bincount(problem.ids)
    used = len(problem.symbols)
    nats = lgamma(problem.length + used) - lgamma(used) - sum(lgamma(count + 1) for count in counts)
    return nats / log(2)


def reordered_by_key(
    problem: Problem, reading: Candidate, families: Collection[str], seed: np.random.SeedSequence
) -> tuple[EnumerableMapping, int]:
    """The best order when the symbols are read with the key of a reading, and how many orders were scored.

    A key is often found in an order that is right only for long pieces of the text.
    """
    assert isinstance(reading.mapping, Composition)
    letter_of_symbol = reading.mapping.steps[-1].letter_of_symbol
    letters = letter_of_symbol[problem.ids]
    read = replace(problem, ids=letters, symbols=tuple(problem.alphabet), boundaries=None, letters=letters)
    found = solve_enumeration(read, seed, families=families)
    order = found.candidates[0].mapping
    assert isinstance(order, EnumerableMapping)
    return replace(order, symbols=problem.symbols, alphabet=""), found.keys


def _read(
    problem: Problem,
    order: EnumerableMapping,
    solve: Solve,
    seed: np.random.SeedSequence,
    effort: float,
    readings: dict[EnumerableMapping, Candidate],
) -> int:
    """Search for the substitution after one order, keep the better of its readings; returns the keys scored."""
    found = solve(reordered(problem, order), seed.spawn(1)[0], effort)
    ours = [composed(order, candidate) for candidate in found.candidates[:1]]
    ours += [readings[order]] if order in readings else []
    readings[order] = min(ours, key=lambda reading: reading.total_bits)
    return found.keys


def _result(readings: dict[EnumerableMapping, Candidate], keys: int) -> SearchResult:
    return SearchResult(sorted(readings.values(), key=lambda reading: reading.total_bits)[:KEPT], keys)


def ranked_orders(problem: Problem, size: int, families: Collection[str] = FAMILIES) -> list[EnumerableMapping]:
    """The `size` transpositions in whose order the ciphertext, with the key, takes the fewest bits; all orders differ.

    They move symbols: their alphabet is "".
    """
    shown: dict[bytes, tuple[float, EnumerableMapping]] = {}
    for family in TRANSPOSITIONS:
        if family.family not in families:
            continue
        key_bits = float(np.log2(family.number_of_keys("", problem.length)))
        for bits, key in _best(family, problem, size):
            mapping = family(problem.symbols, "", *key)
            text = mapping.apply(problem.ids).tobytes()
            if text not in shown or bits + key_bits < shown[text][0]:
                shown[text] = (bits + key_bits, mapping)
    best = sorted(shown.values(), key=lambda item: item[0])[:size]
    return [mapping for _, mapping in best]


def _best(family: type[EnumerableMapping], problem: Problem, size: int) -> list[tuple[float, tuple[object, ...]]]:
    """The bits of the text in the best orders of a family, and their keys; more than `size`, as some are alike."""
    keys: Keys = []
    bits: list[float] = []
    for block_keys, orders in order_blocks(family, problem.length, problem.length):
        block_bits = repetition_bits(problem.ids, orders, len(problem.symbols))
        best = np.argsort(block_bits, kind="stable")[: 4 * size]
        keys += [block_keys[i] for i in best]
        bits += block_bits[best].tolist()
    order = np.argsort(bits, kind="stable")[: 4 * size]
    return [(bits[i], keys[i]) for i in order]


def reordered(problem: Problem, mapping: EnumerableMapping) -> Problem:
    """The problem that is left when a transposition has been undone."""
    ids = mapping.apply(problem.ids)
    named = problem.letters is not None
    letter_of_symbol = np.zeros(len(problem.symbols), np.int32)
    if problem.letters is not None:
        letter_of_symbol[problem.ids] = problem.letters
    return replace(problem, ids=ids, boundaries=None, letters=letter_of_symbol[ids] if named else None)


def composed(mapping: EnumerableMapping, candidate: Candidate) -> Candidate:
    """The candidate of a reordered problem as one of the problem itself."""
    order_bits = mapping.bits(len(candidate.letters))
    return replace(
        candidate,
        mapping=Composition.of(mapping, candidate.mapping),
        mapping_bits=candidate.mapping_bits + order_bits,
    )
