"""How the adversarial game of word vectors is played. Light to import: a command line is checked against it."""

from dataclasses import dataclass


@dataclass
class AdversarialSettings:
    """The published settings but for the smaller discriminator and the fewer, larger batches.

    hidden: units of each of its two layers. batch: words of either language in a step, batches: moves of the map in an
    epoch, steps: of the discriminator before each of them. words: the most frequent ones, which it is shown. rate:
    of gradient descent, times decay after every epoch. smoothing: of the truth. dropout: of its input. beta: the step
    towards orthogonality.
    """

    hidden: int = 512
    batch: int = 128
    batches: int = 600
    epochs: int = 8
    steps: int = 1
    words: int = 5000
    rate: float = 0.1
    decay: float = 0.95
    smoothing: float = 0.2
    dropout: float = 0.1
    beta: float = 0.01
