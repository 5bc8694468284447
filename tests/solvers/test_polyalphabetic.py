from typing import Any

import numpy as np
import pytest

from unmt.mappings.beaufort import Beaufort
from unmt.mappings.polyalphabetic import Polyalphabetic
from unmt.mappings.vigenere import Vigenere
from unmt.solvers.polyalphabetic import solve_beaufort, solve_vigenere
from unmt.solvers.shifts import beam_shifts, climb, column_units, decipher

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = tuple(ALPHABET)


@pytest.mark.parametrize("keyword", ["q", "ox", "lemon", "wanderer", "thequickbrownfox"])
@pytest.mark.parametrize("length", [128, 257])
def test_a_planted_keyword_is_found(language: Any, seed: Any, keyword: str, length: int) -> None:
    plaintext = language.text(length, 3)
    for mapping, solve in (
        (Vigenere(SYMBOLS, ALPHABET, keyword), solve_vigenere),
        (Beaufort(SYMBOLS, ALPHABET, keyword), solve_beaufort),
        (Beaufort(SYMBOLS, ALPHABET, keyword, is_variant=True), solve_beaufort),
    ):
        best = solve(language.planted(mapping, plaintext), seed()).candidates[0]
        assert best.letters.tolist() == plaintext.tolist()
        assert best.mapping == mapping
        assert best.total_bits == language.table.text_units(plaintext) / 16 + mapping.bits(length)


def test_candidates_are_sorted_and_reproducible(language: Any, seed: Any) -> None:
    problem = language.planted(Vigenere(SYMBOLS, ALPHABET, "lemon"), language.text(150, 9))
    first, second = (solve_vigenere(problem, seed()) for _ in range(2))
    assert [c.mapping for c in first.candidates] == [c.mapping for c in second.candidates]
    assert first.keys == second.keys > 0
    bits = [candidate.total_bits for candidate in first.candidates]
    assert bits == sorted(bits)
    periods = [c.mapping.period for c in first.candidates if isinstance(c.mapping, Polyalphabetic)]
    assert len(periods) == len(set(periods)) == len(bits)


def test_nothing_is_found_in_noise(language: Any, seed: Any) -> None:
    noise = language.problem(np.random.default_rng(0).integers(26, size=200))
    for solve in (solve_vigenere, solve_beaufort):
        assert solve(noise, seed()).candidates[0].total_bits > 200 * np.log2(26)


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_very_short_texts(language: Any, seed: Any, length: int) -> None:
    assert solve_vigenere(language.problem(np.arange(length)), seed()).candidates


def test_symbols_that_are_no_letters_are_left_alone(language: Any, seed: Any) -> None:
    problem = language.problem(language.text(50, 4), tuple(map(str, range(26))))
    assert solve_vigenere(problem, seed()).candidates == []
    assert solve_beaufort(problem, seed()).candidates == []


@pytest.mark.parametrize("period", [1, 2, 3, 7])
def test_column_units_differ_as_whole_texts_do(language: Any, period: int) -> None:
    table = language.table
    text = language.text(40, 2).astype(np.int64)
    by_shift = np.empty(26, np.int64)
    for column in range(period):
        column_units(text, column, period, 26, table.costs, table.offsets, table.order, by_shift)
        for shift in (1, 5, 25):
            shifted = text.copy()
            shifted[column::period] = (shifted[column::period] + shift) % 26
            difference = table.text_units(shifted) - table.text_units(text)
            assert by_shift[shift] - by_shift[0] == difference


def test_a_beam_as_wide_as_all_keys_misses_none(language: Any) -> None:
    table = language.table
    plaintext = language.text(30, 5).astype(np.int64)
    cipher = (plaintext + np.resize([3, 17], 30)) % 26
    found = beam_shifts(cipher, 2, table, 26 * 26, 64)
    assert sorted(map(tuple, found.tolist())) == [(a, b) for a in range(26) for b in range(26)]


def test_climbing_never_costs(language: Any) -> None:
    table = language.table
    rng = np.random.default_rng(3)
    cipher = rng.integers(26, size=60)
    shifts, text = rng.integers(26, size=4), np.empty(60, np.int64)
    decipher(cipher, shifts, 26, text)
    before = table.text_units(text)
    climb(text, shifts, 26, table.costs, table.offsets, table.order)
    assert text.tolist() == [(c + shifts[i % 4]) % 26 for i, c in enumerate(cipher)]
    assert table.text_units(text) <= before
