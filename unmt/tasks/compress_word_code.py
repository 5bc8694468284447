"""Two texts of tokens word by word: a code of its own beside that of bytes, and what f(x) tells of y by it.

The code (`word_mixture.py`) rests on what an online code of bytes says of each word and adds n-grams of the words so
far. The bytes of y are alone or after x, whichever suits at the moment; with f, which is learned on the way, also after
f(x). Both differ in nothing else, so that their distance, block by block, is what f tells beyond all that x tells
without it. A further way lets words of x foretell those of y as well: more of regular texts, and more noise.

How much weight the mixture of bytes deals out again is settled once, by what words cost without f. If it were settled
with each f, and by bytes, two that are as good would come to different shares, and words, of which n-grams know half of
what bytes gain, would differ by hundreds of bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import log2
from typing import Any

import numpy as np

from unmt.coding.local_mixture import SHARES, fixed_share_bits
from unmt.tasks.compress_interval import interval
from unmt.tasks.compress_lengths import Costs, Lengths, OnlineCosts, by_block, lengths_of
from unmt.tasks.compress_ways import Way
from unmt.tasks.word_mixture import Foretelling, Lexicons, by_event, word_costs

WORDS = "words"
BY_WORDS = "x then y, word by word"
READ, FORETOLD = "f(x) then y, word by word, learned on the way", "f(x) then y, word by word, words foretold too"


@dataclass(frozen=True, eq=False)
class WordCode:
    """Two token texts. alone, after: (bytes,) bits of y; words_alone: (events,) of y; split: of the pointer.

    share: that the mixture of bytes deals out again, the same in every way.
    """

    x_lines: Sequence[str]
    y_lines: Sequence[str]
    lengths: Lengths
    alone: Costs
    after: Costs
    words_alone: Costs
    split: float
    share: float

    @staticmethod
    def of(x: bytes, y: bytes, costs: OnlineCosts, split: float) -> WordCode:
        """costs: of the bytes of both. split: bits that say where one text ends."""
        lines = {name: text.decode().split("\n")[:-1] for name, text in (("x", x), ("y", y))}

        def by_words(name: str) -> Costs:
            events = by_event(lines[name[0]], getattr(costs, name))
            return word_costs(lines[name[0]], events, events)

        words = OnlineCosts(**{one.name: by_words(one.name) for one in fields(OnlineCosts)})
        alone, after = costs.y, costs.y_after_x
        bases = by_event(lines["y"], alone)
        mixed = {}
        for share in SHARES:
            by_bytes = fixed_share_bits(np.stack([alone, after]), share)
            mixed[share] = _paid(word_costs(lines["y"], bases, by_event(lines["y"], by_bytes)))
        share = min(SHARES, key=lambda one: float(mixed[one].sum()))
        lengths = lengths_of(WORDS, words, BY_WORDS, mixed[share], split)
        return WordCode(lines["x"], lines["y"], lengths, alone, after, words.y, split, share)

    @property
    def without_f(self) -> Way:
        """Word by word, by bytes of y alone or after x, as suits best at the moment."""
        bits = self.lengths.ways[BY_WORDS]
        return Way(BY_WORDS, bits, self.lengths.apart - bits, self.lengths.saved[BY_WORDS])

    def read(self, after_f: Costs) -> Way:
        """The same where bytes are after f(x), too. after_f: (bytes,) of y."""
        return self._way(READ, _paid(word_costs(self.y_lines, *self._by_bytes(after_f))))

    def foretold(self, after_f: Costs, lexicons: Lexicons) -> Way:
        """And words of x foretell those of y. lexicons: to y and back, by the lines of y that they are made of."""
        bases = self._by_bytes(after_f)
        return self._way(FORETOLD, _paid(word_costs(self.y_lines, *bases, Foretelling(self.x_lines), lexicons)))

    def _by_bytes(self, after_f: Costs) -> tuple[Costs, Costs]:
        mixed = fixed_share_bits(np.stack([self.alone, self.after, after_f]), self.share)
        return by_event(self.y_lines, self.alone), by_event(self.y_lines, mixed)

    def _way(self, name: str, costs: Costs) -> Way:
        bits = self.lengths.x + float(costs.sum()) + self.split
        return Way(name, bits, self.lengths.apart - bits, by_block(self.words_alone - costs))


@dataclass(frozen=True)
class Beyond:
    """What f tells, in bits: beyond what x tells without it, and beyond f with its translations exchanged.

    bits, interval: saved by f beyond the same code without it. nulls: the same by each sample that is exchanged.
    right_bits, right_interval: beyond the mean of those; None where there are none.
    """

    bits: float
    interval: tuple[float, float]
    nulls: tuple[float, ...] = ()
    right_bits: float | None = None
    right_interval: tuple[float, float] | None = None

    @staticmethod
    def of(without: Way, with_f: Way, exchanged: Sequence[Way], seed: int) -> Beyond:
        """Block by block, so that what both share of the ups and downs of the text is gone."""

        def more(blocks: Costs) -> tuple[float, tuple[float, float]]:
            return float(blocks.sum()), interval(list(blocks), lambda change: float(blocks.sum()) + change, seed)

        found = more(np.subtract(with_f.blocks, without.blocks))
        if not exchanged:
            return Beyond(*found)
        nulls = tuple(way.saved - without.saved for way in exchanged)
        return Beyond(
            *found, nulls, *more(np.subtract(with_f.blocks, np.mean([way.blocks for way in exchanged], axis=0)))
        )

    @property
    def is_shared(self) -> bool:
        """Whether f tells more than nothing, and its translations more than others by more than samples differ."""
        spread = float(np.std(self.nulls, ddof=1)) if len(self.nulls) > 1 else 0.0
        return self.interval[0] > 0 and (self.right_interval is None or self.right_interval[0] > spread)

    @property
    def sentence(self) -> str:
        told = (
            f"The lexicon tells {self.bits:,.0f} bits that x does not tell without it (95 %: {_range(self.interval)})"
        )
        if self.right_bits is None or self.right_interval is None:
            return f"{told}."
        return (
            f"{told}, {self.right_bits:,.0f} more than with its translations exchanged ({_range(self.right_interval)})."
        )

    def to_dict(self) -> dict[str, Any]:
        """As the result holds it, with the mapping."""
        return {
            "beyond_bits": self.bits,
            "beyond_interval": list(self.interval),
            "beyond_nulls": list(self.nulls),
            "right_bits": self.right_bits,
            "right_interval": None if self.right_interval is None else list(self.right_interval),
        }


def _paid(costs: Costs) -> Costs:
    """The same with the number of the share that is dealt out, in the first."""
    costs[0] += log2(len(SHARES))
    return costs


def _range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:,.0f} to {bounds[1]:,.0f}"
