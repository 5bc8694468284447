"""What a translator's code lengths are: it translates sentences that were kept out, and some to learn the way back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from unmt.coding.word_ngrams import WordNgrams
from unmt.objectives.translation_code import TranslationCode
from unmt.solvers.phrase_decoder import Decoded, Decoder, no_beat
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.way_back import WayBack
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

SENTENCES_BACK = 3000
"""Training sentences whose translations teach the model of the way back."""


def translation_code(
    decoder: Decoder,
    languages: tuple[WordNgrams, WordNgrams],
    training: WordCorpus,
    held_out: tuple[WordCorpus, WordCorpus],
    threads: int = 2,
    beat: Callable[[], None] = no_beat,
) -> TranslationCode:
    """The code lengths of one direction.

    languages: the n-gram codes of source and target; training: source sentences that the way back is learned from,
    beside their own translations; held_out: source and target sentences that took no part in any training.
    beat: called every few seconds or sooner; what it raises ends the work.
    """
    source, target = held_out
    translated = decoder.decode(source.ids, source.starts, threads, beat)
    part = training.subset(np.unique(np.linspace(0, len(training) - 1, min(SENTENCES_BACK, len(training))).astype(int)))
    taught = as_corpus(decoder.decode(part.ids, part.starts, threads, beat), target.vocabulary)
    back = WayBack.learn(SentencePairs.of(taught, part))
    way_back = back.bits(SentencePairs.of(as_corpus(translated, target.vocabulary), source))
    source_words, target_words = max(len(source.ids), 1), max(len(target.ids), 1)
    return TranslationCode(
        text_bits=float(translated.language_model_bits.sum()) / max(len(translated.ids), 1),
        target_bits=float(languages[1].sentence_bits(target.ids, target.starts, threads).sum()) / target_words,
        way_back_bits=float(way_back.sum()) / source_words,
        source_bits=float(languages[0].sentence_bits(source.ids, source.starts, threads).sum()) / source_words,
        words_per_source_word=len(translated.ids) / source_words,
        source_words=len(source.ids),
    )


def as_corpus(decoded: Decoded, vocabulary: Vocabulary) -> WordCorpus:
    """Translations as a corpus of target words; a copied word is an unknown one."""
    return WordCorpus(decoded.ids, decoded.starts, vocabulary)
