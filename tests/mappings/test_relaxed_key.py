"""Relaxed keys: laws of the matrices, and hard keys that are keys."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.mappings.relaxed_key import RelaxedSubstitution, RelaxedVigenere, assigned, sinkhorn

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed: int, shape: tuple[int, int]) -> torch.Tensor:
    return 3 * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, size=st.integers(2, 12))
def test_rows_and_columns_of_sinkhorn_sum_to_one(seed: int, size: int) -> None:
    matrix = sinkhorn(drawn(seed, (size, size)), rounds=300)
    assert torch.all(matrix >= 0)
    np.testing.assert_allclose(matrix.sum(dim=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(matrix.sum(dim=0), 1.0, atol=0.05)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, symbols=st.integers(1, 9), more=st.integers(0, 3))
def test_a_hard_substitution_gives_every_symbol_another_letter(seed: int, symbols: int, more: int) -> None:
    family = RelaxedSubstitution(symbols, symbols + more)
    key = family.hard(family.matrix(drawn(seed, family.shape), 0.5).double().numpy())
    assert len(key) == symbols
    assert len(set(key.tolist())) == symbols
    assert set(key.tolist()) <= set(range(symbols + more))


def test_the_assignment_is_the_best_of_all_not_the_best_of_each_row() -> None:
    assert assigned(np.array([[0.9, 0.8], [0.8, 0.1]])).tolist() == [1, 0]


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, letters=st.integers(2, 9), period=st.integers(1, 5))
def test_a_cold_vigenere_is_the_hard_key_of_its_likeliest_shifts(seed: int, letters: int, period: int) -> None:
    family = RelaxedVigenere(letters, period)
    parameters = drawn(seed, family.shape)
    matrix = family.matrix(parameters, 1.0)
    np.testing.assert_allclose(matrix.sum(dim=1), 1.0, atol=1e-5)
    shifts = parameters.argmax(dim=1).numpy()
    assert family.shifts(matrix.double().numpy()).tolist() == shifts.tolist()
    plain = np.random.default_rng(seed).integers(letters, size=20)
    cipher = (plain + np.resize(shifts, 20)) % letters
    key = family.hard(matrix.double().numpy())
    assert key[family.stream(cipher)].tolist() == plain.tolist()


@pytest.mark.parametrize("family", [RelaxedSubstitution(4, 5), RelaxedVigenere(5, 2)], ids=["substitution", "vigenere"])
def test_the_matrix_has_a_gradient_everywhere(family) -> None:
    parameters = drawn(0, family.shape).double().requires_grad_()
    weights = torch.randn(family.matrix(parameters, 1.0).shape, dtype=torch.double)
    assert torch.autograd.gradcheck(lambda p: (family.matrix(p, 0.7) * weights).sum(), (parameters,))
