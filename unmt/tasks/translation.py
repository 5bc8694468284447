"""One line translated, and how lines are cut, whatever translates them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from unmt.tasks.monitor import Monitor

BLOCK_LINES = 512
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)")
LONG_LINE = 40
"""Words of a line from which on its sentences are translated one by one."""


@dataclass(frozen=True)
class Translation:
    """One line translated.

    bits: what its words and ends cost, in bits a word: C_Y(f(x)) of a phrase model, -log2 P(f(x) | x) of a net;
    copied: share of its words that were taken from the source as they stood; is_copy: whether the whole line is the
    source's.
    """

    text: str
    bits: float
    copied: float
    is_copy: bool


def by_blocks(
    lines: Sequence[str], translate: Callable[[Sequence[str]], Iterable[Translation]], monitor: Monitor | None
) -> Iterator[Translation]:
    """All lines, in order, some at a time; the monitor is told after each block, and may end it early."""
    for first in range(0, len(lines), BLOCK_LINES):
        block = lines[first : first + BLOCK_LINES]
        yield from translate(block)
        if monitor is not None:
            monitor.update("lines translated", first + len(block), None, (first + len(block)) / len(lines))
            if monitor.stop_requested:
                return


def is_copy(text: str, line: str) -> bool:
    """Whether a translation is its source, but for case and white space."""
    return bool(text) and text.casefold() == " ".join(line.split()).casefold()
