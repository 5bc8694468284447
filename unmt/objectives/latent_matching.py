"""Adversarial latent matching: a discriminator names the language of encoder states, and the encoder learns to hide it.

After Lample et al., 2018, with the gradient reversed between the two (Ganin et al., "Domain-adversarial training of
neural networks", 2016), so that one step serves both, and weights divided by their spectral norm (Miyato et al.,
"Spectral normalization for generative adversarial networks", 2018), so that the discriminator stays smooth.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from unmt.mappings.transformer import PAD


class _Reversed(torch.autograd.Function):
    """The identity, whose gradient is turned around."""

    @staticmethod
    def forward(ctx: Any, states: Tensor) -> Tensor:  # noqa: ARG004  # torch's signature
        return states.view_as(states)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ARG004
        return -gradient


class LanguageDiscriminator(nn.Module):
    """States of the encoder to scores of the languages, each position alone."""

    def __init__(self, width: int, languages: int, generator: torch.Generator) -> None:
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, languages)
        with torch.no_grad():
            for weight in (self.first.weight, self.second.weight):
                weight.normal_(0.0, width**-0.5, generator=generator)
            self.first.bias.zero_()
            self.second.bias.zero_()

    def forward(self, states: Tensor) -> Tensor:
        """States (n, width) to scores (n, languages)."""
        hidden = functional.leaky_relu(functional.linear(states, _smooth(self.first.weight), self.first.bias), 0.2)
        return functional.linear(hidden, _smooth(self.second.weight), self.second.bias)


def _smooth(weight: Tensor) -> Tensor:
    return weight / torch.linalg.matrix_norm(weight, 2)


def latent_nats(discriminator: LanguageDiscriminator, encoded: Tensor, source: Tensor, language: int) -> Tensor:
    """Mean over the symbols of -ln P(language | state), in nats.

    Its gradient teaches the discriminator, and the encoder the opposite. encoded: (n, s, width); source: (n, s).
    """
    states = _Reversed.apply(encoded)[source != PAD]  # type: ignore[no-untyped-call]
    wanted = torch.full((len(states),), language, dtype=torch.long, device=states.device)
    return functional.cross_entropy(discriminator(states), wanted)
