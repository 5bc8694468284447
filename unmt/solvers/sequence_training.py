"""Gradient descent on the code length of sequences, with visits on the way.

Source of the steps: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from unmt.coding.sequence_model import SequenceModel, random_hidden, symbol_bits

BLOCK_SEQUENCES = 256
"""Sequences of one pass outside training: bounds memory."""


@dataclass(frozen=True)
class TrainingSettings:
    """Steps of AdamW. The rate stays where it is after `warm_up`, so that a step means the same in a longer training.

    rate: of width 16, and falls with the root of the width. On the digits, 0.01 beat 0.003 at width 16.
    """

    steps: int = 256
    batch: int = 32
    rate: float = 0.01
    warm_up: int = 20
    weight_decay: float = 0.01
    largest_gradient: float = 1.0


def train_sequences(
    model: SequenceModel,
    ids: Tensor,
    settings: TrainingSettings,
    generator: torch.Generator,
    *,
    visits: Sequence[int],
    visit: Callable[[int], None],
    stopped: Callable[[int], bool] = lambda _step: False,
) -> None:
    """Train on sequences (N, T), each step on some drawn with replacement, to fewer bits a symbol.

    visits: the steps before which `visit` is called, 0 for the untrained model, up to settings.steps. stopped: asked
    before every step; true from it ends the training without another visit.
    """
    rate = settings.rate * (16 / model.places.shape[1]) ** 0.5
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=settings.weight_decay)
    for step in range(settings.steps + 1):
        if stopped(step):
            return
        if step in visits:
            visit(step)
        if step == settings.steps:
            return
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / settings.warm_up)
        batch = ids[torch.randint(len(ids), (settings.batch,), generator=generator)]
        hidden = None if model.is_causal else random_hidden(len(batch), batch.shape[1], generator)
        loss = symbol_bits(model, batch, hidden).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.largest_gradient)
        optimiser.step()


def mean_bits(model: SequenceModel, ids: Tensor, generator: torch.Generator) -> float:
    """Bits a symbol over sequences (N, T) that were not trained on; for one generator the same places are hidden."""
    hidden = None if model.is_causal else random_hidden(len(ids), ids.shape[1], generator)
    found = []
    with torch.no_grad():
        for start in range(0, len(ids), BLOCK_SEQUENCES):
            part = slice(start, start + BLOCK_SEQUENCES)
            found.append(symbol_bits(model, ids[part], None if hidden is None else hidden[part]))
    return float(torch.cat(found).mean())


def features(model: SequenceModel, ids: Tensor, pooling: str) -> Tensor:
    """Features of sequences (N, T) by layer, (layers + 1, N, D)."""
    with torch.no_grad():
        parts = [
            model.pooled(ids[start : start + BLOCK_SEQUENCES], pooling) for start in range(0, len(ids), BLOCK_SEQUENCES)
        ]
    return torch.cat(parts, dim=1)
