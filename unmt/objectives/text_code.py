"""The code length of a plaintext: letters and words in one Bayesian mixture.

    C(text) = -log2( 1/16 * 2^-C_letters(text) + 15/16 * 2^-C_words(text) )

which is at most 4 bits more than C_letters and 0.1 bit more than C_words.

C_letters is the n-gram code; C_words that of `word_code`, where the language has words. Both are codes of a text that
may go on: its last word may be cut.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.language_model import LanguageModel
from unmt.objectives.code_length import text_units
from unmt.objectives.windows import spaced
from unmt.objectives.word_code import divided_bits, undivided_bits

LETTER_PRIOR = 1.0 / 16.0
"""Prior of the letter code. Words are what language is made of; letters alone are for names and other tongues. With
even priors short texts come out as pronounceable nonsense (16 letters of the even rows: 2 to 5 points more error)."""


@njit(cache=True, nogil=True, inline="always")
def mixture_bits(letter: float, word: float) -> float:
    """Bits of the mixture of two codes, given those of each."""
    best = min(letter, word)
    return best - np.log2(LETTER_PRIOR * 2.0 ** (best - letter) + (1.0 - LETTER_PRIOR) * 2.0 ** (best - word))


class TextCode:
    """C(text) of plaintexts in one language, with the word divisions given (boundaries) or hidden (None).

    boundaries are those of the ciphertext; calling it with letter ids (N,) gives bits.
    """

    def __init__(self, model: LanguageModel, boundaries: NDArray[np.integer] | None, length: int) -> None:
        spaces = boundaries is not None
        self.table = model.table(spaces)
        self.letters = len(model.alphabet)
        self.divided = spaces
        self.boundaries = boundaries
        self.ends = np.append(boundaries, length).astype(np.int64) if boundaries is not None else np.zeros(0, np.int64)
        self.words = kernel_words(model) if model.has_words else None

    def letter_bits(self, letters: NDArray[np.integer]) -> float:
        """C_letters."""
        text = spaced(letters, self.boundaries, self.letters)
        table = self.table
        units = text_units(text, table.costs, table.offsets, table.order, table.letters)
        if self.divided:  # the space before the text is given
            units -= int(table.costs[table.offsets[1] + self.letters])
        return units / 16.0

    def word_bits(self, letters: NDArray[np.integer]) -> float:
        """C_words; infinite where the language has no words."""
        if self.words is None:
            return float("inf")
        return float(hidden_or_given(np.asarray(letters, np.int64), self.ends, self.divided, self.letters, self.words))

    def __call__(self, letters: NDArray[np.integer]) -> float:
        """Bits of the mixture; of the letter code alone where the language has no words."""
        letter = self.letter_bits(letters)
        return letter if self.words is None else float(mixture_bits(letter, self.word_bits(letters)))


class SpacedTextCode:
    """C(text) where the plaintext ids include the space (id len(alphabet)): enciphered with the letters."""

    def __init__(self, model: LanguageModel) -> None:
        self.table = model.table(True)
        self.letters = len(model.alphabet)
        self.words = kernel_words(model)

    def __call__(self, letters: NDArray[np.integer]) -> float:
        """Bits of the mixture; the text is taken to stand after a space."""
        text = np.concatenate([[self.letters], np.asarray(letters, np.int64)])
        table = self.table
        units = text_units(text, table.costs, table.offsets, table.order, table.letters)
        letter = (units - int(table.costs[table.offsets[1] + self.letters])) / 16.0
        spaces = np.flatnonzero(text[1:] == self.letters)
        doubled = len(spaces) and (spaces[0] == 0 or np.any(np.diff(spaces) == 1) or spaces[-1] == len(letters) - 1)
        if doubled:  # no words between two spaces: the letters alone
            return float(mixture_bits(letter, np.inf))
        ends = np.append(spaces - np.arange(len(spaces)), len(letters) - len(spaces)).astype(np.int64)
        bare = text[1:][text[1:] != self.letters]
        word = float(hidden_or_given(bare, ends, True, self.letters, self.words))
        return float(mixture_bits(letter, word))


def kernel_words(model: LanguageModel) -> tuple[Any, ...]:
    """The tables of the word code as one tuple, as the kernels take them."""
    table, words = model.table(True), model.words
    return (
        table.costs,
        table.offsets,
        table.order,
        words.child,
        words.word,
        words.below,
        words.single,
        words.backoff,
        words.pair_key,
        words.pair_probability,
    )


@njit(cache=True, nogil=True)
def hidden_or_given(text: Any, ends: Any, divided: Any, letters: int, words: Any) -> Any:
    """C_words of a text whose word divisions are given (`ends`) or hidden."""
    costs, offsets, order, child, word, below, single, backoff, keys, probabilities = words
    if divided:
        return divided_bits(
            text, ends, costs, offsets, order, letters, child, word, below, single, backoff, keys, probabilities
        )
    return undivided_bits(
        text, costs, offsets, order, letters, child, word, below, single, backoff, keys, probabilities
    )
