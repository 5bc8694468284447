"""Objectives of relaxed keys: at a hard key they are what they relax, and their gradients are true."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from unmt.coding.symbol_ngrams import symbol_ngrams
from unmt.objectives.adversarial_windows import AdversarialWindows, WindowSettings
from unmt.objectives.expected_code_length import (
    ExpectedCodeLength,
    expected_pairs,
    pair_costs,
    pair_counts,
    pair_shares,
)
from unmt.objectives.ngram_matching import NgramMatching

LETTERS = 5


@pytest.fixture(scope="module")
def text() -> np.ndarray:
    """A chain in which the next letter is most often the next but one."""
    steps = np.random.default_rng(0).choice(LETTERS, size=2000, p=[0.1, 0.1, 0.6, 0.1, 0.1])
    return np.cumsum(steps) % LETTERS


def hard(key: np.ndarray) -> torch.Tensor:
    return torch.eye(LETTERS)[torch.from_numpy(key)]


def relaxed(seed: int = 3) -> torch.Tensor:
    return torch.softmax(torch.randn((LETTERS, LETTERS), generator=torch.Generator().manual_seed(seed)), dim=1).double()


def test_expected_code_length_of_a_hard_key_is_the_code_length(text: np.ndarray) -> None:
    model = symbol_ngrams(text[1000:], LETTERS, 3)
    cipher, key = text[:1000], np.array([3, 0, 4, 1, 2])
    objective = ExpectedCodeLength(pair_counts(cipher, LETTERS), pair_costs(model))
    bits = model.shortened(2).letter_bits(key[cipher])[1:].mean()
    assert float(objective(hard(key))) == pytest.approx(bits, rel=1e-5)


def test_expected_code_length_is_a_mean_over_the_letters_that_symbols_may_be(text: np.ndarray) -> None:
    model, cipher, matrix = symbol_ngrams(text, LETTERS, 2), text[:40], relaxed()
    costs = pair_costs(model)
    expected = sum(
        float(matrix[s, a] * matrix[t, b] * costs[a, b])
        for s, t in pairwise(cipher)
        for a in range(LETTERS)
        for b in range(LETTERS)
    )
    objective = ExpectedCodeLength(pair_counts(cipher, LETTERS).double(), costs.double())
    assert float(objective(matrix)) == pytest.approx(expected / 39)


@pytest.mark.parametrize("divergence", [False, True])
def test_matching_is_least_at_the_true_key(text: np.ndarray, divergence: bool) -> None:
    key = np.array([2, 4, 1, 0, 3])
    cipher = np.argsort(key)[text]
    objective = NgramMatching(pair_counts(cipher, LETTERS), pair_shares(text, LETTERS), divergence)
    assert float(objective(hard(key))) == pytest.approx(0.0, abs=1e-5)
    assert float(objective(hard(key[[1, 0, 2, 3, 4]]))) > 0.1
    assert float(objective(relaxed().float())) > 0.05


@pytest.mark.parametrize("name", ["code length", "squared", "divergence"])
def test_gradients_are_those_of_the_function(text: np.ndarray, name: str) -> None:
    counts, shares = pair_counts(text, LETTERS).double(), pair_shares(text, LETTERS).double()
    objective = {
        "code length": ExpectedCodeLength(counts, pair_costs(symbol_ngrams(text, LETTERS, 2)).double()),
        "squared": NgramMatching(counts, shares),
        "divergence": NgramMatching(counts, shares, divergence=True),
    }[name]
    assert torch.autograd.gradcheck(objective, (relaxed().requires_grad_(),))


def test_windows_of_a_stream_of_any_symbols_are_counted() -> None:
    counts = pair_counts(np.array([0, 2, 2, 1]), 3)
    assert counts.tolist() == [[0, 0, 1], [0, 0, 0], [0, 1, 1]]
    assert float(expected_pairs(torch.full((3, 2), 0.5), counts).sum()) == pytest.approx(3)


def test_the_discriminator_tells_a_wrong_key_and_not_the_right_one(text: np.ndarray) -> None:
    key = np.array([2, 4, 1, 0, 3])
    counts, shares = pair_counts(np.argsort(key)[text], LETTERS), pair_shares(text, LETTERS)

    def loss(matrix: torch.Tensor) -> float:
        objective = AdversarialWindows(counts, shares, torch.Generator().manual_seed(1))
        return [float(objective(matrix)) for _ in range(40)][-1]

    assert loss(hard(key)) == pytest.approx(math.log(2), abs=0.02)
    assert loss(hard(np.arange(LETTERS))) > math.log(2) + 0.05


def test_the_key_is_moved_and_the_discriminator_is_not_by_the_loss_of_the_key(text: np.ndarray) -> None:
    matrix = relaxed().float().requires_grad_()
    objective = AdversarialWindows(
        pair_counts(text, LETTERS), pair_shares(text, LETTERS), torch.Generator().manual_seed(0)
    )
    before = objective(matrix)
    for parameter in objective.judge.parameters:
        parameter.grad = None
    before.backward()
    assert matrix.grad is not None
    assert float(matrix.grad.abs().sum()) > 0
    assert all(parameter.grad is None for parameter in objective.judge.parameters)


def test_the_spectral_norm_is_kept(text: np.ndarray) -> None:
    objective = AdversarialWindows(
        pair_counts(text, LETTERS),
        pair_shares(text, LETTERS),
        torch.Generator().manual_seed(0),
        WindowSettings(spectral_norm=0.7),
    )
    objective(hard(np.arange(LETTERS)))
    for weights in (objective.judge.first, objective.judge.second):
        kept = objective.judge._normed(weights).detach()
        assert float(torch.linalg.matrix_norm(kept, 2)) == pytest.approx(0.7, rel=1e-4)
