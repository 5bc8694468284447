"""Gradient steps on a Transformer that are a function of the seed and of nothing else.

A step is made of shards, each a part of the batch with a random stream of its own; their gradients are summed in order.
So it does not matter whether one thread computes the shards, or several, or several processes: the weights are the
same, to the last bit. A moving average of the weights is what is translated with and kept.

Adam after Kingma and Ba, "Adam: a method for stochastic optimization", 2015; warm-up and decay with the root of the
step after Vaswani et al., 2017; averaging after Polyak and Juditsky, "Acceleration of stochastic approximation by
averaging", 1992.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from unmt.mappings.sequence_net import Dropout
from unmt.solvers.processes import ONE_PROCESS, Processes


@dataclass(frozen=True)
class Rates:
    """peak: learning rate after `warm_up` steps; from `hold` steps on it falls with the root of the step.

    clip: largest norm of a gradient; average: weight of the past in the moving average, less at the beginning.
    """

    peak: float = 1.5e-3
    warm_up: int = 200
    hold: int = 2000
    clip: float = 1.0
    average: float = 0.999

    def rate(self, step: int) -> float:
        """Of the step with this number, from 1 on."""
        return self.peak * min(step / self.warm_up, 1.0, math.sqrt(self.hold / max(step, self.hold)))


@dataclass(frozen=True, eq=False)
class Draw:
    """The random streams of one shard of one step."""

    numbers: np.random.Generator
    dropout: Dropout

    @classmethod
    def of(cls, seed: Sequence[int], share: float, device: torch.device) -> Draw:
        """seed: any numbers that name the shard; share: of the dropout."""
        sequence = np.random.SeedSequence(list(seed))
        generator = torch.Generator(device=device)
        generator.manual_seed(int(sequence.generate_state(1, np.uint64)[0] >> 1))
        return cls(np.random.default_rng(sequence), Dropout(share, generator))


@dataclass(frozen=True, eq=False)
class ShardLoss:
    """nats: a scalar to differentiate, the sum over `tokens` symbols; named: figures for the log, also sums."""

    nats: Tensor
    tokens: int
    named: dict[str, float]


Shard = Callable[[nn.Module, Draw], ShardLoss]


class SequenceTrainer:
    """A net, its optimiser, and the moving average of its weights."""

    def __init__(
        self,
        net: nn.Module,
        rates: Rates,
        *,
        dropout: float,
        seed: int,
        threads: int = 1,
        processes: Processes = ONE_PROCESS,
    ) -> None:
        """processes: those that share the shards of a step."""
        self.net, self.rates, self.dropout, self.seed = net, rates, dropout, seed
        self.processes = processes
        trained = {name: weight for name, weight in net.named_parameters() if weight.requires_grad}
        self.names, self.weights = list(trained), list(trained.values())
        self.averaged = copy.deepcopy(net).requires_grad_(requires_grad=False)
        # Weights lie end to end in one tensor: what is done to all of them is one call, and not one for each.
        self._flat_weights = nn.Parameter(_end_to_end(self.weights))
        self._flat_means = _end_to_end([self.averaged.get_parameter(name) for name in self.names])
        flat = [self._flat_weights]
        self.optimiser = torch.optim.Adam(flat, lr=rates.peak, betas=(0.9, 0.98), eps=1e-9, fused=True)
        self.steps = 0
        self.applied = 0
        self.device = self.weights[0].device
        size = len(self._flat_weights) + 1
        # Megabytes that each step fills anew: to ask for them each time costs as much as to fill them.
        self._room = torch.empty(size, device=self.device), torch.empty(size, device=self.device)
        self._pool = ThreadPoolExecutor(max(1, threads))

    def step(self, shards: Sequence[Shard]) -> dict[str, float]:
        """One step on the shards of a batch; the mean loss in nats a symbol, and the named figures a symbol."""
        self.steps += 1

        def gradients(number: int) -> tuple[list[Tensor | None], ShardLoss]:
            draw = Draw.of([self.seed, self.steps, number], self.dropout, self.device)
            loss = shards[number](self.net, draw)
            # On this thread, so that shards do not wait for each other.
            return list(torch.autograd.grad(loss.nats, self.weights, allow_unused=True)), loss

        processes = self.processes
        mine = range(processes.rank, len(shards), processes.world)
        done = list(self._pool.map(gradients, mine))
        flat, spare = self._room
        # Of more than two terms the order matters, and processes keep none: then each shard is told by itself.
        is_apart = processes.world > 1 and len(shards) > 2
        numbers = range(len(shards)) if is_apart else mine
        if not numbers:
            flat.zero_()
        for number in numbers:
            part = flat if number == numbers[0] else spare
            if number in mine:
                self._flatten(*done[number // processes.world], part)
            else:
                part.zero_()
            if is_apart:
                processes.add(part)
            if part is spare:
                flat += part
        if not is_apart:
            processes.add(flat)
        tokens = max(float(flat[-1]), 1.0)
        norm = float(flat[:-1].norm()) / tokens
        if math.isfinite(norm):
            flat *= min(1.0, self.rates.clip / max(norm, 1e-30)) / tokens
            self._flat_weights.grad = flat[:-1]
            for group in self.optimiser.param_groups:
                group["lr"] = self.rates.rate(self.steps)
            self.optimiser.step()
            self.applied += 1
        self._average()
        said = processes.all([(float(loss.nats.detach()), loss.tokens, loss.named) for _, loss in done])
        figures = {"loss": 0.0, "tokens": 0.0}
        for number in range(len(shards)):
            nats, count, named = said[number % processes.world][number // processes.world]
            figures["loss"] += nats
            figures["tokens"] += count
            for name, value in named.items():
                figures[name] = figures.get(name, 0.0) + value
        return {**figures, "gradient_norm": norm}

    def _flatten(self, gradients: Sequence[Tensor | None], loss: ShardLoss, flat: Tensor) -> None:
        """Put the gradients of a shard end to end into `flat`, and behind them its symbols."""
        parts = [
            (torch.zeros_like(weight) if gradient is None else gradient).reshape(-1)
            for gradient, weight in zip(gradients, self.weights, strict=True)
        ]
        torch.cat([*parts, torch.tensor([float(loss.tokens)], device=self.device)], out=flat)

    @torch.no_grad()
    def _average(self) -> None:
        # Early on the average follows quickly, or it would remember the random start.
        past = min(self.rates.average, (1.0 + self.steps) / (10.0 + self.steps))
        self._flat_means.lerp_(self._flat_weights, 1.0 - past)

    def _named(self, kind: str, flat: Tensor) -> dict[str, Tensor]:
        """Parts of what lies end to end, by the names of the weights."""
        parts = torch.split(flat.detach(), [weight.numel() for weight in self.weights])
        named = zip(self.names, parts, self.weights, strict=True)
        return {f"{kind}.{name}": part.view(weight.shape) for name, part, weight in named}

    def state(self) -> dict[str, Tensor]:
        """Everything that the next step depends on, but the number of steps."""
        held = self._named("net", self._flat_weights) | self._named("mean", self._flat_means)
        if self.applied:
            moments = self.optimiser.state[self._flat_weights]
            held |= self._named("first", moments["exp_avg"]) | self._named("second", moments["exp_avg_sq"])
        return held

    @torch.no_grad()
    def restore(self, state: dict[str, Tensor], steps: int, applied: int) -> None:
        """Go on from what state() was after so many steps, so many of which moved the weights.

        Raises KeyError or RuntimeError where it does not fit the net.
        """
        for kind, flat in (("net", self._flat_weights), ("mean", self._flat_means)):
            for name, part in self._named(kind, flat).items():
                part.copy_(state[name])
        if applied:
            moments: dict[str, Any] = {"step": torch.tensor(float(applied), device=self.device)}
            for kind, moment in (("first", "exp_avg"), ("second", "exp_avg_sq")):
                moments[moment] = torch.empty_like(self._flat_means)
                for name, part in self._named(kind, moments[moment]).items():
                    part.copy_(state[name])
            self.optimiser.state[self._flat_weights] = moments
        self.steps, self.applied = steps, applied


@torch.no_grad()
def _end_to_end(weights: Sequence[nn.Parameter]) -> Tensor:
    """A tensor of one dimension that has all of these, and of which they are parts from now on."""
    flat = torch.cat([weight.reshape(-1) for weight in weights])
    for weight, part in zip(weights, torch.split(flat, [weight.numel() for weight in weights]), strict=True):
        weight.data = part.view(weight.shape)
    return flat
