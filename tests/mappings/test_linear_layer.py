"""The fast product is torch's own, its gradients too."""

import pytest
import torch
from torch.nn import functional

from unmt.mappings import linear_layer
from unmt.mappings.linear_layer import Linear, linear


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=[True, False], ids=["oneDNN", "MKL"])
def library(request, monkeypatch):
    if request.param and not linear_layer.HAS_ONEDNN:
        pytest.skip("torch has no oneDNN here")
    monkeypatch.setattr(linear_layer, "USES_ONEDNN", request.param)
    return request.param


def plain(states, weight, bias, *, rectified):
    found = functional.linear(states.double(), weight.double(), None if bias is None else bias.double())
    return functional.relu(found) if rectified else found


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("rectified", [True, False])
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("shape", [(1, 96), (70, 96), (5, 13, 96), (0, 96)])
def test_it_is_the_product_and_so_is_its_gradient(shape, has_bias, rectified):
    states, weight = drawn(*shape).requires_grad_(), drawn(160, 96, seed=1).requires_grad_()
    bias = drawn(160, seed=2).requires_grad_() if has_bias else None
    found, wanted = (way(states, weight, bias, rectified=rectified) for way in (linear, plain))
    assert found.shape == wanted.shape
    assert torch.allclose(found.double(), wanted, atol=1e-4)
    with torch.no_grad():
        assert torch.allclose(linear(states, weight, bias, rectified=rectified).double(), wanted, atol=1e-4)
    weighed = drawn(*found.shape, seed=3)
    of = [part for part in (states, weight, bias) if part is not None]
    pairs = zip(
        torch.autograd.grad((found * weighed).sum(), of), torch.autograd.grad((wanted * weighed).sum(), of), strict=True
    )
    assert all(torch.allclose(ours, theirs.float(), atol=1e-3) for ours, theirs in pairs)


def test_the_gradient_of_a_gradient_is_there_too(library):
    """As a penalty of gradients asks for."""
    states, weight = drawn(70, 96).requires_grad_(), drawn(160, 96, seed=1).requires_grad_()

    def penalty(way):
        found = way(states, weight, None, rectified=False)
        slope = torch.autograd.grad((found**2).sum(), states, create_graph=True)[0]
        return torch.autograd.grad((slope**2).sum(), weight)[0]

    assert torch.allclose(penalty(linear), penalty(plain).float(), rtol=1e-3, atol=1.0), library


def test_a_layer_is_taken_over_weight_by_weight():
    ours, theirs = Linear(96, 160), torch.nn.Linear(96, 160)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    assert torch.allclose(ours(drawn(70, 96)), theirs(drawn(70, 96)), atol=1e-4)
