from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from unmt.coding.counting import count_ngrams
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import fit
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.mapping import Mapping
from unmt.mappings.substitution import Substitution
from unmt.objectives.windows import spaced
from unmt.solvers import partial_keys
from unmt.solvers.beam import CANDIDATES, homophone_limits, solve_beam
from unmt.solvers.extension_order import coverage_weights, extension_order
from unmt.solvers.gapped_table import gapped_table
from unmt.solvers.partial_keys import PartialKeys, homophone_rest, letter_rest, levels, smallest
from unmt.solvers.problem import Problem

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
Seed = Callable[[], np.random.SeedSequence]


def small_table(letters: int, order: int = 3) -> NgramTable:
    """A table of a text in which a letter mostly is the one before it, or the next."""
    rng = np.random.default_rng(letters)
    text = np.cumsum(rng.choice(letters, size=4000, p=np.arange(letters, 0, -1) / np.arange(letters + 1).sum()))
    text = text % letters
    return build_table(fit(count_ngrams(text[:3500], order, letters).all_orders(), text[3500:]), order)


def small_problem(symbols: int, alphabet: str, *, divided: bool) -> Problem:
    ids = np.random.default_rng(3).integers(0, symbols, 14).astype(np.int32)
    boundaries = np.array([3, 4, 9]) if divided else None
    frequencies = np.arange(1.0, len(alphabet) + 1)
    table = small_table(len(alphabet) + divided)
    return Problem(ids, tuple("stuvw"[:symbols]), boundaries, alphabet, table, None, frequencies / frequencies.sum())


def text_bits(problem: Problem, letters: NDArray[Any]) -> float:
    """The plain code length, with the space before the text for free."""
    space = problem.table.letters - 1
    free = 0 if problem.boundaries is None else int(problem.table.costs[problem.table.offsets[1] + space])
    return (problem.table.text_units(spaced(letters, problem.boundaries, space)) - free) / 16


def total_bits(problem: Problem, mapping: Mapping) -> float:
    letters = mapping.apply(problem.ids)
    return text_bits(problem, letters) + mapping.bits(problem.length) + mapping.choice_bits(letters)


def all_keys(problem: Problem, *, homophonic: bool) -> Iterator[Mapping]:
    symbols, letters = len(problem.symbols), range(len(problem.alphabet))
    for key in product(letters, repeat=symbols) if homophonic else permutations(letters, symbols):
        family = Homophonic if homophonic else Substitution
        yield family.from_ids(problem.symbols, problem.alphabet, key)


@pytest.mark.parametrize("divided", [False, True])
@pytest.mark.parametrize("homophonic", [False, True])
def test_an_unlimited_beam_is_brute_force(
    monkeypatch: pytest.MonkeyPatch, seed: Seed, *, homophonic: bool, divided: bool
) -> None:
    monkeypatch.setattr(partial_keys, "MARGIN_BITS", 1e9)
    problem = small_problem(4, "abc" if homophonic else "abcde", divided=divided)
    found = solve_beam(problem, seed(), beam=10**6, orders=1, homophonic=homophonic).candidates
    expected = sorted(total_bits(problem, mapping) for mapping in all_keys(problem, homophonic=homophonic))
    # Whole homophonic keys are settled, so that the list may hold fewer local optima than keys.
    shown = 1 if homophonic else CANDIDATES
    assert [c.total_bits for c in found[:shown]] == pytest.approx(expected[:shown])


@pytest.mark.parametrize("homophonic", [False, True])
def test_partial_costs_are_those_of_the_known_letters(*, homophonic: bool) -> None:
    problem = small_problem(4, "abcde", divided=True)
    table = gapped_table(problem.table)
    partial = PartialKeys(problem, table, homophonic=homophonic, most=np.full(5, 9))
    order = extension_order(partial.text, 5, coverage_weights(3), given=4)
    for t, level in enumerate(levels(partial.text, 5, order, table)):
        partial.extend(level, order[t + 1 :], 20)
        known = np.isin(np.arange(5), [*order[: t + 1], 4])
        for key, cost in zip(partial.keys, partial.costs, strict=True):
            units = table.units(key[partial.text].astype(np.int64), table.masks(partial.text, known))
            assert cost == units[1:].sum()


def test_the_best_homophonic_key_has_no_better_neighbour(seed: Seed) -> None:
    """A beam of one key goes wrong early; settling repairs it as far as single letters can."""
    for ids_seed in range(10):
        ids = np.random.default_rng(ids_seed).integers(0, 4, 14).astype(np.int32)
        problem = replace(small_problem(4, "abcde", divided=False), ids=ids)
        best = solve_beam(problem, seed(), beam=1, orders=1, homophonic=True).candidates[0]
        assert best.text_bits == pytest.approx(text_bits(problem, best.letters))
        key = [problem.alphabet.index(letter) for letter in best.mapping.key().values()]
        for symbol, letter in product(range(4), range(5)):
            neighbour = [letter if s == symbol else old for s, old in enumerate(key)]
            mapping = Homophonic.from_ids(problem.symbols, problem.alphabet, neighbour)
            assert total_bits(problem, mapping) >= best.total_bits - 1e-9


def test_the_rest_of_a_whole_homophonic_key_is_its_choice_bits() -> None:
    problem = small_problem(4, "abc", divided=False)
    uses, out = np.bincount(problem.ids), np.empty((1, 3))
    key = np.array([[2, 0, 2, 0]], np.uint8)
    homophone_rest(key, np.arange(3), uses, 3, np.zeros(3), np.full(3, 9), out)
    for letter in range(3):
        mapping = Homophonic.from_ids(problem.symbols, "abc", [2, 0, 2, letter])
        assert out[0, letter] / 16 == pytest.approx(mapping.choice_bits(mapping.apply(problem.ids)))


def test_the_rest_of_a_partial_simple_key_is_the_least_that_single_letters_cost() -> None:
    """Symbol 0 has letter 2; symbol 1 gets each letter; symbols 2 and 3 are used 5 and 3 times."""
    costs, out = np.array([40.0, 16.0, 8.0, 24.0, 32.0]), np.empty((1, 5))
    key = np.array([[2, 0, 0, 0]], np.uint8)
    letter_rest(key, np.array([0]), np.array([5, 3]), costs, np.argsort(costs), out)
    assert list(out[0]) == [5 * 16 + 3 * 24, 5 * 24 + 3 * 32, np.inf, 5 * 16 + 3 * 32, 5 * 16 + 3 * 24]


@pytest.mark.parametrize("length", [200, 100])
def test_a_planted_simple_substitution_is_found(language: Any, seed: Seed, length: int) -> None:
    plaintext = language.text(length, 1)
    key = np.random.default_rng(2).permutation(26)
    problem = language.planted(Substitution.from_ids(tuple(ALPHABET), ALPHABET, key), plaintext)
    best = solve_beam(problem, seed(), homophonic=False).candidates[0]
    assert np.array_equal(best.letters, plaintext)
    assert best.total_bits == pytest.approx(total_bits(problem, best.mapping))


def planted_homophones(language: Any, length: int) -> tuple[Problem, NDArray[Any]]:
    """A text under a key in which letters have symbols, 45 in all, in proportion to their use."""
    shares = language.frequencies
    homophones = 1 + np.floor(shares * 19).astype(int)
    letters = np.repeat(np.arange(26), homophones)
    names = tuple(str(i) for i in range(len(letters)))
    mapping = Homophonic.from_ids(names, ALPHABET, np.random.default_rng(4).permutation(letters))
    plaintext = language.text(length, 5)
    return language.problem(mapping.invert(plaintext, np.random.default_rng(6)), names), plaintext


def test_a_planted_homophonic_key_is_found(language: Any, seed: Seed) -> None:
    problem, plaintext = planted_homophones(language, 400)
    best = solve_beam(problem, seed(), homophonic=True).candidates[0]
    assert np.array_equal(best.letters, plaintext)
    assert np.array_equal(best.mapping.apply(problem.ids), plaintext)
    assert best.total_bits == pytest.approx(total_bits(problem, best.mapping))


def test_the_same_seed_gives_the_same_answer(language: Any, seed: Seed) -> None:
    problem, _ = planted_homophones(language, 120)
    first, second = (solve_beam(problem, seed(), beam=50, orders=4, homophonic=True) for _ in range(2))
    assert first.keys == second.keys
    assert [c.mapping for c in first.candidates] == [c.mapping for c in second.candidates]


def test_candidates_differ_and_the_shortest_is_first(language: Any, seed: Seed) -> None:
    problem, _ = planted_homophones(language, 120)
    found = solve_beam(problem, seed(), beam=50, orders=4, homophonic=True).candidates
    assert len({str(c.mapping.key()) for c in found}) == len(found)
    assert [c.total_bits for c in found] == sorted(c.total_bits for c in found)


@pytest.mark.parametrize("homophonic", [False, True])
@pytest.mark.parametrize("length", [20, 300])
def test_noise_gains_nothing(language: Any, seed: Seed, length: int, *, homophonic: bool) -> None:
    """A code saves 20 bits on one random text in a million, so that its search cannot either."""
    problem = language.problem(np.random.default_rng(8).integers(0, 26, length))
    best = solve_beam(problem, seed(), beam=300, orders=2, homophonic=homophonic).candidates[0]
    assert best.total_bits > length * np.log2(26) - 20


def test_a_limit_on_homophones_holds(language: Any) -> None:
    problem, _ = planted_homophones(language, 200)
    partial = PartialKeys(problem, gapped_table(language.table), homophonic=True, most=np.full(26, 2))
    partial.run(np.arange(partial.space), beam=100)
    partial.settle(5)
    for key in partial.keys[:, : partial.space]:
        assert np.bincount(key).max() <= 2
    assert np.array_equal(homophone_limits(45, problem.frequencies, 2), np.full(26, 2))


def test_more_symbols_than_letters_have_no_simple_key(language: Any, seed: Seed) -> None:
    problem, _ = planted_homophones(language, 60)
    assert solve_beam(problem, seed(), homophonic=False).candidates == []


@pytest.mark.parametrize("homophonic", [False, True])
def test_one_symbol_and_symbols_that_do_not_occur(language: Any, seed: Seed, *, homophonic: bool) -> None:
    problem = replace(language.problem(np.array([1, 0, 1])), symbols=("x", "y", "z"), letters=None)
    best = solve_beam(problem, seed(), homophonic=homophonic).candidates[0]
    assert len(best.mapping.symbols) == 3
    problem = replace(problem, ids=np.array([0], np.int32), symbols=("x",))
    best = solve_beam(problem, seed(), homophonic=homophonic).candidates[0]
    assert best.letters == language.table.costs[language.table.offsets[1] :][:26].argmin()


def test_equal_costs_are_kept_by_their_place() -> None:
    values = np.array([3.0, 1.0, np.inf, 1.0, 2.0, 1.0])
    assert list(smallest(values, 2, 10.0)) == [1, 3]
    assert list(smallest(values, 9, 10.0)) == [1, 3, 5, 4, 0]
    assert list(smallest(values, 9, 1.5)) == [1, 3, 5, 4]
