"""Several nets of one vocabulary as one: what each would say next is multiplied.

Log-probabilities are averaged, which is a product of experts (Hinton, "Training products of experts by minimizing
contrastive divergence", 2002): a symbol is likely where no net rules it out. States of all nets stand side by side,
which is all that a search needs to know.

Letters of shapes: N states, A symbols that may be written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from unmt.mappings.sequence_net import NO_DROPOUT, Dropout, NetSteps, SequenceNet
from unmt.mappings.transformer import Transformer


class Ensemble(SequenceNet):
    """Nets that read and write the same ids, for use and not for training."""

    def __init__(self, nets: Sequence[Transformer]) -> None:
        """nets: one or more, of one vocabulary; their sizes may differ."""
        super().__init__()
        self._nets = nn.ModuleList(nets)

    @property
    def nets(self) -> list[Transformer]:
        """As they were given."""
        return [net for net in self._nets if isinstance(net, Transformer)]

    @property
    def longest(self) -> int:
        return min(net.longest for net in self.nets)

    @property
    def device(self) -> torch.device:
        return self.nets[0].device

    def in_bytes(self) -> Ensemble:
        """A copy whose nets compute in whole numbers of 8 bits."""
        return Ensemble([net.in_bytes() for net in self.nets])

    def encode(self, ids: Tensor, dropout: Dropout = NO_DROPOUT) -> tuple[Tensor, Tensor | None]:
        encoded, masks = zip(*(net.encode(ids, dropout) for net in self.nets), strict=True)
        return torch.cat(encoded, dim=-1), masks[0]

    def decode(self, ids: Tensor, encoded: Tensor, mask: Tensor | None, dropout: Dropout = NO_DROPOUT) -> Tensor:
        parts = zip(self.nets, self._split(encoded), strict=True)
        return torch.cat([net.decode(ids, part, mask, dropout) for net, part in parts], dim=-1)

    def logits(self, states: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Mean log-probabilities of all symbols, or of the allowed ones; they are not those of a distribution yet."""
        parts = zip(self.nets, self._split(states), strict=True)
        return _mean([net.logits(part, allowed) for net, part in parts])

    def steps(self, encoded: Tensor, mask: Tensor | None, hypotheses: int, places: int) -> EnsembleSteps:
        parts = zip(self.nets, self._split(encoded), strict=True)
        return EnsembleSteps([net.steps(part.contiguous(), mask, hypotheses, places) for net, part in parts])

    def scorer(self, symbols: Tensor, written: int, most: int) -> Callable[[Tensor], Tensor]:
        scorers = [net.scorer(symbols, written, most) for net in self.nets]

        def scores(states: Tensor) -> Tensor:
            parts = zip(scorers, self._split(states), strict=True)
            return _mean([score(part.contiguous()) for score, part in parts])

        return scores

    def _split(self, states: Tensor) -> tuple[Tensor, ...]:
        """States (..., all widths) of each net."""
        return torch.split(states, [net.shape.width for net in self.nets], dim=-1)


class EnsembleSteps:
    """A batch of sentences that several nets translate together."""

    def __init__(self, steps: Sequence[NetSteps]) -> None:
        self._steps = steps

    def step(self, ids: Tensor) -> Tensor:
        """States (S W, all widths) after ids (S W,)."""
        return torch.cat([steps.step(ids) for steps in self._steps], dim=-1)

    def choose(self, parents: Tensor) -> None:
        """As of one net."""
        for steps in self._steps:
            steps.choose(parents)

    def keep(self, goes_on: Tensor) -> Tensor:
        """As of one net; all put their sentences in the same order."""
        orders = [steps.keep(goes_on) for steps in self._steps]
        return orders[0]


def _mean(scores: Sequence[Tensor]) -> Tensor:
    """Of the log-probabilities (..., A) of each net; where scores are -inf they stay so."""
    total = torch.log_softmax(scores[0], dim=-1)
    for more in scores[1:]:
        total += torch.log_softmax(more, dim=-1)
    return total.div_(len(scores))
