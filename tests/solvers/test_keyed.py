from typing import Any

import numpy as np
import pytest

from unmt.mappings.beaufort import Beaufort
from unmt.mappings.vigenere import Vigenere
from unmt.solvers.alphabets import anneal_alphabets, tableau_alphabets
from unmt.solvers.keyed import likely_periods, solve_keyed, spectral_tableaus
from unmt.solvers.random import EXPONENTIALS, kernel_state

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = tuple(ALPHABET)
TABLEAU = "zebrascdfghijklmnopqtuvwxy"


@pytest.mark.parametrize("family", [Vigenere, Beaufort])
def test_a_planted_tableau_is_found(language: Any, seed: Any, family: type[Vigenere] | type[Beaufort]) -> None:
    plaintext = language.text(900, 3)
    problem = language.planted(family(SYMBOLS, ALPHABET, "lemon", TABLEAU), plaintext)
    best = solve_keyed(problem, seed()).candidates[0]
    assert best.letters.tolist() == plaintext.tolist()
    assert isinstance(best.mapping, family)
    assert len(best.mapping.keyword) == 5
    assert best.mapping.apply(problem.ids).tolist() == plaintext.tolist()
    assert best.mapping_bits == best.mapping.bits(600)


def test_the_same_seed_gives_the_same_answer(language: Any, seed: Any) -> None:
    problem = language.planted(Vigenere(SYMBOLS, ALPHABET, "oak", TABLEAU), language.text(120, 5))
    first, second = (solve_keyed(problem, seed(), effort=0.1).candidates for _ in range(2))
    assert [c.mapping for c in first] == [c.mapping for c in second]


def test_nothing_is_found_in_noise(language: Any, seed: Any) -> None:
    noise = language.problem(np.random.default_rng(0).integers(26, size=200))
    assert solve_keyed(noise, seed(), effort=0.1).candidates[0].total_bits > 200 * np.log2(26)


@pytest.mark.parametrize("length", [1, 2, 24])
def test_short_texts_are_left_alone(language: Any, seed: Any, length: int) -> None:
    assert len(solve_keyed(language.problem(np.arange(length) % 26), seed(), effort=0.01).candidates) <= 2


def test_symbols_that_are_no_letters_are_left_alone(language: Any, seed: Any) -> None:
    problem = language.problem(language.text(50, 4), tuple(map(str, range(26))))
    assert solve_keyed(problem, seed()).candidates == []


def test_the_likeliest_period_is_that_of_the_keyword(language: Any) -> None:
    mapping = Vigenere(SYMBOLS, ALPHABET, "lemon", TABLEAU)
    assert likely_periods(mapping.invert(language.text(600, 3)).astype(np.int64), 26)[0] == 5


@pytest.mark.parametrize("sign", [1, -1])
def test_alphabets_are_those_of_the_mapping(sign: int) -> None:
    family = Vigenere if sign > 0 else Beaufort
    tableau = np.array([ALPHABET.index(letter) for letter in TABLEAU])
    keyword = np.array([4, 9, 0])
    alphabets = np.empty((3, 26), np.int64)
    tableau_alphabets(tableau, (-sign * keyword) % 26, sign, alphabets)
    mapping = family(SYMBOLS, ALPHABET, "".join(TABLEAU[k] for k in keyword), TABLEAU)
    cipher = np.random.default_rng(1).integers(26, size=50)
    assert alphabets[np.arange(50) % 3, cipher].tolist() == mapping.apply(cipher).tolist()


def test_the_spectral_start_finds_a_tableau_from_all_of_its_alphabets() -> None:
    rng = np.random.default_rng(4)
    alphabets = np.empty((6, 26), np.int64)
    tableau_alphabets(rng.permutation(26), rng.integers(26, size=6), 1, alphabets)
    weights = np.zeros((6, 26, 26))
    weights[np.arange(6)[:, None], np.arange(26), alphabets] = 1.0
    agreeing = 0
    for tableau in spectral_tableaus(weights, rng, 20):
        places = np.argsort(tableau)
        shifts = (places[alphabets] - places) % 26
        agreeing += (shifts == shifts[:, :1]).all()
    assert agreeing > 0


def test_annealing_apart_keeps_the_alphabets_and_counts_right(language: Any, seed: Any) -> None:
    table = language.table
    cipher = language.text(150, 8).astype(np.int64)
    alphabets = np.stack([np.random.default_rng(i).permutation(26) for i in range(3)])
    model = (table.costs, table.offsets, table.order)
    units = anneal_alphabets(cipher, alphabets, *model, 5000, 64.0, 16.0, kernel_state(seed()), EXPONENTIALS)
    assert (np.sort(alphabets, axis=1) == np.arange(26)).all()
    assert units == table.text_units(alphabets[np.arange(150) % 3, cipher])
