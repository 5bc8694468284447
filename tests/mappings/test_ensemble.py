"""Nets that translate together say what the product of their probabilities says, word by word."""

import numpy as np
import pytest
import torch

from unmt.mappings.ensemble import Ensemble
from unmt.solvers.sequence_search import Search, search

END, TAG, SYMBOLS = 2, 4, 40
ALLOWED = torch.tensor([END, *range(6, SYMBOLS)])


@pytest.fixture(scope="module")
def nets(drawn_net):
    return [drawn_net(SYMBOLS, 16, 3), drawn_net(SYMBOLS, 32, 4), drawn_net(SYMBOLS, 16, 5)]


@pytest.fixture(scope="module")
def sources(drawn_sources):
    return drawn_sources(SYMBOLS, 40)


def said(net, sources, beam=1):
    return [one.ids.tolist() for one in search(net, sources, Search(TAG, END, ALLOWED, beam))]


@torch.no_grad()
def by_hand(nets, source, limit):
    """Greedy, each net computed anew at each symbol, the geometric mean of what they give taken in numpy."""
    text = []
    for _ in range(limit):
        product = np.zeros(len(ALLOWED))
        for net in nets:
            encoded, mask = net.encode(torch.tensor([[*source.tolist(), END]]))
            states = net.decode(torch.tensor([[TAG, *text]]), encoded, mask)
            product += torch.log_softmax(net.logits(states[0, -1], ALLOWED), dim=-1).numpy()
        symbol = int(ALLOWED[product.argmax()])
        if symbol == END:
            break
        text.append(symbol)
    return text


def test_the_likeliest_symbol_by_the_product_is_written(nets, sources):
    limits = [Search(TAG, END, ALLOWED).limit(len(source) + 1, 256) for source in sources]
    wanted = [by_hand(nets, source, limit) for source, limit in zip(sources, limits, strict=True)]
    assert said(Ensemble(nets), sources) == wanted
    assert wanted != said(nets[0], sources)


@pytest.mark.parametrize("beam", [1, 4])
def test_one_net_twice_is_that_net(nets, sources, beam):
    assert said(Ensemble([nets[1], nets[1]]), sources, beam) == said(nets[1], sources, beam)


def test_the_order_of_nets_changes_nothing(nets, sources):
    assert said(Ensemble(nets), sources, 3) == said(Ensemble(nets[::-1]), sources, 3)


@torch.no_grad()
def test_all_positions_at_once_say_what_step_by_step_says(nets, sources):
    net, tags = Ensemble(nets), torch.tensor([[TAG, 9, 11, 7]])
    encoded, mask = net.encode(torch.tensor([[*sources[0].tolist(), END]]))
    at_once = net.logits(net.decode(tags, encoded, mask), ALLOWED)[0]
    steps, scorer = net.steps(encoded, mask, 1, 8), net.scorer(ALLOWED, len(ALLOWED), 1)
    for place in range(4):
        assert torch.allclose(scorer(steps.step(tags[:, place]))[0], at_once[place], atol=1e-4)


def test_in_bytes_nearly_all_sentences_stay(nets, sources):
    small = Ensemble(nets).in_bytes()
    assert all(net.is_in_bytes for net in small.nets)
    assert not any(net.is_in_bytes for net in nets)
    same = [one == other for one, other in zip(said(small, sources), said(Ensemble(nets), sources), strict=True)]
    assert np.mean(same) > 0.5
