"""Keys by gradients, by transport and by expectation maximisation: each finds a planted key in text enough."""

import numpy as np
import pytest
import torch

from unmt.coding.symbol_ngrams import symbol_ngrams, symbol_table
from unmt.mappings.relaxed_key import RelaxedSubstitution, RelaxedVigenere, assigned
from unmt.objectives.adversarial_windows import AdversarialWindows
from unmt.objectives.expected_code_length import ExpectedCodeLength, pair_costs, pair_counts, pair_shares
from unmt.objectives.ngram_matching import NgramMatching
from unmt.solvers.column_period import column_period
from unmt.solvers.em_shifts import shifts_by_em
from unmt.solvers.relaxed_key import RelaxedSettings, relaxed_search
from unmt.solvers.transport_key import coupling, transported_shifts

LETTERS, PERIOD = 8, 3
NAMES = ["code length", "matching", "adversarial"]


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, np.ndarray]:
    """A text and another of the same chain, whose letters are of different frequencies and have favourites."""
    rng = np.random.default_rng(1)
    chain = rng.gamma(0.3, size=(LETTERS, LETTERS)) * np.linspace(3, 0.5, LETTERS)
    cumulated = np.cumsum(chain / chain.sum(axis=1, keepdims=True), axis=1)
    text = [0]
    for draw in rng.random(8000):
        text.append(min(int(np.searchsorted(cumulated[text[-1]], draw)), LETTERS - 1))
    return np.array(text[:3000]), np.array(text[3000:])


def found(name: str, family, stream: np.ndarray, target: np.ndarray, plain: np.ndarray, seed: int = 0):
    model, shares = symbol_ngrams(target, LETTERS, 2), pair_shares(target, LETTERS)
    counts = pair_counts(stream, len(family.matrix(torch.zeros(family.shape), 1.0)))
    objectives = {
        "code length": lambda _: ExpectedCodeLength(counts, pair_costs(model)),
        "matching": lambda _: NgramMatching(counts, shares),
        "adversarial": lambda generator: AdversarialWindows(counts, shares, generator),
    }

    def bits(key: np.ndarray) -> float:
        return float(model.letter_bits(key[stream]).sum())

    settings = RelaxedSettings(restarts=3, steps=120)
    results = relaxed_search(family, objectives[name], bits, np.random.SeedSequence(seed), settings)
    assert [result.bits for result in results] == sorted(result.bits for result in results)
    assert sorted(result.restart for result in results) == [0, 1, 2]
    return results, (results[0].key[stream] == plain).mean()


@pytest.mark.parametrize("name", NAMES)
def test_gradients_find_a_planted_substitution(name: str, halves) -> None:
    plain, target = halves
    cipher = np.random.default_rng(5).permutation(LETTERS)[plain]
    family = RelaxedSubstitution(LETTERS, LETTERS)
    assert found(name, family, family.stream(cipher), target, plain)[1] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_gradients_find_a_planted_vigenere(name: str, halves) -> None:
    plain, target = halves
    cipher = (plain + np.resize([2, 7, 4], len(plain))) % LETTERS
    assert column_period(cipher, LETTERS, 10) == PERIOD
    family = RelaxedVigenere(LETTERS, PERIOD)
    assert found(name, family, family.stream(cipher), target, plain)[1] == 1.0


def test_a_search_is_a_function_of_its_seed_and_keeps_the_threads(halves) -> None:
    plain, target = halves
    family = RelaxedSubstitution(LETTERS, LETTERS)
    before = torch.get_num_threads()
    first, again = (found("adversarial", family, plain[:300], target, plain[:300], 7)[0] for _ in range(2))
    assert [result.objective for result in first] == [result.objective for result in again]
    assert torch.get_num_threads() == before


def test_a_search_that_is_stopped_has_one_restart(halves) -> None:
    plain, target = halves
    counts = pair_counts(plain, LETTERS)
    matching = NgramMatching(counts, pair_shares(target, LETTERS))
    results = relaxed_search(
        RelaxedSubstitution(LETTERS, LETTERS), lambda _: matching, lambda _: 0.0, np.random.SeedSequence(0),
        RelaxedSettings(restarts=5, steps=2), stopped=lambda: True,
    )  # fmt: skip
    assert len(results) == 1


def test_transport_finds_a_planted_substitution_and_shifts(halves) -> None:
    pytest.importorskip("ot")
    plain, target = halves
    cipher = np.random.default_rng(6).permutation(LETTERS)[plain]
    pairs = [pair_counts(text, LETTERS).numpy().astype(np.float64) for text in (cipher, target)]
    plan = coupling(*pairs)
    np.testing.assert_allclose(plan.sum(axis=0), 1 / LETTERS, atol=1e-6)
    assert (assigned(plan)[cipher] == plain).mean() > 0.9
    shifted = (plain + np.resize([2, 7, 4], len(plain))) % LETTERS
    frequencies = np.bincount(target, minlength=LETTERS) / len(target)
    assert transported_shifts(shifted, PERIOD, frequencies).tolist() == [2, 7, 4]


def test_expectation_maximisation_finds_planted_shifts(halves) -> None:
    plain, target = halves
    table = symbol_table(symbol_ngrams(target, LETTERS, 2))
    cipher = (plain + np.resize([2, 7, 4], len(plain))) % LETTERS
    ends = [shifts_by_em(cipher[:900], PERIOD, table, np.random.SeedSequence(seed)).tolist() for seed in range(3)]
    assert [2, 7, 4] in ends
