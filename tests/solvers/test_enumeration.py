from typing import Any

import numpy as np
import pytest

from unmt.mappings.affine import Affine
from unmt.mappings.caesar import Caesar
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.identity import Identity
from unmt.mappings.mapping import Mapping
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.solvers.enumeration import FAMILIES, KEPT, solve_enumeration

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = tuple(ALPHABET)
PLANTED: list[Mapping] = [
    Identity(SYMBOLS, ALPHABET),
    Reverse(SYMBOLS, ALPHABET),
    Caesar(SYMBOLS, ALPHABET, 19),
    Affine(SYMBOLS, ALPHABET, 7, 3),
    RailFence(SYMBOLS, ALPHABET, 5, 3),
    Period(SYMBOLS, ALPHABET, 19, True),
    Route(SYMBOLS, ALPHABET, 11, "spiral-in", "bottom-left", True, True),
    Route(SYMBOLS, ALPHABET, 8, "zigzag", "top-right", False, False),
    GridSections(SYMBOLS, ALPHABET, 17, 4, 1, 2, True),
]


@pytest.mark.parametrize("mapping", PLANTED, ids=lambda mapping: mapping.family)
@pytest.mark.parametrize("length", [90, 340])
def test_a_planted_key_is_found(language: Any, seed: Any, mapping: Mapping, length: int) -> None:
    plaintext = language.text(length, 3)
    result = solve_enumeration(language.planted(mapping, plaintext), seed())
    best = result.candidates[0]
    assert best.letters.tolist() == plaintext.tolist()
    assert best.total_bits <= language.table.text_units(plaintext) / 16 + mapping.bits(length)


def test_bits_are_those_of_the_mapping_and_the_table(language: Any, seed: Any) -> None:
    problem = language.problem(language.text(70, 1)[::-1])
    for candidate in solve_enumeration(problem, seed()).candidates:
        assert candidate.letters.tolist() == candidate.mapping.apply(problem.ids).tolist()
        assert candidate.text_bits == language.table.text_units(candidate.letters) / 16
        assert candidate.mapping_bits == candidate.mapping.bits(70)


def test_candidates_are_sorted_few_and_different(language: Any, seed: Any) -> None:
    candidates = solve_enumeration(language.problem(language.text(100, 2)), seed()).candidates
    bits = [candidate.total_bits for candidate in candidates]
    assert bits == sorted(bits)
    for family in FAMILIES:
        texts = [candidate.letters.tobytes() for candidate in candidates if candidate.mapping.family == family]
        assert 1 <= len(texts) == len(set(texts)) <= KEPT


def test_only_the_families_that_were_asked_for(language: Any, seed: Any) -> None:
    problem = language.problem(language.text(50, 4))
    found = solve_enumeration(problem, seed(), families=("route", "caesar")).candidates
    assert {candidate.mapping.family for candidate in found} == {"route", "caesar"}


def test_nothing_is_found_in_noise(language: Any, seed: Any) -> None:
    noise = np.random.default_rng(0).integers(26, size=300)
    assert solve_enumeration(language.problem(noise), seed()).candidates[0].total_bits > 300 * np.log2(26)


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_very_short_texts(language: Any, seed: Any, length: int) -> None:
    assert solve_enumeration(language.problem(np.arange(length)), seed()).candidates


def test_symbols_that_are_no_letters_are_left_alone(language: Any, seed: Any) -> None:
    names = tuple(map(str, range(26)))
    assert solve_enumeration(language.problem(language.text(50, 4), names), seed()).candidates == []
