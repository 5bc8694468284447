"""A Transformer as a code of bytes: it is trained as it codes, so its weights cost nothing and its ignorance does.

    code = TransformerCode()
    code.bits(x)                      # C(x)
    state = code.state()
    code.costs(x, state)              # bits of each byte; the state has now read x
    code.costs(y, state)              # bits of each byte of y after x: C(y | x), by going on

Bytes are coded in blocks. A block is coded with the weights of the moment, each byte from what stands before it in a
window; then the weights take a step of gradient on that window and on others, drawn from all that was read. One who
decodes has the same bytes at each step and so the same weights: nothing is paid for them, however many they are. Such a
length is prequential (Dawid, "Statistical theory: the prequential approach", 1984); that a net be charged like this and
not by its parameters is from Blier and Ollivier, "The description length of deep learning models", 2018, and as a
compressor from Bellard, "Lossless data compression with neural networks", 2019.

Float32 on the processor, one thread: the same bits in every run on one machine. Another machine may sum in another
order, and then the last digits differ.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from unmt.coding.byte_transformer import BYTES, START, ByteTransformer, NetShape
from unmt.coding.torch_threads import one_thread

UNKNOWN = -100
"""Stands in the targets for a byte that is not read yet."""

EVEN_SHARE = 2.0**-12
"""Of each probability, this share is even over all bytes: none costs more than 20 bits, whatever the net expects."""

ADAM_BETAS = (0.9, 0.98)
MOST_GRADIENT = 1.0


@dataclass(frozen=True)
class Learning:
    """How the weights follow. block: bytes coded between two steps; replayed: earlier windows in each step.

    rate: of Adam, reached over so many `warm` steps, and halved where the steps are three times `slower`.
    """

    block: int = 32
    replayed: int = 1
    rate: float = 1.5e-3
    warm: int = 30
    slower: int = 1000

    def rate_at(self, step: int) -> float:
        """The rate of a step, counted from 0: it falls as the root of the steps."""
        return float(self.rate * min(1.0, (step + 1) / self.warm) * (1.0 + step / self.slower) ** -0.5)


@dataclass(eq=False)
class TransformerState:
    """What the net has learned of what it read. costs changes it in place; `copy` keeps one."""

    shape: NetShape
    learning: Learning
    seed: int
    text: bytearray = field(default_factory=bytearray)
    steps: int = 0

    def __post_init__(self) -> None:
        self.net = ByteTransformer(self.shape, self.seed)
        self.adam = torch.optim.Adam(self.net.parameters(), betas=ADAM_BETAS, fused=True)
        self.draws = np.random.default_rng(self.seed)

    def copy(self) -> TransformerState:
        """A second state that goes on by itself."""
        return copy.deepcopy(self)

    def read(self, data: bytes) -> NDArray[np.float64]:
        """Bits (n,) of bytes that all belong to the block that has begun; a step where they fill it."""
        before = len(self.text)
        begin = before - before % self.learning.block
        self.text += data
        start = self._window_start(begin)
        symbols, targets = self._windows([start])
        with torch.no_grad():
            logits = self.net(symbols)[0, before - start : len(self.text) - start]
        costs = byte_costs(logits, targets[0, before - start : len(self.text) - start])
        if len(self.text) == begin + self.learning.block:
            self._learn(start)
        return costs

    def _window_start(self, begin: int) -> int:
        """The first byte of the window in which the block from `begin` on stands last."""
        return max(begin + self.learning.block - self.shape.window, 0)

    def _windows(self, starts: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Symbols and the bytes after them, both (len(starts), window) and int64.

        Always as long as the window, filled up behind what was read: a row of one shape is computed in one way, so that
        what a byte costs does not depend on how much of its block is known.
        """
        length = self.shape.window
        symbols = np.full((len(starts), length + 1), START, np.int64)
        targets = np.full((len(starts), length), UNKNOWN, np.int64)
        for row, start in enumerate(starts):
            read = np.frombuffer(bytes(self.text[max(start - 1, 0) : start + length]), np.uint8)
            known = read if start == 0 else read[1:]
            symbols[row, (start == 0) : (start == 0) + len(read)] = read
            targets[row, : len(known)] = known
        return torch.from_numpy(symbols[:, :length].copy()), torch.from_numpy(targets)

    def _learn(self, start: int) -> None:
        """A step on the window from `start` on and on windows drawn from all that was read."""
        last = max(len(self.text) - self.shape.window, 0)
        drawn = self.draws.integers(0, last + 1, self.learning.replayed).tolist()
        symbols, targets = self._windows([start, *drawn])
        loss = functional.cross_entropy(self.net(symbols).flatten(0, 1), targets.flatten(), ignore_index=UNKNOWN)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), MOST_GRADIENT)
        self.adam.param_groups[0]["lr"] = self.learning.rate_at(self.steps)
        self.adam.step()
        self.adam.zero_grad()
        self.steps += 1


@dataclass(frozen=True)
class TransformerCode:
    """The code. It is online and takes time linear in the length, on one thread; a state keeps all that it read.

    shape: of the net; learning: of its steps; seed: of its first weights and of the windows that it reads again.
    Raises ValueError for a block that is empty or longer than the window.
    """

    shape: NetShape = field(default_factory=NetShape)
    learning: Learning = field(default_factory=Learning)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.learning.block <= self.shape.window:
            raise ValueError("a block has a byte or more, and no more than the window")

    @property
    def name(self) -> str:
        return "transformer"

    @property
    def is_online(self) -> bool:
        return True

    def state(self) -> TransformerState:
        """A state that has read nothing."""
        return TransformerState(self.shape, self.learning, self.seed)

    def costs(self, data: bytes, state: TransformerState | None = None) -> NDArray[np.float64]:
        """Bits (n,) of each byte, after what the state has read; after nothing where it is None."""
        state = self.state() if state is None else state
        out, place = np.empty(len(data)), 0
        with one_thread():
            while place < len(data):
                room = self.learning.block - len(state.text) % self.learning.block
                piece = data[place : place + room]
                out[place : place + len(piece)] = state.read(piece)
                place += len(piece)
        return out

    def bits(self, data: bytes) -> float:
        """As Code.bits."""
        return float(self.costs(data).sum())

    def joint_bits(self, parts: Sequence[bytes]) -> list[float]:
        """As Code.joint_bits, in one pass."""
        state, total, out = self.state(), 0.0, []
        for part in parts:
            total += float(self.costs(part, state).sum())
            out.append(total)
        return out


def byte_costs(logits: torch.Tensor, targets: torch.Tensor) -> NDArray[np.float64]:
    """Bits (n,) of the bytes (n,) by logits (n, 256), with EVEN_SHARE dealt out evenly."""
    likely = torch.softmax(logits.double(), -1).gather(-1, targets[:, None])[:, 0]
    bits: NDArray[np.float64] = (torch.log((1 - EVEN_SHARE) * likely + EVEN_SHARE / BYTES) / -log(2)).numpy()
    return bits
