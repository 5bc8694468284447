"""Two languages: how many bits do words of x, put into the language of y by a lexicon, save of y?

f takes words of x to words of y. Three honest codes of (x, y) with it, all of lower-case tokens, and all with x first:

    table paid for    x; the words of y that the commonest words of x become, as a text after x; y after f(x)
    learned on the way    x; the first part of y; a lexicon from x and that; as much again after f(x) and what came
                          before; a new lexicon, and so on with twice as much. The decoder has the same texts at each
                          step and finds the same lexicons, so nothing is paid for them (a prequential code).
    word by word      the second by a code of words (`compress_word_code.py`), by which f is judged

Before each byte of y the code may go over between y alone, y after x, and y after f(x), so that a poor f costs little.
The lexicon comes of these two texts and of nothing else (`solvers/context_lexicon.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING, Any

import numpy as np

from unmt.coding.codes import Code
from unmt.coding.local_mixture import local_bits
from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.solvers.context_lexicon import build_lexicon
from unmt.tasks.compress_lengths import (
    Costs,
    OnlineCode,
    OnlineCosts,
    by_block,
    costs_of,
    is_online,
    pointer_bits,
)
from unmt.tasks.compress_ways import Way
from unmt.tasks.compress_word_code import WORDS, WordCode
from unmt.tasks.lexicon_stage import null_lexicon
from unmt.tasks.monitor import Monitor
from unmt.tasks.word_mixture import Lexicons
from unmt.text.tokeniser import Tokeniser
from unmt.text.word_corpus import WordCorpus

if TYPE_CHECKING:
    from unmt.tasks.compress import Options, Pair

TABLE, ON_THE_WAY = "f(x) then y, table paid for", "f(x) then y, learned on the way"
TABLE_WORDS = (250, 1000)
"""Sizes of the table that are tried; which one is taken costs a bit, as the mixture counts each."""

FIRST_SHARE, FIRST_LINES = 32, 50
"""The lexicon that is learned on the way begins after 1/32 of y, after 50 lines at least, and again whenever y has
doubled."""

LEAST_LINES = 200
EXCHANGED = "translations exchanged among words of like frequency"


@dataclass(frozen=True, eq=False)
class FoundLexicon:
    """The lexicons of both whole texts, and of growing parts of y, with the way back, by the lines that they know.

    table_bits: by the number of words. known: costs by bytes; words: the pair word by word; read: after f(x), too.
    """

    whole: Lexicon
    parts: Lexicons
    table_bits: dict[int, float]
    known: KnownCosts
    words: WordCode
    read: Way

    def to_dict(self) -> dict[str, Any]:
        """As the result holds it."""
        words = range(min(len(self.whole.source), 60))
        key = {self.whole.source.words[i]: self.whole.translations(i)[:1] for i in words}
        return {
            "family": "lexicon",
            "side": "x",
            "key": {word: found[0][0] for word, found in key.items() if found},
            "mapping_bits": min(self.table_bits.values()),
            "choice_bits": 0.0,
            "table_bits": {str(size): bits for size, bits in self.table_bits.items()},
            "sample": "",
        }


def token_texts(x: bytes, y: bytes) -> tuple[bytes, bytes]:
    """Both texts as lower-case tokens with single spaces, a line a line: what all codes are then given.

    Raises InputError where there are fewer than LEAST_LINES lines.
    """
    found = []
    for name, text in (("x", x), ("y", y)):
        lines = text.decode().splitlines()
        if len(lines) < LEAST_LINES:
            raise InputError(f"{name} has {len(lines)} lines; mapping=lexicon needs {LEAST_LINES}, a sentence a line.")
        tokeniser = Tokeniser.learn(lines)
        found.append("".join(" ".join(tokeniser.tokens(line)) + "\n" for line in lines).encode())
    return found[0], found[1]


def with_lexicon(code: Code, pair: Pair, seed: int, monitor: Monitor) -> Pair:
    """The pair of token texts with its lexicons, the ways to code it with them, and the code of words as one more.

    Raises InputError for a code that does not say what each byte costs.
    """
    if not is_online(code):
        raise InputError(f"mapping=lexicon needs a code that learns byte by byte; {code.name} does not.")
    _say(monitor, "lexicon of both texts", 0.4)
    whole = build_lexicon(WordCorpus.of(_sentences(pair.x)), WordCorpus.of(_sentences(pair.y)), seed=seed)[0]
    parts = lexicons_on_the_way(pair.x, pair.y, seed, monitor)
    costs = OnlineCosts.of(code, pair.x, pair.y)
    known = KnownCosts.of(code, pair.x, pair.y, costs)
    _say(monitor, "word by word", 0.5)
    words = WordCode.of(pair.x, pair.y, costs, pointer_bits(len(pair.x), len(pair.y)))
    apart, after_f = pair.lengths[code.name].apart, known.after_f(parts)
    tables = {size: known.table_bits(whole, size) for size in TABLE_WORDS}
    found = FoundLexicon(whole, parts, tables, known, words, words.read(after_f))
    ways = {
        code.name: [*known.with_tables(whole, tables, apart), known.on_the_way(after_f, apart)],
        WORDS: [found.read, words.foretold(after_f, parts)],
    }
    return replace(pair, lengths={**pair.lengths, WORDS: words.lengths}, ways=ways, mapping=found)


def lexicons_on_the_way(x: bytes, y: bytes, seed: int, monitor: Monitor | None = None) -> Lexicons:
    """Of x and growing parts of y, to y and back, by the lines of y that they know."""
    source, sentences = WordCorpus.of(_sentences(x)), _sentences(y)
    found = {}
    for lines in cuts(len(sentences))[1:-1]:
        if monitor is not None:
            _say(monitor, f"lexicon of {lines} lines of y", 0.45)
        found[lines] = build_lexicon(source, WordCorpus.of(sentences[:lines]), seed=seed)[:2]
    return found


def _sentences(text: bytes) -> list[list[str]]:
    return [line.split(" ") if line else [] for line in text.decode().splitlines()]


def exchanged_ways(found: FoundLexicon, options: Options, monitor: Monitor) -> list[Way]:
    """The pair, word by word, by lexicons whose translations are exchanged among words of like frequency.

    What x alone tells of y is real, and is in these.
    """
    samples = []
    for sample in range(options.samples):
        _say(monitor, f"null: exchanged translations, sample {sample + 1}", 0.7)
        seed = options.seed + 1000 + sample
        exchanged = {lines: null_lexicon(pair, seed) for lines, pair in found.parts.items()}
        samples.append(found.words.read(found.known.after_f(exchanged)))
    return samples


def cuts(lines: int) -> list[int]:
    """0, 1/FIRST_SHARE of the lines, twice as many, and so on, all."""
    found, part = [0], max(lines // FIRST_SHARE, FIRST_LINES)
    while part < lines:
        found.append(part)
        part *= 2
    return [*found, lines]


@dataclass(frozen=True, eq=False)
class KnownCosts:
    """What every way needs, coded once: costs by byte."""

    code: OnlineCode
    x: bytes
    y: bytes
    x_lines: list[list[str]]
    y_lines: list[bytes]
    x_bits: float
    after_x: Any
    alone: Costs
    after: Costs

    @staticmethod
    def of(code: OnlineCode, x: bytes, y: bytes, costs: OnlineCosts) -> KnownCosts:
        after_x = code.state()
        costs_of(code, x, after_x)
        x_bits = float(costs.x.sum())
        return KnownCosts(
            code, x, y, _sentences(x), y.splitlines(keepends=True), x_bits, after_x, costs.y, costs.y_after_x
        )

    def table_bits(self, lexicon: Lexicon, size: int) -> float:
        """What the target words of the commonest source words cost as a text after x, and their number."""
        text = "\n".join(self._entries(lexicon, size).values()) + "\n"
        return float(costs_of(self.code, text.encode(), self.after_x.copy()).sum()) + log2(len(lexicon.source) + 1)

    def with_tables(self, lexicon: Lexicon, table_bits: dict[int, float], apart: float) -> list[Way]:
        """With a table of each size."""
        return [self.with_table(lexicon, size, bits, apart) for size, bits in table_bits.items()]

    def with_table(self, lexicon: Lexicon, size: int, bits: float, apart: float) -> Way:
        """The pair by way of a table of the commonest `size` words, which costs so many bits."""
        after = self._after(self._translated(self._entries(lexicon, size)))(self.y)
        return self._way(f"{TABLE} ({size} words)", [after], bits, apart)

    def on_the_way(self, after_f: Costs, apart: float) -> Way:
        """The pair by what y costs after f(x), of after_f."""
        return self._way(ON_THE_WAY, [after_f], 0.0, apart)

    def after_f(self, parts: Lexicons) -> Costs:
        """Bits (bytes,) of y: each part after f(x) by the lexicon of x and the parts before, and after those."""
        pieces, ends = [], [0, *parts, len(self.y_lines)]
        for start, end in pairwise(ends):
            piece, before = b"".join(self.y_lines[start:end]), b"".join(self.y_lines[:start])
            if start:
                entries = self._entries(parts[start][0], None)
                pieces.append(self._after(self._translated(entries), before)(piece))
            else:
                pieces.append(self.after[: len(piece)])
        return np.concatenate(pieces)

    def _way(self, name: str, costs: Sequence[Costs], more: float, apart: float) -> Way:
        mixed = local_bits([self.alone, self.after, *costs])
        total = self.x_bits + more + float(mixed.sum()) + pointer_bits(len(self.x), len(self.y))
        return Way(name, total, apart - total, by_block(self.alone - mixed))

    def _after(self, *texts: bytes) -> Any:
        """A function that gives the costs of a text after these, all read anew."""
        state = self.code.state()
        for text in texts:
            costs_of(self.code, text, state)
        return lambda text: costs_of(self.code, text, state)

    def _entries(self, lexicon: Lexicon, size: int | None) -> dict[str, str]:
        best = lexicon.best()
        count = len(best) if size is None else min(size, len(best))
        return {lexicon.source.words[i]: lexicon.target.words[best[i]] for i in range(count) if best[i] >= 0}

    def _translated(self, entries: dict[str, str]) -> bytes:
        """f(x), word by word; what has no entry stays as it is."""
        return "".join(" ".join(entries.get(word, word) for word in line) + "\n" for line in self.x_lines).encode()


def _say(monitor: Monitor, stage: str, fraction: float) -> None:
    if monitor.stop_requested:
        raise KeyboardInterrupt
    monitor.update(stage, 0, None, fraction)
