"""Word by word: what y costs by bytes and by words learned on the way, and how much less when f says what comes next.

An event is a word with what ends it, a space or the line. The code of y is a mixture, event by event, of

    bytes       y alone, and y after x: the product of what the bytes of the event have
    words       n-grams of y so far (`coding/growing_ngrams.py`), on top of the bytes for words that are new
    words of x  the two words before are taken back to x by the lexicon, n-grams of x say which word of x comes next,
                and the lexicon says which word of y that is: a guess of its own, and one that the n-grams of y rest on

Lexicons are made of x and of what was read of y, as in `compress_words.py`, so nothing is paid for them. All weights
come of what was read before: means of the shares that each guess had in events of like counts. Probabilities of all
events sum to one at most, so that this is a code length. With and without words of x differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from unmt.coding.growing_ngrams import GrowingNgrams, History
from unmt.mappings.lexicon import Lexicon

Costs = NDArray[np.float64]
Lexicons = Mapping[int, tuple[Lexicon, Lexicon]]
WordEvent = tuple[str | None, bool]

NO_LEXICONS: Lexicons = MappingProxyType({})
LINE: WordEvent = ("", True)
START: History = (LINE, LINE)
LEAST_SHARE, MOST_OPTIONS = 0.02, 8
"""Of a translation: below it is left out; and how many are kept."""

FIRST_COUNT, LEAST_STEP = 10.0, 0.005
"""Weights begin as if so many events had been seen, and never move more slowly than this."""

BYTES_ALONE, BYTES_AFTER, WORDS, RESTING, FORETOLD = range(5)
DEEPEST = 1000.0
"""Bits, above which 2 ** -bits is soon no float any more."""
WITHOUT_F = (0.1, 0.2, 0.7, 0.0, 0.0)
WITH_F = (0.1, 0.2, 0.55, 0.12, 0.03)
FIRST_RESTING = 0.3


def events_of(lines: Sequence[str]) -> list[WordEvent]:
    """The words of token lines, each with whether the line ends behind it."""
    found: list[WordEvent] = []
    for line in lines:
        words = line.split(" ")
        found += [(word, False) for word in words[:-1]]
        found.append((words[-1], True))
    return found


def by_event(lines: Sequence[str], costs: NDArray[np.floating]) -> Costs:
    """Bits (events,) from bits (bytes,) of the lines, each with its line break."""
    sizes = [len(word.encode()) + 1 for line in lines for word in line.split(" ")]
    ends = np.cumsum(sizes)
    assert ends[-1] == len(costs)
    return np.diff(np.cumsum(np.asarray(costs, np.float64))[ends - 1], prepend=0.0)


class Foretelling:
    """What x says of the next word of y, by lexicons."""

    def __init__(self, x_lines: Sequence[str]) -> None:
        self._ngrams = GrowingNgrams()
        history = START
        for event in events_of(x_lines):
            self._ngrams.add(event, history)
            history = _next(history, event)
        self._sources: dict[str, list[tuple[str, float]]] = {}
        self._back: dict[str, str] = {}

    @property
    def knows(self) -> bool:
        """Whether there is a lexicon."""
        return bool(self._sources)

    def learn(self, forward: Lexicon, backward: Lexicon) -> None:
        """Take these lexicons, of x to y and back, in place of the last."""
        self._sources, self._back = {}, {}
        for place, word in enumerate(forward.source.words):
            options = [one for one in forward.translations(place) if one[1] >= LEAST_SHARE][:MOST_OPTIONS]
            total = sum(share for _, share in options)
            for target, share in options:
                self._sources.setdefault(target, []).append((word, share / total))
        for place, word in enumerate(backward.source.words):
            if options := backward.translations(place):
                self._back[word] = options[0][0]

    def history(self, before: History) -> History:
        """The history in words of x; (None, False) for a word without a translation."""
        first, second = (event if event == LINE else (self._back.get(event[0]), event[1]) for event in before)  # type: ignore[index]
        return first, second

    def seen(self, before: History) -> int:
        """How often both words before stood in x, in front of another."""
        return self._ngrams.seen(self.history(before))[1]

    def probability(self, event: WordEvent, before: History) -> float:
        """Of the event; over all events the sum is one at most."""
        history, total = self.history(before), 0.0
        for word, share in self._sources.get(event[0] or "", ()):
            source = (word, event[1])
            total += share * self._ngrams.after(source, history, self._ngrams.single(source, 0.0))
        return total


class _Weights:
    """Shares of guesses in events of one kind: running means."""

    def __init__(self, first: Sequence[float]) -> None:
        self.shares, self._count = np.array(first), FIRST_COUNT

    def take(self, posterior: NDArray[np.float64]) -> None:
        self._count += 1
        step = max(1 / self._count, LEAST_STEP)
        self.shares += step * (posterior - self.shares)


def word_costs(
    lines: Sequence[str],
    alone: Costs,
    after: Costs,
    foretelling: Foretelling | None = None,
    lexicons: Lexicons = NO_LEXICONS,
) -> Costs:
    """Bits (events,) of the lines of y.

    alone, after: (events,) bits by bytes, without x and after it. lexicons: by the number of lines of y that they are
    made of, to x and back; each is taken up once so many lines were read. foretelling: of x; None for no words of x.
    """
    own = GrowingNgrams()
    kinds: dict[tuple[int, ...], _Weights] = {}
    resting: dict[tuple[int, ...], _Weights] = {}
    base_weights = np.array([0.5, 0.5])
    history, read, bits = START, 0, []
    for event, alone_bits, after_bits in zip(events_of(lines), alone.tolist(), after.tolist(), strict=True):
        if foretelling is not None and history == START and read in lexicons:
            foretelling.learn(*lexicons[read])
        if min(alone_bits, after_bits) > DEEPEST:
            # No other guess can tell of it, and its probability is no float: bytes alone have to.
            bits.append(_bits_of_bytes(alone_bits, after_bits))
            own.add(event, history)
            history, read = _next(history, event), read + event[1]
            continue
        guesses = np.zeros(5)
        guesses[:2] = 2.0**-alone_bits, 2.0**-after_bits
        single = own.single(event, float(base_weights @ guesses[:2]))
        guesses[WORDS] = own.after(event, history, single)
        kind = tuple(min(count.bit_length(), most) for count, most in zip(own.seen(history), (7, 5), strict=True))
        if foretelling is not None and foretelling.knows:
            kind += (min(foretelling.seen(history).bit_length() // 3, 3),)
            guesses[FORETOLD] = foretelling.probability(event, history)
            rest = resting.setdefault(kind, _Weights((1 - FIRST_RESTING, FIRST_RESTING)))
            parts = rest.shares * (single, guesses[FORETOLD])
            guesses[RESTING] = own.after(event, history, float(parts.sum()))
            rest.take(parts / parts.sum())
        weights = kinds.setdefault(kind, _Weights(WITH_F if len(kind) > 2 else WITHOUT_F))
        shares = weights.shares * guesses
        bits.append(-log2(shares.sum()))
        weights.take(shares / shares.sum())
        parts = base_weights * guesses[:2]
        base_weights = 0.98 * base_weights + 0.02 * parts / parts.sum()
        own.add(event, history)
        history, read = _next(history, event), read + event[1]
    return np.array(bits)


def _bits_of_bytes(alone: float, after: float) -> float:
    """-log2 of the two probabilities by bytes in their shares of the mixture, the rest of it being nothing."""
    least = min(alone, after)
    return least - log2(WITHOUT_F[0] * 2.0 ** (least - alone) + WITHOUT_F[1] * 2.0 ** (least - after))


def _next(history: History, event: WordEvent) -> History:
    return START if event[1] else (history[1], event)
