"""The adversarial objective for a cipher key: a discriminator cannot tell windows of its text from the language's.

It is the game of `adversarial`, with the same smoothed labels. The discriminator looks at windows of two symbols: each
symbol's embedding, a convolution of width two, leaky rectifiers, a score. Its weights can be kept at a spectral norm
(Miyato, Kataoka, Koyama and Yoshida, "Spectral normalization for generative adversarial networks", 2018).

A relaxed text must not be shown to it as it is. Mixtures of letters lie between the letters and a real text never does,
so the discriminator learns to tell blurred from sharp and says nothing of the key (uninformative discrimination: Gomez,
Huang, Zhang, Li, Osama and Kaiser, "Unsupervised cipher cracking using discrete GANs", 2018, who move the real symbols
into the space between, too). Here the discriminator sees letters only, and what a relaxed key says is how often it sees
each window: the windows that are expected of the text are < Q' N Q >, exactly, without drawing any. Its loss and the
key's are then sums over all windows, and the key's gradient has no noise. Loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from unmt.objectives.adversarial import disagreement
from unmt.objectives.expected_code_length import expected_pairs


@dataclass(frozen=True)
class WindowSettings:
    """smoothing is that of the word vectors; the rest was chosen on a sample text of 31 symbols.

    warm_up: steps of the discriminator alone before a key is moved; spectral_norm: of its convolution, None: free.
    """

    embedding: int = 32
    hidden: int = 64
    rate: float = 5e-3
    momentum: float = 0.5
    smoothing: float = 0.2
    warm_up: int = 30
    spectral_norm: float | None = None


class AdversarialWindows:
    """Called with a relaxed key, it lets its discriminator learn one step, and returns the key's loss in nats.

    counts: (symbols, symbols) pairs of neighbours in the ciphertext; shares: (letters, letters) of the language,
    summing to one; generator: draws the discriminator's first weights.
    """

    def __init__(
        self,
        counts: torch.Tensor,
        shares: torch.Tensor,
        generator: torch.Generator,
        settings: WindowSettings | None = None,
    ) -> None:
        self._settings = settings or WindowSettings()
        self._counts, self._shares = counts / counts.sum(), shares
        self._is_warm = False
        self.judge = WindowJudge(len(shares), generator, self._settings)
        self._adam = torch.optim.Adam(self.judge.parameters, self._settings.rate, betas=(self._settings.momentum, 0.99))

    def __call__(self, matrix: torch.Tensor) -> torch.Tensor:
        """A scalar that can be differentiated; log 2 where nothing can be told. matrix: (symbols, letters)."""
        found = expected_pairs(matrix, self._counts)
        for _ in range(1 if self._is_warm else 1 + self._settings.warm_up):
            self._learn(found.detach())
        self._is_warm = True
        wanted = torch.full_like(found, self._settings.smoothing)
        return disagreement(self.judge().detach(), wanted, found)

    def _learn(self, found: torch.Tensor) -> None:
        """One step of the discriminator: windows of the ciphertext are 1, those of the language 0, but smoothed."""
        logits, smoothing = self.judge(), self._settings.smoothing
        of_text = disagreement(logits, torch.full_like(logits, 1 - smoothing), found)
        of_language = disagreement(logits, torch.full_like(logits, smoothing), self._shares)
        self._adam.zero_grad()
        ((of_text + of_language) / 2).backward()
        self._adam.step()


class WindowJudge:
    """score(a, b) = output . leaky(embedding[a] first + embedding[b] second + bias), for all windows at once."""

    def __init__(self, letters: int, generator: torch.Generator, settings: WindowSettings) -> None:
        def drawn(*shape: int, inputs: float) -> torch.Tensor:
            return (torch.randn(shape, generator=generator) / inputs**0.5).requires_grad_()

        size, hidden = settings.embedding, settings.hidden
        self._norm = settings.spectral_norm
        self.embedding = drawn(letters, size, inputs=1.0)
        self.first, self.second = (drawn(size, hidden, inputs=2.0 * size) for _ in range(2))
        self.bias = torch.zeros(hidden, requires_grad=True)
        self.output = drawn(hidden, inputs=hidden)
        self.parameters = [self.embedding, self.first, self.second, self.bias, self.output]

    def __call__(self) -> torch.Tensor:
        """(letters, letters) logits that a window (row, column) comes from the ciphertext."""
        first, second = (self._normed(weights) for weights in (self.first, self.second))
        layer = (self.embedding @ first)[:, None] + (self.embedding @ second)[None] + self.bias  # (A, A, hidden)
        return torch.nn.functional.leaky_relu(layer, 0.2) @ self.output

    def _normed(self, weights: torch.Tensor) -> torch.Tensor:
        if self._norm is None:
            return weights
        return self._norm * weights / torch.linalg.matrix_norm(weights, 2).clamp(min=1e-6)
