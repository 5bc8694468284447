"""A lexicon beside the function words of both languages: words that it may write one more with, or leave one out.

What one language says with a word another says with two: *joue* is *is playing*, *of the* is *du*. A lexicon of single
words writes as many words as it reads, and phrases that are learned from such translations never see the difference. So
the first round has, beside each translation, that translation with a function word of the target before or behind it,
where the two often stand so in the target text, and for a word with a function word of the source beside it what the
word alone becomes. Which of them is taken the n-grams of the target say. Function words are the most frequent ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.text.word_corpus import WordCorpus

FUNCTION_WORDS = 50
"""Of a vocabulary, the first: it begins with the most frequent."""
LEAST_SHARE, LEAST_COUNT = 0.05, 3
"""Of the occurrences of a word, and how many, that stand beside a function word for the two to be written as one."""

BEST = 5
"""Translations of a word that get function words, at most."""

FEATURES = ("lexicon", "inserted", "left out")
"""Nats of the lexicon, and 1 where a function word of the target came, or one of the source went."""

Ints = NDArray[np.int64]


def with_function_words(lexicon: Lexicon, source: WordCorpus, target: WordCorpus) -> PhraseTable:
    """The lexicon as a phrase table with FEATURES. source, target: texts of its vocabularies."""
    sources, targets = len(lexicon.source), len(lexicon.target)
    words, is_best = lexicon.rows, lexicon.is_among_first(BEST)
    plain = (words, np.full(len(words), -1), np.full(len(words), -1), lexicon.targets.astype(np.int64))
    nats = [lexicon.log_probability]

    # Of the best translations of words that are none themselves: each pair of words that theirs is the content of.
    written = beside_function_words(target)
    chosen = np.flatnonzero(is_best & (words >= FUNCTION_WORDS))
    option, pair = _joined(lexicon.targets[chosen], written[2], targets)
    option = chosen[option]
    inserted = (words[option], np.full(len(option), -1), written[0][pair], written[1][pair])
    nats.append(lexicon.log_probability[option])

    read = beside_function_words(source)
    pair, option = _joined(read[2], words[is_best], sources)
    option = np.flatnonzero(is_best)[option]
    left_out = (read[0][pair], read[1][pair], np.full(len(option), -1), lexicon.targets[option].astype(np.int64))
    nats.append(lexicon.log_probability[option])

    first, second, before, behind = (np.concatenate(column) for column in zip(plain, inserted, left_out, strict=True))
    kind = np.repeat([0, 1, 2], [len(one) for one in nats])
    features = np.stack([np.concatenate(nats), kind == 1, kind == 2], axis=1).astype(np.float32)
    order = np.lexsort((np.arange(len(first)), second, first))
    first, second, before, behind = first[order], second[order], before[order], behind[order]
    is_new = np.ones(len(first), bool)
    is_new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    begins = np.flatnonzero(is_new)
    both = np.stack([before, behind], axis=1)
    return PhraseTable.of(
        np.stack([first, second], axis=1)[begins],
        np.append(begins, len(first)),
        np.concatenate([[0], np.cumsum((both >= 0).sum(axis=1))]),
        both[both >= 0],
        features[order],
        FEATURES,
    )


def beside_function_words(text: WordCorpus) -> tuple[Ints, Ints, Ints]:
    """Two words in a row, one of them a function word, that often stand so: the first, the second, and the other one.

    Often is LEAST_SHARE of what the other one stands, and LEAST_COUNT.
    """
    size = max(len(text.vocabulary), 1)
    inside, found = text.pairs()
    keys, number = np.unique(found[inside], return_counts=True)
    first, second = keys // size, keys % size
    content = np.where(first < FUNCTION_WORDS, second, first)
    often = (first < FUNCTION_WORDS) != (second < FUNCTION_WORDS)
    often &= (number >= LEAST_COUNT) & (number >= LEAST_SHARE * text.vocabulary.counts[content])
    return first[often], second[often], content[often]


def _joined(left: NDArray[np.integer], right: NDArray[np.integer], size: int) -> tuple[Ints, Ints]:
    """Places of both in which the same number below `size` stands, all of them, by the place in the left one."""
    order = np.argsort(right, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(right, minlength=size))])
    numbers = np.diff(starts)[left]
    places = np.repeat(np.arange(len(left)), numbers)
    within = np.arange(len(places)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    return places, order[starts[left[places]] + within]
