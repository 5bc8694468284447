"""A lexicon of two unpaired texts from mapped word vectors (if any), spelling, frequency, and contexts.

Contexts can be compared once some words are paired; the pairs are the words that are each other's best, and they are
found anew with the contexts of the last ones, a few rounds long. Nothing parallel is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.solvers.contexts import contexts_of, shared_rows, unit_rows
from unmt.solvers.frequency_profile import profile_channel
from unmt.solvers.spelling import spelling_similarity
from unmt.solvers.word_scores import COMMON, Best, Channel, WordScores, believed, best_of
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Vectors = tuple[Floats, NDArray[np.bool_]]

ROUNDS = 5
OPTIONS = 15
PAIR_COUNT = 5
"""A word of a pair that makes a column of contexts stands at least so often."""

PAIR_WORDS = 6000
"""Most words of a side that take part in the rounds."""

CONTEXT_COUNT = 2
"""Words that stand less often have no contexts."""

RANK = 300
"""Dimensions of the space of contexts."""

FIRST_WORDS, GROWTH, GROWTH_ROUNDS = 100, 1.3, 2
"""Without vectors: words of a side that are paired first, how many times more come next, and rounds at each size."""

PROFILE_WORDS = 400
"""Up to so many words, frequency profiles have a say."""


@dataclass
class LexiconReport:
    """What was found, without any reference.

    pairs: words that were each other's best in each round. agreement: share of those pairs that the round before had.
    context_cosine: mean cosine of the contexts of the words of a pair, by source tokens. mutual_share: share of the
    source tokens whose word is in a pair.
    """

    pairs: list[int] = field(default_factory=list)
    agreement: list[float] = field(default_factory=list)
    context_cosine: float = 0.0
    mutual_share: float = 0.0


def build_lexicon(
    source: WordCorpus,
    target: WordCorpus,
    *,
    source_vectors: Vectors | None = None,
    target_vectors: Vectors | None = None,
    seed: int = 0,
    rounds: int = ROUNDS,
    options: int = OPTIONS,
    monitor: Callable[[str, float], None] | None = None,
    known: tuple[Lexicon, Lexicon] | None = None,
) -> tuple[Lexicon, Lexicon, LexiconReport]:
    """The lexicon from source to target, the one back, and what is known of them.

    source_vectors, target_vectors: mapped into one space, (V, dimensions) for the whole vocabulary, and a mask (V,) of
    the words that have one. monitor: told what was done, and the share of the work. known: a lexicon of some of the
    words and the one back, to begin with. Raises InputError where a text has too few words.
    """
    search = Search(source, target, source_vectors, target_vectors, seed)
    report = LexiconReport()
    if known is not None:
        found = search.known(known, (source.vocabulary, target.vocabulary))
    else:
        found = search.paired_best(None) if search.vectors is not None else search.grown(source, target)
    for number in range(rounds):
        if monitor is not None:
            monitor("words paired by their contexts", (number + 1) / (rounds + 2))
        before, found = found, search.paired_best(found)
        pairs = found.mutual()
        report.pairs.append(len(pairs[0]))
        report.agreement.append(_agreement(before.mutual(), pairs))
    best = search.best(found, options, report)
    vocabularies = source.vocabulary, target.vocabulary
    forward = _lexicon(*vocabularies, best.forward, best.forward_scores)
    return forward, _lexicon(*vocabularies[::-1], best.backward, best.backward_scores), report


class Search:
    """Two texts, and what their words are known to share without contexts."""

    def __init__(
        self, source: WordCorpus, target: WordCorpus, source_vectors: Vectors | None, target_vectors: Vectors | None,
        seed: int
    ) -> None:  # fmt: skip
        self.seed = seed
        self.counts = (source.vocabulary.counts, target.vocabulary.counts)
        for name, corpus in (("source", source), ("target", target)):
            if not (corpus.vocabulary.counts >= CONTEXT_COUNT).any():
                raise InputError(f"The {name} text has no word that stands twice. Give more text.")
        sizes = [max(1, min(PAIR_WORDS, int((counts >= PAIR_COUNT).sum()))) for counts in self.counts]
        self.paired = (sizes[0], sizes[1])
        self.spelling = spelling_similarity(source.vocabulary.words, target.vocabulary.words)
        self.vectors = _vector_channel(source_vectors, target_vectors)
        self.paired_vectors = self.vectors and self.vectors.of_first(*self.paired)
        self.contexts = tuple(
            contexts_of(corpus, int((corpus.vocabulary.counts >= CONTEXT_COUNT).sum())) for corpus in (source, target)
        )

    def paired_best(self, known: Best | None) -> Best:
        """The best partner of each word that takes part in the rounds, with the contexts that these partners give."""
        return self._best(self.paired, self.paired_vectors, known)

    def known(self, lexicons: tuple[Lexicon, Lexicon], vocabularies: tuple[Vocabulary, Vocabulary]) -> Best:
        """The best partners that lexicons have for the words that take part in the rounds."""
        ids, scores = [], []
        for i in (0, 1):
            lexicon = lexicons[i]
            place = lexicon.source.ids(vocabularies[i].words[: self.paired[i]])
            best = lexicon.best()[place]
            partner = np.append(vocabularies[1 - i].ids(lexicon.target.words), -1)[best]
            is_known = (place >= 0) & (best >= 0) & (partner >= 0) & (partner < self.paired[1 - i])
            first = np.where(is_known, lexicon.option_start[:-1][place], -1)
            # One that has none counts in no column.
            scores.append(np.where(is_known, np.append(lexicon.log_probability, 0)[first], -np.inf).astype(np.float32))
            ids.append(np.where(is_known, partner, 0).astype(np.int64))
        return Best(ids[0][:, None], scores[0][:, None], ids[1][:, None], scores[1][:, None])

    def grown(self, source: WordCorpus, target: WordCorpus) -> Best:
        """First partners without vectors: of the commonest words by their frequency profiles, then of more and more.

        The profiles are soon given up, as what pairs of words say is more exact.
        """
        profiles = profile_channel(source, target, self.paired)
        found: Best | None = None
        words = FIRST_WORDS
        while True:
            size = (min(words, self.paired[0]), min(words, self.paired[1]))
            known = profiles.of_first(*size) if words <= PROFILE_WORDS else None
            for _ in range(GROWTH_ROUNDS):
                found = self._best(size, known, found)
            assert found is not None
            if size == self.paired:
                return found
            words = int(words * GROWTH)

    def best(self, known: Best, count: int, report: LexiconReport) -> Best:
        """The best partners of all words, with the contexts that the known ones give."""
        rows = (self.contexts[0].totals.shape[1], self.contexts[1].totals.shape[1])
        channel = self.context_channel(known, rows)
        size = (len(self.counts[0]), len(self.counts[1]))
        best = best_of(self._scores(size, self.vectors, channel), count)
        left, right = best.mutual()
        report.mutual_share = float(self.counts[0][left].sum() / self.counts[0].sum())
        common = (left < rows[0]) & (right < rows[1])
        left, right = left[common], right[common]
        cosines = (channel.source[left] * channel.target[right]).sum(axis=1)
        report.context_cosine = float(np.average(cosines, weights=self.counts[0][left])) if len(left) else 0.0
        return best

    def context_channel(self, known: Best, rows: tuple[int, int]) -> Channel:
        """Contexts of the first `rows` words of each side in the space of the known partners."""
        weights = [np.sqrt(np.minimum(1.0, counts / COMMON)).astype(np.float32) for counts in self.counts]
        left, right = (contexts.first(count) for contexts, count in zip(self.contexts, rows, strict=True))
        chosen_by = (weights[0][: rows[0]], weights[1][: rows[1]])
        shared = shared_rows(left, right, known.columns(), chosen_by, rank=RANK, seed=self.seed)
        return Channel.of(shared, (believed(self.counts[0][: rows[0]]), believed(self.counts[1][: rows[1]])))

    def _best(self, size: tuple[int, int], vectors: Channel | None, known: Best | None) -> Best:
        channel = None if known is None else self.context_channel(known, size)
        return best_of(self._scores(size, vectors, channel), 1)

    def _scores(self, size: tuple[int, int], vectors: Channel | None, contexts: Channel | None) -> WordScores:
        counts = self.counts
        spelling = self.spelling[: size[0], : size[1]]
        totals = (int(counts[0].sum()), int(counts[1].sum()))
        return WordScores(counts[0][: size[0]], counts[1][: size[1]], *totals, spelling, vectors, contexts)


def _vector_channel(source: Vectors | None, target: Vectors | None) -> Channel | None:
    if source is None or target is None:
        return None
    masks = (source[1].astype(np.float32), target[1].astype(np.float32))
    rows = [
        unit_rows(matrix.astype(np.float32) * mask[:, None])
        for (matrix, _), mask in zip((source, target), masks, strict=True)
    ]
    return Channel.of((rows[0], rows[1]), masks)


def _agreement(before: tuple[Ints, Ints], after: tuple[Ints, Ints]) -> float:
    old = set(zip(*(side.tolist() for side in before), strict=True))
    new = set(zip(*(side.tolist() for side in after), strict=True))
    return len(old & new) / max(len(new), 1)


def _lexicon(source: Vocabulary, target: Vocabulary, ids: Ints, scores: Floats) -> Lexicon:
    kept = ids >= 0
    starts = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    return Lexicon(source, target, starts, ids[kept].astype(np.int32), np.minimum(scores[kept], 0).astype(np.float32))
