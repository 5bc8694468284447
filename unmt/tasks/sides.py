"""One text made ready for training: words, what is held out, and the n-gram code."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError
from unmt.text.tokeniser import Tokeniser
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

VOCABULARY_WORDS = 30_000
"""Most frequent words that a side knows; others are copied. Scores of pairs of words are computed block by block."""

LEAST_SENTENCES = 100
HELD_OUT_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Side:
    """A language and its text.

    training, held_out: disjoint sentences. lines: those that are held out, as they were written. ngrams: the code of
    the training sentences. redundancy_bits: what the words before tell of the next one, in bits, on the held-out text.
    """

    language: str
    tokeniser: Tokeniser
    vocabulary: Vocabulary
    training: WordCorpus
    held_out: WordCorpus
    lines: tuple[str, ...]
    ngrams: WordNgrams
    redundancy_bits: float


def plain_line(line: str) -> str:
    """What lines have in common that differ in case and white space alone: they count as one."""
    return " ".join(line.casefold().split())


def _number(plain: str) -> bytes:
    """A number drawn for a line, the same for any seed and beside any other lines."""
    return hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def training_lines(side: Side, lines: Sequence[str]) -> list[str]:
    """The lines of side.training as they were written, from all lines of the text."""
    apart = {plain_line(line) for line in side.lines}
    return [line for line in lines if line.strip() and plain_line(line) not in apart]


def side_of(language: str, lines: Sequence[str], held_out: int, order: int) -> Side:
    """A text made ready. held_out: sentences kept apart, a tenth of the different ones at most, each of them once.

    Which ones is a function of the sentences, not of a seed, so that figures of runs on the same text can be compared.
    A sentence that is held out is in no training, wherever else it stands, nor is anything learned from how it is
    written. Raises InputError where there are fewer than LEAST_SENTENCES different lines that are not blank.
    """
    written = [(plain_line(line), line) for line in lines if line.strip()]
    different = list(dict(reversed(written)).items())[::-1]
    if len(different) < LEAST_SENTENCES:
        raise InputError(
            f"the text of {language} has {len(different)} different lines that are not blank; {LEAST_SENTENCES} are the"
            " least. Give more text, a sentence a line."
        )
    count = min(held_out, int(len(different) * HELD_OUT_SHARE))
    drawn = {plain for plain, _ in sorted(different, key=lambda pair: _number(pair[0]))[:count]}
    apart = {plain: line for plain, line in different if plain in drawn}
    read = [line for plain, line in written if plain not in apart]
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
    return Side(language, tokeniser, vocabulary, training, kept, tuple(apart.values()), ngrams, redundancy)
