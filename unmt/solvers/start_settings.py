"""How the first map of word vectors is searched for. Light to import: a command line is checked against it."""

from dataclasses import dataclass, field

WORDS, FIRST_KEPT, PATIENCE, LEAST_GAIN, MOST_ROUNDS = 2000, 0.1, 3, 1e-4, 400
"""Of self-learning: words of each side that take part, the keep probability at first, rounds without a gain after which
it doubles, what is a gain, and rounds at most."""


@dataclass
class SimilaritySettings:
    """start_words: the most frequent words of each side, whose similarities are compared. rank_step: neighbours in rank
    of which the mean is compared; a few say as much as all ranks, and faster. first_kept: the keep probability that
    self-learning begins with.
    """

    start_words: int = 4000
    rank_step: int = 10
    first_kept: float = FIRST_KEPT


@dataclass
class WassersteinSettings:
    """relaxed_words: the most frequent words, which the convex start assigns, in relaxed_rounds. batch_words: words of
    a batch, batch_rounds: batches of that size, one after the other. drawn_words: the most frequent words, from which
    batches are drawn.
    """

    relaxed_words: int = 800
    relaxed_rounds: int = 40
    batch_words: list[int] = field(default_factory=lambda: [300, 600, 1200])
    batch_rounds: list[int] = field(default_factory=lambda: [60, 30, 10])
    drawn_words: int = 2000


@dataclass
class GromovSettings:
    """coupled_words: the most frequent words of each side. regularisation: entropic, of distances whose mean is one.
    coupling_rounds: at most.
    """

    coupled_words: int = 1000
    regularisation: float = 2e-3
    coupling_rounds: int = 60


@dataclass
class SimilarSettings:
    """least_alike: the letter n-gram cosine of words that are similar strings."""

    least_alike: float = 0.6
