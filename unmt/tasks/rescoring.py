"""Which of a net's translations to take: the words that it wrote are asked of the target's n-grams too.

A small net that learned from other models' translations knows less of the target language than n-grams of all the text
know. So of the translations that a beam ended with the one is taken whose log-probabilities under both, each for its
length and added with weights (Och and Ney, "Discriminative training and maximum entropy models for statistical machine
translation", 2002), are the largest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from unmt.solvers.sequence_search import Found
from unmt.tasks.neural_model import LENGTH_POWER
from unmt.tasks.translation_model import Language
from unmt.text.pieces import Vocabulary
from unmt.text.word_corpus import WordCorpus


def rescored(
    results: Sequence[Found], pieces: Vocabulary, language: Language, weight: float, threads: int
) -> list[Found]:
    """Of each result and what ended beside it, the one with the least nats a piece + weight ngram nats a word.

    language: that they are written in; weight: of the n-grams, 0 and more, where the net has 1.
    """
    candidates = [result.others or (result,) for result in results]
    words = [pieces.decode(one.ids.tolist()) for held in candidates for one in held]
    corpus = WordCorpus.of(words, language.vocabulary)
    ngram_nats = language.ngrams.sentence_bits(corpus.ids, corpus.starts, threads) * math.log(2.0)
    ngram_nats /= np.diff(corpus.starts) + 1.0
    chosen, first = [], 0
    for held in candidates:
        nats = np.array([one.nats / (len(one.ids) + 1.0) ** LENGTH_POWER for one in held])
        chosen.append(held[int((nats + weight * ngram_nats[first : first + len(held)]).argmin())])
        first += len(held)
    return chosen
