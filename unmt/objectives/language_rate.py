"""What text of a language costs under the whole code of letters and words, measured on text that was not counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from unmt.coding.language_model import LanguageModel
from unmt.coding.rates import PIECE_LETTERS, spread
from unmt.objectives.text_code import TextCode

PIECES = 300
"""Pieces at most, spread evenly over a held-out text."""


def language_rates(folds: Sequence[tuple[LanguageModel, str]]) -> dict[str, dict[str, float] | None]:
    """Bits a letter and their deviation for text without word spaces ("plain") and with them ("spaced", or None).

    folds: models, each with a folded text that it has not seen.
    """
    divided = all(model.has_words for model, _ in folds)
    return {"plain": _rate(folds, spaces=False), "spaced": _rate(folds, spaces=True) if divided else None}


def _rate(folds: Sequence[tuple[LanguageModel, str]], *, spaces: bool) -> dict[str, float]:
    rates, lengths = [], []
    for model, text in folds:
        for piece in pieces(text):
            letters, boundaries = model.letters(piece)
            code = TextCode(model, boundaries if spaces else None, len(letters))
            rates.append(code(letters) / len(letters))
            lengths.append(len(letters))
    deviation = spread(rates, float(np.mean(lengths)))
    return {"bits_per_letter": round(float(np.average(rates, weights=lengths)), 4), "deviation": round(deviation, 4)}


def pieces(text: str, most: int = PIECES) -> Iterator[str]:
    """Pieces of about PIECE_LETTERS letters of a folded text, at most `most`, of whole words where there are words."""
    characters = PIECE_LETTERS * len(text) // max(len(text) - text.count(" "), 1)
    count = max(min(len(text) // characters, most), 1)
    starts = [_division(text, len(text) * i // count) for i in range(count)]
    for start in starts:
        piece = text[start : _division(text, start + characters)].strip()
        if piece:
            yield piece


def _division(text: str, place: int) -> int:
    """The first word division from `place` on and not far from it, or `place`."""
    found = text.find(" ", place, place + PIECE_LETTERS // 2) if place else 0
    return found if found >= 0 else place
