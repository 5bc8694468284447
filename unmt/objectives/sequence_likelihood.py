"""-ln P(target | source) of pairs of sentences, in nats: what translation, back-translation and denoising minimise.

The output is held to the symbols that the target language has been seen to use: it costs less, and most output in a
wrong language is ruled out by it. Labels are smoothed over those symbols (Szegedy et al., "Rethinking the Inception
architecture for computer vision", 2016).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from unmt.mappings.sequence_batch import Batch
from unmt.mappings.sequence_net import NO_DROPOUT, Dropout, SequenceNet
from unmt.mappings.transformer import PAD


@dataclass(frozen=True, eq=False)
class Output:
    """The symbols of a language. allowed: int64 (A,), rising; place: int64 (V,) where each one stands there, else 0."""

    allowed: Tensor
    place: Tensor = field(repr=False)

    @classmethod
    def of(cls, allowed: Tensor, symbols: int) -> Output:
        """allowed: of so many symbols."""
        place = torch.zeros(symbols, dtype=torch.long, device=allowed.device)
        place[allowed] = torch.arange(len(allowed), device=allowed.device)
        return cls(allowed, place)


def pair_nats(
    net: SequenceNet, batch: Batch, output: Output, *, smoothing: float = 0.0, dropout: Dropout = NO_DROPOUT
) -> tuple[Tensor, Tensor]:
    """The sum over the batch of -ln P(target | source), and the encoder's states (n, s, width)."""
    encoded, mask = net.encode(batch.source, dropout)
    states = net.decode(batch.given, encoded, mask, dropout)
    return target_nats(net, states, batch.wanted, output, smoothing=smoothing), encoded


def target_nats(net: SequenceNet, states: Tensor, wanted: Tensor, output: Output, *, smoothing: float) -> Tensor:
    """The sum of -ln P(wanted) after states (n, t, width); padding counts nothing."""
    is_symbol = wanted != PAD
    logits = net.logits(states[is_symbol], output.allowed).float()  # where products are made in bfloat16, sums are not
    places = output.place[wanted[is_symbol]]
    if logits.device.type != "cpu":
        return functional.cross_entropy(logits, places, reduction="sum", label_smoothing=smoothing)
    nats: Tensor = _SmoothedNats.apply(logits, places, smoothing)  # type: ignore[no-untyped-call]
    return nats


class _SmoothedNats(torch.autograd.Function):
    """Summed cross-entropy with smoothed labels, as torch has it, in half as many passes over the (N, A) scores."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, wanted: Tensor, smoothing: float) -> Tensor:
        ctx.smoothing = smoothing
        gains = torch.log_softmax(logits, dim=-1)
        ctx.save_for_backward(gains, wanted)
        said = gains.gather(1, wanted[:, None]).sum()
        return -((1.0 - smoothing) * said + smoothing / gains.shape[1] * gains.sum() if smoothing else said)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        gains, wanted = ctx.saved_tensors
        of_logits = gains.exp_()
        if ctx.smoothing:
            of_logits -= ctx.smoothing / gains.shape[1]
        of_logits.scatter_add_(1, wanted[:, None], gains.new_full((len(gains), 1), ctx.smoothing - 1.0))
        return of_logits.mul_(gradients[0]), None, None


@torch.no_grad()
def sentence_nats(net: SequenceNet, batch: Batch, output: Output) -> Tensor:
    """(n,) -ln P(target | source) of each pair, its end included, without smoothing."""
    return symbol_nats(net, batch, output).sum(-1)


@torch.no_grad()
def symbol_nats(net: SequenceNet, batch: Batch, output: Output) -> Tensor:
    """(n, t) what each symbol adds to that, given those before it; 0 where there is padding."""
    encoded, mask = net.encode(batch.source)
    logits = net.logits(net.decode(batch.given, encoded, mask), output.allowed)
    is_symbol = batch.wanted != PAD
    wanted = torch.where(is_symbol, output.place[batch.wanted], 0)
    nats = torch.logsumexp(logits, -1) - logits.gather(-1, wanted[..., None])[..., 0]
    return nats * is_symbol
