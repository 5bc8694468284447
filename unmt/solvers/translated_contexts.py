"""Words of two languages by their contexts in one of them: those that a translator gives to the words of the other.

Where a text has been translated and its words are linked to those of the translation, a source word has neighbours in
the target language: the words around what it is linked to. They are compared with the neighbours of real target words,
column by column, so that no word need be paired first (as unmt/solvers/contexts.py must). What a word itself became
takes no part: that a translator takes it for another does not make it look like that other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.solvers.contexts import DECAY, WINDOW, Columns, Contexts, contexts_of, shared_rows, with_ends
from unmt.solvers.symmetrisation import Links
from unmt.text.word_corpus import WordCorpus

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def translated_contexts(real: WordCorpus, made: WordCorpus, links: Links, rows: int) -> Contexts:
    """The contexts of the first `rows` words of a text in the language of its translation.

    real, made: the text and its translation, line by line. links: of their words, real ones as the source.
    """
    sentence = np.repeat(np.arange(len(real)), np.diff(links.starts))
    words = real.ids[real.starts[sentence] + links.source]
    ids, sentences = with_ends(made)
    # Each sentence before has two marks of its own, and this one its first.
    places = made.starts[sentence] + 2 * sentence + 1 + links.target
    known = (words >= 0) & (words < rows)
    before, behind = (
        _neighbours(words[known], places[known], ids, sentences, (rows, len(made.vocabulary) + 2), step)
        for step in (-1, 1)
    )
    return Contexts.of(before, behind, rows)


def _neighbours(words: Any, places: Ints, ids: Ints, sentences: Ints, shape: tuple[int, int], step: int) -> Any:
    """Sparse CSR: how often each of `words` has which word on one side (-1: before) of its place, near ones more."""
    from scipy import sparse

    total = sparse.csr_matrix(shape)
    for distance in range(1, WINDOW + 1):
        beside = places + step * distance
        inside = (beside >= 0) & (beside < len(ids))
        beside = np.where(inside, beside, 0)
        kept = inside & (sentences[beside] == sentences[places]) & (ids[beside] >= 0)
        weights = np.full(int(kept.sum()), distance**-DECAY)
        total = total + sparse.csr_matrix((weights, (words[kept], ids[beside[kept]])), shape)
    return total.tocsr()


def rows_by_translation(
    real: WordCorpus,
    made: WordCorpus,
    links: Links,
    target: WordCorpus,
    sizes: tuple[int, int],
    weights: tuple[Floats, Floats],
    rank: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Rows of unit length of the first words of a text and of those of a text of the other language, in one space.

    real, made, links: as above. target: the real text of the language that made is in. sizes: words of each. weights:
    how much each counts when the space of `rank` axes is chosen.
    """
    left = translated_contexts(real, made, links, sizes[0])
    right = contexts_of(target, sizes[1])
    count = len(target.vocabulary)
    own = Columns(np.arange(count), np.ones(count, np.float32), count)
    return shared_rows(left, right, (own, own), weights, rank=rank, seed=seed)
