"""One alignment of two directions: links between words, where either side may have several or none.

Source: Koehn, Och and Marcu, "Statistical phrase-based translation", 2003 (grow-diag-final-and).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.solvers.sentence_pairs import LONGEST, SentencePairs
from unmt.solvers.translation_table import Cells, TranslationTable, normalised


@dataclass(frozen=True)
class Links:
    """Of pair s the links starts[s] .. starts[s + 1]: positions in the source and the target sentence.

    starts: int64 (S + 1,); source, target: int16, each link once.
    """

    starts: NDArray[np.int64]
    source: NDArray[np.int16]
    target: NDArray[np.int16]

    def swapped(self) -> Links:
        """The links of the same pairs the other way round."""
        return Links(self.starts, self.target, self.source)

    def part(self, first: int, last: int) -> Links:
        """The links of pairs first..last - 1."""
        row = slice(self.starts[first], self.starts[last])
        return Links(self.starts[first : last + 1] - self.starts[first], self.source[row], self.target[row])

    def of_pair(self, s: int) -> list[tuple[int, int]]:
        """(source position, target position) of each link of pair s."""
        row = slice(*self.starts[s : s + 2])
        return list(zip(self.source[row].tolist(), self.target[row].tolist(), strict=True))


def grow_diag_final_and(pairs: SentencePairs, forward: NDArray[np.int16], backward: NDArray[np.int16]) -> Links:
    """The links of both directions, joined.

    forward: for each target word (flat) its source position or -1; backward: for each source word its target position.
    What both have is kept; then, neighbour by neighbour (the diagonal ones too), what one has and links a word that has
    no link; at last what one has and links two words without any, first of `forward`.
    """
    starts = np.zeros(len(pairs) + 1, np.int64)
    room = len(pairs.source_ids) + len(pairs.target_ids)  # no more links than both directions have
    source, target = np.empty(room, np.int16), np.empty(room, np.int16)
    total = _grow(pairs.source_starts, pairs.target_starts, forward, backward, starts, source, target)
    return Links(starts, source[:total].copy(), target[:total].copy())


@njit(cache=True, nogil=True)
def _grow(
    source_starts: Any, target_starts: Any, forward: Any, backward: Any, starts: Any, source: Any, target: Any
) -> int:
    united, kept = np.zeros((LONGEST, LONGEST), np.bool_), np.zeros((LONGEST, LONGEST), np.bool_)
    source_has, target_has = np.zeros(LONGEST, np.bool_), np.zeros(LONGEST, np.bool_)
    total = 0
    for s in range(len(starts) - 1):
        starts[s] = total
        a, b = source_starts[s], target_starts[s]
        length, words = source_starts[s + 1] - a, target_starts[s + 1] - b
        if length > LONGEST or words > LONGEST:
            continue
        united[:words, :length], kept[:words, :length] = False, False
        source_has[:length], target_has[:words] = False, False
        for j in range(words):
            if forward[b + j] >= 0:
                united[j, forward[b + j]] = True
        for i in range(length):
            j = backward[a + i]
            if j >= 0:
                if united[j, i]:
                    kept[j, i] = True
                    source_has[i], target_has[j] = True, True
                united[j, i] = True
        grown = True
        while grown:
            grown = False
            for j in range(words):
                for i in range(length):
                    if not kept[j, i]:
                        continue
                    for y in range(max(0, j - 1), min(words, j + 2)):
                        for x in range(max(0, i - 1), min(length, i + 2)):
                            if united[y, x] and not kept[y, x] and not (source_has[x] and target_has[y]):
                                kept[y, x] = True
                                source_has[x], target_has[y] = True, True
                                grown = True
        for j in range(words):
            i = forward[b + j]
            if i >= 0 and not source_has[i] and not target_has[j]:
                kept[j, i] = True
                source_has[i], target_has[j] = True, True
        for i in range(length):
            j = backward[a + i]
            if j >= 0 and not source_has[i] and not target_has[j]:
                kept[j, i] = True
                source_has[i], target_has[j] = True, True
        for j in range(words):
            for i in range(length):
                if kept[j, i]:
                    source[total], target[total] = i, j
                    total += 1
    starts[len(starts) - 1] = total
    return total


def lexical_table(
    pairs: SentencePairs, table: TranslationTable, cells: Cells, links: Links
) -> tuple[TranslationTable, NDArray[np.float64], NDArray[np.float64]]:
    """w(target | source): weighted links are counted, words without a link for no word. Rows and entries as in `table`.

    Returns the table, the counts of its entries and those (target words + 1,) of target words without a link.
    """
    counts, null = np.zeros(len(table.targets)), np.zeros(len(table.null))
    _count_links(
        np.diff(pairs.source_starts),
        pairs.target_ids,
        pairs.target_starts,
        pairs.weights,
        cells.places,
        cells.starts,
        links.starts,
        links.source,
        links.target,
        counts,
        null,
    )
    return normalised(table, counts, null), counts, null


@njit(cache=True, nogil=True)
def _count_links(
    lengths: Any,
    target_ids: Any,
    target_starts: Any,
    weights: Any,
    places: Any,
    cell_starts: Any,
    link_starts: Any,
    link_source: Any,
    link_target: Any,
    counts: Any,
    null: Any,
) -> None:
    for s in range(len(lengths)):
        if cell_starts[s] == cell_starts[s + 1]:
            continue
        has = np.zeros(target_starts[s + 1] - target_starts[s], np.bool_)
        for n in range(link_starts[s], link_starts[s + 1]):
            counts[places[cell_starts[s] + link_target[n] * lengths[s] + link_source[n]]] += weights[s]
            has[link_target[n]] = True
        for j in range(len(has)):
            if not has[j]:
                null[target_ids[target_starts[s] + j]] += weights[s]
