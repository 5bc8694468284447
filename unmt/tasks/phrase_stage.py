"""Phrase tables of both directions from translations of both texts, and how they are weighted: a step of training."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import DecoderSettings
from unmt.solvers.phrase_extraction import NEVER, ExtractionSettings
from unmt.solvers.phrase_rounds import PairScores, learned_table, length_ratio, natural_ratio, with_length
from unmt.solvers.renewed_lexicon import paired_words, renewed
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.word_alignment import AlignmentSettings, align_words
from unmt.tasks.sides import Side
from unmt.text.word_corpus import WordCorpus

PHRASE_WEIGHTS = (0.6, 0.4, 0.6, 0.4, -0.2, 0.5, 1.0)
"""Of phrase_rounds.ALL_FEATURES and of the balance of words, beside a language model of weight 1."""

ALIGNING, EXTRACTING = AlignmentSettings(null_share=0.2), ExtractionSettings(least_unlinked=NEVER)
"""Translations of the rounds have many words that come from nowhere; that a word may be left out costs more than it
gives."""

REAL_SOURCE_WEIGHT = 0.5
"""Of a real source sentence beside its translation, against 1 for a translation beside a real target sentence."""

LENGTH_SAMPLE = 400
"""Sentences of each text on which the length of translations is set."""

Tables = tuple[PhraseTable, PhraseTable]
Beat = Callable[[], None]


def learned_tables(
    texts: Sequence[WordCorpus],
    real: Sequence[WordCorpus],
    made: Sequence[WordCorpus],
    lexicons: tuple[Lexicon, Lexicon],
    seed: int,
    threads: int,
    beat: Beat,
    told: Callable[[int], None] = lambda _: None,
) -> tuple[Tables, tuple[Lexicon, Lexicon]]:
    """The tables from text 0 to 1 and back, and the lexicons that went into them.

    texts: all that is trained on. real: sentences of each. made: what a translator made of them, line by line.
    lexicons: the one from 0 to 1 and the one back, as first found; they are renewed by what the translations say. told:
    is told which table comes next. beat: is called every few seconds or sooner; what it raises ends the work.
    """
    learned = []
    for i in (0, 1):
        told(i)
        # Read as a translation, a real sentence teaches less than it does where it was written by a person.
        weights = np.full(len(real[i]), REAL_SOURCE_WEIGHT, np.float32)
        pairs = SentencePairs.of(made[1 - i], real[1 - i])
        pairs = pairs.followed_by(SentencePairs.of(real[i], made[i], weights))
        aligned = align_words(pairs, ALIGNING, threads=threads, beat=beat)
        if i == 0:
            count = len(real[1])
            links = aligned.links.part(count, len(pairs)), aligned.links.part(0, count).swapped()
            lexicons = renewed(lexicons, paired_words(texts, real, made, links, seed, beat))
        beat()
        scores = PairScores.of(lexicons[i], lexicons[1 - i])
        learned.append(learned_table(pairs, aligned, lexicons[i], scores, EXTRACTING))
    return (learned[0], learned[1]), lexicons


def phrase_settings(
    tables: Tables, sides: Sequence[Side], beam: int, threads: int, beat: Beat
) -> tuple[DecoderSettings, DecoderSettings]:
    """How both tables are searched: with translations as long as the two texts together say that they should be."""
    plain = DecoderSettings(beam=beam, weights=PHRASE_WEIGHTS)
    few = [
        side.training.subset(np.arange(0, len(side.training), -(-len(side.training) // LENGTH_SAMPLE)))
        for side in sides
    ]
    natural = [length_ratio(tables[i], sides[1 - i].ngrams, plain, few[i], threads, beat) for i in (0, 1)]
    means = [len(side.training.ids) / max(len(side.training), 1) for side in sides]
    ratio = natural_ratio(natural[0], natural[1], means[1] / means[0])
    wanted = (ratio, 1.0 / ratio)
    first, second = (
        with_length(tables[i], sides[1 - i].ngrams, plain, few[i], wanted[i], threads, beat) for i in (0, 1)
    )
    return first, second
