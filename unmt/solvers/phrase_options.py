"""A phrase table made ready for the decoder: found by source words, the best options first (numba)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.coding.word_lookup import step
from unmt.coding.word_ngrams import WordNgrams
from unmt.mappings.phrase_table import LONGEST_SOURCE, PhraseTable

NATS_PER_BIT = float(np.log(2.0))

COPY = np.int32(-1)
"""The target word of a source word that is copied."""

Phrases = tuple[NDArray[Any], ...]
"""What the decoder takes of a phrase table: slots (hash table of rows, -1 empty), sources (P, 4), kept_start (P + 1,);
for each kept option, and last for the copied word: base score without the language model, estimate with it, bound that
no context exceeds, target_start and target_end, its place in target_words; and these."""


def ready_phrases(
    table: PhraseTable,
    language_model: WordNgrams,
    weights: NDArray[np.float32],
    *,
    options: int,
    word: float,
    language_weight: float,
) -> Phrases:
    """The best `options` of each source phrase, by score and language model without a context, best first.

    weights: (F,) of the features. word: score of each target word. Raises ValueError where a phrase stands twice, or a
    target word is none of the language model.
    """
    if len(table.target_words) and int(table.target_words.max()) >= language_model.vocabulary_size:
        raise ValueError("the phrase table has target words that the language model does not know")
    # Copies: a kernel would be compiled once more for arrays that are read-only.
    sources, option_start = np.array(table.sources), np.array(table.option_start)
    slots = index_phrases(sources)
    if len(slots) == 0:
        raise ValueError("a source phrase stands twice in the table")
    least = np.asarray(least_bits(language_model.single_bits, language_model.words, language_model.bits))
    target_start = np.append(table.target_start, len(table.target_words) + 1)
    target_words = np.append(table.target_words, COPY)
    per_bit = -language_weight * NATS_PER_BIT
    base, estimate, bound = option_scores(
        np.append(table.scores(weights), np.float32(0.0)),
        target_start,
        target_words,
        language_model.tables,
        least,
        per_bit,
        word,
    )
    kept_start, kept = best_options(option_start, estimate, options)
    return (
        slots,
        sources,
        kept_start,
        base[kept],
        estimate[kept],
        bound[kept],
        target_start[kept],
        target_start[kept + 1],
        target_words,
    )


@njit(cache=True, nogil=True)
def phrase_home(words: Any, first: Any, length: Any, size: Any) -> Any:
    """The slot, of `size` (a power of two), where the search for a phrase words[first:first + length] begins."""
    key = np.uint64(length)
    for i in range(first, first + length):
        key = (key ^ np.uint64(words[i])) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return np.int64(key & np.uint64(size - 1))


@njit(cache=True, nogil=True)
def index_phrases(sources: Any) -> Any:
    """Hash table (a power of two,) of the rows of sources; of length 0 where a phrase stands twice."""
    size = 16
    while size < 2 * len(sources):
        size *= 2
    slots = np.full(size, -1, np.int32)
    for p in range(len(sources)):
        length = 0
        while length < LONGEST_SOURCE and sources[p, length] >= 0:
            length += 1
        slot = phrase_home(sources[p], 0, length, size)
        while slots[slot] >= 0:
            if (sources[slots[slot]] == sources[p]).all():
                return slots[:0]
            slot = (slot + 1) & (size - 1)
        slots[slot] = p
    return slots


@njit(cache=True, nogil=True)
def find_phrase(slots: Any, sources: Any, words: Any, first: Any, length: Any) -> Any:
    """The row of the phrase words[first:first + length] (no word of it is -1), or -1."""
    slot = phrase_home(words, first, length, len(slots))
    while slots[slot] >= 0:
        row = slots[slot]
        same = length == LONGEST_SOURCE or sources[row, length] < 0
        for i in range(length):
            same = same and sources[row, i] == words[first + i]
        if same:
            return np.int64(row)
        slot = (slot + 1) & (len(slots) - 1)
    return np.int64(-1)


@njit(cache=True, nogil=True)
def least_bits(single_bits: Any, words: Any, bits: Any) -> Any:
    """(V + 3,) the bits that each word costs at least, whatever the context; backing off only adds bits."""
    least = single_bits.copy()
    for i in range(len(words)):
        least[words[i]] = min(least[words[i]], bits[i])
    return least


@njit(cache=True, nogil=True)
def option_scores(
    scores: Any, target_start: Any, target_words: Any, tables: Any, least: Any, per_bit: float, word: float
) -> Any:
    """(base, estimate, bound) of each option: without language model, after no context, and what it is at most."""
    base, estimate, bound = np.empty(len(scores)), np.empty(len(scores)), np.empty(len(scores))
    unknown = len(least) - 2
    for o in range(len(scores)):
        context, bits, fewest = np.int64(0), 0.0, 0.0
        for t in range(target_start[o], target_start[o + 1]):
            cost, context = step(tables, context, np.int64(target_words[t]))
            bits += cost
            fewest += least[target_words[t] if target_words[t] >= 0 else unknown]
        base[o] = scores[o] + word * (target_start[o + 1] - target_start[o])
        estimate[o] = base[o] + per_bit * bits
        bound[o] = base[o] + per_bit * fewest
    return base, estimate, bound


@njit(cache=True, nogil=True)
def best_options(option_start: Any, estimate: Any, most: int) -> Any:
    """(starts (P + 1,), options): those with the best estimates of each phrase, best first; equal ones as they stand.

    Last in `options`, and in no phrase, is the last of all options (the copied word).
    """
    phrases = len(option_start) - 1
    starts = np.empty(phrases + 1, np.int64)
    kept = np.empty(len(estimate), np.int64)
    used = 0
    for p in range(phrases):
        starts[p] = used
        end = used
        for o in range(option_start[p], option_start[p + 1]):
            if end - used == most and estimate[o] <= estimate[kept[end - 1]]:
                continue
            place = end if end - used < most else end - 1
            end = place + 1
            while place > used and estimate[kept[place - 1]] < estimate[o]:
                kept[place] = kept[place - 1]
                place -= 1
            kept[place] = o
        used = end
    starts[phrases] = used
    kept[used] = len(estimate) - 1
    return starts, kept[: used + 1].copy()
