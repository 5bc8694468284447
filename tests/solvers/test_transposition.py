from itertools import permutations
from typing import Any

import numpy as np
import pytest

from unmt.mappings.columnar import Columnar, DoubleColumnar, column_reading
from unmt.mappings.transposition import inverse_order
from unmt.objectives.code_length import text_units
from unmt.solvers.columns import beam_columns, undo_columns
from unmt.solvers.double_columns import block_units, pair_gains, propose_order
from unmt.solvers.random import kernel_state
from unmt.solvers.transposition import KEPT, solve_columnar, solve_double_columnar

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = tuple(ALPHABET)


def drawn(width: int, seed: int) -> tuple[int, ...]:
    return tuple(np.random.default_rng(seed).permutation(width).tolist())


@pytest.mark.parametrize("width", [2, 5, 8, 13, 16])
@pytest.mark.parametrize("length", [128, 203])
def test_a_planted_order_is_found(language: Any, seed: Any, width: int, length: int) -> None:
    plaintext = language.text(length, 3)
    mapping = Columnar(SYMBOLS, ALPHABET, drawn(width, width))
    candidates = solve_columnar(language.planted(mapping, plaintext), seed()).candidates
    assert plaintext.tolist() in [candidate.letters.tolist() for candidate in candidates]
    assert candidates[0].total_bits <= language.table.text_units(plaintext) / 16 + mapping.bits(length)


def test_candidates_are_sorted_different_and_reproducible(language: Any, seed: Any) -> None:
    problem = language.planted(Columnar(SYMBOLS, ALPHABET, drawn(9, 1)), language.text(130, 9))
    first, second = (solve_columnar(problem, seed()).candidates for _ in range(2))
    assert [c.mapping for c in first] == [c.mapping for c in second]
    bits = [candidate.total_bits for candidate in first]
    assert bits == sorted(bits)
    assert len({candidate.letters.tobytes() for candidate in first}) == len(first) <= KEPT


@pytest.mark.parametrize(("first", "second"), [(4, 5), (6, 6)])
def test_planted_double_orders_are_found(language: Any, seed: Any, first: int, second: int) -> None:
    plaintext = language.text(180, 4)
    mapping = DoubleColumnar(SYMBOLS, ALPHABET, drawn(first, 1), drawn(second, 2))
    problem = language.planted(mapping, plaintext)
    best = solve_double_columnar(problem, seed(), widths=range(3, 7)).candidates[0]
    assert best.letters.tolist() == plaintext.tolist()
    again = solve_double_columnar(problem, seed(), widths=range(3, 7)).candidates[0]
    assert again.mapping == best.mapping


def test_nothing_is_found_in_noise(language: Any, seed: Any) -> None:
    noise = language.problem(np.random.default_rng(0).integers(26, size=200))
    assert solve_columnar(noise, seed()).candidates[0].total_bits > 200 * np.log2(26)
    double = solve_double_columnar(noise, seed(), effort=0.05, widths=(3, 4, 5))
    assert double.candidates[0].total_bits > 200 * np.log2(26)


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_very_short_texts(language: Any, seed: Any, length: int) -> None:
    problem = language.problem(np.arange(length))
    assert solve_columnar(problem, seed()).candidates
    solve_double_columnar(problem, seed(), effort=0.01)


def test_symbols_that_are_no_letters_are_left_alone(language: Any, seed: Any) -> None:
    problem = language.problem(language.text(50, 4), tuple(map(str, range(26))))
    assert solve_columnar(problem, seed()).candidates == []
    assert solve_double_columnar(problem, seed()).candidates == []


@pytest.mark.parametrize("length", [24, 25, 27, 29])
def test_a_beam_wide_enough_finds_every_order(language: Any, length: int) -> None:
    cipher = language.text(length, 5).astype(np.int64)
    found = beam_columns(cipher, 4, language.table, 10_000, 64)
    assert sorted(map(tuple, found.tolist())) == sorted(permutations(range(4)))


@pytest.mark.parametrize("length", [30, 31, 37])
def test_undone_columns_are_those_of_the_mapping(length: int) -> None:
    cipher = np.random.default_rng(2).integers(26, size=length)
    columns = drawn(7, 3)
    text = np.empty_like(cipher)
    undo_columns(cipher, np.argsort(columns), np.empty(7, np.int64), text)
    assert text.tolist() == cipher[inverse_order(column_reading(columns, length))].tolist()


def test_neighbours_of_an_order_are_orders(seed: Any) -> None:
    state = kernel_state(seed())
    order = np.arange(9)
    changed = np.empty(9, np.int64)
    neighbours = set()
    for _ in range(500):
        propose_order(order, state, changed)
        assert sorted(changed) == list(range(9))
        neighbours.add(tuple(changed.tolist()))
    assert len(neighbours) > 150


def test_the_right_second_order_has_blocks_that_follow_each_other(language: Any) -> None:
    table = language.table
    plaintext = language.text(200, 6)
    mapping = DoubleColumnar(SYMBOLS, ALPHABET, drawn(5, 1), drawn(7, 2))
    cipher = mapping.invert(plaintext).astype(np.int64)
    left = np.empty_like(cipher)
    undo_columns(cipher, np.argsort(mapping.second), np.empty(7, np.int64), left)
    right = block_units(left, 5, pair_gains(table), 26)
    undo_columns(cipher, np.argsort(drawn(7, 8)), np.empty(7, np.int64), left)
    assert right < block_units(left, 5, pair_gains(table), 26)


def test_pair_gains_and_frequencies_are_the_cost_of_pairs(language: Any) -> None:
    table = language.table
    gains = pair_gains(table)
    for first, second in ((0, 0), (3, 25)):
        text = np.array([first, second])
        alone = int(table.costs[table.offsets[1] + first]) + int(table.costs[table.offsets[1] + second])
        assert alone + gains[first * 26 + second] == text_units(text, table.costs, table.offsets, table.order, 26)
