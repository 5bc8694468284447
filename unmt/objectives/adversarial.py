"""Adversarial: a map is good where a discriminator cannot tell mapped vectors from vectors of the other language.

The two play for one number, `disagreement`: the discriminator lowers it for the truth, the map for the truth turned
round. Here the map is a rotation of word vectors; in `adversarial_windows` it is the key of a cipher.

Source: Conneau, Lample, Ranzato, Denoyer and Jégou, "Word translation without parallel data", 2018.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.objectives.adversarial_settings import AdversarialSettings

Floats = NDArray[np.float32]


def disagreement(logits: Any, truth: Any, weights: Any = None) -> Any:
    """Cross entropy in nats of a discriminator's logits and the truth, a mean over what it was shown.

    truth: probability that a row comes from the source, smoothed so that nothing is certain. weights: how often each
    row is shown, summing to one; None: once. Tensors of one shape; a scalar that can be differentiated comes back.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

    if weights is None:
        return cross_entropy(logits, truth)
    return (weights * cross_entropy(logits, truth, reduction="none")).sum()


def adversarial_rotations(
    source: Floats,
    target: Floats,
    seed: int,
    settings: AdversarialSettings,
    visit: Callable[[Floats], bool],
) -> None:
    """Train a square map against a discriminator; `visit` gets the map after every epoch, and true from it ends that.

    source, target: (words, dimensions) of one size, normalised, most frequent first.
    Raises InputError where torch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise InputError("method=adversarial needs torch. Install it by `pip install unmt[align]`.") from None
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.from_numpy(np.ascontiguousarray(side[: settings.words])) for side in (source, target))
    # Steps of 0.1 were tuned on vectors whose entries are about one.
    scale = x.shape[1] ** 0.5
    x, y = x * scale, y * scale
    mapping = torch.eye(x.shape[1], requires_grad=True)
    judge = _Discriminator(torch, x.shape[1], settings, generator)
    rate = settings.rate
    for _ in range(settings.epochs):
        for _ in range(settings.batches):
            truth = torch.cat(
                [torch.full((settings.batch,), side) for side in (1 - settings.smoothing, settings.smoothing)]
            )
            for _ in range(settings.steps):
                _step(torch, judge, judge.parameters, x, y, mapping, truth, rate, settings, generator)
            _step(torch, judge, [mapping], x, y, mapping, 1 - truth, rate, settings, generator)
            with torch.no_grad():
                mapping.copy_((1 + settings.beta) * mapping - settings.beta * mapping @ mapping.T @ mapping)
        rate *= settings.decay
        if visit(mapping.detach().numpy().copy()):
            return


def _step(
    torch: Any,
    judge: Any,
    moved: list[Any],
    x: Any,
    y: Any,
    mapping: Any,
    truth: Any,
    rate: float,
    settings: AdversarialSettings,
    generator: Any,
) -> None:
    """One step of stochastic gradient descent, of discriminator or map, on a batch of either language."""
    ids = [torch.randint(len(side), (settings.batch,), generator=generator) for side in (x, y)]
    batch = torch.cat([x[ids[0]] @ mapping, y[ids[1]]])
    loss = disagreement(judge(batch), truth)
    gradients = torch.autograd.grad(loss, moved)
    with torch.no_grad():
        for parameter, gradient in zip(moved, gradients, strict=True):
            parameter.sub_(rate * gradient)


class _Discriminator:
    """Two hidden layers of leaky rectifiers, dropout on the input; all randomness from one generator."""

    def __init__(self, torch: Any, dimensions: int, settings: AdversarialSettings, generator: Any) -> None:
        self._torch, self._generator, self._dropout = torch, generator, settings.dropout
        sizes = (dimensions, settings.hidden, settings.hidden, 1)
        self.parameters: list[Any] = []
        for inputs, outputs in pairwise(sizes):
            weights = torch.rand((inputs, outputs), generator=generator).sub_(0.5).mul_(2 / inputs**0.5)
            self.parameters += [weights.requires_grad_(), torch.zeros(outputs, requires_grad=True)]

    def __call__(self, batch: Any) -> Any:
        """Logits (rows,) that a row comes from the source."""
        kept = self._torch.rand(batch.shape, generator=self._generator) >= self._dropout
        layer = batch * kept / (1 - self._dropout)
        for place in range(0, len(self.parameters), 2):
            layer = layer @ self.parameters[place] + self.parameters[place + 1]
            if place < len(self.parameters) - 2:
                layer = self._torch.nn.functional.leaky_relu(layer, 0.2)
        return layer[:, 0]
