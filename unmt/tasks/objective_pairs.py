"""What `bench objectives` is run on: unpaired halves of one text, the first enciphered; word vectors, turned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.linear_map import centred
from unmt.text.readers import read_text
from unmt.text.word_corpus import WordCorpus

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WORD_CIPHERS = ("words", "word_vigenere")
CIPHERS = ("substitution", "vigenere", *WORD_CIPHERS)
FAMILIES = (*CIPHERS, "vectors", "sentences")

CHARACTERS, WORDS = 58, 200
"""Characters and words at most, the most frequent ones, as in the published experiments. Other characters are left
out; all other words are one symbol more, which is enciphered too and not scored."""

PERIOD = 5
ENCIPHERED, WORDS_ENCIPHERED = 20_000, 10_000
TARGET_SHARE = 10
"""Symbols of the cipher at most; the target has as many times more at most."""
LEAST_SYMBOLS = 500
HELD_OUT = 200
"""Sentences, a tenth of those enciphered at most, that translators are judged by."""
LONGEST_SENTENCE = 60
"""Words; what is longer is cut."""
MOST_CHARACTERS = 3_000_000
"""Of a text: more than the most symbols on both sides need."""
CHARACTERS_A_SYMBOL = 150
"""Of a text, for each symbol that is enciphered, where a user says how many: more than both sides need of words."""

SAMPLE = "harbour.en.txt"
NOISE, FREQUENCY_NOISE = 0.1, 0.3
"""Of a planted rotation: length of the noise on a unit vector; deviation of the logarithm of a word's rank."""

MOST_VECTORS = 1000


@dataclass(frozen=True)
class CipherPair:
    """A cipher and a text of its language.

    cipher: (N,) symbol ids; plain: (N,) the letters behind them, which only the scoring sees; scored: (N,) which
    of them count; target: (M,) letter ids; letters: how many there are, and as many symbols; period: of a
    Vigenère, else 0.
    """

    family: str
    cipher: Ints
    plain: Ints
    scored: NDArray[np.bool_]
    target: Ints
    letters: int
    period: int = 0


@dataclass(frozen=True)
class SentencePair:
    """Sentences of enciphered words, and sentences of their language that say something else.

    source, target: to learn from; held_out: more of the source, for the judge; plain: what these say, in words of the
    target (UNKNOWN where it does not have one), which only the scoring sees.
    """

    source: WordCorpus
    target: WordCorpus
    held_out: WordCorpus
    plain: WordCorpus

    @property
    def texts(self) -> tuple[WordCorpus, WordCorpus]:
        """The two that are learned from."""
        return self.source, self.target


@dataclass(frozen=True)
class VectorPair:
    """Word vectors and the same turned, in about the same order. truth: (words,) the row in y of each row of x."""

    x: Floats
    y: Floats
    truth: Ints


def text_of(data: Path | None, symbols: int | None = None) -> str:
    """The text that a path names, or the English sample text. symbols: that will be enciphered.

    Raises InputError where it is none or too short.
    """
    if data is None:
        return files("unmt").joinpath("samples", SAMPLE).read_text(encoding="utf-8")
    text = read_text(data)[: max(MOST_CHARACTERS, CHARACTERS_A_SYMBOL * (symbols or 0))]
    if len(text.split()) < 2 * LEAST_SYMBOLS:
        raise InputError(f"data={data}: {len(text.split())} words. Give a text of {2 * LEAST_SYMBOLS} words, or more.")
    return text


def characters_of(text: str) -> tuple[Ints, int]:
    """The text as ids of its CHARACTERS most frequent characters, white space as one space, and how many they are."""
    spaced = " ".join(text.split())
    kept = [character for character, _ in Counter(spaced).most_common(CHARACTERS)]
    number = {character: place for place, character in enumerate(kept)}
    return np.array([number[character] for character in spaced if character in number], np.int64), len(kept)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+|[.,;:!?]", text.lower())


def words_of(text: str) -> tuple[Ints, int]:
    """The text as ids of its WORDS most frequent words and marks, all others as one id, and how many ids there are."""
    tokens = _tokens(text)
    kept = [token for token, _ in Counter(tokens).most_common(WORDS)]
    number = {token: place for place, token in enumerate(kept)}
    return np.array([number.get(token, len(kept)) for token in tokens], np.int64), len(kept) + 1


def cipher_pair(
    family: str, text: str, seed: int, shuffle: int | None = None, symbols: int | None = None
) -> CipherPair:
    """The first half of a text under a key drawn by the seed, and its second half as the target.

    symbols: that are enciphered at most; None: ENCIPHERED characters, or WORDS_ENCIPHERED. shuffle: the number of a
    random order that the target's symbols are put in, so that nothing but their frequencies is left; None: as they
    stand.
    """
    is_words, is_vigenere = family in WORD_CIPHERS, family in {"vigenere", "word_vigenere"}
    ids, letters = words_of(text) if is_words else characters_of(text)
    most = symbols or (WORDS_ENCIPHERED if is_words else ENCIPHERED)
    half = len(ids) // 2
    plain, target = ids[:half][:most], ids[half:][: TARGET_SHARE * most]
    rng = np.random.default_rng([seed, CIPHERS.index(family)])
    if is_vigenere:
        cipher = (plain + np.resize(rng.integers(letters, size=PERIOD), len(plain))) % letters
    else:
        cipher = rng.permutation(letters)[plain]
    if shuffle is not None:
        target = np.random.default_rng([seed, shuffle]).permutation(target)
    scored = plain < letters - 1 if is_words else np.ones(len(plain), bool)
    return CipherPair(family, cipher, plain, scored, target, letters, PERIOD if is_vigenere else 0)


def sentence_pair(text: str, seed: int, shuffle: int | None = None, symbols: int | None = None) -> SentencePair:
    """The sentences of a text's first half with every word, all of them, enciphered, and those of its second half.

    A line is a sentence. symbols: words that are enciphered at most; None: WORDS_ENCIPHERED. shuffle: the number of a
    random order that all words of the target are put in; its sentences are as long as before.
    """
    most = symbols or WORDS_ENCIPHERED
    sentences = [
        words[first : first + LONGEST_SENTENCE]
        for words in map(_tokens, text.splitlines())
        for first in range(0, len(words), LONGEST_SENTENCE)
    ]
    half = len(sentences) // 2
    plain, other = _first(sentences[:half], most), _first(sentences[half:], TARGET_SHARE * most)
    target = WordCorpus.of(other)
    if shuffle is not None:
        ids = np.random.default_rng([seed, shuffle]).permutation(target.ids)
        target = WordCorpus(ids, target.starts, target.vocabulary)
    names = sorted({word for sentence in plain for word in sentence})
    rng = np.random.default_rng([seed, len(FAMILIES)])
    number = dict(zip(names, rng.permutation(len(names)).tolist(), strict=True))
    enciphered = [[f"x{number[word]}" for word in sentence] for sentence in plain]
    is_kept = np.zeros(len(plain), bool)
    count = min(HELD_OUT, len(plain) // 10)
    is_kept[np.linspace(0, len(plain) - 1, count).astype(int)] = True
    source = WordCorpus.of([words for words, kept in zip(enciphered, is_kept, strict=True) if not kept])
    held_out, said = (
        [words for words, kept in zip(part, is_kept, strict=True) if kept] for part in (enciphered, plain)
    )
    return SentencePair(
        source, target, WordCorpus.of(held_out, source.vocabulary), WordCorpus.of(said, target.vocabulary)
    )


def _first(sentences: Sequence[Sequence[str]], words: int) -> list[Sequence[str]]:
    """The first sentences, of so many words at most."""
    ends = np.cumsum([len(sentence) for sentence in sentences])
    return list(sentences[: max(int((ends <= words).sum()), 1)])


def vector_pair(matrix: Floats, seed: int, shuffle: int | None = None) -> VectorPair:
    """Vectors, most frequent first, and the same under a random rotation, with noise, in a slightly other order.

    shuffle: the number of random orders that the target's coordinates are put in, along each axis by itself: its spread
    is kept, and nothing is shared; None: as they stand.
    """
    rng = np.random.default_rng([seed, len(CIPHERS)])
    x = centred(matrix[:MOST_VECTORS])[0]
    words, dimensions = x.shape
    rotation = np.linalg.qr(rng.standard_normal((dimensions, dimensions)))[0]
    turned = x @ rotation + NOISE / dimensions**0.5 * rng.standard_normal(x.shape)
    ranks = np.log(np.arange(1, words + 1)) + FREQUENCY_NOISE * rng.standard_normal(words)
    order = np.argsort(ranks, kind="stable")
    y = turned[order]
    if shuffle is not None:
        order_rng = np.random.default_rng([seed, shuffle])
        y = np.stack([order_rng.permutation(column) for column in y.T], axis=1)
    return VectorPair(x, centred(y.astype(np.float32))[0], np.argsort(order).astype(np.int64))


def sentences_of(text: str) -> Sequence[Sequence[str]]:
    """The lines of a text as words, for vectors that are learned from it."""
    return [re.findall(r"\w+", line.lower()) for line in text.splitlines()]
