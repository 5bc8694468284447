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

from unmt.coding.counting import NgramCounts, ngram_keys

DISCOUNTS = (0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
EXTRAS = (0.0, 1.0, 4.0, 16.0, 32.0, 64.0)


@dataclass(frozen=True)
class ContextStatistics:
    """What smoothing needs to know of the contexts of one order: sorted keys, n(h), and the mass for the lower order."""

    keys: NDArray[np.int64]
    totals: NDArray[np.float64]
    lower_mass: NDArray[np.float64]


def context_statistics(counts: NgramCounts, discount: float, extra: float) -> ContextStatistics:
    """n(h) + E and removed(h) + E of every context h that was seen."""
    keys, where = np.unique(counts.keys // counts.letters, return_inverse=True)
    totals = np.bincount(where, counts.counts, len(keys)) + extra
    removed = np.bincount(where, np.minimum(counts.counts, discount), len(keys)) + extra
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

    def interpolate(
        self, k: int, keys: NDArray[np.int64], lower: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """P_k of the n-grams `keys` of order k, given P_{k-1} of each without its oldest letter."""
        counts, contexts, discount = self.orders[k - 1], self.contexts[k - 1], self.discounts[k - 1]
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
        return -np.log2(p)


def fit(orders: Sequence[NgramCounts], held_out: NDArray[np.integer]) -> SmoothedNgrams:
    """The model whose D_k and E_k, chosen order by order, give held_out (letter ids that were not counted) the fewest bits."""
    discounts: list[float] = []
    extras: list[float] = []
    p = np.full(len(held_out), 1.0 / orders[0].letters)
    for k, counts in enumerate(orders, start=1):
        keys = ngram_keys(held_out, k, counts.letters)
        best: tuple[float, float, float, NDArray[np.float64]] | None = None
        for discount in DISCOUNTS:
            for extra in EXTRAS:
                contexts = context_statistics(counts, discount, extra)
                where, context_seen = find(contexts.keys, keys // counts.letters)
                place, seen = find(counts.keys, keys)
                kept = np.where(seen, np.maximum(counts.counts[place] - discount, 0.0), 0.0)
                lower = p[k - 1 :]
                with np.errstate(divide="ignore", invalid="ignore"):
                    mixed = (kept + contexts.lower_mass[where] * lower) / contexts.totals[where]
                mixed = np.where(context_seen, mixed, lower)
                bits = float(-np.log2(mixed).sum())
                if best is None or bits < best[0]:
                    best = (bits, discount, extra, mixed)
        assert best is not None
        discounts.append(best[1])
        extras.append(best[2])
        p = p.copy()
        p[k - 1 :] = best[3]
    return SmoothedNgrams(orders, discounts, extras)
