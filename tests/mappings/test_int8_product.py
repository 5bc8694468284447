"""Products in bytes are near those in floats, and a row's is a function of that row alone."""

import pytest
import torch
from torch.nn import functional

from unmt.mappings.int8_product import Int8Product
from unmt.mappings.transformer import Shape, Transformer


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("rectified", [True, False])
@pytest.mark.parametrize("shape", [(1, 96), (70, 96), (5, 13, 96)])
def test_it_is_near_the_product(shape, rectified):
    states, weight, bias = drawn(*shape), drawn(160, 96, seed=1), drawn(160, seed=2)
    states[..., 0, :] *= 100.0  # one row that is large spoils no other
    plain = functional.linear(states, weight, bias)
    plain = functional.relu(plain) if rectified else plain
    found = Int8Product(weight, bias)(states, rectified=rectified)
    assert found.shape == plain.shape
    error = (found - plain).norm(dim=-1) / plain.norm(dim=-1)
    assert float(error.max()) < 0.03


def test_a_row_alone_is_the_row_among_others_to_the_last_bit():
    product, states = Int8Product(drawn(160, 96, seed=1), drawn(160, seed=2)), drawn(70, 96)
    whole = product(states)
    assert all(torch.equal(product(states[row : row + 1])[0], whole[row]) for row in range(70))


def test_nothing_and_never_stay_what_they_are():
    bias = torch.tensor([0.5, -torch.inf])
    assert Int8Product(torch.zeros(2, 96), bias)(torch.zeros(3, 96)).tolist() == [[0.5, -torch.inf]] * 3


def test_a_net_in_bytes_has_nearly_the_states_of_the_net_and_leaves_it_as_it_was():
    net = Transformer(Shape(50, width=64, heads=2, inner=128), torch.Generator().manual_seed(0)).eval()
    before = {name: weight.clone() for name, weight in net.named_parameters()}
    ids = torch.randint(6, 50, (4, 7), generator=torch.Generator().manual_seed(0))
    small = net.in_bytes()
    with torch.no_grad():
        plain, found = (one.decode(ids, *one.encode(ids)) for one in (net, small))
    assert 0.0 < float((found - plain).norm() / plain.norm()) < 0.05
    assert all(torch.equal(before[name], weight) for name, weight in net.named_parameters())
    with torch.no_grad():
        assert torch.equal(net.decode(ids, *net.encode(ids)), plain)
