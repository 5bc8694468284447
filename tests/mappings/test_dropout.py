"""Dropout: what share it drops, that it keeps the mean, and that it is a function of its seed."""

import pytest
import torch

from unmt.mappings.sequence_net import NO_DROPOUT, Dropout

CPU = torch.device("cpu")


def dropouts(share, seed):
    """Of a CPU's bits, and of those that a GPU has."""
    return [Dropout.of(share, seed, CPU), Dropout(share, torch.Generator().manual_seed(seed))]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", [0, 1])
def test_so_many_entries_are_dropped_and_the_mean_stays(share, kind):
    done = dropouts(share, 3)[kind](torch.ones(401, 499))
    assert float((done == 0).float().mean()) == pytest.approx(share, abs=0.005)
    assert float(done.mean()) == pytest.approx(1.0, abs=0.03)
    assert done.max() == pytest.approx(1.0 / (1.0 - share), rel=1e-3)


@pytest.mark.parametrize("kind", [0, 1])
def test_what_is_dropped_is_a_function_of_the_seed_and_of_what_was_dropped_before(kind):
    states = torch.randn(7, 5, 3, generator=torch.Generator().manual_seed(0))
    one, same, other = (dropouts(0.5, seed)[kind] for seed in (1, 1, 2))
    first, second = one(states), one(states)
    assert torch.equal(first, same(states))
    assert torch.equal(second, same(states))
    assert not torch.equal(first, second)
    assert not torch.equal(first, other(states))


def test_the_gradient_passes_where_the_state_did():
    states = torch.randn(33, 5, requires_grad=True)
    done = Dropout.of(0.3, 0, CPU)(states)
    (gradient,) = torch.autograd.grad(done.sum(), states)
    assert torch.allclose(gradient * states, done)
    assert bool(((gradient == 0) == (done == 0)).all())


def test_nothing_is_dropped_where_nothing_is_to_be():
    states = torch.randn(4, 3)
    assert NO_DROPOUT(states) is states
    assert Dropout.of(0.0, 0, CPU)(states) is states
    assert Dropout.of(0.5, 0, CPU)(torch.empty(0, 3)).shape == (0, 3)
