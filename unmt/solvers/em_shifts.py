"""Expectation maximisation for Vigenère keys: at each place of the period every shift has a probability.

    P(x) = sum over y of P(y_1 .. y_N) product of w[i mod period, x_i - y_i]

The chain of letters and the passes over it are those of `em`; what differs is the maximisation: the expected uses of
a place's symbols are summed by shift before they become probabilities, so that a place has A numbers and not A^2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable
from unmt.solvers.em import backward_pass, chain_of, forward_pass

Ints = NDArray[np.int64]

EVENNESS = 10.0
"""Shape of the gamma draws that a run begins with."""


def shifts_by_em(
    ids: NDArray[np.integer], period: int, table: NgramTable, seed: np.random.SeedSequence, iterations: int = 30
) -> Ints:
    """(period,) the likeliest shift at each place, after one run on bigrams from random probabilities.

    ids: (N,) letter numbers, to which the shifts were added; N >= 2.
    """
    letters = table.letters
    stream = np.arange(len(ids)) % period * letters + np.asarray(ids, np.int64)
    chain = chain_of(table, 2, after_space=False)
    numbers = np.arange(letters)
    shift_of = (numbers[:, None] - numbers[None, :]) % letters  # (symbol, letter)
    weights = np.random.default_rng(seed).gamma(EVENNESS, size=(period, letters))
    weights /= weights.sum(axis=1, keepdims=True)
    forward = np.zeros((len(stream), letters))
    expected = np.empty((period * letters, letters))
    before = -np.inf
    for _ in range(iterations):
        channel = np.ascontiguousarray(weights[:, shift_of].reshape(-1, letters))
        bits = forward_pass(stream, 2, chain.start, chain.steps, channel, forward)
        backward_pass(stream, 2, chain.steps, channel, forward, expected)
        for place, block in enumerate(expected.reshape(period, letters, letters)):
            weights[place] = np.bincount(shift_of.ravel(), block.ravel(), letters) + 1e-9
        weights /= weights.sum(axis=1, keepdims=True)
        if bits - before < 0.01:
            break
        before = bits
    return np.asarray(weights.argmax(axis=1), np.int64)
