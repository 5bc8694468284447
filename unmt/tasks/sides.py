"""One text made ready for training: words, what is held out, and the n-gram code."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError
from unmt.text.tokeniser import Tokeniser
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

VOCABULARY_WORDS = 30_000
"""Most frequent words that a side knows; others are copied. Scores of pairs of words are computed block by block."""

LEAST_SENTENCES = 100
HELD_OUT_SHARE = 0.1

MOST_CHARACTERS = 30_000_000
"""Of a text that words, lexicons, phrases, n-grams and pieces are learned from, so that memory and time are bounded:
what they keep grows with what they have read. A net learns from all of it."""


@dataclass(frozen=True, eq=False)
class Side:
    """A language and its text.

    training, held_out: disjoint sentences; of a text of more than MOST_CHARACTERS, training has sentences that are
    evenly spread. sentences: how many the text has to train on. lines: those that are held out, as they were written.
    ngrams: the code of the training sentences. redundancy_bits: what the words before tell of the next one, in bits, on
    the held-out text.
    """

    language: str
    tokeniser: Tokeniser
    vocabulary: Vocabulary
    training: WordCorpus
    held_out: WordCorpus
    lines: tuple[str, ...]
    ngrams: WordNgrams
    redundancy_bits: float
    sentences: int


def plain_line(line: str) -> str:
    """What lines have in common that differ in case and white space alone: they count as one."""
    return " ".join(line.casefold().split())


def _number(plain: str) -> bytes:
    """A number drawn for a line, the same for any seed and beside any other lines."""
    return hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def training_lines(side: Side, lines: Sequence[str]) -> list[str]:
    """The lines to train on as they were written, from all lines of the text."""
    return _without(lines, {plain_line(line) for line in side.lines})


def lexicon_lines(side: Side, lines: Sequence[str]) -> Sequence[str]:
    """The lines of side.training as they were written, from all lines of the text."""
    return evenly_spread(training_lines(side, lines))


def _without(lines: Sequence[str], apart: Collection[str]) -> list[str]:
    """The lines that are neither blank nor, by their plain form, set apart."""
    return [line for line in lines if line.strip() and plain_line(line) not in apart]


def evenly_spread(lines: Sequence[str]) -> Sequence[str]:
    """So many of the lines, evenly spread, that they have MOST_CHARACTERS or about that; all where they have fewer."""
    characters = sum(map(len, lines))
    if characters <= MOST_CHARACTERS:
        return lines
    count = max(LEAST_SENTENCES, int(len(lines) * MOST_CHARACTERS / characters))
    return [lines[place] for place in np.unique(np.linspace(0, len(lines) - 1, count).astype(int)).tolist()]


def _set_apart(lines: Sequence[str], held_out: int, language: str) -> dict[str, str]:
    """The lines that are held out, by their plain form. Raises InputError as side_of does."""
    different = {plain_line(line) for line in lines if line.strip()}
    if len(different) < LEAST_SENTENCES:
        raise InputError(
            f"the text of {language} has {len(different)} different lines that are not blank; {LEAST_SENTENCES} are the"
            " least. Give more text, a sentence a line."
        )
    count = min(held_out, int(len(different) * HELD_OUT_SHARE))
    drawn = set(heapq.nsmallest(count, different, key=_number))
    first: dict[str, str] = {}
    last: dict[str, int] = {}
    for place, line in enumerate(lines):
        plain = plain_line(line)
        if plain in drawn:
            first.setdefault(plain, line)
            last[plain] = place
    return {plain: first[plain] for plain in sorted(drawn, key=lambda plain: last[plain])}


def side_of(language: str, lines: Sequence[str], held_out: int, order: int) -> Side:
    """A text made ready. held_out: sentences kept apart, a tenth of the different ones at most, each of them once.

    Which ones is a function of the sentences, not of a seed, so that figures of runs on the same text can be compared.
    A sentence that is held out is in no training, wherever else it stands, nor is anything learned from how it is
    written. Raises InputError where there are fewer than LEAST_SENTENCES different lines that are not blank.
    """
    apart = _set_apart(lines, held_out, language)
    whole = _without(lines, apart)
    read = evenly_spread(whole)
    tokeniser = Tokeniser.learn(read)
    sentences = [tokeniser.tokens(line) for line in read]
    words = Vocabulary.of(sentences)
    vocabulary = Vocabulary(words.words[:VOCABULARY_WORDS], words.counts[:VOCABULARY_WORDS])
    training = WordCorpus.of(sentences, vocabulary)
    kept = WordCorpus.of([tokeniser.tokens(line) for line in apart.values()], vocabulary)
    ngrams = WordNgrams.fit(training.ids, training.starts, len(vocabulary), order)
    alone = WordNgrams.fit(training.ids, training.starts, len(vocabulary), 1)
    bits = [model.sentence_bits(kept.ids, kept.starts).sum() for model in (alone, ngrams)]
    redundancy = float(bits[0] - bits[1]) / max(len(kept.ids), 1)
    return Side(language, tokeniser, vocabulary, training, kept, tuple(apart.values()), ngrams, redundancy, len(whole))
