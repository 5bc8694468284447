"""The search of the phrase decoder, a block of sentences at a time (numba).

A hypothesis has translated some source words: all before f, its first open place, and those of a mask of places from f
on (bit k is place f + k, bit 0 is never set). No phrase may be begun more than `distortion` words away from the end of
the last one, nor end so far beyond f that f could not be gone back to; so a mask has fewer than `distortion` bits and
sentences may be of any length. Stack c holds the best hypotheses that have translated c words. Two with the same mask,
the same end of the last phrase and the same context of the language model have the same future: the better one stays.

Hypotheses are compared by score plus the score that the rest can hope for: the best options of the open spans without a
context, and the jumps that are needed to fill them from left to right. (Options after the likeliest words before them,
at their best or on average, were tried instead: the translations found scored 0.2 to 1.3 nats less at beam 10.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from unmt.coding.word_lookup import pair_key, step
from unmt.mappings.phrase_table import LONGEST_SOURCE
from unmt.solvers.phrase_options import find_phrase

LONGEST_JUMP = 32
"""Most words that a mask can hold beyond the first open place."""

CACHED = 1 << 14
"""Entries of the cache of n-grams just looked up, 16 bytes each."""


@njit(cache=True, nogil=True)
def decode_block(
    ids: Any, starts: Any, first: int, last: int, phrases: Any, tables: Any, limits: Any, rates: Any
) -> Any:
    """Translations of sentences first..last - 1: (words, source places, lengths, scores, bits of the language model).

    phrases: see phrase_options. tables: of the language model. limits: (beam, distortion). rates: score of a bit of the
    language model, of a jumped word, and the most that a hypothesis may be worse than the best of its stack.
    """
    beam, distortion = limits
    longest = 1
    for s in range(first, last):
        longest = max(longest, starts[s + 1] - starts[s])
    cache = np.zeros(2 * CACHED, np.uint64)
    cached = (cache, cache.view(np.float32), cache.view(np.int32))
    spans = (
        np.empty((longest, LONGEST_SOURCE), np.int64),
        np.empty((longest, LONGEST_SOURCE), np.int64),
        np.empty((longest + 1, distortion + 1)),
        np.empty(longest + 1),
    )
    nodes = (longest + 1) * beam
    numbers = np.empty((nodes, 8), np.int32)
    masks = np.empty(nodes, np.uint64)
    values = np.empty((nodes, 2))
    stacks = (np.empty(longest + 1, np.int64), np.empty(longest + 1, np.int64), np.empty(longest + 1))
    lengths = np.zeros(last - first, np.int64)
    scores, bits = np.empty(last - first), np.empty(last - first)
    words, places = np.empty(1024, np.int32), np.empty(1024, np.int32)
    used = 0
    for s in range(first, last):
        source = ids[starts[s] : starts[s + 1]]
        _fill_spans(source, phrases, spans)
        node = _search(len(source), phrases, tables, cached, spans, numbers, masks, values, stacks, limits, rates)
        length = _target_length(node, numbers, phrases)
        while used + length > len(words):
            words, places = np.append(words, np.empty_like(words)), np.append(places, np.empty_like(places))
        _trace(node, numbers, phrases, words[used : used + length], places[used : used + length])
        lengths[s - first], scores[s - first] = length, values[node, 0]
        bits[s - first] = _bits(tables, words[used : used + length])
        used += length
    return words[:used].copy(), places[:used].copy(), lengths, scores, bits


# Columns of a hypothesis' numbers: its first open place, end of the last phrase (the place after it), context of the
# language model, hypothesis before it (-1 none), its last option, first place and length of that option's source words.
OPEN, END, CONTEXT, BEFORE, OPTION, START, LENGTH = 0, 1, 2, 3, 4, 5, 6


@njit(cache=True, nogil=True)
def _fill_spans(source: Any, phrases: Any, spans: Any) -> None:
    """Options of every span, and the best estimates of short spans and of all that is right of a place."""
    slots, sources, kept_start, _, estimate = phrases[:5]
    begins, ends, gaps, tail = spans
    n, copy = len(source), len(estimate) - 1
    for i in range(n):
        known = True
        for k in range(LONGEST_SOURCE):
            begins[i, k] = ends[i, k] = 0
            known = known and i + k < n and source[i + k] >= 0
            row = find_phrase(slots, sources, source, i, k + 1) if known else -1
            if row >= 0:
                begins[i, k], ends[i, k] = kept_start[row], kept_start[row + 1]
        if ends[i, 0] == begins[i, 0]:
            begins[i, 0], ends[i, 0] = copy, copy + 1
    tail[n] = 0.0
    for i in range(n - 1, -1, -1):
        tail[i] = -np.inf
        for k in range(min(LONGEST_SOURCE, n - i)):
            if ends[i, k] > begins[i, k]:
                tail[i] = max(tail[i], estimate[begins[i, k]] + tail[i + k + 1])
        gaps[i, 0] = 0.0
        for length in range(1, min(gaps.shape[1], n - i + 1)):
            gaps[i, length] = -np.inf
            for k in range(min(LONGEST_SOURCE, length)):
                if ends[i, k] > begins[i, k]:
                    rest = gaps[i + k + 1, length - k - 1] if length > k + 1 else 0.0
                    gaps[i, length] = max(gaps[i, length], estimate[begins[i, k]] + rest)


@njit(cache=True, nogil=True)
def _hope(n: Any, first_open: Any, mask: Any, end: Any, gaps: Any, tail: Any, jump: float) -> Any:
    """What the open places may still score at best, with the jumps of filling them from left to right."""
    if mask == 0:
        return tail[first_open] + (jump * abs(end - first_open) if first_open < n else 0.0)
    jumped = abs(end - first_open)
    score, place, gap = 0.0, first_open, first_open
    run = 0
    while mask != 0:
        if mask & np.uint64(1):
            if gap < place:
                score += gaps[gap, place - gap]
            run += 1
            gap = place + 1
        else:
            jumped += run
            run = 0
        mask >>= np.uint64(1)
        place += 1
    if place < n:
        jumped += run
    return score + tail[place] + jump * jumped


@njit(cache=True, nogil=True)
def _cached_step(tables: Any, cached: Any, context: Any, word: Any) -> Any:
    """As `step`, from the cache where the same was asked lately."""
    keys, bits, following = cached
    if word < 0:
        word = np.int64(len(tables[3]) - 2)
    key = pair_key(context, word) + np.uint64(1)
    slot = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(50))
    if keys[2 * slot] == key:
        return bits[4 * slot + 2], np.int64(following[4 * slot + 3])
    cost, after = step(tables, context, word)
    keys[2 * slot], bits[4 * slot + 2], following[4 * slot + 3] = key, cost, after
    return cost, after


@njit(cache=True, nogil=True)
def _search(
    n: Any,
    phrases: Any,
    tables: Any,
    cached: Any,
    spans: Any,
    numbers: Any,
    masks: Any,
    values: Any,
    stacks: Any,
    limits: Any,
    rates: Any,
) -> Any:
    """The best hypothesis that translates all n words."""
    _, _, _, base, _, bound, target_start, target_end, target_words = phrases
    begins, ends, gaps, tail = spans
    sizes, worst, best = stacks
    beam, distortion = limits
    per_bit, jump, threshold = rates
    sentence_end = np.int64(len(tables[3]) - 3)
    order = np.empty(beam, np.int64)
    for c in range(n + 1):
        sizes[c], best[c] = 0, -np.inf
    sizes[0] = 1
    masks[0] = np.uint64(0)
    numbers[0, :] = 0
    numbers[0, CONTEXT], numbers[0, BEFORE] = tables[4][len(tables[4]) - 1], -1
    values[0, 0], values[0, 1] = 0.0, tail[0]
    if n == 0:
        values[0, 0] = per_bit * step(tables, np.int64(numbers[0, CONTEXT]), sentence_end)[0]
        return 0
    best[0] = tail[0]
    for c in range(n):
        _sort_stack(c * beam, sizes[c], values, order)
        for rank in range(sizes[c]):
            node = order[rank]
            if values[node, 1] < best[c] - threshold:
                break
            first_open, end, mask = np.int64(numbers[node, OPEN]), np.int64(numbers[node, END]), masks[node]
            for start in range(first_open, min(n, first_open + max(distortion, 1))):
                if (mask >> np.uint64(start - first_open)) & np.uint64(1):
                    continue
                distance = abs(start - end)
                if start > first_open and distance > distortion:
                    continue
                for k in range(min(LONGEST_SOURCE, n - start)):
                    place = start - first_open + k
                    if (mask >> np.uint64(place)) & np.uint64(1) or (start > first_open and place + 1 > distortion):
                        break
                    if begins[start, k] == ends[start, k]:
                        continue
                    new_open, new_mask = first_open, mask
                    new_mask |= ((np.uint64(2) << np.uint64(k)) - np.uint64(1)) << np.uint64(start - first_open)
                    while new_mask & np.uint64(1):
                        new_mask >>= np.uint64(1)
                        new_open += 1
                    hope = _hope(n, new_open, new_mask, start + k + 1, gaps, tail, jump)
                    stack = c + k + 1
                    before = values[node, 0] + jump * distance
                    for o in range(begins[start, k], ends[start, k]):
                        least = best[stack] - threshold
                        if sizes[stack] == beam:
                            least = max(least, values[worst[stack], 1])
                        # No context makes an option better than its bound: nothing is lost here.
                        if before + bound[o] + hope <= least:
                            continue
                        context, bits = np.int64(numbers[node, CONTEXT]), 0.0
                        for t in range(target_start[o], target_end[o]):
                            cost, context = _cached_step(tables, cached, context, np.int64(target_words[t]))
                            bits += cost
                        if stack == n:
                            cost, context = _cached_step(tables, cached, context, sentence_end)
                            bits += cost
                        score = before + base[o] + per_bit * bits
                        if score + hope <= least:
                            continue
                        slot = _slot(stack, new_mask, start + k + 1, context, beam, sizes, worst, numbers, masks)
                        if slot < stack * beam + sizes[stack] and score + hope <= values[slot, 1]:
                            continue
                        sizes[stack] = max(sizes[stack], slot - stack * beam + 1)
                        values[slot, 0], values[slot, 1] = score, score + hope
                        masks[slot] = new_mask
                        numbers[slot, OPEN], numbers[slot, END], numbers[slot, CONTEXT] = (
                            new_open,
                            start + k + 1,
                            context,
                        )
                        numbers[slot, BEFORE], numbers[slot, OPTION] = node, o
                        numbers[slot, START], numbers[slot, LENGTH] = start, k + 1
                        best[stack] = max(best[stack], score + hope)
                        if sizes[stack] == beam:
                            worst[stack] = _worst(stack * beam, beam, values)
    _sort_stack(n * beam, sizes[n], values, order)
    return order[0]


@njit(cache=True, nogil=True)
def _slot(
    stack: Any, mask: Any, end: Any, context: Any, beam: Any, sizes: Any, worst: Any, numbers: Any, masks: Any
) -> Any:
    """Where a new hypothesis belongs: on the one with the same future, else on a free place, else on the worst."""
    first = stack * beam
    for slot in range(first, first + sizes[stack]):
        if numbers[slot, CONTEXT] == context and masks[slot] == mask and numbers[slot, END] == end:
            return slot
    return first + sizes[stack] if sizes[stack] < beam else worst[stack]


@njit(cache=True, nogil=True)
def _worst(first: Any, size: Any, values: Any) -> Any:
    found = first
    for slot in range(first + 1, first + size):
        if values[slot, 1] < values[found, 1]:
            found = slot
    return found


@njit(cache=True, nogil=True)
def _sort_stack(first: Any, size: Any, values: Any, order: Any) -> None:
    """Fill order with the hypotheses of a stack, best first; equal ones as they stand."""
    for i in range(size):
        place = i
        while place > 0 and values[order[place - 1], 1] < values[first + i, 1]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = first + i


@njit(cache=True, nogil=True)
def _target_length(node: Any, numbers: Any, phrases: Any) -> Any:
    """Target words of a whole hypothesis."""
    target_start, target_end = phrases[6], phrases[7]
    length = 0
    while numbers[node, BEFORE] >= 0:
        length += target_end[numbers[node, OPTION]] - target_start[numbers[node, OPTION]]
        node = numbers[node, BEFORE]
    return length


@njit(cache=True, nogil=True)
def _trace(node: Any, numbers: Any, phrases: Any, words: Any, places: Any) -> None:
    """Fill words and places, (target words,), of a whole hypothesis; inside a phrase places follow its diagonal."""
    _, _, _, _, _, _, target_start, target_end, target_words = phrases
    at = len(words)
    while numbers[node, BEFORE] >= 0:
        begin, end = target_start[numbers[node, OPTION]], target_end[numbers[node, OPTION]]
        at -= end - begin
        for j in range(end - begin):
            words[at + j] = target_words[begin + j]
            places[at + j] = numbers[node, START] + j * numbers[node, LENGTH] // (end - begin)
        node = numbers[node, BEFORE]


@njit(cache=True, nogil=True)
def _bits(tables: Any, words: Any) -> Any:
    """Bits of a sentence and its end."""
    context, total = np.int64(tables[4][len(tables[4]) - 1]), 0.0
    for i in range(len(words)):
        cost, context = step(tables, context, np.int64(words[i]))
        total += cost
    return total + step(tables, context, np.int64(len(tables[3]) - 3))[0]
