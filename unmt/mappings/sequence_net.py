"""What training, search and scores ask of a net that turns symbols into symbols, whoever made its weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

DRAWS = 2**16
"""Of the numbers that say what is kept."""


class Dropout:
    """Zeroes a share of the entries and scales the rest; without random bits it does nothing.

    bits: of the device where the states are: numpy's on a CPU, where they take a quarter of the time of torch's.
    """

    def __init__(self, share: float, bits: np.random.BitGenerator | torch.Generator | None) -> None:
        self.share, self.bits = share, bits

    @classmethod
    def of(cls, share: float, seed: int, device: torch.device) -> Dropout:
        """What is dropped is a function of the seed, below 2 ** 63, and of the kind of the device."""
        if device.type == "cpu":
            return cls(share, np.random.SFC64(seed))
        return cls(share, torch.Generator(device=device).manual_seed(seed))

    def __call__(self, states: Tensor) -> Tensor:
        """States of any shape."""
        if self.bits is None or self.share == 0.0:
            return states
        if isinstance(self.bits, torch.Generator):
            keep = torch.empty_like(states).bernoulli_(1.0 - self.share, generator=self.bits)
            return states * keep.div_(1.0 - self.share)
        kept = max(1, round((1.0 - self.share) * DRAWS))
        draws = self.bits.random_raw(-(-states.numel() // 4)).view(np.uint16)[: states.numel()]
        is_kept = torch.from_numpy(draws < kept).view(states.shape)
        return states * is_kept.to(states.dtype).mul_(DRAWS / kept)


NO_DROPOUT = Dropout(0.0, None)


class NetSteps(Protocol):
    """A batch of sentences that is being translated, one position after the other."""

    def step(self, ids: Tensor) -> Tensor:
        """States (S W, width) after ids (S W,), the newest symbol of each hypothesis, as many of each sentence."""

    def choose(self, parents: Tensor) -> None:
        """Hypothesis w of sentence s goes on from what was its hypothesis parents[s, w]; parents: int64 (S, W)."""

    def keep(self, goes_on: Tensor) -> Tensor:
        """Go on with these sentences only; goes_on: bool (S,). Gives back which one stands in each place now."""


class SequenceNet(nn.Module, ABC):
    """Symbols to symbols. Ids are those of unmt/text/pieces.py; the decoder is told the language by its first one."""

    @property
    @abstractmethod
    def longest(self) -> int:
        """Symbols of a sentence at most, begin and end among them."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the weights are."""

    @abstractmethod
    def encode(self, ids: Tensor, dropout: Dropout = NO_DROPOUT) -> tuple[Tensor, Tensor | None]:
        """States of source ids (batch, length), and a mask that decode and steps understand, or None."""

    @abstractmethod
    def decode(self, ids: Tensor, encoded: Tensor, mask: Tensor | None, dropout: Dropout = NO_DROPOUT) -> Tensor:
        """States (batch, length, width), from each of which the symbol after ids (batch, length) is predicted."""

    @abstractmethod
    def logits(self, states: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Scores of all symbols, or of the allowed ones (int64 (A,)), after states (..., width)."""

    @abstractmethod
    def steps(self, encoded: Tensor, mask: Tensor | None, hypotheses: int, places: int) -> NetSteps:
        """The decoder step by step. hypotheses: of a sentence, at most; places: room for so many."""

    @abstractmethod
    def scorer(self, symbols: Tensor, written: int, most: int) -> Callable[[Tensor], Tensor]:
        """What gives the scores (N, A) of symbols (int64 (A,)) after states (N, width), N at most `most`.

        Symbols from the place `written` on have -inf. Scores stand until others are asked for.
        """

    @torch.no_grad()
    def take(self, weights: Mapping[str, Tensor]) -> None:
        """Copy weights in, by the names of named_parameters(). Raises RuntimeError where they are of another net."""
        own = dict(self.named_parameters())
        if own.keys() != weights.keys():
            raise RuntimeError("weights of another net")
        for name, weight in own.items():
            weight.copy_(weights[name])
