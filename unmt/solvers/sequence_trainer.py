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

import numpy as np
import torch
from torch import Tensor, nn

from unmt.errors import InputError
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
        number = int(sequence.generate_state(1, np.uint64)[0] >> 1)
        return cls(np.random.default_rng(sequence), Dropout.of(share, number, device))


@dataclass(frozen=True, eq=False)
class ShardLoss:
    """nats: a scalar to differentiate, the sum over `tokens` symbols. name: of what it learns from, for the log."""

    nats: Tensor
    tokens: int
    name: str = ""


Shard = Callable[[nn.Module, Draw], ShardLoss]
PART = 2**18
"""Weights that a thread moves at a time: few enough to stay in its cache, unless there are MOST_PARTS of them."""
MOST_PARTS = 64
MOMENTS = {"first": "exp_avg", "second": "exp_avg_sq"}
"""What the optimiser remembers of a weight, as a checkpoint and as torch call it."""


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
        precision: torch.dtype = torch.float32,
    ) -> None:
        """processes: those that share the shards of a step. precision: of products; what is added up stays float32."""
        self.net, self.rates, self.dropout, self.seed = net, rates, dropout, seed
        self.processes, self.precision = processes, precision
        trained = {name: weight for name, weight in net.named_parameters() if weight.requires_grad}
        self.names, self.weights = list(trained), list(trained.values())
        self.device = self.weights[0].device
        self.averaged = copy.deepcopy(net).requires_grad_(requires_grad=False)
        # Weights lie end to end in one tensor: what is done to all of them is one call a part, and not one for each.
        self._flat_weights = _end_to_end(self.weights)
        self._flat_means = _end_to_end([self.averaged.get_parameter(name) for name in self.names])
        size = len(self._flat_weights)
        self._part = size if self.device.type != "cpu" else max(PART, -(-size // (64 * MOST_PARTS)) * 64)
        self._parts = [nn.Parameter(part) for part in self._split(self._flat_weights)]
        self.optimisers = [
            torch.optim.Adam([part], lr=rates.peak, betas=(0.9, 0.98), eps=1e-9, fused=True) for part in self._parts
        ]
        self.steps = 0
        self.applied = 0
        # Megabytes that each step fills anew: to ask for them each time costs as much as to fill them.
        self._rooms: list[Tensor] = []
        self._pool = ThreadPoolExecutor(max(1, threads))

    def step(self, shards: Sequence[Shard]) -> dict[str, float]:
        """One step on the shards of a batch, all of which have one name, or a name each.

        Gives the sums over the symbols of the shards: "loss", in nats, and "tokens", and "NAME.loss" and "NAME.tokens"
        of those of a name; and "gradient_norm", of the mean over the symbols, before it is clipped. Raises InputError
        where a loss is not a finite number: no later step would mend that.
        """
        self.steps += 1
        processes = self.processes
        mine = range(processes.rank, len(shards), processes.world)

        def gradients(number: int) -> ShardLoss:
            draw = Draw.of([self.seed, self.steps, number], self.dropout, self.device)
            with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
                loss = shards[number](self.net, draw)
            # On this thread, so that shards do not wait for each other.
            found = torch.autograd.grad(loss.nats, self.weights, allow_unused=True)
            self._flatten(found, loss, self._room(mine.index(number)))
            return loss

        self._room(max(len(mine) - 1, 0))
        done = list(self._pool.map(gradients, mine))
        flat = self._sum(mine, len(shards))
        tokens = max(float(flat[-1]), 1.0)
        norm = float(flat[:-1].norm()) / tokens
        scale = min(1.0, self.rates.clip / max(norm, 1e-30)) / tokens if math.isfinite(norm) else None
        self._update(flat[:-1], scale)
        said = processes.all([(float(loss.nats.detach()), loss.tokens, loss.name) for loss in done])
        figures = {"loss": 0.0, "tokens": 0.0}
        for number in range(len(shards)):
            nats, count, name = said[number % processes.world][number // processes.world]
            if not math.isfinite(nats):
                raise InputError(
                    f"step {self.steps}: the loss{f' of {name}' if name else ''} is no finite number any more. Train"
                    f" with a smaller rate than trainer.rate={self.rates.peak:g}, in another run.dir."
                )
            for prefix in ("", f"{name}.") if name else ("",):
                figures[f"{prefix}loss"] = figures.get(f"{prefix}loss", 0.0) + nats
                figures[f"{prefix}tokens"] = figures.get(f"{prefix}tokens", 0.0) + count
        return {**figures, **({"gradient_norm": norm} if math.isfinite(norm) else {"passed_over": 1.0})}

    def _split(self, flat: Tensor) -> Sequence[Tensor]:
        """The parts that are moved at a time of what lies end to end: one on a GPU."""
        return torch.split(flat, self._part)

    def _room(self, number: int) -> Tensor:
        """A tensor for the gradients of all weights, and the symbols behind them; one for each number."""
        while len(self._rooms) <= number:
            self._rooms.append(torch.empty(len(self._flat_weights) + 1, device=self.device))
        return self._rooms[number]

    def _flatten(self, gradients: Sequence[Tensor | None], loss: ShardLoss, flat: Tensor) -> None:
        """Put the gradients of a shard end to end into `flat`, and behind them its symbols."""
        parts = [
            (torch.zeros_like(weight) if gradient is None else gradient).reshape(-1)
            for gradient, weight in zip(gradients, self.weights, strict=True)
        ]
        torch.cat([*parts, torch.tensor([float(loss.tokens)], device=self.device)], out=flat)

    def _sum(self, mine: range, shards: int) -> Tensor:
        """The sum over the shards of all processes of what lies in the rooms of each."""
        processes = self.processes
        # Of more than two terms the order matters, and processes keep none: then each shard is told by itself.
        if processes.world > 1 and shards > 2:
            total, none = self._room(len(mine)).zero_(), self._room(len(mine) + 1)
            for number in range(shards):
                part = self._room(mine.index(number)) if number in mine else none.zero_()
                processes.add(part)
                total += part
            return total
        total = self._room(0)
        if not mine:
            total.zero_()
        for place in range(1, len(mine)):
            total += self._room(place)
        processes.add(total)
        return total

    def _update(self, gradient: Tensor, scale: float | None) -> None:
        """Move the weights by the gradient times a scale, if there is one, and their average behind them."""
        # Early on the average follows quickly, or it would remember the random start.
        past = min(self.rates.average, (1.0 + self.steps) / (10.0 + self.steps))
        rate, gradients, means = self.rates.rate(self.steps), self._split(gradient), self._split(self._flat_means)

        @torch.no_grad()
        def update(number: int) -> None:
            part, optimiser = self._parts[number], self.optimisers[number]
            if scale is not None:
                part.grad = gradients[number].mul_(scale)
                optimiser.param_groups[0]["lr"] = rate
                optimiser.step()
            means[number].lerp_(part, 1.0 - past)

        list(self._pool.map(update, range(len(self._parts))))
        self.applied += scale is not None

    def _named(self, kind: str, flat: Tensor) -> dict[str, Tensor]:
        """Parts of what lies end to end, by the names of the weights."""
        parts = torch.split(flat.detach(), [weight.numel() for weight in self.weights])
        named = zip(self.names, parts, self.weights, strict=True)
        return {f"{kind}.{name}": part.view(weight.shape) for name, part, weight in named}

    def state(self) -> dict[str, Tensor]:
        """Everything that the next step depends on, but the number of steps."""
        held = self._named("net", self._flat_weights) | self._named("mean", self._flat_means)
        if self.applied:
            states = [one.state[part] for one, part in zip(self.optimisers, self._parts, strict=True)]
            for kind, moment in MOMENTS.items():
                held |= self._named(kind, torch.cat([state[moment] for state in states]))
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
            moments = {kind: torch.empty_like(self._flat_means) for kind in MOMENTS}
            for kind, flat in moments.items():
                for name, part in self._named(kind, flat).items():
                    part.copy_(state[name])
            for number, (optimiser, part) in enumerate(zip(self.optimisers, self._parts, strict=True)):
                optimiser.state[part] = {
                    "step": torch.tensor(float(applied), device=self.device),
                    **{moment: self._split(moments[kind])[number] for kind, moment in MOMENTS.items()},
                }
        self.steps, self.applied = steps, applied


@torch.no_grad()
def _end_to_end(weights: Sequence[nn.Parameter]) -> Tensor:
    """A tensor of one dimension that has all of these, and of which they are parts from now on."""
    flat = torch.cat([weight.reshape(-1) for weight in weights])
    for weight, part in zip(weights, torch.split(flat, [weight.numel() for weight in weights]), strict=True):
        weight.data = part.view(weight.shape)
    return flat
