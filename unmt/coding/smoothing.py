"""Interpolated absolute discounting: n-gram counts become probabilities that sum to one in every context.

    P_k(c | h) = ( max(n(hc) - D_k, 0) + (removed_k(h) + E_k) * P_{k-1}(c | h') ) / ( n(h) + E_k )

n(hc) counts the n-gram, n(h) sums it over c, removed_k(h) = sum_c min(n(hc), D_k), and h' is h without its oldest
letter; P_0 is uniform. E_k = 0 is absolute discounting (Ney, Essen and Kneser, "On structuring probabilistic
dependences in stochastic language modelling", 1994); E_k > 0 makes room for what pruning took from the counts. D_k and
E_k are fitted, order by order, on text that was not counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.counting import NgramCounts, ngram_keys, weighted

DISCOUNTS = (0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
EXTRAS = (0.0, 1.0, 4.0, 16.0, 32.0, 64.0)


def kneser_ney_discounts(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """D(c) of modified Kneser-Ney smoothing, (4,): taken from the count of an n-gram seen c = 0, 1, 2, 3+ times.

    With n_c n-grams seen c times and Y = n_1 / (n_1 + 2 n_2), D(c) = c - (c + 1) Y n_{c+1} / n_c (Chen and Goodman, "An
    empirical study of smoothing techniques for language modeling", 1999, equation 26). Where the corpus is too small to
    say one of them (an n_c is 0, or D(c) is not in (0, c]), it is Y; where n_1 or n_2 is 0, Y is a half.
    """
    seen = np.bincount(np.minimum(counts, 5), minlength=6).astype(np.float64)
    y = seen[1] / (seen[1] + 2 * seen[2]) if seen[1] and seen[2] else 0.5
    discounts = np.array([0.0, y, y, y])
    for c in (1, 2, 3):
        exact = c - (c + 1) * y * seen[c + 1] / seen[c] if seen[c] and seen[c + 1] else 0.0
        discounts[c] = exact if 0 < exact <= c else y
    return discounts


@dataclass(frozen=True)
class ContextStatistics:
    """What smoothing knows of the contexts of one order: sorted keys, n(h) + E, and the mass for the lower order."""

    keys: NDArray[np.int64]
    totals: NDArray[np.float64]
    lower_mass: NDArray[np.float64]


def context_statistics(counts: NgramCounts, discount: float, extra: float) -> ContextStatistics:
    """n(h) + E and removed(h) + E of every context h that was seen."""
    keys, where = np.unique(counts.keys // counts.letters, return_inverse=True)
    totals = weighted(where, counts.counts, len(keys)) + extra
    removed = weighted(where, np.minimum(counts.counts, discount), len(keys)) + extra
    return ContextStatistics(keys, totals, removed)


def find(sorted_keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted key stands in sorted_keys (any place if absent), and whether it is there."""
    if len(sorted_keys) == 0:
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    places = np.minimum(np.searchsorted(sorted_keys, wanted), len(sorted_keys) - 1)
    return places, sorted_keys[places] == wanted


class SmoothedNgrams:
    """An n-gram model with exact probabilities (float64).

    orders: counts of order 1..n; discounts, extras: D_k and E_k for k = 1..n.
    """

    def __init__(self, orders: Sequence[NgramCounts], discounts: Sequence[float], extras: Sequence[float]) -> None:
        self.orders = list(orders)
        self.discounts = [float(d) for d in discounts]
        self.extras = [float(e) for e in extras]
        self.letters = orders[0].letters
        self.contexts = [
            context_statistics(c, d, e) for c, d, e in zip(self.orders, self.discounts, self.extras, strict=True)
        ]

    @property
    def order(self) -> int:
        """The longest n-gram, in letters."""
        return len(self.orders)

    def interpolate(self, k: int, keys: NDArray[np.int64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
        """P_k of the n-grams `keys` of order k, given P_{k-1} of each without its oldest letter."""
        counts, contexts, discount = self.orders[k - 1], self.contexts[k - 1], self.discounts[k - 1]
        if len(counts.keys) == 0:  # nothing was seen often enough
            return lower
        where, context_seen = find(contexts.keys, keys // self.letters)
        place, seen = find(counts.keys, keys)
        kept = np.where(seen, np.maximum(counts.counts[place] - discount, 0.0), 0.0)
        mixed = (kept + contexts.lower_mass[where] * lower) / contexts.totals[where]
        return np.where(context_seen, mixed, lower)

    def probabilities(self, context: Sequence[int]) -> NDArray[np.float64]:
        """The distribution of the next letter, (letters,), after a context (its last n-1 letters count)."""
        history = list(context)[max(0, len(context) - self.order + 1) :] if self.order > 1 else []
        p = np.full(self.letters, 1.0 / self.letters)
        for k in range(1, len(history) + 2):
            head = 0
            for letter in history[len(history) - k + 1 :]:
                head = head * self.letters + int(letter)
            p = self.interpolate(k, head * self.letters + np.arange(self.letters), p)
        return p

    def letter_bits(self, text: NDArray[np.integer]) -> NDArray[np.float64]:
        """-log2 P of each letter of a text given those before it, (len(text),) bits."""
        text = np.asarray(text)
        p = np.full(len(text), 1.0 / self.letters)
        for k in range(1, min(self.order, len(text)) + 1):
            p[k - 1 :] = self.interpolate(k, ngram_keys(text, k, self.letters), p[k - 1 :])
        return np.asarray(-np.log2(p))

    def shortened(self, order: int) -> SmoothedNgrams:
        """The same model without its n-grams longer than `order`."""
        return SmoothedNgrams(self.orders[:order], self.discounts[:order], self.extras[:order])


def fit(orders: Sequence[NgramCounts], held_out: NDArray[np.integer]) -> SmoothedNgrams:
    """The model whose D_k and E_k, chosen order by order, give held_out (ids that were not counted) the fewest bits."""
    return SmoothedNgrams(orders, *fit_folds([(orders, held_out)]))


def fit_folds(folds: Sequence[tuple[Sequence[NgramCounts], NDArray[np.integer]]]) -> tuple[list[float], list[float]]:
    """The D_k and E_k, one an order, that give all held-out texts together the fewest bits, each under its own counts.

    folds: (counts of order 1, 2, ..., letter ids that were not counted). A short text is cut in several ways, so that
    all of it is held out once.
    """
    discounts: list[float] = []
    extras: list[float] = []
    lower = [np.full(len(text), 1.0 / orders[0].letters) for orders, text in folds]
    for k in range(1, len(folds[0][0]) + 1):
        grids = [_Grid(orders[k - 1], text, p[k - 1 :]) for (orders, text), p in zip(folds, lower, strict=True)]
        bits = {(d, e): sum(grid.bits(d, e) for grid in grids) for d in DISCOUNTS for e in EXTRAS}
        discount, extra = min(bits, key=lambda choice: bits[choice])
        discounts.append(discount)
        extras.append(extra)
        for p, grid in zip(lower, grids, strict=True):
            p[k - 1 :] = grid.probabilities(discount, extra)
    return discounts, extras


class _Grid:
    """P_k of the letters of a held-out text for any D_k and E_k: what does not depend on the two is looked up once."""

    def __init__(self, counts: NgramCounts, text: NDArray[np.integer], lower: NDArray[np.float64]) -> None:
        keys = ngram_keys(text, counts.order, counts.letters)
        contexts, self.context_of = np.unique(counts.keys // counts.letters, return_inverse=True)
        self.counts, self.lower, self.contexts = counts.counts, lower, len(contexts)
        self.where, self.context_seen = find(contexts, keys // counts.letters)
        place, seen = find(counts.keys, keys)
        self.seen_counts = np.where(seen, _taken(counts.counts, place), 0.0)
        self.totals = _taken(weighted(self.context_of, self.counts, self.contexts), self.where)
        self._discount, self._removed = 0.0, np.zeros(len(keys))

    def probabilities(self, discount: float, extra: float) -> NDArray[np.float64]:
        """P_k of each letter of the text."""
        if discount != self._discount:
            removed = weighted(self.context_of, np.minimum(self.counts, discount), self.contexts)
            self._discount, self._removed = discount, _taken(removed, self.where)
        kept = np.maximum(self.seen_counts - discount, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):  # where the context was not seen
            mixed = (kept + (self._removed + extra) * self.lower) / (self.totals + extra)
        return np.where(self.context_seen, mixed, self.lower)

    def bits(self, discount: float, extra: float) -> float:
        """Code length of the text."""
        return float(-np.log2(self.probabilities(discount, extra)).sum())


def _taken(values: NDArray[np.float64], places: NDArray[np.int64]) -> NDArray[np.float64]:
    """values[places], or zeros where there are no values at all."""
    return np.asarray(values[places], np.float64) if len(values) else np.zeros(len(places))
