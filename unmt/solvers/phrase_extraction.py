"""Phrase tables from aligned pairs: phrases whose words are linked with each other and with nothing outside.

Source: Koehn, Och and Marcu, "Statistical phrase-based translation", 2003.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.ngram_ids import NgramIds, ngram_ids
from unmt.solvers.sentence_pairs import LONGEST, SentencePairs
from unmt.solvers.translation_table import place_of
from unmt.solvers.word_alignment import WordAlignment

FEATURES = ("forward", "lexical forward", "backward", "lexical backward", "phrase")
"""log p(t|s), log lexical p(t|s), log p(s|t), log lexical p(s|t) in nats, and 1 for every phrase."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

NEVER = 2.0
"""As least_unlinked: no word may be left out."""


@dataclass
class ExtractionSettings:
    """longest: words of a phrase, on either side. discount: taken from the count of every pair of phrases, as if each
    of its occurrences weighed one. options: targets kept of a source phrase, the best by the mean of the four scores.
    least_unlinked: share of occurrences without a link from which on a word may be left out.
    """

    longest: int = 4
    discount: float = 0.4
    options: int = 30
    least_unlinked: float = 0.03


@dataclass(frozen=True)
class PhrasePairs:
    """Q pairs of phrases, sorted by source, then by target. source, target: int64 (Q,), ids of the two NgramIds.

    counts: float64 (Q,), weighted; occurrences: int64 (Q,). lexical_forward, lexical_backward: float32 (Q,), nats, of
    the occurrence that has the most.
    """

    source: Ints
    target: Ints
    counts: NDArray[np.float64]
    occurrences: Ints
    lexical_forward: Floats
    lexical_backward: Floats


def extract_phrases(
    pairs: SentencePairs, alignment: WordAlignment, settings: ExtractionSettings | None = None
) -> PhraseTable:
    """The phrase table of aligned pairs, with FEATURES; phrases with unknown words are left out.

    p(t|s) is (count - discount) / count of s: what was seen rarely is trusted less. A word that was left without a link
    in more than least_unlinked of its occurrences may also become nothing, with p(nothing | s) that share, and
    p(s | nothing) its share of all words without a link.
    """
    settings = settings or ExtractionSettings()
    source = ngram_ids(pairs.source_ids, pairs.source_starts, pairs.source_words, settings.longest)
    target = ngram_ids(pairs.target_ids, pairs.target_starts, pairs.target_words, settings.longest)
    found = count_phrases(pairs, alignment, source, target)
    source_phrase, target_phrase, scores = _scores(found, len(source), len(target), settings.discount)
    words, deletions = _deletions(pairs, alignment, settings.least_unlinked)
    source_phrase = np.concatenate([source_phrase, source.of_words(words)])
    target_phrase = np.concatenate([target_phrase, np.full(len(words), len(target))])  # the empty phrase comes last
    scores = np.concatenate([scores, deletions])
    kept = _best(source_phrase, target_phrase, scores, settings.options)
    return _table(source, target, source_phrase[kept], target_phrase[kept], scores[kept])


def count_phrases(pairs: SentencePairs, alignment: WordAlignment, source: NgramIds, target: NgramIds) -> PhrasePairs:
    """Every consistent pair of phrases; words without a link at their edges may belong to a phrase or not."""
    arrays = (
        pairs.source_starts,
        pairs.target_starts,
        pairs.weights,
        alignment.links.starts,
        alignment.links.source,
        alignment.links.target,
        *_lexical_scores(pairs, alignment),
        source.ids,
        target.ids,
    )
    room = _extract(*arrays, *(np.empty(0, np.int32) for _ in range(2)), *(np.empty(0, np.float32) for _ in range(3)))
    phrases = np.empty((2, room), np.int32)
    values = np.empty((3, room), np.float32)
    _extract(*arrays, *phrases, *values)
    keys = phrases[0].astype(np.int64) * len(target) + phrases[1]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    weights, forward, backward = values[:, order]
    if room == 0:
        return PhrasePairs(keys, keys, np.zeros(0), keys, forward, backward)
    return PhrasePairs(
        keys[first] // len(target),
        keys[first] % len(target),
        np.add.reduceat(weights.astype(np.float64), first),
        np.diff(first, append=room),
        np.maximum.reduceat(forward, first),
        np.maximum.reduceat(backward, first),
    )


def _lexical_scores(pairs: SentencePairs, alignment: WordAlignment) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nats of every target word given the words it is linked with (or none), and of every source word.

    Words inside a phrase are linked with words inside alone, so that a phrase's score is the sum over its words.
    """
    links = alignment.links
    of_target, of_source = np.zeros(len(pairs.target_ids)), np.zeros(len(pairs.source_ids))
    sides = (
        (pairs, links.source, links.target, alignment.lexical_forward, of_target),
        (pairs.swapped(), links.target, links.source, alignment.lexical_backward, of_source),
    )
    for side, from_position, to_position, table, scores in sides:
        _word_scores(
            side.source_ids,
            side.source_starts,
            side.target_ids,
            side.target_starts,
            links.starts,
            from_position,
            to_position,
            table.starts,
            table.targets,
            table.probabilities,
            table.null,
            scores,
        )
    return of_source, of_target


@njit(cache=True, nogil=True)
def _word_scores(
    source_ids: Any,
    source_starts: Any,
    target_ids: Any,
    target_starts: Any,
    link_starts: Any,
    link_source: Any,
    link_target: Any,
    starts: Any,
    targets: Any,
    probabilities: Any,
    null: Any,
    scores: Any,
) -> None:
    number = np.zeros(len(target_ids), np.int64)
    for s in range(len(link_starts) - 1):
        for n in range(link_starts[s], link_starts[s + 1]):
            t = target_starts[s] + link_target[n]
            row, column = source_ids[source_starts[s] + link_source[n]], target_ids[t]
            row = row if row >= 0 else len(starts) - 2
            column = column if column >= 0 else len(null) - 1
            place = place_of(starts, targets, row, column)
            if place >= 0:
                scores[t] += probabilities[place]
            number[t] += 1
    for t in range(len(target_ids)):
        p = scores[t] / number[t] if number[t] > 0 else null[target_ids[t]]
        scores[t] = np.log(max(p, 1e-30))


@njit(cache=True, nogil=True)
def _extract(
    source_starts: Any,
    target_starts: Any,
    weights: Any,
    link_starts: Any,
    link_source: Any,
    link_target: Any,
    source_scores: Any,
    target_scores: Any,
    source_ngrams: Any,
    target_ngrams: Any,
    source_phrase: Any,
    target_phrase: Any,
    phrase_weight: Any,
    forward: Any,
    backward: Any,
) -> int:
    """The number of occurrences of consistent phrases; as many as there is room for are written."""
    longest = len(source_ngrams)
    first_target, last_target = np.empty(LONGEST, np.int64), np.empty(LONGEST, np.int64)
    first_source, last_source = np.empty(LONGEST, np.int64), np.empty(LONGEST, np.int64)
    total = 0
    for s in range(len(weights)):
        a, b = source_starts[s], target_starts[s]
        length, words = source_starts[s + 1] - a, target_starts[s + 1] - b
        if link_starts[s] == link_starts[s + 1]:
            continue
        first_target[:length], last_target[:length] = LONGEST, -1
        first_source[:words], last_source[:words] = LONGEST, -1
        for n in range(link_starts[s], link_starts[s + 1]):
            i, j = link_source[n], link_target[n]
            first_target[i], last_target[i] = min(first_target[i], j), max(last_target[i], j)
            first_source[j], last_source[j] = min(first_source[j], i), max(last_source[j], i)
        for i1 in range(length):
            lowest, highest, of_source = LONGEST, -1, 0.0
            for i2 in range(i1, min(length, i1 + longest)):
                lowest, highest = min(lowest, first_target[i2]), max(highest, last_target[i2])
                of_source += source_scores[a + i2]
                if highest < 0 or source_ngrams[i2 - i1, a + i1] < 0:
                    continue
                if highest - lowest >= longest:
                    break
                consistent = True
                for j in range(lowest, highest + 1):
                    if last_source[j] >= 0 and (first_source[j] < i1 or last_source[j] > i2):
                        consistent = False
                if not consistent:
                    continue
                j1 = lowest
                while j1 >= 0 and highest - j1 < longest and (j1 == lowest or last_source[j1] < 0):
                    j2, of_target = highest, 0.0
                    for j in range(j1, highest):
                        of_target += target_scores[b + j]
                    while j2 < words and j2 - j1 < longest and (j2 == highest or last_source[j2] < 0):
                        of_target += target_scores[b + j2]
                        if target_ngrams[j2 - j1, b + j1] >= 0:
                            if total < len(source_phrase):
                                source_phrase[total] = source_ngrams[i2 - i1, a + i1]
                                target_phrase[total] = target_ngrams[j2 - j1, b + j1]
                                phrase_weight[total] = weights[s]
                                forward[total], backward[total] = of_target, of_source
                            total += 1
                        j2 += 1
                    j1 -= 1
    return total


def _scores(found: PhrasePairs, sources: int, targets: int, discount: float) -> tuple[Ints, Ints, Floats]:
    """Source and target of each pair and its four scores (Q, 4); pairs without anything left are out."""
    left = found.counts * (1.0 - discount / found.occurrences)
    of_source = np.bincount(found.source, found.counts, sources)[found.source]
    of_target = np.bincount(found.target, found.counts, targets)[found.target]
    kept = left > 0
    scores = np.empty((int(kept.sum()), 4), np.float32)
    scores[:, 0] = np.log(left[kept] / of_source[kept])
    scores[:, 1] = found.lexical_forward[kept]
    scores[:, 2] = np.log(left[kept] / of_target[kept])
    scores[:, 3] = found.lexical_backward[kept]
    return found.source[kept], found.target[kept], scores


def _deletions(pairs: SentencePairs, alignment: WordAlignment, least: float) -> tuple[Ints, Floats]:
    """Words that may become nothing, and the four scores (n, 4) of that."""
    known = np.flatnonzero(pairs.source_ids >= 0)
    weights = np.repeat(pairs.weights, np.diff(pairs.source_starts))[known]
    occurrences = np.bincount(pairs.source_ids[known], weights, pairs.source_words)
    unlinked = alignment.unlinked_source[: pairs.source_words]
    words = np.flatnonzero(unlinked > least * occurrences)
    ahead = np.log(unlinked[words] / occurrences[words])
    back = np.log(unlinked[words] / alignment.unlinked_source.sum())
    return words, np.stack([ahead, ahead, back, back], axis=1).astype(np.float32)


def _best(source: Ints, target: Ints, scores: Floats, options: int) -> Ints:
    """Places of the best `options` pairs of each source, sorted by source, best first."""
    order = np.lexsort((target, -scores.sum(axis=1), source))
    first = np.flatnonzero(np.diff(source[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    return order[rank < options]


def _table(source: NgramIds, target: NgramIds, source_phrase: Ints, target_phrase: Ints, scores: Floats) -> PhraseTable:
    """Pairs sorted by source, as a PhraseTable."""
    first = np.flatnonzero(np.diff(source_phrase, prepend=-1))
    lengths = np.append(target.lengths, 0)[target_phrase]
    target_start = np.concatenate([[0], np.cumsum(lengths)])
    positions = np.append(target.positions, 0)[target_phrase]
    within = np.arange(target_start[-1]) - np.repeat(target_start[:-1], lengths)
    words = target.words[np.repeat(positions, lengths) + within]
    return PhraseTable.of(
        sources=source.padded(source_phrase[first]),
        option_start=np.append(first, len(source_phrase)).astype(np.int64),
        target_start=target_start.astype(np.int64),
        target_words=words.astype(np.int32),
        features=np.concatenate([scores, np.ones((len(scores), 1), np.float32)], axis=1),
        feature_names=FEATURES,
    )
