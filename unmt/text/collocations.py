"""Two words in a row that are said together more often than chance has it, as one word: *next to*, *la guitare*."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.text.vocabulary import UNKNOWN, Vocabulary
from unmt.text.word_corpus import WordCorpus

LEAST_COUNT = 10
LEAST_INFORMATION = 0.6
"""Normalised pointwise mutual information, from 0 for chance to 1 for words that never stand apart."""

Ints = NDArray[np.int64]


def with_collocations(text: WordCorpus) -> WordCorpus:
    """The same sentences, two words that belong together as one that is written with a space between them.

    Where three words in a row make two such pairs, the stronger pair is one. Marks and numbers take part in none. The
    vocabulary is of what stands there then; unknown words stay unknown. Source of the measure: Bouma, "Normalized
    (pointwise) mutual information in collocation extraction", 2009.
    """
    size = len(text.vocabulary)
    inside, found = text.pairs()
    keys, information = _collocations(text, found[inside])
    places = np.searchsorted(keys, found)
    known = np.append(keys, -2)[places] == found
    strength = np.append(np.where(known, np.append(information, 0.0)[places], -1.0), -1.0)
    begins = (strength[:-1] >= 0) & (strength[:-1] >= strength[1:])
    # Of pairs that overlap, each as strong as the next or stronger, every second one.
    place = np.arange(len(begins))
    begins &= (place - np.maximum.accumulate(np.where(begins, 0, place + 1))) % 2 == 0
    ids = text.ids.astype(np.int64)
    ids[:-1][begins] = size + places[begins]
    kept = np.ones(len(ids), bool)
    kept[1:][begins] = False
    gone = np.concatenate([[0], np.cumsum(~kept)])
    starts = text.starts - gone[text.starts]
    return _numbered(ids[kept], starts, text.vocabulary, keys)


def _collocations(text: WordCorpus, pairs: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Which keys of all pairs are collocations, rising, and their normalised pointwise mutual information."""
    size, total = len(text.vocabulary), len(text.ids)
    is_word = np.array([any(sign.isalpha() for sign in word) for word in text.vocabulary.words], bool)
    counts = text.counts()
    keys, number = np.unique(pairs, return_counts=True)
    first, second = keys // max(size, 1), keys % max(size, 1)
    often = (number >= LEAST_COUNT) & is_word[first] & is_word[second]
    keys, number, first, second = keys[often], number[often], first[often], second[often]
    information = np.log(number * total / (counts[first] * counts[second])) / -np.log(number / total)
    strong = information >= LEAST_INFORMATION
    return keys[strong], information[strong]


def _numbered(ids: Ints, starts: Ints, vocabulary: Vocabulary, keys: Ints) -> WordCorpus:
    """The text with its words numbered by how often they stand in it; ids from V on are pairs of the keys."""
    words = vocabulary.words
    pairs = [f"{words[key // len(words)]} {words[key % len(words)]}" for key in keys.tolist()]
    names = [*words, *pairs]
    counts = np.bincount(ids[ids >= 0], minlength=len(names))
    there = np.flatnonzero(counts).tolist()
    found = Vocabulary.from_counts({names[id_]: int(counts[id_]) for id_ in there})
    number = np.full(len(names) + 1, UNKNOWN, np.int32)  # the last is that of unknown words
    number[there] = found.ids(names[id_] for id_ in there)
    return WordCorpus(number[ids], starts, found)
