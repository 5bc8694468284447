"""The small Transformer is a code: its costs sum to one over the alphabet, and over all sequences."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.sequence_model import SequenceModel, random_hidden, sequence_bits, symbol_bits


def model_of(symbols: int, length: int, *, is_causal: bool, seed: int, width: int = 8) -> SequenceModel:
    """A model whose weights are all drawn, those of the head too, so that it says something."""
    generator = torch.Generator().manual_seed(seed)
    model = SequenceModel(symbols, length, width=width, layers=2, is_causal=is_causal, generator=generator)
    with torch.no_grad():
        for parameter in (model.head, model.head_bias):
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return model


def ids_of(symbols: int, shape: tuple[int, int], seed: int) -> torch.Tensor:
    return torch.randint(symbols, shape, generator=torch.Generator().manual_seed(seed))


SIZES = {"symbols": st.integers(1, 5), "length": st.integers(1, 5), "seed": st.integers(0, 999)}


@settings(max_examples=30, deadline=None)
@given(**SIZES, is_causal=st.booleans())
def test_probabilities_sum_to_one_over_the_alphabet(symbols, length, seed, is_causal):
    model = model_of(symbols, length, is_causal=is_causal, seed=seed)
    ids = ids_of(symbols, (3, length), seed)
    hidden = None if is_causal else random_hidden(3, length, torch.Generator().manual_seed(seed))
    total = model.log_probabilities(ids, hidden).exp().sum(-1)
    torch.testing.assert_close(total, torch.ones_like(total), atol=1e-5, rtol=0)


@pytest.mark.parametrize("is_causal", [True, False])
@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_code_lengths_of_all_sequences_fill_the_kraft_sum(is_causal, order):
    model = model_of(3, 3, is_causal=is_causal, seed=4)
    every = torch.tensor(list(itertools.product(range(3), repeat=3)))
    bits = sequence_bits(model, every, torch.tensor(order)).detach().double()
    assert float((2.0**-bits).sum()) == pytest.approx(1, abs=1e-5)
    assert float(bits.std()) > 0.1


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), place=st.integers(0, 5))
def test_a_causal_cost_depends_on_nothing_that_comes_later(seed, place):
    model = model_of(4, 6, is_causal=True, seed=seed)
    ids = ids_of(4, (2, 6), seed)
    later = ids.clone()
    later[:, place:] = (later[:, place:] + 1) % 4
    before, after = model.log_probabilities(ids), model.log_probabilities(later)
    torch.testing.assert_close(before[:, : place + 1], after[:, : place + 1], atol=1e-5, rtol=0)
    if place < 5:
        assert not torch.allclose(before[:, place + 1 :], after[:, place + 1 :], atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999))
def test_a_masked_cost_depends_on_both_sides_and_on_nothing_hidden(seed):
    model = model_of(4, 5, is_causal=False, seed=seed)
    ids = ids_of(4, (1, 5), seed)
    hidden = torch.tensor([[False, True, True, False, False]])
    scores = model.log_probabilities(ids, hidden)[:, 1]
    changed = ids.clone()
    changed[:, 1:3] = (changed[:, 1:3] + 1) % 4
    torch.testing.assert_close(model.log_probabilities(changed, hidden)[:, 1], scores, atol=1e-5, rtol=0)
    for seen in (0, 4):
        other = ids.clone()
        other[:, seen] = (other[:, seen] + 1) % 4
        assert not torch.allclose(model.log_probabilities(other, hidden)[:, 1], scores, atol=1e-5)


@pytest.mark.parametrize("is_causal", [True, False])
def test_before_training_every_symbol_costs_the_logarithm_of_the_alphabet(is_causal):
    generator = torch.Generator().manual_seed(0)
    model = SequenceModel(11, 7, width=16, layers=2, is_causal=is_causal, generator=generator)
    ids = ids_of(11, (5, 7), 1)
    hidden = None if is_causal else random_hidden(5, 7, generator)
    found = symbol_bits(model, ids, hidden)
    torch.testing.assert_close(found, torch.full_like(found, math.log2(11)))


def test_masks_drawn_at_random_estimate_the_code_length_over_random_orders():
    model = model_of(3, 3, is_causal=False, seed=9)
    ids = ids_of(3, (1, 3), 2)
    orders = list(itertools.permutations(range(3)))
    many = ids.expand(30_000, 3)
    with torch.no_grad():
        exact = sum(float(sequence_bits(model, ids, torch.tensor(order))) for order in orders) / len(orders) / 3
        found = symbol_bits(model, many, random_hidden(len(many), 3, torch.Generator().manual_seed(1)))
    assert float(found.mean()) == pytest.approx(exact, abs=5 * float(found.std()) / len(many) ** 0.5)


@settings(max_examples=30, deadline=None)
@given(sequences=st.integers(1, 40), length=st.integers(1, 12), seed=st.integers(0, 99))
def test_every_number_of_places_is_hidden_about_as_often(sequences, length, seed):
    hidden = random_hidden(sequences, length, torch.Generator().manual_seed(seed))
    counts = torch.bincount(hidden.sum(1), minlength=length + 1)[1:]
    assert hidden.shape == (sequences, length)
    assert int(counts.sum()) == sequences
    assert int(counts.max() - counts.min()) <= 1


def test_the_embedding_pooled_tells_counts_and_places_but_no_order():
    model = model_of(4, 5, is_causal=True, seed=3)
    ids = torch.tensor([[0, 1, 2, 3, 3], [3, 3, 2, 1, 0]])
    pooled = model.pooled(ids)
    assert pooled.shape == (3, 2, 8)
    torch.testing.assert_close(pooled[0, 0], pooled[0, 1])
    assert not torch.allclose(pooled[2, 0], pooled[2, 1], atol=1e-3)
    torch.testing.assert_close(model.pooled(ids, "last")[2], model.states(ids)[2][:, -1])


def test_a_model_is_a_function_of_its_generator_and_draws_from_no_other():
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first, second, other = (
        SequenceModel(3, 4, width=8, layers=1, is_causal=True, generator=torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert torch.equal(before, torch.random.get_rng_state())
    same = [torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)]
    assert all(same)
    assert not torch.equal(first.embedding, other.embedding)
