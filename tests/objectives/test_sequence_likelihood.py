"""Probabilities of sentences, and the objectives made of them."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from unmt.mappings.sequence_batch import batch_of
from unmt.mappings.transformer import PAD, Shape, Transformer
from unmt.objectives.denoising import Denoising
from unmt.objectives.language_modelling import causal_batch, masked_nats
from unmt.objectives.latent_matching import LanguageDiscriminator, latent_nats
from unmt.objectives.sequence_likelihood import Output, pair_nats, sentence_nats, target_nats
from unmt.text.noise import WordNoise

END, BLANK, TAG, SYMBOLS = 2, 3, 4, 20
ALLOWED = torch.tensor([END, *range(8, SYMBOLS)])
OUTPUT = Output.of(ALLOWED, SYMBOLS)


@pytest.fixture(scope="module")
def net():
    torch.set_num_threads(1)
    made = Transformer(Shape(SYMBOLS, width=16, heads=2, inner=32), torch.Generator().manual_seed(1))
    return made.requires_grad_(requires_grad=False)


def drawn(seed, count=6):
    rng = np.random.default_rng(seed)
    return [rng.integers(8, SYMBOLS, rng.integers(1, 7)).astype(np.int32) for _ in range(count)]


def test_the_next_symbol_is_one_of_those_allowed(net):
    states = torch.randn(1, 1, 16, generator=torch.Generator().manual_seed(0))
    shares = [
        float(torch.exp(-target_nats(net, states, torch.tensor([[int(symbol)]]), OUTPUT, smoothing=0.0)))
        for symbol in ALLOWED
    ]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_what_is_minimised_is_the_cross_entropy_and_so_is_its_gradient(net, smoothing):
    generator = torch.Generator().manual_seed(0)
    states = torch.randn(4, 5, 16, generator=generator).requires_grad_()
    wanted = ALLOWED[torch.randint(len(ALLOWED), (4, 5), generator=generator)]
    wanted[1, 3:] = PAD
    logits, is_symbol = net.logits(states, ALLOWED), wanted != PAD
    plain = functional.cross_entropy(
        logits[is_symbol], OUTPUT.place[wanted[is_symbol]], reduction="sum", label_smoothing=smoothing
    )
    found = target_nats(net, states, wanted, OUTPUT, smoothing=smoothing)
    assert found.item() == pytest.approx(plain.item(), rel=1e-5)
    of_found, of_plain = (torch.autograd.grad(3.0 * nats, states)[0] for nats in (found, plain))
    assert torch.allclose(of_found, of_plain, atol=1e-5)
    assert of_plain[~is_symbol].abs().max() == 0.0


def test_all_short_targets_and_what_begins_like_them_are_all_there_is(net):
    """P(nothing) + the sum over w of P(w ...) = 1, with P(w ...) = P(w) + the sum over v of P(w v ...)."""
    source = drawn(0, 1)[0]
    symbols = [int(symbol) for symbol in ALLOWED if int(symbol) != END]

    def nats(targets):
        rows = [np.array(target, np.int32) for target in targets]
        return sentence_nats(net, batch_of([source] * len(rows), rows, END, TAG, 0, 1), OUTPUT).double()

    none, ones = torch.exp(-nats([[]])), torch.exp(-nats([[w] for w in symbols]))
    # P(w v ...) = P(w v) / P(end | w v): from the scores of one forward pass.
    pairs = [[w, v] for w in symbols for v in symbols]
    batch = batch_of([source] * len(pairs), [np.array(p, np.int32) for p in pairs], END, TAG, 0, 1)
    encoded, mask = net.encode(batch.source)
    scores = torch.log_softmax(net.logits(net.decode(batch.given, encoded, mask), ALLOWED).double(), -1)
    begun = sum(
        torch.exp(scores[row, 0, OUTPUT.place[w]] + scores[row, 1, OUTPUT.place[v]]) for row, (w, v) in enumerate(pairs)
    )
    assert float(none + ones.sum() + begun) == pytest.approx(1.0, abs=1e-4)


def test_a_batch_costs_what_its_sentences_cost_alone(net):
    sources, targets = drawn(1), drawn(2)
    together = sentence_nats(net, batch_of(sources, targets, END, TAG, 0, 1), OUTPUT)
    alone = [
        float(sentence_nats(net, batch_of([s], [t], END, TAG, 0, 1), OUTPUT)[0])
        for s, t in zip(sources, targets, strict=True)
    ]
    assert together.tolist() == pytest.approx(alone, rel=1e-4)
    whole, _ = pair_nats(net, batch_of(sources, targets, END, TAG, 0, 1), OUTPUT)
    assert float(whole) == pytest.approx(sum(alone), rel=1e-4)


def test_smoothing_mixes_in_what_an_even_guess_would_cost(net):
    batch = batch_of(drawn(1), drawn(2), END, TAG, 0, 1)
    plain, even, mixed = (float(pair_nats(net, batch, OUTPUT, smoothing=s)[0]) for s in (0.0, 1.0, 0.3))
    assert mixed == pytest.approx(0.7 * plain + 0.3 * even, rel=1e-4)


def test_a_sentence_said_after_nothing_depends_on_its_language_alone(net):
    rows = drawn(3)
    batch = causal_batch(rows, END, TAG, 0)
    assert batch.source.tolist() == [[END]] * len(rows)
    one, other = (sentence_nats(net, causal_batch(rows, END, tag, 0), OUTPUT) for tag in (TAG, TAG + 1))
    assert not torch.allclose(one, other)
    again = sentence_nats(net, causal_batch(rows[::-1], END, TAG, 0), OUTPUT)
    assert torch.allclose(again.flip(0), one, atol=1e-4)


def test_what_is_hidden_is_not_seen(net):
    """The shares of all words that one blank may stand for are one: none of them is told apart by the net's input."""
    words = [np.array([symbol], np.int32) for symbol in ALLOWED.tolist()]
    shares = [
        float(torch.exp(-masked_nats(net, [word], OUTPUT, (BLANK, END), np.random.default_rng(0))[0])) for word in words
    ]
    assert sum(shares) == pytest.approx(1.0, abs=1e-5)


def test_some_of_every_sentence_is_hidden_and_only_that_costs(net):
    rows = drawn(4, 40)
    nats, count = masked_nats(net, rows, OUTPUT, (BLANK, END), np.random.default_rng(0), share=0.0)
    assert count == len(rows)
    assert float(nats) > 0.0
    everything = masked_nats(net, rows, OUTPUT, (BLANK, END), np.random.default_rng(0), share=1.0)[1]
    assert everything == sum(map(len, rows))
    assert masked_nats(net, [np.empty(0, np.int32)], OUTPUT, (BLANK, END), np.random.default_rng(0))[1] == 0


def test_denoising_asks_for_the_sentence_itself():
    rows = drawn(5)
    denoising = Denoising(WordNoise(), np.arange(SYMBOLS) % 2 == 0, BLANK, END)
    first, again = (denoising.batch(rows, TAG, 1, np.random.default_rng(seed)) for seed in (0, 1))
    assert torch.equal(first.wanted, again.wanted)
    assert first.source.tolist() != again.source.tolist()
    assert first.source_language == first.language == 1
    assert set(first.source.unique().tolist()) <= set(first.wanted.unique().tolist()) | {BLANK, END, PAD}


@pytest.fixture
def discriminator():
    return LanguageDiscriminator(16, 2, torch.Generator().manual_seed(0))


def test_the_encoder_learns_the_opposite_of_the_discriminator(discriminator):
    states = torch.randn(2, 3, 16, generator=torch.Generator().manual_seed(1))
    source = torch.tensor([[9, 9, END], [9, END, PAD]])
    turned, plain = states.clone().requires_grad_(), states.clone().requires_grad_()
    latent_nats(discriminator, turned, source, 1).backward()
    learned = [weight.grad.clone() for weight in discriminator.parameters()]
    discriminator.zero_grad()
    functional.cross_entropy(discriminator(plain[source != PAD]), torch.ones(5, dtype=torch.long)).backward()
    assert torch.allclose(turned.grad, -plain.grad)
    assert turned.grad.abs().sum() > 0
    assert not turned.grad[1, 2].any()  # padding is of no language
    for mine, straight in zip(learned, discriminator.parameters(), strict=True):
        assert torch.allclose(mine, straight.grad)


def test_the_discriminator_is_as_smooth_however_large_its_weights(discriminator):
    states = torch.randn(5, 16, generator=torch.Generator().manual_seed(1))
    before = discriminator(states)
    with torch.no_grad():
        discriminator.first.weight.mul_(100.0)
        discriminator.second.weight.mul_(100.0)
    assert torch.allclose(discriminator(states), before, atol=1e-5)
