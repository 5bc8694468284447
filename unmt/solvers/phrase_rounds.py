"""Phrase tables learned from a translator's own output: the real sentences of a text, and what it made of them.

A table from source to target is learned from pairs of a real target sentence and its translation into the source
language by the model of the other direction, so that errors stand on the side that is read and not on the one that is
written. Source: Sennrich, Haddow and Birch, "Improving neural machine translation models with monolingual data", 2016;
for phrase tables without any pair Artetxe, Labaka and Agirre, "Unsupervised statistical machine translation", 2018.

The lexicon that the first round began with stays as one more feature of every phrase, lest rounds drift from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from unmt.coding.word_ngrams import WordNgrams
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import Decoder, DecoderSettings, no_beat
from unmt.solvers.phrase_extraction import FEATURES, ExtractionSettings, extract_phrases
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.word_alignment import WordAlignment
from unmt.text.word_corpus import WordCorpus

LEXICON = "lexicon"
ALL_FEATURES = (*FEATURES, LEXICON)

FLOOR = -7.0
"""Nats of two words that the lexicon does not pair: less than its rarest options."""

LEXICON_OPTIONS = 5
"""Of a word in the lexicon, at most, that its phrases get beside what they were seen as: else no round could learn a
translation that the one before had not."""

LENGTH_SENTENCES, LENGTH_STEPS, WORD_RANGE = 400, 8, 3.0
"""Sentences on which the length of the output is measured, and halvings of the range of scores for a target word."""


@dataclass(frozen=True, eq=False)
class PairScores:
    """Scores of pairs of words, from a lexicon and the one back: the better of both, in nats.

    keys: (n,) int64, rising, source * targets + target; values: (n,) float32. targets: words of the target vocabulary.
    """

    keys: NDArray[np.int64]
    values: NDArray[np.float32]
    targets: int

    @classmethod
    def of(cls, forward: Lexicon, backward: Lexicon) -> PairScores:
        """Those of two lexicons, one the way back of the other."""
        targets = len(forward.target)
        keys = np.concatenate(
            [forward.rows * targets + forward.targets, backward.targets.astype(np.int64) * targets + backward.rows]
        )
        values = np.concatenate([forward.log_probability, backward.log_probability])
        order = np.lexsort((-values, keys))
        keys, values = keys[order], values[order]
        first = np.concatenate([[True], keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, bool)
        return cls(keys[first], values[first].astype(np.float32), targets)

    def of_pairs(self, source: NDArray[np.integer], target: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n,) the scores of source words (n,) with target words (n,); FLOOR where a pair has none."""
        wanted = np.asarray(source, np.int64) * self.targets + target
        if len(self.keys) == 0:
            return np.full(len(wanted), FLOOR, np.float32)
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        known = np.where(self.keys[place] == wanted, self.values[place], FLOOR)
        return np.asarray(np.maximum(known, FLOOR), np.float32)


def lexicon_feature(table: PhraseTable, scores: PairScores) -> NDArray[np.float32]:
    """(O,) nats: each target word by its best source word, each source word by its best target word, and the mean.

    Of a deletion it is that of source words without a partner.
    """
    lengths = table.target_lengths
    option = np.repeat(np.arange(len(lengths)), lengths)
    sources = table.sources[table.rows]  # (O, longest)
    best_of_target = np.full(len(option), FLOOR, np.float32)
    of_source = np.zeros(len(lengths), np.float32)
    for column in range(sources.shape[1]):
        has_word = sources[:, column] >= 0
        best_of_source = np.where(has_word, FLOOR, 0.0).astype(np.float32)
        places = np.flatnonzero(has_word[option])
        found = scores.of_pairs(sources[option[places], column], table.target_words[places])
        best_of_target[places] = np.maximum(best_of_target[places], found)
        np.maximum.at(best_of_source, option[places], found)
        of_source += best_of_source
    of_target = np.bincount(option, best_of_target, len(lengths))
    return np.asarray(np.where(lengths == 0, of_source, (of_target + of_source) / 2), np.float32)


def learned_table(
    pairs: SentencePairs,
    aligned: WordAlignment,
    lexicon: Lexicon,
    scores: PairScores,
    extraction: ExtractionSettings | None = None,
) -> PhraseTable:
    """The table with ALL_FEATURES that aligned pairs of sentences teach, and the words of the lexicon beside them."""
    table = extract_phrases(pairs, aligned, extraction)
    feature = lexicon_feature(table, scores)[:, None]
    known = replace(table, features=np.concatenate([table.features, feature], axis=1), feature_names=ALL_FEATURES)
    words = word_table(lexicon)
    return known.completed(words).with_words_of(words, LEXICON_OPTIONS)


def word_table(lexicon: Lexicon) -> PhraseTable:
    """The lexicon with ALL_FEATURES, for words and translations that no phrase has."""
    table = lexicon.phrase_table()
    features = np.repeat(table.features[:, :1], len(ALL_FEATURES), axis=1)
    features[:, ALL_FEATURES.index("phrase")] = 1.0
    return replace(table, features=features, feature_names=ALL_FEATURES)


def with_length(
    table: PhraseTable,
    ngrams: WordNgrams,
    settings: DecoderSettings,
    sample: WordCorpus,
    ratio: float,
    threads: int = 2,
    beat: Callable[[], None] = no_beat,
) -> DecoderSettings:
    """The settings whose score of a target word makes the output of a sample `ratio` times as long as its source."""
    low, high = -WORD_RANGE, WORD_RANGE
    part = sample.subset(_evenly(len(sample), LENGTH_SENTENCES))
    for _ in range(LENGTH_STEPS):
        tried = replace(settings, word=(low + high) / 2)
        if length_ratio(table, ngrams, tried, part, threads, beat) < ratio:
            low = tried.word
        else:
            high = tried.word
    return replace(settings, word=(low + high) / 2)


def length_ratio(
    table: PhraseTable,
    ngrams: WordNgrams,
    settings: DecoderSettings,
    sample: WordCorpus,
    threads: int = 2,
    beat: Callable[[], None] = no_beat,
) -> float:
    """Target words for each source word."""
    decoded = Decoder(table, ngrams, settings).decode(sample.ids, sample.starts, threads, beat)
    return len(decoded.ids) / max(len(sample.ids), 1)


def natural_ratio(forward: float, backward: float, of_texts: float) -> float:
    """Target words for each source word that neither text alone says.

    forward, backward: length ratios of both directions without any score for words; of_texts: mean words a target
    sentence by mean words a source sentence, which is off where the texts tell different things. The geometric mean of
    the two estimates.
    """
    return float(np.sqrt(of_texts * np.sqrt(forward / backward)))


def _evenly(number: int, wanted: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, max(number - 1, 0), min(wanted, number)).astype(np.int64))
