"""A small Transformer as a code of sequences of symbols: what every symbol costs, in bits.

Causal, it codes a symbol after those before it. Bidirectional, it codes the symbols of a sequence in any order: one
costs what it does given those that are not hidden, and over orders drawn at random the costs are a code length too
(Uria, Murray and Larochelle, "A deep and tractable density estimator", 2014). So the two can be compared in bits.

Letters of dimensions: B sequences, T symbols of each, P = T + 1 places (the beginning comes first), D width, A symbols
of the alphabet. Float32 throughout; every number drawn comes from a generator that is passed in.

Source of the layers: Vaswani et al., "Attention is all you need", 2017, with the normalisation before each part
(Xiong et al., "On layer normalization in the Transformer architecture", 2020).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 16
WIDENING = 4
EMBEDDING_SCALE = 0.3
"""Standard deviation of embeddings at the start. On the digits, 400 steps at width 16: 1.44 bits a pixel with 0.3, 1.48
with 0.1; with the usual 0.02 for all weights 1.51 to 1.54."""


class SequenceModel(nn.Module):
    """A code for sequences of `length` symbols or fewer over an alphabet of `symbols`.

    width: D, a multiple of 8. layers: 1 or more. Before any training every symbol costs log2 A bits.
    """

    def __init__(
        self, symbols: int, length: int, *, width: int, layers: int, is_causal: bool, generator: torch.Generator
    ) -> None:
        super().__init__()
        assert symbols > 0
        assert length > 0
        assert layers > 0
        assert width % 8 == 0
        self.symbols, self.length, self.is_causal = symbols, length, is_causal
        # Two more than the alphabet: the beginning, and what is hidden.
        self.embedding = _drawn(symbols + 2, width, EMBEDDING_SCALE, generator)
        self.places = _drawn(length + 1, width, EMBEDDING_SCALE, generator)
        # What a layer adds to the sum is smaller the more layers add to it, as in GPT-2.
        self.layers = nn.ModuleList(_Layer(width, 1 / math.sqrt(2 * layers), generator) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Parameter(torch.zeros(symbols, width))
        self.head_bias = nn.Parameter(torch.zeros(symbols))

    def states(self, ids: Tensor, hidden: Tensor | None = None) -> list[Tensor]:
        """The embedding and what each layer makes of it, (B, P, D) each; place t has symbol t - 1, place 0 none.

        ids: (B, T) of 0 .. A - 1, T at most `length`. hidden: (B, T) booleans, true where a bidirectional model must
        not see the symbol.
        """
        seen = ids if hidden is None else ids.masked_fill(hidden, self.symbols + 1)
        inputs = functional.pad(seen, (1, 0), value=self.symbols)  # (B, P)
        state = functional.embedding(inputs, self.embedding) + self.places[: inputs.shape[1]]  # (B, P, D)
        states = [state]
        for layer in self.layers:
            states.append(layer(states[-1], is_causal=self.is_causal))
        return states

    def log_probabilities(self, ids: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Natural logarithms of the probability of each symbol of the alphabet at each place, (B, T, A).

        Causal: given the symbols before it, and `hidden` is left out. Bidirectional: given all that is not hidden, and
        of use at hidden places only, since at the others the model sees what it is to say.
        """
        assert self.is_causal == (hidden is None)
        last = self.norm(self.states(ids, hidden)[-1])
        # A causal model says symbol t where it has seen t - 1 of them, the other one where the symbol itself stands.
        last = last[:, :-1] if self.is_causal else last[:, 1:]  # (B, T, D)
        return functional.log_softmax(functional.linear(last, self.head, self.head_bias), dim=-1)

    def costs(self, ids: Tensor, hidden: Tensor | None = None) -> Tensor:
        """What each symbol costs, in bits, (B, T); 0 where a bidirectional model sees it."""
        scores = self.log_probabilities(ids, hidden)
        bits = -scores.gather(2, ids.unsqueeze(2)).squeeze(2) / math.log(2)
        return bits if hidden is None else bits * hidden

    def pooled(self, ids: Tensor, pooling: str = "mean") -> Tensor:
        """Features of each sequence by layer, (layers + 1, B, D): the mean state of its symbols, or the last one's.

        Layer 0 is the embedding: its mean tells how often each symbol occurs and nothing of their order. Nothing is
        hidden. pooling: "mean" or "last".
        """
        assert pooling in {"mean", "last"}
        states = self.states(ids)
        return torch.stack([state[:, 1:].mean(1) if pooling == "mean" else state[:, -1] for state in states])


def sequence_bits(model: SequenceModel, ids: Tensor, order: Tensor | None = None) -> Tensor:
    """The code length of each whole sequence, (B,), in bits.

    order: (T,), the places in the order in which a bidirectional model sends them; a causal one goes from first to
    last. One pass of a causal model, T of a bidirectional one.
    """
    if model.is_causal:
        return model.costs(ids).sum(1)
    assert order is not None
    bits = torch.zeros(len(ids))
    hidden = torch.ones(ids.shape, dtype=torch.bool)
    for place in order.tolist():
        bits = bits + model.costs(ids, hidden)[:, place]
        hidden = hidden.clone()
        hidden[:, place] = False
    return bits


def symbol_bits(model: SequenceModel, ids: Tensor, hidden: Tensor | None = None) -> Tensor:
    """The mean bits a symbol of each sequence, (B,): exact of a causal model.

    Of a bidirectional one, an unbiased estimate of its code length a symbol over random orders, where `hidden` comes
    from `random_hidden`: the next symbol of a random order with m to come is any of the m that are hidden.
    """
    costs = model.costs(ids, hidden)
    return costs.mean(1) if hidden is None else costs.sum(1) / hidden.sum(1)


def random_hidden(sequences: int, length: int, generator: torch.Generator) -> Tensor:
    """What is hidden of each sequence, (B, T): 1 to T places, each number as often as another, drawn at random."""
    rounds = -(-sequences // length)
    # Whole rounds of all numbers, so that a sample has them all: less spread than drawing them one by one.
    counts = torch.cat([torch.randperm(length, generator=generator) + 1 for _ in range(rounds)])[:sequences]
    ranks = torch.rand((sequences, length), generator=generator).argsort(1).argsort(1)
    return ranks < counts.unsqueeze(1)


class _Layer(nn.Module):
    """Attention, then two linear maps with a bend between them; each adds to what it was given."""

    def __init__(self, width: int, share: float, generator: torch.Generator) -> None:
        super().__init__()
        scale, wide = width**-0.5, WIDENING * width
        self.heads = max(1, width // HEAD_WIDTH)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.attention_in = _drawn(3 * width, width, scale, generator)
        self.attention_out = _drawn(width, width, share * scale, generator)
        self.wide_in = _drawn(wide, width, scale, generator)
        self.wide_bias = nn.Parameter(torch.zeros(wide))
        self.wide_out = _drawn(width, wide, share * wide**-0.5, generator)
        self.out_bias = nn.Parameter(torch.zeros(width))

    def forward(self, state: Tensor, *, is_causal: bool) -> Tensor:
        """(B, P, D) from (B, P, D)."""
        state = state + self._attended(self.norms[0](state), is_causal=is_causal)
        wide = functional.gelu(functional.linear(self.norms[1](state), self.wide_in, self.wide_bias))
        return state + functional.linear(wide, self.wide_out, self.out_bias)

    def _attended(self, state: Tensor, *, is_causal: bool) -> Tensor:
        batch, places, width = state.shape
        parts = functional.linear(state, self.attention_in)  # (B, P, 3 D)
        query, key, value = parts.view(batch, places, 3, self.heads, -1).permute(
            2, 0, 3, 1, 4
        )  # (B, heads, P, D / heads)
        found = functional.scaled_dot_product_attention(query, key, value, is_causal=is_causal)
        return functional.linear(found.transpose(1, 2).reshape(batch, places, width), self.attention_out)


def _drawn(rows: int, columns: int, scale: float, generator: torch.Generator) -> nn.Parameter:
    return nn.Parameter(torch.randn((rows, columns), generator=generator) * scale)
