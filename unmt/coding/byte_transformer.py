"""A small Transformer that predicts the next byte from those before it: decoder layers only, in plain torch.

Pre-norm layers (Vaswani et al., "Attention is all you need", 2017; the norm before each part after Xiong et al., "On
layer normalization in the Transformer architecture", 2020). Positions are told by turning queries and keys (Su et al.,
"RoFormer", 2021), so that what is learned at one place of the window holds at all others. A symbol is embedded with the
pair and the triple that it ends, by tables that several of these share (Roy et al., "N-grammer", 2022): the first layer
need not find out what the last bytes are, and a net that has read little learns much faster.

B is the batch, T the length, D the width, H the heads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

BYTES = 256
START = BYTES
"""Id of what stands before the first byte. It is read, and never predicted."""

WAVELENGTH_BASE = 10_000.0
NGRAM_ROWS = (4096, 8192)
"""Rows of the tables of pairs and of triples."""

SPREAD = 40_503
SPREAD_PRIME = 65_521


@dataclass(frozen=True)
class NetShape:
    """Size of the net. width: of the states, a multiple of twice the heads; window: the most symbols that it reads."""

    layers: int = 3
    width: int = 96
    heads: int = 4
    window: int = 128


class CausalLayer(nn.Module):
    """Attention to what came before, and a feed-forward part, each added to what it was given."""

    def __init__(self, shape: NetShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.LayerNorm(shape.width)
        self.queries_keys_values = nn.Linear(shape.width, 3 * shape.width)
        self.attention_out = nn.Linear(shape.width, shape.width)
        self.feed_norm = nn.LayerNorm(shape.width)
        self.feed_in = nn.Linear(shape.width, 4 * shape.width)
        self.feed_out = nn.Linear(4 * shape.width, shape.width)

    def forward(self, states: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        """(B, T, D) to (B, T, D). turns: cosines and sines (T, D / 2H) of the positions."""
        batch, length, width = states.shape
        parts = self.queries_keys_values(self.attention_norm(states)).view(batch, length, 3, self.heads, -1)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(
            turned(queries, turns), turned(keys, turns), values, is_causal=True
        )
        states = states + self.attention_out(found.transpose(1, 2).reshape(batch, length, width))
        fed: Tensor = self.feed_out(functional.gelu(self.feed_in(self.feed_norm(states))))
        return states + fed


class ByteTransformer(nn.Module):
    """Logits of every next byte, all positions at once. Weights are drawn from the seed and from nothing else."""

    cosines: Tensor
    sines: Tensor

    def __init__(self, shape: NetShape, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):  # layers draw weights of their own, which are not kept
            self.embedding = nn.Embedding(BYTES + 1, shape.width)
            self.ngrams = nn.ModuleList(nn.Embedding(rows, shape.width) for rows in NGRAM_ROWS)
            self.layers = nn.ModuleList(CausalLayer(shape) for _ in range(shape.layers))
            self.norm = nn.LayerNorm(shape.width)
            self.head = nn.Linear(shape.width, BYTES)
        half = shape.width // shape.heads // 2
        rates = WAVELENGTH_BASE ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.arange(shape.window, dtype=torch.float64)[:, None] * rates
        self.register_buffer("cosines", angles.cos().float(), persistent=False)
        self.register_buffer("sines", angles.sin().float(), persistent=False)
        self._draw_weights(torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def _draw_weights(self, generator: torch.Generator) -> None:
        """Small at the end of each branch, nothing at the head: the first guess is that all bytes are alike."""
        for name, weight in self.named_parameters():
            if name == "head.weight" or name.endswith("bias") or name.startswith("ngrams"):
                weight.zero_()
            elif name == "embedding.weight":
                weight.normal_(0.0, 1.0, generator=generator)
            elif weight.dim() == 2:
                scale = (2 * len(self.layers)) ** -0.5 if name.endswith("out.weight") else 1.0
                weight.normal_(0.0, scale * weight.shape[1] ** -0.5, generator=generator)

    def forward(self, symbols: Tensor) -> Tensor:
        """Symbols (B, T), bytes or START, to logits (B, T, 256) of the byte after each. T is at most the window."""
        length = symbols.shape[1]
        turns = self.cosines[:length], self.sines[:length]
        states: Tensor = self.embedding(symbols)
        for table, rows in zip(self.ngrams, ngram_rows(symbols), strict=True):
            states = states + table(rows)
        for layer in self._layers():
            states = layer(states, turns)
        logits: Tensor = self.head(self.norm(states))
        return logits

    def _layers(self) -> Iterator[CausalLayer]:
        return cast(Iterator[CausalLayer], iter(self.layers))


def ngram_rows(symbols: Tensor) -> list[Tensor]:
    """For symbols (B, T) the rows (B, T) in each table of NGRAM_ROWS of the n-gram that ends there."""
    ngrams, found = symbols, []
    for back, rows in enumerate(NGRAM_ROWS, 1):
        before = functional.pad(symbols, (back, 0), value=START)[:, : symbols.shape[1]]
        ngrams = ngrams * (BYTES + 1) + before
        found.append(ngrams * SPREAD % SPREAD_PRIME % rows)
    return found


def turned(vectors: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Vectors (B, H, T, D / H), each pair of whose entries is turned by an angle that grows with the position."""
    cosines, sines = turns
    first, second = vectors.chunk(2, dim=-1)
    return torch.cat([first * cosines - second * sines, first * sines + second * cosines], dim=-1)
