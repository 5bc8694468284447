"""The code length of a dictionary between two sets of word vectors: what the one costs, given the other and it.

    L(f)  +  C_Y( f(X) )  +  C( X | f(X) )

X are the vectors of a language, most frequent words first, f a dictionary: a word of the other language for some of
them. The receiver has the vectors of Y and reads

- L(f): which words have a translation, by a flag each;
- C_Y(f(X)): which translation, a word of Y, evenly;
- C(X | f(X)): the vectors. A word with a translation is expected where a linear map takes the translation's vector, a
  word without one wherever its own language was seen to have words: near those before it, or anywhere.

Nothing but the dictionary is chosen: the linear map and the scatter around it are learned from the words of the blocks
before and their translations (a prequential code; Dawid, "Present position and potential developments: some personal
views: statistical theory: the prequential approach", 1984), with the exact predictions of Bayesian regression. Words
have a translation where it pays. The others teach too: a receiver who has the map finds their translations once they
are read.

So any map can be compared with any other, by the dictionary that it makes: a rotation, axes weighted, or spelling
added. A map that puts words near one another without reason makes a dictionary that predicts nothing, and costs what it
takes to send. Bits are those of coordinates with PRECISION_BITS binary places.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

PRECISION_BITS = 10.0
"""Binary places of a coordinate: three decimals, with which vectors are written."""

BLOCKS = 16
WIDTHS = (2.0, 1.0, 0.5, 0.25, 0.125)
"""Variances of the kernels on words of the same language, a vector's squared length being 1; each half of the last."""

FITTING_ROUNDS = 50


@dataclass(frozen=True)
class OwnCode:
    """Vectors (words, d) of a language, and the bits (words,) of each, given the words before it."""

    vectors: Doubles
    bits: Doubles

    @classmethod
    def of(cls, vectors: Floats) -> OwnCode:
        """vectors: (words, d), centred, of length one. The shares of the densities are fitted, and paid for."""
        rows = np.asarray(vectors, np.float64)
        logs = np.column_stack([_even_logs(rows), _kernel_logs(rows), _scatter_logs(rows)])
        paid = (logs.shape[1] - 1) / 2 * np.log2(max(len(rows), 2)) / len(rows)
        return cls(rows, _mixed_bits(logs) + paid + rows.shape[1] * PRECISION_BITS)


@dataclass(frozen=True)
class DictionaryCode:
    """Code length of the vectors of a language, given those of another and a dictionary, in bits.

    words: how many are coded; translated: for how many of them a translation pays. mapping_bits, text_bits,
    way_back_bits: the terms above. apart_bits: of the same vectors by their own language alone.
    """

    words: int
    translated: int
    mapping_bits: float
    text_bits: float
    way_back_bits: float
    apart_bits: float

    @property
    def total_bits(self) -> float:
        """All of it."""
        return self.mapping_bits + self.text_bits + self.way_back_bits

    @property
    def saved_bits(self) -> float:
        """Bits a word that the other language tells, the dictionary paid."""
        return (self.apart_bits - self.total_bits) / self.words


def dictionary_code(own: OwnCode, target: Floats, translations: Ints) -> DictionaryCode:
    """The code length of a side.

    own: of its words. target: (target words, d) the other side's vectors. translations: (words,) the row of each word's
    translation in it, -1 where it has none.
    """
    words, dimensions = own.vectors.shape
    known = translations >= 0
    # A column of ones lets the linear map move the centre.
    read = np.column_stack([np.asarray(target[translations], np.float64), np.ones(words)])
    entry = float(np.log2(max(len(target), 2)))
    found = np.full(words, np.inf)
    edges = np.linspace(0, words, BLOCKS + 1).astype(int)
    for start, end in pairwise(edges):
        block, before = np.flatnonzero(known[:end])[known[:start].sum() :], np.flatnonzero(known[:start])
        nats = -_predicted_logs(own.vectors[block], read[block], own.vectors[before], read[before])
        found[block] = nats / np.log(2) + dimensions * PRECISION_BITS
    gains = own.bits - found - entry
    most_first = np.argsort(-gains, kind="stable")
    flags = np.array([_flag_bits(many, words) for many in range(words + 1)])
    used = int(np.argmax(np.append(0.0, np.cumsum(gains[most_first])) - flags))
    bits = own.bits.copy()
    bits[most_first[:used]] = found[most_first[:used]]
    return DictionaryCode(
        words=words,
        translated=used,
        mapping_bits=float(flags[used]),
        text_bits=entry * used,
        way_back_bits=float(bits.sum()),
        apart_bits=float(own.bits.sum()),
    )


def _flag_bits(many: int, words: int) -> float:
    """Bits to say which of the words are these many, by the estimator of Krichevsky and Trofimov."""
    total = lgamma(words + 1) + 2 * lgamma(0.5)
    return (total - lgamma(many + 0.5) - lgamma(words - many + 0.5)) / log(2)


def _even_logs(rows: Doubles) -> Doubles:
    """(words,) log density of a vector of which nothing is known but its length."""
    dimensions = rows.shape[1]
    return np.asarray(_gauss(dimensions, 1.0 / dimensions) - dimensions / 2 * (rows**2).sum(axis=1), np.float64)


def _kernel_logs(rows: Doubles) -> Doubles:
    """(words, widths) log density of each vector under kernels on those before it."""
    words, dimensions = rows.shape
    lengths = (rows**2).sum(axis=1)
    squares = np.asarray(lengths[:, None] + lengths - 2 * rows @ rows.T, np.float32)
    squares[np.triu_indices(words)] = np.inf
    nearest = squares.min(axis=1, keepdims=True, initial=np.float32(1e9))
    terms = np.exp(-np.float32(dimensions / (2 * WIDTHS[0])) * (squares - nearest))
    before = np.maximum(np.arange(words), 1)
    found = np.empty((words, len(WIDTHS)))
    for place, width in enumerate(WIDTHS):
        if place:
            np.square(terms, out=terms)  # half the width
        mean = np.log(np.maximum(terms.sum(axis=1, dtype=np.float64) / before, 1e-300))
        found[:, place] = mean + _gauss(dimensions, width / dimensions) - dimensions / (2 * width) * nearest[:, 0]
    found[0] = _even_logs(rows[:1])  # nothing stands before the first word
    return found


def _scatter_logs(rows: Doubles) -> Doubles:
    """(words,) log density of each vector under the scatter of the words of the blocks before."""
    found, ones = np.empty(len(rows)), np.ones((len(rows), 1))
    edges = np.linspace(0, len(rows), BLOCKS + 1).astype(int)
    for start, end in pairwise(edges):
        found[start:end] = _predicted_logs(rows[start:end], ones[start:end], rows[:start], ones[:start])
    return found


def _predicted_logs(rows: Doubles, read: Doubles, known_rows: Doubles, known_read: Doubles) -> Doubles:
    """(words,) log density of rows (words, d), given what is read (words, k), by Bayesian regression on known pairs.

    Prior: no dependence, with unit precision, and a scatter alike along all axes that counts as d rows. The prediction
    is Student's law (Geisser, "Bayesian estimation in multivariate analysis", 1965).
    """
    from scipy.special import gammaln

    dimensions = rows.shape[1]
    precision = np.eye(read.shape[1]) + known_read.T @ known_read
    weights = np.linalg.solve(precision, known_read.T @ known_rows)
    rest = known_rows - known_read @ weights
    scatter = np.eye(dimensions) + rest.T @ rest + weights.T @ weights
    freedom = dimensions + 1 + len(known_rows)
    spread = 1 + (read * np.linalg.solve(precision, read.T).T).sum(axis=1)
    lower = np.linalg.cholesky(scatter)
    far = ((np.linalg.solve(lower, (rows - read @ weights).T) ** 2).sum(axis=0)) / spread
    constant = gammaln((freedom + dimensions) / 2) - gammaln(freedom / 2) - dimensions / 2 * np.log(np.pi)
    volume = np.log(np.diag(lower)).sum() + dimensions / 2 * np.log(spread)
    return np.asarray(constant - volume - (freedom + dimensions) / 2 * np.log1p(far), np.float64)


def _gauss(dimensions: int, variance: float) -> float:
    """The log density of the normal law at its centre, alike along all axes."""
    return float(-dimensions / 2 * np.log(2 * np.pi * variance))


def _mixed_bits(logs: Doubles) -> Doubles:
    """(words,) bits under the mixture of densities (words, densities) whose shares fit best."""
    highest = logs.max(axis=1, keepdims=True)
    likelihoods = np.exp(logs - highest)
    shares = np.full(logs.shape[1], 1.0 / logs.shape[1])
    for _ in range(FITTING_ROUNDS):  # expectation maximisation
        belongs = likelihoods * shares
        shares = (belongs / belongs.sum(axis=1, keepdims=True)).mean(axis=0)
    return np.asarray(-(np.log(likelihoods @ shares) + highest[:, 0]) / np.log(2), np.float64)
