"""An n-gram code of any symbols, letters or words, learned from a text of their ids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unmt.coding.counting import count_ngrams
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import SmoothedNgrams, fit_folds

HELD_OUT_SHARE = 10
"""One part in ten of the text chooses the discounts; then all of it is counted."""


def symbol_ngrams(ids: NDArray[np.integer], symbols: int, order: int) -> SmoothedNgrams:
    """The n-grams up to `order` of a text of ids (0..symbols-1), which should have a few hundred."""
    last = max(len(ids) // HELD_OUT_SHARE, 1)
    counted = count_ngrams(ids[:-last], order, symbols).all_orders()
    discounts, extras = fit_folds([(counted, np.asarray(ids[-last:]))])
    return SmoothedNgrams(count_ngrams(ids, order, symbols).all_orders(), discounts, extras)


def symbol_table(model: SmoothedNgrams) -> NgramTable:
    """The same code as the table that searches look symbols up in, rounded to sixteenths of a bit."""
    return build_table(model, model.order)
