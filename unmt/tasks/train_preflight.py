"""Whether two texts share enough structure to train on, before hours are spent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LEAST_BITS, ENOUGH_BITS = 0.3, 1.0
"""Bits a word, mean of both directions, that a lexicon must save against one of shuffled pairs, for anything to be
shared and for a translator to be hoped for. Shuffled and random words save up to 0.2, novels beside captions up to 0.8,
captions of two languages 2 and more. Each text must tell LEAST_BITS of its next word, too."""

SHARED, LITTLE, NOTHING = "shared structure", "little shared structure", "no shared structure"
IN_WORDS = {
    SHARED: "they share structure",
    LITTLE: "they share little structure, and much of a translation will be invented",
    NOTHING: "they seem to share no structure",
}


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
    mean = sum(saved) / len(saved)
    verdict = NOTHING if min(mean, *redundancy) < LEAST_BITS else LITTLE if mean < ENOUGH_BITS else SHARED
    sentence = (
        f"the lexicon saves {saved[0]:.2f} and {saved[1]:.2f} bits a word against shuffled pairs"
        f" (a mean of {ENOUGH_BITS:g} is enough, {LEAST_BITS:g} the least), and what came before tells"
        f" {redundancy[0]:.2f} and {redundancy[1]:.2f} bits of the next word."
    )
    return {
        "verdict": verdict,
        "sentence": f"{IN_WORDS[verdict]}: {sentence}",
        "saved_bits_per_word": saved,
        "redundancy_bits_per_word": list(redundancy),
        "null": shuffled,
        "lexicon": report,
    }
