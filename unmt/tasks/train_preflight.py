"""Whether two texts share enough structure to train on, before hours are spent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SHARED_BITS = 0.3
"""Bits a word, mean of both directions, that a lexicon must save against one of shuffled pairs, and bits a word that
each text must tell of its next word, for structure to be shared."""

SHARED, NOTHING = "shared structure", "no shared structure"


def preflight(
    figures: dict[str, dict[str, float]],
    shuffled: dict[str, dict[str, float]],
    redundancy: Sequence[float],
    report: dict[str, Any],
) -> dict[str, Any]:
    """How much the target text can pay, and whether the lexicon finds more than one of shuffled pairs would.

    figures, shuffled: code lengths of each direction by the lexicon, and by one of shuffled pairs; redundancy: bits a
    word of each text that what came before tells.
    """
    saved = [shuffled[way]["code_bits"] - figures[way]["code_bits"] for way in figures]
    shared = sum(saved) / len(saved) >= SHARED_BITS and min(redundancy) >= SHARED_BITS
    sentence = (
        f"the lexicon saves {saved[0]:.2f} and {saved[1]:.2f} bits a word against shuffled pairs"
        f" (a mean of {SHARED_BITS} is the least that counts), and what came before tells {redundancy[0]:.2f} and"
        f" {redundancy[1]:.2f} bits of the next word."
    )
    return {
        "verdict": SHARED if shared else NOTHING,
        "sentence": ("they share structure: " if shared else "they seem to share no structure: ") + sentence,
        "saved_bits_per_word": saved,
        "redundancy_bits_per_word": list(redundancy),
        "null": shuffled,
        "lexicon": report,
    }
