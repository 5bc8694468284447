"""Language models made from text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.coding import model_file
from unmt.coding.counting import NgramCounts, count_ngrams
from unmt.coding.language_model import LanguageModel
from unmt.coding.model_file import ModelFile
from unmt.coding.ngram_table import table_order
from unmt.coding.smoothing import SmoothedNgrams, fit
from unmt.coding.words import WordCounts, count_words
from unmt.errors import InputError
from unmt.text.alphabet import fold, infer_alphabet
from unmt.text.readers import read_text

LONGEST_ORDER = 5
LEAST_LETTERS = 1000
HELD_OUT_SHARE = 10  # one part in ten is kept to fit the smoothing, then counted as well
HELD_OUT_AT_MOST = 300_000


def model_from_file(path: Path | str) -> LanguageModel:
    """A model of a user's plain text file; nothing is pruned. Raises InputError where it is too short or no text."""
    return model_from_text(read_text(path), Path(path).stem, where=f"language={path}")


def model_from_text(text: str, name: str, *, where: str = "text") -> LanguageModel:
    """A model of a text in any script; where is for messages."""
    alphabet = infer_alphabet(text)
    if len(alphabet) < 2:
        raise InputError(f"{where}: no letters to learn from. Give a text of the language, {LEAST_LETTERS} letters or more.")
    words = fold(text, alphabet).split()
    letters = sum(map(len, words))
    if letters < LEAST_LETTERS:
        raise InputError(f"{where}: {letters} letters are too few for a model. Give {LEAST_LETTERS} letters or more.")
    parts = [words[len(words) * i // HELD_OUT_SHARE : len(words) * (i + 1) // HELD_OUT_SHARE] for i in range(10)]
    held_out = parts.pop(len(parts) // 2) if len(words) >= 100 else words
    counted = [word for part in parts for word in part] if len(words) >= 100 else words
    file = build(name, alphabet, counted, held_out, words)
    data = file.to_bytes()
    return LanguageModel(name, file, hashlib.sha256(data).hexdigest())


def build(
    name: str,
    alphabet: str,
    counted: Sequence[str],
    held_out: Sequence[str],
    everything: Sequence[str],
    *,
    threshold: int = 1,
    word_threshold: int = 2,
    pair_threshold: int = 2,
) -> ModelFile:
    """A model file: smoothing is fitted on held_out with the counts of `counted`, then `everything` is counted.

    All texts are lists of folded words. n-grams seen fewer than `threshold` times are dropped, likewise words and pairs.
    """
    spaced = has_divisions(everything)
    sections: dict[str, NDArray[np.generic]] = {}
    header: dict[str, object] = {"name": name, "alphabet": alphabet}
    for kind, with_spaces in (("plain", False), ("spaced", True)):
        if with_spaces and not spaced:
            header[kind] = None
            continue
        texts = [letter_ids(t, alphabet, spaces=with_spaces) for t in (counted, held_out, everything)]
        model = _fitted(texts[0], texts[1], len(alphabet) + with_spaces, threshold)
        final = count_ngrams(texts[2], model.order, model.letters).at_least(threshold)
        small, large = model_file.pack_keys(final.keys)
        sections |= {f"{kind}.gaps": small, f"{kind}.large": large, f"{kind}.counts": model_file.pack_counts(final.counts)}
        header[kind] = {
            "order": model.order,
            "threshold": threshold,
            "discounts": model.discounts,
            "extras": model.extras,
            "bits_per_letter": _order_bits(model, texts[1], with_spaces, len(alphabet)),
        }
    header["words"] = None
    if spaced:
        words = count_words(everything, word_threshold, pair_threshold)
        header["words"] = {"total": words.total, "threshold": word_threshold, "pair_threshold": pair_threshold}
        sections |= _word_sections(words)
    text = " ".join(everything)
    digest = hashlib.sha256(text.encode()).hexdigest()
    header["source"] = {"letters": len(text) - text.count(" "), "words": len(everything), "sha256": digest}
    return ModelFile(header, sections)


def has_divisions(words: Sequence[str]) -> bool:
    """Whether a text divides words at all: its pieces are shorter than 25 letters on average."""
    return len(words) > 1 and sum(map(len, words)) / len(words) < 25


def letter_ids(words: Sequence[str], alphabet: str, *, spaces: bool) -> NDArray[np.int64]:
    """Ids of the letters of a text, with (a space before every word) or without spaces (id len(alphabet))."""
    if spaces:
        text = " " + " ".join(words)
        codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        order = np.argsort(np.frombuffer((alphabet + " ").encode("utf-32-le"), np.uint32))
        sorted_codes = np.sort(np.frombuffer((alphabet + " ").encode("utf-32-le"), np.uint32))
        return order[np.searchsorted(sorted_codes, codes)].astype(np.int64)
    codes = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    return np.searchsorted(np.frombuffer(alphabet.encode("utf-32-le"), np.uint32), codes).astype(np.int64)


def _fitted(
    counted: NDArray[np.int64], held_out: NDArray[np.int64], letters: int, threshold: int
) -> SmoothedNgrams:
    order = table_order(letters, LONGEST_ORDER)
    counts: NgramCounts = count_ngrams(counted, order, letters).at_least(threshold)
    return fit(counts.all_orders(), held_out[:HELD_OUT_AT_MOST])


def _order_bits(model: SmoothedNgrams, held_out: NDArray[np.int64], spaces: bool, space: int) -> list[float]:
    """Bits a letter of held-out text for each order 1..n (spaces are coded, letters are counted)."""
    text = held_out[:HELD_OUT_AT_MOST]
    letters = int((text < space).sum()) if spaces else len(text)
    found = []
    for order in range(1, model.order + 1):
        part = SmoothedNgrams(model.orders[:order], model.discounts[:order], model.extras[:order])
        found.append(round(float(part.letter_bits(text).sum()) / letters, 4))
    return found


def _word_sections(words: WordCounts) -> dict[str, NDArray[np.generic]]:
    small, large = model_file.pack_keys(words.pairs)
    return {
        "words.spellings": np.frombuffer("\n".join(words.words).encode(), np.uint8),
        "words.counts": model_file.pack_counts(words.counts),
        "words.pairs": small,
        "words.large": large,
        "words.pair_counts": model_file.pack_counts(words.pair_counts),
    }
