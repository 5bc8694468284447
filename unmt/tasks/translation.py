"""One line translated, and how lines are cut, whatever translates them."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
