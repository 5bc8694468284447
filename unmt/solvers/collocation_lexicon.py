"""A lexicon that has two words in a row on either side: *next to* is *à côté*, *la guitare* is *guitar*.

Words that belong together stand in each text as one word, and are paired as other words are: by their contexts, in
columns that the lexicon of single words gives, and by spelling. What they are told from, or are, is then a phrase.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import LONGEST_SOURCE, PhraseTable
from unmt.solvers.context_lexicon import build_lexicon
from unmt.text.collocations import with_collocations
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

BEST = 5
"""Translations of a collocation, or among those of a word, that become phrases."""

FEATURES = ("lexicon", "collocation")
"""Nats of the lexicon, and 1 for each of these phrases."""


def collocation_lexicons(
    source: WordCorpus,
    target: WordCorpus,
    lexicons: tuple[Lexicon, Lexicon],
    seed: int = 0,
    monitor: Callable[[str, float], None] | None = None,
) -> tuple[Lexicon, Lexicon]:
    """The lexicon from source to target and the one back, of words and collocations of both.

    lexicons: of the words alone, which tell what stands beside a collocation. monitor: as of build_lexicon. Raises
    InputError where a text has too few words.
    """
    texts = with_collocations(source), with_collocations(target)
    forward, backward, _ = build_lexicon(*texts, seed=seed, monitor=monitor, known=lexicons)
    return forward, backward


def collocation_table(lexicon: Lexicon, source: Vocabulary, target: Vocabulary) -> PhraseTable:
    """What of a lexicon of words and collocations is not from a word to a word, as phrases with FEATURES.

    source, target: the words alone.
    """
    read, written = _parts(lexicon.source, source), _parts(lexicon.target, target)
    row, is_best = lexicon.rows, lexicon.is_among_first(BEST)
    lengths = [(parts >= 0).sum(axis=1) for parts in (read, written)]
    wide = np.stack([lengths[0][row], lengths[1][lexicon.targets]])
    option = np.flatnonzero(is_best & (wide.min(axis=0) > 0) & (wide.max(axis=0) > 1))
    number = np.bincount(row[option], minlength=len(lexicon.source))
    words = written[lexicon.targets[option]]
    nats = lexicon.log_probability[option]
    return PhraseTable.of(
        read[number > 0],
        np.concatenate([[0], np.cumsum(number[number > 0])]),
        np.concatenate([[0], np.cumsum((words >= 0).sum(axis=1))]),
        words[words >= 0],
        np.stack([nats, np.ones_like(nats)], axis=1),
        FEATURES,
    )


def _parts(vocabulary: Vocabulary, words: Vocabulary) -> NDArray[np.int64]:
    """(V, LONGEST_SOURCE) ids of the words that a name of `vocabulary` has, then -1; -1 alone where one is unknown."""
    found = np.full((len(vocabulary), LONGEST_SOURCE), -1)
    for row, name in enumerate(vocabulary.words):
        parts = words.ids(name.split(" "))
        if len(parts) <= LONGEST_SOURCE and (parts >= 0).all():
            found[row, : len(parts)] = parts
    return found
