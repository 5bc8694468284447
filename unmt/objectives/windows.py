"""Which n-grams of a ciphertext each of its symbols takes part in: the layout that makes rescoring incremental.

A window is an n-gram of the text, named by the place where it ends. Its entry in the table is
`constant + sum over symbols s of key[s] * coefficient(s, window)`, so giving s another letter moves the entry by
(new - old) * coefficient, and only in the windows of s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import NgramTable


@dataclass(frozen=True)
class Windows:
    """The windows of a ciphertext, symbol by symbol (compressed rows).

    constants: (windows,) int64, what of the table entry does not depend on the key; windows of symbol s are
    window[start[s]:start[s+1]] with their coefficients; counts: (symbols,) how often each symbol occurs.
    """

    constants: NDArray[np.int64]
    start: NDArray[np.int64]
    window: NDArray[np.int32]
    coefficient: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def symbols(self) -> int:
        """How many ciphertext symbols have a row (symbols that never occur have an empty one)."""
        return len(self.start) - 1


def spaced(ids: NDArray[np.integer], boundaries: NDArray[np.integer] | None, space: int) -> NDArray[np.int64]:
    """The ids with `space` before the text and at each boundary; ids themselves where boundaries is None.

    No space follows the text: its last word may be cut, and the code is that of a text which may go on.
    """
    text: NDArray[np.int64] = np.asarray(ids, np.int64)
    if boundaries is None:
        return text
    return np.insert(text, np.concatenate([[0], np.asarray(boundaries, np.int64)]), space)


def build_windows(
    ids: NDArray[np.integer], boundaries: NDArray[np.integer] | None, symbols: int, table: NgramTable
) -> Windows:
    """The windows of a ciphertext of symbol ids (0..symbols-1).

    With boundaries (places before which a word division stands) the table must know the space, as its last letter.
    """
    order, letters = table.order, table.letters
    with_spaces = boundaries is not None
    text = spaced(ids, boundaries, symbols)  # a space is the symbol after the last
    first = 1 if with_spaces else 0  # the space before the text is given, not coded
    ends = np.arange(first, len(text))
    lengths = np.minimum(ends + 1, order)
    constants = table.offsets[lengths].astype(np.int64)
    rows: list[NDArray[np.int64]] = []
    for j in range(order):
        inside = np.flatnonzero(lengths > j)
        letter = text[ends[inside] - j]
        power = letters**j
        is_space = letter == symbols
        constants[inside[is_space]] += (letters - 1) * power
        shown = inside[~is_space]
        rows.append(np.stack([letter[~is_space], shown, np.full(len(shown), power, np.int64)]))
    symbol, window, power_of = np.concatenate(rows, axis=1)
    pair, where = np.unique(symbol * len(ends) + window, return_inverse=True)
    coefficient = np.bincount(where, power_of.astype(np.float64), len(pair)).astype(np.int64)
    start = np.searchsorted(pair // max(len(ends), 1), np.arange(symbols + 1)).astype(np.int64)
    counts = np.bincount(np.asarray(ids, np.int64), minlength=symbols).astype(np.int64)
    return Windows(constants, start, (pair % max(len(ends), 1)).astype(np.int32), coefficient, counts)
