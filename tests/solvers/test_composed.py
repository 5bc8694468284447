from typing import Any

import numpy as np
import pytest

from unmt.mappings.composition import Composition
from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.period import Period
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.mappings.substitution import Substitution
from unmt.solvers.composed import ranked_orders, reordered, solve_composed, symbol_bits
from unmt.solvers.problem import Problem, SearchResult
from unmt.solvers.repetition import MOST_SYMBOLS, repetition_bits
from unmt.solvers.substitution import SubstitutionSearch

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = tuple(f"s{i}" for i in range(26))


def solve(problem: Problem, seed: np.random.SeedSequence, effort: float) -> SearchResult:
    return SubstitutionSearch(problem).restart(seed, effort)


def planted(language: Any, order: EnumerableMapping, length: int) -> tuple[Problem, np.ndarray]:
    plaintext = language.text(length, 3)
    letters = np.random.default_rng(1).permutation(26)
    mapping = Composition.of(order, Substitution.from_ids(SYMBOLS, ALPHABET, letters))
    return language.problem(mapping.invert(plaintext), SYMBOLS), plaintext


@pytest.mark.parametrize(
    "order",
    [
        GridSections(SYMBOLS, "", 17, 9, 1, 2, True),
        Period(SYMBOLS, "", 19),
        Route(SYMBOLS, "", 11, "spiral-in", "bottom-left", True, True),
    ],
    ids=lambda order: order.family,
)
def test_a_planted_order_and_key_are_found(language: Any, seed: Any, order: EnumerableMapping) -> None:
    problem, plaintext = planted(language, order, 400)
    best = solve_composed(problem, seed(), solve=solve).candidates[0]
    assert best.letters.tolist() == plaintext.tolist()
    assert best.mapping.apply(problem.ids).tolist() == plaintext.tolist()
    assert best.mapping_bits == pytest.approx(best.mapping.bits(400))
    assert best.total_bits < symbol_bits(problem)


def test_candidates_are_sorted_and_reproducible(language: Any, seed: Any) -> None:
    problem, _ = planted(language, Period(SYMBOLS, "", 6), 150)
    first, second = (solve_composed(problem, seed(), effort=0.3, solve=solve).candidates for _ in range(2))
    assert [c.mapping for c in first] == [c.mapping for c in second]
    assert [c.total_bits for c in first] == sorted(c.total_bits for c in first)


def test_nothing_is_found_in_noise(language: Any, seed: Any) -> None:
    noise = language.problem(np.random.default_rng(0).integers(26, size=200), SYMBOLS)
    assert solve_composed(noise, seed(), effort=0.2, solve=solve).candidates[0].total_bits > 200 * np.log2(26)


def test_only_the_families_that_were_asked_for(language: Any) -> None:
    problem, _ = planted(language, Reverse(SYMBOLS, ""), 80)
    assert {order.family for order in ranked_orders(problem, 10, ("reverse", "period"))} == {"reverse", "period"}


def test_ranked_orders_differ(language: Any) -> None:
    problem, _ = planted(language, Period(SYMBOLS, "", 6), 90)
    texts = [order.apply(problem.ids).tobytes() for order in ranked_orders(problem, 30)]
    assert len(texts) == len(set(texts)) == 30


def test_letters_move_with_the_symbols(language: Any) -> None:
    problem = language.problem(language.text(40, 2))
    moved = reordered(problem, Reverse(problem.symbols, ""))
    assert moved.ids.tolist() == moved.letters.tolist() == problem.ids[::-1].tolist()


@pytest.mark.parametrize("symbols", [26, MOST_SYMBOLS + 1])
def test_repetition_does_not_see_the_names_of_the_symbols(language: Any, symbols: int) -> None:
    text = language.text(300, 1)
    rng = np.random.default_rng(3)
    orders = np.stack([rng.permutation(300) for _ in range(4)]).astype(np.int32)
    orders[2] = np.arange(300)
    bits = repetition_bits(text, orders, symbols)
    renamed = repetition_bits(rng.permutation(symbols)[text], orders, symbols)
    assert bits == pytest.approx(renamed)
    assert bits.argmin() == 2


def test_repetition_is_a_code() -> None:
    # The probabilities of all texts of four symbols sum to one.
    texts = np.stack(np.meshgrid(*[np.arange(3)] * 4, indexing="ij"), -1).reshape(-1, 4)
    order = np.array([[2, 0, 3, 1]], np.int32)
    assert sum(2.0 ** -repetition_bits(text, order, 3)[0] for text in texts) == pytest.approx(1.0)
