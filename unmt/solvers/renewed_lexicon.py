"""A lexicon renewed in the midst of training: words that belong together by what translations say of their contexts.

Rounds of learning from one's own translations confirm their own mistakes: what is once taken for another word is
written for it everywhere, and learned again. The contexts of a word are right all the same, since the words around it
are translated mostly rightly. So each round pairs words anew: those that are each other's best by their contexts in
both languages, those of either text by way of its translation, and by spelling where scripts agree. The pairs join the
lexicon that training began with, as nearly certain translations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.lexicon import Lexicon
from unmt.solvers.context_lexicon import PAIR_WORDS, RANK
from unmt.solvers.spelling import spelling_similarity
from unmt.solvers.symmetrisation import Links
from unmt.solvers.translated_contexts import rows_by_translation
from unmt.solvers.word_scores import COMMON, Channel, WordScores, believed, best_of
from unmt.text.word_corpus import WordCorpus

Ints = NDArray[np.int64]

LEAST_COUNT = 3
"""Words that stand less often are left as they are."""

SPELLING_SHARE = 0.3
"""Of the weight that spelling has in a first lexicon, whose contexts are known by few pairs and say less than these."""

CERTAIN = float(np.log(0.9))
"""Nats of a pair."""


def paired_words(
    texts: Sequence[WordCorpus],
    real: Sequence[WordCorpus],
    made: Sequence[WordCorpus],
    links: Sequence[Links],
    seed: int,
    beat: Callable[[], None] = lambda: None,
) -> tuple[Ints, Ints]:
    """Words of text 0 and of text 1 that are each other's best.

    texts: all of both. real: sentences of each, made: their translations, line by line, links: of the words of real[i]
    with those of made[i]. beat: is called every few seconds or sooner; what it raises ends the work.
    """
    counts = [text.vocabulary.counts for text in texts]
    sizes = [min(PAIR_WORDS, int((side >= LEAST_COUNT).sum())) for side in counts]
    if min(sizes) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first = [side[:size] for side, size in zip(counts, sizes, strict=True)]
    weights = [np.sqrt(np.minimum(1.0, side / COMMON)).astype(np.float32) for side in first]
    parts = []
    for i in (0, 1):
        beat()
        order = (i, 1 - i)
        found = rows_by_translation(
            real[i], made[i], links[i], texts[1 - i], (sizes[order[0]], sizes[order[1]]),
            (weights[order[0]], weights[order[1]]), RANK, seed,
        )  # fmt: skip
        parts.append((found[order[0]], found[order[1]]))
    beat()
    # Of rows side by side the cosine is the mean of both languages' cosines.
    rows = [np.concatenate(both, axis=1) * np.float32(np.sqrt(0.5)) for both in zip(*parts, strict=True)]
    channel = Channel.of((rows[0], rows[1]), (believed(first[0]), believed(first[1])))
    spelling = spelling_similarity(texts[0].vocabulary.words[: sizes[0]], texts[1].vocabulary.words[: sizes[1]])
    beat()
    totals = (int(counts[0].sum()), int(counts[1].sum()))
    scores = WordScores(first[0], first[1], *totals, spelling * SPELLING_SHARE, None, channel)
    return best_of(scores, 1).mutual()


def with_pairs(lexicon: Lexicon, source: Ints, target: Ints) -> Lexicon:
    """The lexicon with these pairs of words (n,), nearly certain, among its options."""
    words = len(lexicon.target)
    keys = np.concatenate([lexicon.rows * words + lexicon.targets, source * words + target])
    nats = np.concatenate([lexicon.log_probability, np.full(len(source), CERTAIN, np.float32)])
    order = np.lexsort((-nats, keys))
    keys, nats = keys[order], nats[order]
    is_first = np.ones(len(keys), bool)
    is_first[1:] = keys[1:] != keys[:-1]
    keys, nats = keys[is_first], nats[is_first]
    order = np.lexsort((-nats, keys // words))
    keys, nats = keys[order], nats[order]
    starts = np.concatenate([[0], np.cumsum(np.bincount(keys // words, minlength=len(lexicon.source)))])
    return Lexicon(lexicon.source, lexicon.target, starts, (keys % words).astype(np.int32), nats.astype(np.float32))


def renewed(lexicons: tuple[Lexicon, Lexicon], pairs: tuple[Ints, Ints]) -> tuple[Lexicon, Lexicon]:
    """The lexicon from text 0 to 1 and the one back, with pairs of words of text 0 and of text 1."""
    return with_pairs(lexicons[0], *pairs), with_pairs(lexicons[1], *pairs[::-1])
