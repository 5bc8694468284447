from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from unmt.coding.counting import count_ngrams
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import fit
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.substitution import Substitution
from unmt.solvers.em import Chain, backward_pass, chain_of, forward_pass, likely_key, maximise, noise_of, solve_em

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
Seed = Callable[[], np.random.SeedSequence]
LETTERS = 3


@pytest.fixture(scope="module")
def table() -> NgramTable:
    text = np.cumsum(np.random.default_rng(0).choice(3, size=3000, p=[0.1, 0.3, 0.6])) % LETTERS
    return build_table(fit(count_ngrams(text[:2500], 3, LETTERS).all_orders(), text[2500:]), 3)


def path_probability(chain: Chain, letters: tuple[int, ...]) -> float:
    """P(y_1 .. y_N), context by context."""

    def context(end: int) -> int:
        return sum(letters[end - j] * chain.letters**j for j in range(chain.order - 1))

    p = chain.start[context(chain.order - 2)]
    for i in range(chain.order - 1, len(letters)):
        p *= chain.steps[context(i - 1), letters[i]]
    return float(p)


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("after_space", [False, True])
def test_forward_and_backward_are_the_sum_over_all_plaintexts(
    table: NgramTable, order: int, *, after_space: bool
) -> None:
    chain = chain_of(table, order, after_space=after_space)
    text = np.array([3, 1, 0, 1, 2, 3, 1])
    channel = np.random.default_rng(1).dirichlet(np.ones(4), size=LETTERS).T.copy()
    channel[3], channel[3, 2] = 0.0, 1.0  # symbol 3 is the last letter, as the space is
    total, expected = 0.0, np.zeros((4, LETTERS))
    for letters in product(range(LETTERS), repeat=len(text)):
        p = path_probability(chain, letters) * channel[text, letters].prod()
        total += p
        np.add.at(expected, (text, letters), p)
    forward, found = np.zeros((len(text), len(chain.start))), np.empty((4, LETTERS))
    bits = forward_pass(text, order, chain.start, chain.steps, channel, forward)
    backward_pass(text, order, chain.steps, channel, forward, found)
    assert bits == pytest.approx(np.log2(total))
    assert found == pytest.approx(expected / total)


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("after_space", [False, True])
def test_a_chain_is_a_distribution(table: NgramTable, order: int, *, after_space: bool) -> None:
    chain = chain_of(table, order, after_space=after_space)
    assert chain.start.sum() == pytest.approx(1.0)
    assert chain.steps.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("share", [0.0, 0.2])
def test_the_likelihood_never_falls(language: Any, order: int, share: float) -> None:
    chain = chain_of(language.table, order, after_space=False)
    text = language.text(150, 1).astype(np.int64)
    noise = noise_of(26, 26, 26)
    p = noise * np.random.default_rng(2).gamma(1.0, size=noise.shape)
    p /= p.sum(axis=0)
    bits = np.empty(15)
    runs = maximise(text, order, chain.start, chain.steps, p, noise, share, np.empty_like(p), bits)
    assert runs > 5
    assert np.all(np.diff(bits[:runs]) > -1e-6)
    assert p.sum(axis=0) == pytest.approx(1.0)


def test_spaces_stay_spaces() -> None:
    noise = noise_of(3, 2, 3)
    assert noise.sum(axis=0) == pytest.approx(1.0)
    assert noise[3, 2] == 1.0
    assert noise[3, :2].sum() == noise[:3, 2].sum() == 0.0


def test_a_planted_homophonic_key_is_read(language: Any, seed: Seed) -> None:
    letters = np.concatenate([np.arange(26), np.argsort(-language.frequencies)[:6]])
    names = tuple(str(i) for i in range(32))
    mapping = Homophonic.from_ids(names, ALPHABET, np.random.default_rng(4).permutation(letters))
    plaintext = language.text(600, 5)
    problem = language.problem(mapping.invert(plaintext, np.random.default_rng(6)), names)
    best = solve_em(problem, seed(), restarts=2, order=3, homophonic=True).candidates[0]
    assert np.mean(best.letters != plaintext) < 0.05
    assert best.text_bits == language.table.text_units(best.letters) / 16
    assert np.array_equal(best.mapping.apply(problem.ids), best.letters)


def test_a_planted_simple_substitution_is_read(language: Any, seed: Seed) -> None:
    plaintext = language.text(1500, 1)
    key = np.random.default_rng(2).permutation(26)
    problem = language.planted(Substitution.from_ids(tuple(ALPHABET), ALPHABET, key), plaintext)
    best = solve_em(problem, seed(), restarts=4, order=2, homophonic=False).candidates[0]
    assert np.mean(best.letters != plaintext) < 0.05


def test_the_same_seed_gives_the_same_answer(language: Any, seed: Seed) -> None:
    problem = language.problem(language.text(80, 1))
    first, second = (solve_em(problem, seed(), restarts=3, order=2, homophonic=True) for _ in range(2))
    assert first.keys == second.keys
    assert [c.mapping for c in first.candidates] == [c.mapping for c in second.candidates]


@pytest.mark.parametrize("homophonic", [False, True])
def test_noise_gains_nothing(language: Any, seed: Seed, *, homophonic: bool) -> None:
    problem = language.problem(np.random.default_rng(8).integers(0, 26, 200))
    best = solve_em(problem, seed(), restarts=3, order=2, homophonic=homophonic).candidates[0]
    assert best.total_bits > 200 * np.log2(26) - 20


def test_more_symbols_than_letters_have_no_simple_key(language: Any, seed: Seed) -> None:
    problem = language.problem(np.arange(30), tuple(str(i) for i in range(30)))
    assert solve_em(problem, seed(), homophonic=False).candidates == []


def test_a_text_of_one_letter_is_read(language: Any, seed: Seed) -> None:
    best = solve_em(language.problem(np.array([4])), seed(), order=3, homophonic=False).candidates[0]
    assert len(best.letters) == 1


def test_a_simple_key_takes_each_letter_once() -> None:
    expected = np.array([[5.0, 4.0, 0.0], [6.0, 1.0, 0.0], [0.0, 2.0, 1.0]])
    assert list(likely_key(expected, homophonic=True)) == [0, 0, 1]
    assert list(likely_key(expected, homophonic=False)) == [1, 0, 2]
