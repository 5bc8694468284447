"""Is x an enciphered text in the language of y? The search of `unmt decipher`, with y as the language, as a code.

f is searched for on the start of x by n-grams of y, then judged on all of both texts by code length. What the decoder
of (x, y) needs beside f(x) and y is paid for: which family, the key, the choices among homophones, and the gaps between
symbols that a plaintext does not have. No language model but that of y itself takes part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.coding.adaptive import adaptive_bits
from unmt.coding.build import LEAST_LETTERS
from unmt.coding.language_model import LanguageModel
from unmt.errors import InputError
from unmt.mappings.families import FAMILIES
from unmt.mappings.letter_table import LetterTable
from unmt.mappings.mapping import Mapping
from unmt.mappings.substitution import Substitution
from unmt.tasks.build_language import model_of_text
from unmt.tasks.decipher import decipher
from unmt.tasks.monitor import Monitor
from unmt.text.alphabet import fold
from unmt.text.ciphertext import Ciphertext

SEARCHED = 2000
"""Symbols of a text that the key is searched on; a key of letters is known long before, and all the text judges it."""

PAIRED, LESS_STRUCTURE = 20_000, 0.8
"""Characters of each text that say which has less structure, and how much less it must be for y to be the cipher."""

RESTARTS = 2
"""Of each random search: a text of thousands of symbols gives way at the first, or has no such key."""

NEVER_COUNTED = 0.5
"""Added to the count of every triple of letters, when the key is completed."""

PERIODIC = ("identity", "caesar", "affine", "vigenere", "beaufort")
"""Families beside tables of letters whose key of the start of a text is the key of all of it."""


@dataclass(frozen=True)
class FoundMapping:
    """f, and what it costs. side: the text that it is applied to, "x" or "y".

    text: f of that text. bits: of family and key. choice_bits: to get the text back from f of it, beside the key.
    """

    family: str
    side: str
    key: dict[str, Any]
    text: bytes
    bits: float
    choice_bits: float
    is_bijection: bool

    def to_dict(self) -> dict[str, Any]:
        """As the result holds it."""
        return {
            "family": self.family,
            "side": self.side,
            "key": self.key,
            "mapping_bits": self.bits,
            "choice_bits": self.choice_bits,
            "sample": self.text[:400].decode(errors="replace"),
        }

    @property
    def all_bits(self) -> float:
        """What is paid beside f(x) and y."""
        return self.bits + self.choice_bits


def searched(x: str, y: str, family: str, seed: int, threads: int | None, monitor: Monitor) -> FoundMapping | None:
    """The mapping of x into the language of y that the search ends at; of y into that of x where y has less structure.

    Nothing here says that the mapping is right: code lengths do. None where there is none. Raises InputError for a
    family that there is not.
    """
    if family not in ("auto", *FAMILIES):
        raise InputError(f"mapping={family}: unknown. Choose none, auto, lexicon or one of {', '.join(FAMILIES)}.")
    if structure(y) < LESS_STRUCTURE * structure(x):
        return _one_way("y", y, x, family, seed, threads, monitor)
    return _one_way("x", x, y, family, seed, threads, monitor)


def structure(text: str) -> float:
    """What a symbol tells of the next one, in bits, as pairs of neighbours have it; 0 for a text of one symbol.

    A simple substitution leaves it as it is, every other cipher takes from it.
    """
    try:
        ids = Ciphertext.read(text[:PAIRED]).ids.astype(np.int64)
    except InputError:
        return 0.0
    size = int(ids.max()) + 1
    pairs = ids[:-1] * size + ids[1:]
    return _entropy(ids[1:]) + _entropy(ids[:-1]) - _entropy(pairs)


def _entropy(ids: NDArray[np.int64]) -> float:
    shares = np.unique(ids, return_counts=True)[1] / max(len(ids), 1)
    return float(-(shares * np.log2(shares)).sum())


def _one_way(
    side: str, enciphered: str, plain: str, family: str, seed: int, threads: int | None, monitor: Monitor
) -> FoundMapping | None:
    if len(fold(plain)) < LEAST_LETTERS:
        return None
    text = Ciphertext.read(enciphered)
    part = _start(text, enciphered)
    model = LanguageModel("the other text", model_of_text(plain, "the other text", "the other text", monitor))
    try:
        solution = decipher(
            part, language=model, family=family, seed=seed, restarts=RESTARTS, threads=threads, null=False,
            monitor=monitor,
        )  # fmt: skip
    except InputError:
        return None  # the family does not apply to these symbols
    if monitor.stop_requested:
        raise KeyboardInterrupt
    if solution.verdict == "no structure found" or solution.family == "identity":
        return None
    mapping = _of_all(Mapping.from_dict(solution.mapping), part, text, fold(plain, model.alphabet))
    return None if mapping is None else as_code(side, mapping, text)


def _start(text: Ciphertext, source: str) -> Ciphertext:
    """The first SEARCHED symbols or so of a text, cut at the end of a line where there is one."""
    if len(text) <= SEARCHED:
        return text
    length = len("".join(text.pieces[:SEARCHED])) + sum(len(text.symbols[i]) for i in text.ids[:SEARCHED])
    line = source.find("\n", length)
    return Ciphertext.read(
        source[: line if 0 <= line < 2 * length else length], spaces="ignore" if text.boundaries is None else "words"
    )


def _of_all(mapping: Mapping, part: Ciphertext, text: Ciphertext, plain: str) -> Mapping | None:
    """The mapping of all symbols of the text, from that of a part; None where the part's key says nothing of the rest.

    Symbols that the part lacks get the letters that are left, and letters are then exchanged as long as triples of
    letters over the whole text become likelier.
    """
    if isinstance(mapping, Substitution):
        return _completed(mapping, text, plain)
    if len(part) == len(text):
        return mapping
    if mapping.family in PERIODIC:
        return replace(mapping, symbols=text.symbols)
    return mapping if isinstance(mapping, LetterTable) and set(mapping.symbols) >= set(text.symbols) else None


def _completed(mapping: Substitution, text: Ciphertext, plain: str) -> Substitution | None:
    known = dict(zip(mapping.symbols, mapping.letters, strict=True))
    counts = Counter(plain)
    spare = sorted(set(mapping.alphabet) - set(known.values()), key=lambda letter: (-counts[letter], letter))
    symbol_counts = np.bincount(text.ids, minlength=len(text.symbols))
    missing = sorted(
        (i for i, symbol in enumerate(text.symbols) if symbol not in known), key=lambda i: -symbol_counts[i]
    )
    if len(missing) > len(spare):
        return None
    known |= {text.symbols[i]: letter for i, letter in zip(missing, spare, strict=False)}
    letters = [mapping.alphabet.index(known[symbol]) for symbol in text.symbols]
    return Substitution.from_ids(text.symbols, mapping.alphabet, exchanged_letters(letters, text, plain, mapping))


def exchanged_letters(letters: list[int], text: Ciphertext, plain: str, mapping: Substitution) -> list[int]:
    """(symbols,) letters after every exchange of two that makes the triples of the text likelier in the language."""
    size = len(mapping.alphabet)
    index = {letter: i for i, letter in enumerate(mapping.alphabet)}
    language = _triples(np.array([index[c] for c in plain if c in index], np.int64), size) + NEVER_COUNTED
    bits = -np.log2(language / language.sum(axis=2, keepdims=True))
    # Symbols without a use fill up the table, so that spare letters can be exchanged too.
    table = [*letters, *(letter for letter in range(size) if letter not in letters)]
    counts = _triples(np.asarray(text.ids, np.int64), size)
    cost = _cost(counts, bits, table)
    used = range(len(letters))
    improved = True
    while improved:
        improved = False
        for a in used:
            for b in range(a + 1, size):
                table[a], table[b] = table[b], table[a]
                new = _cost(counts, bits, table)
                if new < cost - 1e-6:
                    cost, improved = new, True
                else:
                    table[a], table[b] = table[b], table[a]
    return table[: len(letters)]


def _triples(ids: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """(size, size, size) how often each triple stands in the text."""
    flat = (ids[:-2] * size + ids[1:-1]) * size + ids[2:]
    return np.bincount(flat, minlength=size**3).reshape(size, size, size).astype(np.float64)


def _cost(counts: NDArray[np.float64], bits: NDArray[np.float64], table: Sequence[int]) -> float:
    letters = np.asarray(table)
    return float((counts * bits[np.ix_(letters, letters, letters)]).sum())


def as_code(side: str, mapping: Mapping, text: Ciphertext) -> FoundMapping | None:
    """The mapped text with all that its way back costs; None where there is no way back."""
    letters = mapping.apply(text.ids)
    plain = text.render([mapping.outputs[i] for i in letters])
    if text.kind == "characters":
        again = Ciphertext.read(plain, symbols="characters")
        if (again.pieces, again.cases) != (text.pieces, text.cases):
            return None  # the decoder would not know which characters are letters, or were capitals
    gaps = gap_bits(text)
    is_bijection = mapping.is_bijection
    if is_bijection and not np.array_equal(mapping.invert(letters), text.ids):
        return None
    return FoundMapping(
        mapping.family,
        side,
        mapping.key(),
        plain.encode(),
        mapping.bits(len(text)) + log2(2 * len(FAMILIES)),
        mapping.choice_bits(letters) + gaps,
        is_bijection and gaps == 0.0,
    )


def gap_bits(text: Ciphertext) -> float:
    """Bits of what stands between the symbols, where the plaintext does not have it; 0 between characters."""
    if text.kind == "characters":
        return 0.0
    kinds = {piece: number for number, piece in enumerate(dict.fromkeys(text.pieces))}
    spelled = 8.0 * sum(len(piece.encode()) + 1 for piece in kinds)
    return spelled + adaptive_bits(np.array([kinds[piece] for piece in text.pieces]), len(kinds))
