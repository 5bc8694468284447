"""The hidden Markov model of word alignment: a word's source position depends on how far it jumps from the last one.

States of a target word j: source positions k = 1..I, and "no word, the last position was k" for k = 0..I (0 is before
the sentence). The jump from k' to k has probability (1 - null share) c(k - k') / sum of c over all k, with widths
clipped to classes; jumps from 0 have classes of their own.
Sources: Vogel, Ney and Tillmann, "HMM-based word alignment in statistical translation", 1996; Och and Ney, "A
systematic comparison of various statistical alignment models", 2003 (for words that come from no word).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.solvers.ibm1 import NULL_SHARE
from unmt.solvers.sentence_pairs import LONGEST, SentencePairs
from unmt.solvers.translation_table import AlignedArrays, Cells, Posteriors, TranslationTable

WIDEST = 7
"""Jumps of at least this width, to the left or to the right, are one class."""

Jumps = NDArray[np.float64]
"""Weights c of the classes, (2, 2 WIDEST + 1): row 0 of jumps of width -WIDEST .. WIDEST, row 1 of those from before
the sentence."""


def first_jumps() -> Jumps:
    """Weights to start from: the wider the jump away from the next word, the rarer."""
    return np.tile(1.0 / (1.0 + np.abs(np.arange(-WIDEST, WIDEST + 1) - 1.0)), (2, 1))


def hmm_posteriors(
    pairs: SentencePairs, table: TranslationTable, cells: Cells, jumps: Jumps, null_share: float = NULL_SHARE
) -> tuple[Posteriors, Jumps, float]:
    """Where each target word comes from, the next jumps, and the bits of the (weighted) target text, under those given.

    The weights c are maximised by one step of their own (Hunter, "MM algorithms for generalized Bradley-Terry models",
    2004): expected jumps of a class by the jumps that its share of the last weights would make, were c one.
    """
    found = Posteriors.empty(pairs, cells)
    jump_counts, exposures = np.zeros_like(jumps), np.zeros_like(jumps)
    bits = _posteriors(
        AlignedArrays.of(pairs, table, cells),
        jumps,
        null_share,
        found.words,
        found.none,
        jump_counts,
        exposures,
    )
    next_jumps = np.where(exposures > 0, jump_counts / np.where(exposures > 0, exposures, 1.0), jumps)
    next_jumps = np.maximum(next_jumps / next_jumps.max(axis=1, keepdims=True), 1e-6)
    return found, next_jumps, bits


def hmm_links(
    pairs: SentencePairs, table: TranslationTable, cells: Cells, jumps: Jumps, null_share: float = NULL_SHARE
) -> NDArray[np.int16]:
    """The likeliest alignment: for each target word (flat) the position of its word in the source sentence, or -1."""
    links = np.full(len(pairs.target_ids), -1, np.int16)
    _likeliest(
        AlignedArrays.of(pairs, table, cells),
        jumps,
        null_share,
        links,
    )
    return links


@njit(cache=True, nogil=True)
def jump_classes(classes: Any) -> None:
    """classes[k', k]: which weight a jump takes, as an index into the flat weights."""
    for k in range(classes.shape[1]):
        classes[0, k] = 2 * WIDEST + 1 + min(k, WIDEST) + WIDEST
        for before in range(1, classes.shape[0]):
            classes[before, k] = max(-WIDEST, min(WIDEST, k - before)) + WIDEST


@njit(cache=True, nogil=True)
def transitions(classes: Any, weights: Any, length: int, not_null: float, transition: Any, norms: Any) -> None:
    """transition[k', k - 1] of a source sentence of this length, and the norms (sums of weights) of each k'."""
    for before in range(length + 1):
        norm = 0.0
        for k in range(1, length + 1):
            norm += weights[classes[before, k]]
        norms[before] = norm
        for k in range(1, length + 1):
            transition[before, k - 1] = not_null * weights[classes[before, k]] / norm


@njit(cache=True, nogil=True)
def _posteriors(
    given: Any,
    jumps: Any,
    null_share: float,
    posteriors: Any,
    of_none: Any,
    jump_counts: Any,
    exposures: Any,
) -> float:
    """Forward and backward over every pair fill the posteriors and add to the jumps. Returns the target's bits.

    given: AlignedArrays.
    """
    lengths, target_ids, target_starts, weights, places, cell_starts, probabilities, null = given
    most = LONGEST + 1
    classes = np.empty((most, most), np.int64)
    jump_classes(classes)
    flat_jumps, flat_counts, flat_exposures = jumps.ravel(), jump_counts.ravel(), exposures.ravel()
    transition, norms, crossed = np.empty((most, most)), np.empty(most), np.empty((most, most))
    emission = np.empty((most, most))
    forward, real, scales = np.empty((most, most)), np.empty((most, most)), np.empty(most)
    backward, arriving = np.empty(most), np.empty(most)
    transposed = np.empty((most, most))
    bits, last_length = 0.0, -1
    for s in range(len(lengths)):
        if cell_starts[s] == cell_starts[s + 1]:
            continue
        length, words, weight = lengths[s], target_starts[s + 1] - target_starts[s], weights[s]
        if length != last_length:
            transitions(classes, flat_jumps, length, 1.0 - null_share, transition, norms)
            for before in range(length + 1):
                for k in range(length):
                    transposed[k, before] = transition[before, k]
            last_length = length
        # forward[j] is the state after j words: P(position k | first j words), real[j] that of its real states alone.
        forward[0, : length + 1] = 0.0
        forward[0, 0] = 1.0
        cell = cell_starts[s]
        for j in range(words):
            of_null = null_share * null[target_ids[target_starts[s] + j]]
            arriving[:length] = 0.0
            for before in range(length + 1):
                h = forward[j, before]
                for k in range(length):
                    arriving[k] += h * transition[before, k]
            scale = of_null * forward[j, 0]
            for k in range(length):
                emission[j, k] = probabilities[places[cell + k]]
                arriving[k] *= emission[j, k]
                scale += arriving[k] + of_null * forward[j, k + 1]
            scale = max(scale, 1e-300)
            scales[j] = scale
            forward[j + 1, 0] = of_null * forward[j, 0] / scale
            for k in range(length):
                real[j + 1, k + 1] = arriving[k] / scale
                forward[j + 1, k + 1] = (arriving[k] + of_null * forward[j, k + 1]) / scale
            bits -= weight * np.log2(scale)
            cell += length
        backward[: length + 1] = 1.0
        crossed[: length + 1, :length] = 0.0
        for j in range(words - 1, -1, -1):
            cell -= length
            of_null = null_share * null[target_ids[target_starts[s] + j]] / scales[j]
            of_no_word = 0.0
            for k in range(length + 1):
                of_no_word += (forward[j + 1, k] - (real[j + 1, k] if k > 0 else 0.0)) * backward[k]
            of_none[target_starts[s] + j] = of_no_word
            for k in range(length):
                posteriors[cell + k] = real[j + 1, k + 1] * backward[k + 1]
                arriving[k] = emission[j, k] * backward[k + 1] / scales[j]
            for before in range(length + 1):
                h = weight * forward[j, before]
                for k in range(length):
                    crossed[before, k] += h * arriving[k]
            for k in range(length + 1):
                backward[k] *= of_null
            for k in range(length):
                g = arriving[k]
                for before in range(length + 1):
                    backward[before] += g * transposed[k, before]
        for before in range(length + 1):
            departures = 0.0
            for k in range(length):
                jumped = crossed[before, k] * transition[before, k]
                departures += jumped
                flat_counts[classes[before, k + 1]] += jumped
            for k in range(length):
                flat_exposures[classes[before, k + 1]] += departures / norms[before]
    return bits


@njit(cache=True, nogil=True)
def _likeliest(
    given: Any,
    jumps: Any,
    null_share: float,
    links: Any,
) -> None:
    """Viterbi: links[t] of every target word; of equal paths, the one from the leftmost position.

    given: AlignedArrays.
    """
    lengths, target_ids, target_starts, _, places, cell_starts, probabilities, null = given
    most = LONGEST + 1
    classes = np.empty((most, most), np.int64)
    jump_classes(classes)
    flat_jumps = jumps.ravel()
    transition, norms = np.empty((most, most)), np.empty(most)
    best, following = np.empty(most), np.empty(most)
    came_from, is_real = np.empty((most, most), np.int16), np.empty((most, most), np.bool_)
    last_length = -1
    for s in range(len(lengths)):
        if cell_starts[s] == cell_starts[s + 1]:
            continue
        length, words = lengths[s], target_starts[s + 1] - target_starts[s]
        if length != last_length:
            transitions(classes, flat_jumps, length, 1.0 - null_share, transition, norms)
            last_length = length
        best[: length + 1] = 0.0
        best[0] = 1.0
        cell = cell_starts[s]
        for j in range(words):
            of_null = null_share * null[target_ids[target_starts[s] + j]]
            following[0], came_from[j, 0], is_real[j, 0] = of_null * best[0], 0, False
            following[1 : length + 1] = 0.0
            came_from[j, 1 : length + 1] = 0
            for before in range(length + 1):
                h = best[before]
                for k in range(length):
                    if h * transition[before, k] > following[k + 1]:
                        following[k + 1] = h * transition[before, k]
                        came_from[j, k + 1] = before
            largest = following[0]
            for k in range(1, length + 1):
                following[k] *= probabilities[places[cell + k - 1]]
                is_real[j, k] = True
                if of_null * best[k] > following[k]:
                    following[k] = of_null * best[k]
                    came_from[j, k], is_real[j, k] = k, False
                largest = max(largest, following[k])
            for k in range(length + 1):
                best[k] = following[k] / max(largest, 1e-300)
            cell += length
        state = np.argmax(best[: length + 1])
        for j in range(words - 1, -1, -1):
            links[target_starts[s] + j] = state - 1 if is_real[j, state] else -1
            state = came_from[j, state]
