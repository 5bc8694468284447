"""The Transformer that translates: one encoder and one decoder for all languages and directions, in plain torch.

Pre-norm layers (Vaswani et al., "Attention is all you need", 2017; the norm before each part after Xiong et al., "On
layer normalization in the Transformer architecture", 2020), tied embeddings, sinusoidal positions, and the language
to write in as the first symbol of the decoder. The encoder is told no language. The arithmetic is that of M2M100 in
the `transformers` library, so that weights can be handed over to it (unmt/mappings/transformer_export.py).

Randomness comes from a generator that the caller gives, so that a batch has the same dropout whatever runs beside it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from unmt.mappings.int8_product import Int8Product
from unmt.mappings.linear_layer import Linear, linear
from unmt.mappings.sequence_net import NO_DROPOUT, Dropout, SequenceNet

if TYPE_CHECKING:
    from unmt.mappings.transformer_steps import Steps

PAD = 0
"""Id of the symbol that fills batches up. It has no embedding, and positions are counted from PAD + 1."""


@dataclass(frozen=True)
class Shape:
    """Size of a Transformer. symbols: of the vocabulary; width: of the states; inner: of the feed-forward parts."""

    symbols: int
    width: int = 128
    heads: int = 4
    inner: int = 512
    encoder_layers: int = 2
    decoder_layers: int = 2
    dropout: float = 0.1
    longest: int = 512


Layer = TypeVar("Layer", bound=nn.Module)


class Attention(nn.Module):
    """Multi-head attention; queries, keys and values are one matrix each for all heads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.joint_in_bytes: Int8Product | None = None
        self.query = Linear(width, width)
        self.key_value = Linear(width, 2 * width)
        self.out = Linear(width, width)

    def split(self, states: Tensor) -> Tensor:
        """(batch, length, width) into (batch, heads, length, width / heads)."""
        batch, length, width = states.shape
        return states.view(batch, length, self.heads, width // self.heads).transpose(1, 2)

    def keys_values(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of states (batch, length, width), split into heads."""
        keys, values = self.key_value(states).chunk(2, dim=-1)
        return self.split(keys), self.split(values)

    def to_itself(self, states: Tensor, mask: Tensor | None, *, causal: bool = False) -> Tensor:
        """States (batch, length, width) attending to each other, or causal: to those before."""
        queries, keys, values = self.joint()(states).chunk(3, dim=-1)
        return self._mixed(self.split(queries), self.split(keys), self.split(values), mask, causal=causal)

    def forward(self, states: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """States (batch, length, width) attending to keys and values (batch, heads, memory, width / heads)."""
        return self._mixed(self.split(self.query(states)), keys, values, mask)

    def joint(self) -> Callable[[Tensor], Tensor]:
        """What gives queries, keys and values (..., 3 width) of states: one product is cheaper than two."""
        if self.joint_in_bytes is not None:
            return self.joint_in_bytes
        return partial(linear, weight=self._joint("weight"), bias=self._joint("bias"))

    def to_bytes(self) -> None:
        """Compute `joint` in bytes."""
        self.joint_in_bytes = Int8Product(self._joint("weight"), self._joint("bias"))

    def _joint(self, part: str) -> Tensor:
        return torch.cat([getattr(layer, part) for layer in (self.query, self.key_value)])

    def _mixed(
        self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, *, causal: bool = False
    ) -> Tensor:
        found = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=causal)
        mixed: Tensor = self.out(found.transpose(1, 2).flatten(2))
        return mixed


class FeedForward(nn.Module):
    """Two linear maps with a rectifier between them, at each position alone."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.first = Linear(width, inner)
        self.second = Linear(inner, width)

    def forward(self, states: Tensor) -> Tensor:
        """(..., width) to (..., width)."""
        found: Tensor = self.second(self.first(states, rectified=True))
        return found


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each added to what it was given."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(shape.width)
        self.attention = Attention(shape.width, shape.heads)
        self.feed_norm = nn.LayerNorm(shape.width)
        self.feed = FeedForward(shape.width, shape.inner)

    def forward(self, states: Tensor, mask: Tensor | None, dropout: Dropout) -> Tensor:
        """States (batch, length, width); mask (batch, 1, 1, length) is True where there is a symbol."""
        normed = self.attention_norm(states)
        states = states + dropout(self.attention.to_itself(normed, mask))
        return states + dropout(self.feed(self.feed_norm(states)))


class DecoderLayer(nn.Module):
    """Self-attention, attention to the encoder, and feed-forward."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(shape.width)
        self.attention = Attention(shape.width, shape.heads)
        self.cross_norm = nn.LayerNorm(shape.width)
        self.cross = Attention(shape.width, shape.heads)
        self.feed_norm = nn.LayerNorm(shape.width)
        self.feed = FeedForward(shape.width, shape.inner)

    def forward(self, states: Tensor, memory: tuple[Tensor, Tensor], mask: Tensor | None, dropout: Dropout) -> Tensor:
        """All positions at once, each seeing those before it. memory: keys and values of the encoder's states."""
        normed = self.attention_norm(states)
        states = states + dropout(self.attention.to_itself(normed, None, causal=True))
        states = states + dropout(self.cross(self.cross_norm(states), *memory, mask))
        return states + dropout(self.feed(self.feed_norm(states)))


class Layers(nn.ModuleList, Generic[Layer]):
    """A list of layers of one kind."""

    def __iter__(self) -> Iterator[Layer]:
        return cast(Iterator[Layer], super().__iter__())


class Transformer(SequenceNet):
    """Symbols to symbols: `encode`, then `decode` all positions at once. One by one: transformer_steps.py."""

    positions: Tensor
    is_in_bytes = False

    def __init__(self, shape: Shape, generator: torch.Generator | None = None) -> None:
        """Weights are drawn from the generator (or from seed 0), and from nothing else."""
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.symbols, shape.width, padding_idx=PAD)
        self.encoder = Layers[EncoderLayer](EncoderLayer(shape) for _ in range(shape.encoder_layers))
        self.encoder_norm = nn.LayerNorm(shape.width)
        self.decoder = Layers[DecoderLayer](DecoderLayer(shape) for _ in range(shape.decoder_layers))
        self.decoder_norm = nn.LayerNorm(shape.width)
        self.register_buffer("positions", sinusoids(shape.longest, shape.width), persistent=False)
        self._draw_weights(generator or torch.Generator().manual_seed(0))

    @torch.no_grad()
    def _draw_weights(self, generator: torch.Generator) -> None:
        for name, weight in self.named_parameters():
            if name == "embedding.weight":
                weight.normal_(0.0, self.shape.width**-0.5, generator=generator)
                weight[PAD] = 0.0
            elif weight.dim() == 2:
                # Matrices side by side (keys and values) are drawn as if each stood alone.
                fan = weight.shape[1] + min(weight.shape[0], self.shape.inner)
                if "key_value" in name:
                    fan = 2 * weight.shape[1]
                bound = math.sqrt(6.0 / fan)
                weight.uniform_(-bound, bound, generator=generator)
            elif name.endswith("bias"):
                weight.zero_()

    @property
    def longest(self) -> int:
        return self.shape.longest

    @property
    def device(self) -> torch.device:
        return self.embedding.weight.device

    def embed(self, ids: Tensor, first: int = 0) -> Tensor:
        """Embeddings and positions of ids (batch, length), the first of which stands at position `first`."""
        length = ids.shape[1]
        scaled: Tensor = self.embedding(ids) * math.sqrt(self.shape.width)
        return scaled + self.positions[first : first + length]

    def encode(self, ids: Tensor, dropout: Dropout = NO_DROPOUT) -> tuple[Tensor, Tensor | None]:
        """States (batch, length, width) of source ids (batch, length), and the mask of what is no padding, or None."""
        is_symbol = ids != PAD
        mask = None if bool(is_symbol.all()) else is_symbol[:, None, None, :]
        states = dropout(self.embed(ids))
        for layer in self.encoder:
            states = layer(states, mask, dropout)
        return self.encoder_norm(states), mask

    def memory(self, encoded: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Keys and values of the encoder's states for each layer of the decoder."""
        return [layer.cross.keys_values(encoded) for layer in self.decoder]

    def decode(self, ids: Tensor, encoded: Tensor, mask: Tensor | None, dropout: Dropout = NO_DROPOUT) -> Tensor:
        """States (batch, length, width), from each of which the symbol after ids (batch, length) is predicted."""
        states = dropout(self.embed(ids))
        for layer, memory in zip(self.decoder, self.memory(encoded), strict=True):
            states = layer(states, memory, mask, dropout)
        normed: Tensor = self.decoder_norm(states)
        return normed

    def logits(self, states: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Scores of all symbols, or of the allowed ones (int64 (A,)), after states (..., width)."""
        weight = self.embedding.weight
        if allowed is not None:
            weight = weight.index_select(0, allowed)  # whose gradient takes a tenth of the time of weight[allowed]'s
        return linear(states, weight)

    def compile_blocks(self, backend: str = "inductor") -> None:
        """Have torch compile what lies between two dropouts, whose random numbers it could not follow, for any length.

        backend: of torch.compile; its own takes a C++ compiler, or Triton on a GPU. Weights keep their names.
        """
        for module in self.modules():
            if isinstance(module, FeedForward | Attention | nn.LayerNorm):
                module.compile(backend=backend, dynamic=True)

    def in_bytes(self) -> Transformer:
        """A copy that translates in whole numbers of 8 bits; not to be trained, and `logits` stay as they are."""
        made = copy.deepcopy(self).requires_grad_(requires_grad=False)
        for module in made.modules():
            if isinstance(module, Linear):
                module.in_bytes = Int8Product(module.weight, module.bias)
            if isinstance(module, Attention):
                module.to_bytes()
        made.is_in_bytes = True
        return made

    def steps(self, encoded: Tensor, mask: Tensor | None, hypotheses: int, places: int) -> Steps:
        from unmt.mappings.transformer_steps import Steps

        return Steps(self, encoded, mask, hypotheses, places)

    def scorer(self, symbols: Tensor, written: int, most: int) -> Callable[[Tensor], Tensor]:
        weight = self.embedding.weight[symbols]
        bias = functional.pad(weight.new_zeros(written), (0, len(symbols) - written), value=-torch.inf)
        if self.is_in_bytes:
            return Int8Product(weight, bias)
        return lambda states: linear(states, weight, bias)


def sinusoids(length: int, width: int) -> Tensor:
    """(length, width) sines and cosines of the positions from PAD + 1 on, of wavelengths from 2 pi to 20,000 pi."""
    half = width // 2
    rates = torch.exp(torch.arange(half, dtype=torch.float64) * -(math.log(10_000.0) / (half - 1)))
    angles = torch.arange(PAD + 1, PAD + 1 + length, dtype=torch.float64)[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1).float()
