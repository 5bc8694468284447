"""Language models made from text: folded, smoothed by what was held out, counted.

    folded, alphabet = folded_text(text, "greek.txt")
    smoothing = fit_smoothing(alphabet, folds(folded))
    file = count_model("greek", alphabet, folded, smoothing, Thresholds())

A folded text is a str of letters of the alphabet with one space between words (`text.alphabet.fold`). Smoothing is
fitted on folds, pairs (text that is counted, text that is held out); then the whole text is counted. Memory is a few
times that of the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding import model_file
from unmt.coding.blocks import text_blocks
from unmt.coding.counting import NgramCounts, count_ngrams
from unmt.coding.language_model import LanguageModel
from unmt.coding.model_file import ModelFile
from unmt.coding.ngram_table import table_order
from unmt.coding.rates import PIECE_LETTERS, spread
from unmt.coding.smoothing import SmoothedNgrams, fit_folds
from unmt.coding.words import WordCounts, count_words
from unmt.errors import InputError
from unmt.text.alphabet import fold, infer_alphabet

LONGEST_ORDER = 8
"""Letters of the longest n-gram; alphabets of 17 letters and more have shorter ones (`table_order`): 5 for a to z."""

WORTH_ITS_TABLE = 1.005
"""A longer n-gram must save half a per cent: its table is 26 times as large, slower to build and to search."""

LEAST_LETTERS = 1000
MOST_LETTERS = 4000
"""Letters of an alphabet: above it a table of letter pairs is too large."""

HELD_OUT_SHARE = 10
"""One part in ten of a text is held out at a time; the next ones too, until HELD_OUT_ENOUGH letters were."""
HELD_OUT_ENOUGH = 7_500
HELD_OUT_AT_MOST = 300_000

Folds = Sequence[tuple[str, str]]
Counted = Sequence[tuple[Sequence[NgramCounts], NDArray[np.integer]]]


@dataclass(frozen=True)
class Smoothing:
    """Discounts D_k and extras E_k of order 1, 2, ...; what held-out text costs.

    bits_per_letter: with n-grams up to each order; deviation: of the last of them, over pieces (`rates.spread`).
    """

    discounts: list[float]
    extras: list[float]
    bits_per_letter: list[float]
    deviation: float

    @property
    def order(self) -> int:
        """The longest n-gram, in letters."""
        return len(self.discounts)


@dataclass(frozen=True)
class Thresholds:
    """How often n-grams, words and pairs of words must be seen to be kept."""

    ngrams: int = 1
    words: int = 2
    pairs: int = 2


def folded_text(text: str, where: str) -> tuple[str, str]:
    """A text folded onto the alphabet it is written in, and that alphabet. Raises InputError where it is too short."""
    alphabet = infer_alphabet(text)
    if len(alphabet) < 2:
        raise InputError(
            f"{where}: no letters to learn from. Give a text of the language, {LEAST_LETTERS} letters or more."
        )
    if len(alphabet) > MOST_LETTERS:
        raise InputError(
            f"{where}: {len(alphabet)} different letters, and a model takes {MOST_LETTERS}. Give a text of one script."
        )
    folded = " ".join(filter(None, (fold(block, alphabet) for block in text_blocks(text))))
    letters = len(folded) - folded.count(" ")
    if letters < LEAST_LETTERS:
        raise InputError(f"{where}: {letters} letters are too few for a model. Give {LEAST_LETTERS} letters or more.")
    return folded, alphabet


def has_divisions(text: str) -> bool:
    """Whether a folded text divides words at all: its pieces are shorter than 25 letters on average."""
    return " " in text and len(text) / (text.count(" ") + 1) < 26


def folds(text: str) -> list[tuple[str, str]]:
    """Ways to cut a folded text in what is counted and what is held out; a short text is held out part by part."""
    wanted = min(-(-HELD_OUT_SHARE * HELD_OUT_ENOUGH // len(text)), HELD_OUT_SHARE)
    first = (HELD_OUT_SHARE - wanted) // 2
    cuts = [_cut(text, len(text) * part // HELD_OUT_SHARE) for part in range(HELD_OUT_SHARE + 1)]
    parts = [slice(cuts[part], cuts[part + 1]) for part in range(first, first + wanted)]
    return [((text[: p.start] + " " + text[p.stop :]).strip(), text[p].strip()) for p in parts]


def _cut(text: str, place: int) -> int:
    """The next word division from `place` on, or place itself where there are none."""
    division = text.find(" ", place) if has_divisions(text) else place
    return len(text) if division < 0 else division


def fit_smoothing(alphabet: str, folds: Folds, threshold: int = 1) -> dict[str, Smoothing | None]:
    """The smoothing of "plain" text, without word spaces, and of "spaced", None where words are not divided."""
    divided = all(has_divisions(text) for text, _ in folds)
    return {
        "plain": _fitted(alphabet, folds, threshold, spaces=False),
        "spaced": _fitted(alphabet, folds, threshold, spaces=True) if divided else None,
    }


def _fitted(alphabet: str, folds: Folds, threshold: int, *, spaces: bool) -> Smoothing:
    """The smoothing of one kind of text, cut to the shortest order that is good enough."""
    letters = len(alphabet) + spaces
    order = table_order(letters, LONGEST_ORDER)
    counted = []
    for text, held_out in folds:
        counts = count_ngrams(letter_ids(text, alphabet, spaces=spaces), order, letters).at_least(threshold)
        counted.append((counts.all_orders(), letter_ids(held_out, alphabet, spaces=spaces)[:HELD_OUT_AT_MOST]))
    discounts, extras = fit_folds(counted)
    by_order = [_coded(counted, discounts[:k], extras[:k]) for k in range(1, order + 1)]
    letter_count = sum(int((text < len(alphabet)).sum()) for _, text in counted)  # spaces are coded, letters counted
    bits = [round(float(coded.sum()) / letter_count, 4) for coded in by_order]
    shortest = min(2, order)  # searches look at pairs
    enough = next(k for k in range(shortest, order + 1) if bits[k - 1] <= min(bits[shortest - 1 :]) * WORTH_ITS_TABLE)
    deviation = _deviation(by_order[enough - 1], letter_count)
    return Smoothing(discounts[:enough], extras[:enough], bits[:enough], deviation)


def _coded(counted: Counted, discounts: list[float], extras: list[float]) -> NDArray[np.float64]:
    """Bits of every letter and space of all held-out texts, by n-grams up to order len(discounts)."""
    order = len(discounts)
    models = (SmoothedNgrams(orders[:order], discounts, extras) for orders, _ in counted)
    return np.concatenate([model.letter_bits(text) for model, (_, text) in zip(models, counted, strict=True)])


def _deviation(bits: NDArray[np.float64], letter_count: int) -> float:
    """The spread of bits a letter over pieces of PIECE_LETTERS; bits: of letters and spaces."""
    size = max(PIECE_LETTERS * len(bits) // letter_count, 1)
    pieces = bits[: len(bits) // size * size].reshape(-1, size)
    return round(spread(pieces.sum(axis=1) / PIECE_LETTERS), 4)


def count_model(
    name: str, alphabet: str, text: str, smoothing: dict[str, Smoothing | None], thresholds: Thresholds
) -> ModelFile:
    """The model file of a folded text; smoothing: of "plain", and of "spaced", or None where words are not divided."""
    sections: dict[str, NDArray[np.generic]] = {}
    header: dict[str, object] = {"name": name, "alphabet": alphabet, "words": None, "rates": None}
    for kind, fitted in smoothing.items():
        header[kind] = None
        if fitted is not None:
            spaces = kind == "spaced"
            ids = letter_ids(text, alphabet, spaces=spaces)
            counts = count_ngrams(ids, fitted.order, len(alphabet) + spaces).at_least(thresholds.ngrams)
            header[kind] = {"order": fitted.order, "threshold": thresholds.ngrams} | vars(fitted)
            sections |= _ngram_sections(kind, counts)
    if smoothing["spaced"] is not None:
        words = count_words(text, thresholds.words, thresholds.pairs, len(alphabet))
        header["words"] = {"total": words.total, "threshold": thresholds.words, "pair_threshold": thresholds.pairs}
        sections |= _word_sections(words)
    divisions = text.count(" ")
    digest = hashlib.sha256(text.encode()).hexdigest()
    header["source"] = {"letters": len(text) - divisions, "words": divisions + 1, "sha256": digest}
    return ModelFile(header, sections)


def model_from_text(text: str, name: str, where: str) -> LanguageModel:
    """The model of a text in any script, unmeasured by words; nothing is pruned. Raises InputError; where is for it."""
    folded, alphabet = folded_text(text, where)
    smoothing = fit_smoothing(alphabet, folds(folded))
    file = count_model(name, alphabet, folded, smoothing, Thresholds())
    return LanguageModel.from_bytes(file.to_bytes(), name, where)


def letter_ids(text: str, alphabet: str, *, spaces: bool) -> NDArray[np.unsignedinteger]:
    """Ids of the letters of a folded text, with (a space before every word, id len(alphabet)) or without spaces."""
    names = alphabet + " "
    dtype = np.uint8 if len(names) <= 256 else np.uint16
    number = np.zeros(max(map(ord, names)) + 1, dtype)
    number[[ord(letter) for letter in names]] = np.arange(len(names))
    parts = [np.array([len(alphabet)] if spaces else [], dtype)]
    for block in text_blocks(text):
        codes = np.frombuffer(block.encode("utf-32-le"), np.uint32)
        parts.append(number[codes if spaces else codes[codes != ord(" ")]])
    return np.concatenate(parts)


def _ngram_sections(kind: str, counts: NgramCounts) -> dict[str, NDArray[np.generic]]:
    small, large = model_file.pack_keys(counts.keys)
    packed = model_file.pack_counts(counts.counts)
    return {f"{kind}.gaps": small, f"{kind}.large": large, f"{kind}.counts": packed}


def _word_sections(words: WordCounts) -> dict[str, NDArray[np.generic]]:
    small, large = model_file.pack_keys(words.pairs)
    return {
        "words.spellings": np.frombuffer("\n".join(words.words).encode(), np.uint8),
        "words.counts": model_file.pack_counts(words.counts),
        "words.pairs": small,
        "words.large": large,
        "words.pair_counts": model_file.pack_counts(words.pair_counts),
    }
