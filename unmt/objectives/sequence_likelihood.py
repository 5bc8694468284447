"""-ln P(target | source) of pairs of sentences, in nats: what translation, back-translation and denoising minimise.

The output is held to the symbols that the target language has been seen to use: it costs less, and most output in a
wrong language is ruled out by it. Labels are smoothed over those symbols (Szegedy et al., "Rethinking the Inception
architecture for computer vision", 2016).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor
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
    logits = net.logits(states[is_symbol], output.allowed)
    return functional.cross_entropy(logits, output.place[wanted[is_symbol]], reduction="sum", label_smoothing=smoothing)


@torch.no_grad()
def sentence_nats(net: SequenceNet, batch: Batch, output: Output) -> Tensor:
    """(n,) -ln P(target | source) of each pair, its end included, without smoothing."""
    encoded, mask = net.encode(batch.source)
    logits = net.logits(net.decode(batch.given, encoded, mask), output.allowed)
    is_symbol = batch.wanted != PAD
    wanted = torch.where(is_symbol, output.place[batch.wanted], 0)
    nats = torch.logsumexp(logits, -1) - logits.gather(-1, wanted[..., None])[..., 0]
    return (nats * is_symbol).sum(-1)
