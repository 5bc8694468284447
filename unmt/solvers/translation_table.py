"""P(target word | source word): a sparse table over the words that ever stand in one pair of sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.solvers.sentence_pairs import LONGEST, SentencePairs


@dataclass(frozen=True)
class TranslationTable:
    """Row s: words targets[starts[s]:starts[s + 1]] (rising), their probabilities; each row sums to one or is empty.

    starts: int64 (source words + 2,); the row after those of the words is that of an unknown source word.
    targets: int32; the id after those of the words is an unknown target word. probabilities: float32.
    null: float32 (target words + 1,), the distribution of target words that come from no source word.
    """

    starts: NDArray[np.int64]
    targets: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    null: NDArray[np.float32]

    @property
    def source_words(self) -> int:
        """Words of the source vocabulary."""
        return len(self.starts) - 2

    @property
    def target_words(self) -> int:
        """Words of the target vocabulary."""
        return len(self.null) - 1

    def of_pairs(self, source: NDArray[np.integer], target: NDArray[np.integer]) -> NDArray[np.float32]:
        """P(target | source), (n,), of two lists of ids (n,); -1 is the unknown word."""
        rows = np.asarray(np.where(np.asarray(source) < 0, self.source_words, source), np.int64)
        columns = np.asarray(np.where(np.asarray(target) < 0, self.target_words, target), np.int32)
        found = np.empty(len(rows), np.float32)
        _look_up(self.starts, self.targets, self.probabilities, rows, columns, found)
        return found

    def options(self, source: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Target words of a source word and their probabilities, likeliest first; the unknown word is left out."""
        row = slice(*self.starts[source : source + 2])
        words, probabilities = self.targets[row], self.probabilities[row]
        order = np.argsort(-probabilities, kind="stable")
        order = order[words[order] < self.target_words]
        return words[order], probabilities[order]


@dataclass(frozen=True)
class Cells:
    """The entry of a table for every source word beside every target word of a pair.

    places: int32 flat; of pair s, target word j and source word i it is places[starts[s] + j * I + i], with I the
    source words of the sentence. A pair with an empty or a too long side has no cells.
    """

    places: NDArray[np.int32]
    starts: NDArray[np.int64]


@dataclass(frozen=True)
class Posteriors:
    """Where every target word comes from, as probabilities: words (cells,) from each source word beside it, and none
    (target text,) from no word. Both float32; those of one target word
    sum to one.
    """

    words: NDArray[np.float32]
    none: NDArray[np.float32]

    @classmethod
    def empty(cls, pairs: SentencePairs, cells: Cells) -> Posteriors:
        """Zeros: a pair without cells is never looked at."""
        return cls(np.zeros(len(cells.places), np.float32), np.zeros(len(pairs.target_ids), np.float32))


class AlignedArrays(NamedTuple):
    """What compiled loops over pairs read, flat: source words of each sentence, the target text, and its cells."""

    lengths: NDArray[np.int64]
    target_ids: NDArray[np.int32]
    target_starts: NDArray[np.int64]
    weights: NDArray[np.float32]
    places: NDArray[np.int32]
    cell_starts: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    null: NDArray[np.float32]

    @classmethod
    def of(cls, pairs: SentencePairs, table: TranslationTable, cells: Cells) -> AlignedArrays:
        """The arrays themselves, not copies."""
        return cls(
            np.diff(pairs.source_starts), pairs.target_ids, pairs.target_starts, pairs.weights,
            cells.places, cells.starts, table.probabilities, table.null,
        )  # fmt: skip


def co_occurrences(pairs: SentencePairs) -> tuple[TranslationTable, Cells]:
    """The uniform table over all words that stand in one pair together, and the entries of its pairs."""
    source_lengths, target_lengths = np.diff(pairs.source_starts), np.diff(pairs.target_starts)
    used = (np.maximum(source_lengths, target_lengths) <= LONGEST) & (pairs.weights > 0)
    cell_starts = np.concatenate([[0], np.cumsum(np.where(used, source_lengths * target_lengths, 0))])
    source = np.where(pairs.source_ids < 0, pairs.source_words, pairs.source_ids)
    target = np.where(pairs.target_ids < 0, pairs.target_words, pairs.target_ids)
    order = np.argsort(source, kind="stable")  # positions of each source word, one word after the other
    occurrence_starts = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=pairs.source_words + 1))])
    sentence = np.repeat(np.arange(len(pairs)), source_lengths)
    places = np.empty(cell_starts[-1], np.int32)
    row_starts, targets = _fill_cells(
        order,
        occurrence_starts,
        sentence,
        pairs.source_starts,
        target,
        pairs.target_starts,
        pairs.target_words + 1,
        cell_starts,
        places,
    )
    sizes = np.diff(row_starts)
    uniform = np.repeat(1.0 / np.maximum(sizes, 1), sizes).astype(np.float32)
    null = np.bincount(target, minlength=pairs.target_words + 1) > 0
    null_row = (null / max(1, null.sum())).astype(np.float32)
    return TranslationTable(row_starts, targets, uniform, null_row), Cells(places, cell_starts)


@njit(cache=True, nogil=True)
def _fill_cells(
    order: Any,
    occurrence_starts: Any,
    sentence: Any,
    source_starts: Any,
    target: Any,
    target_starts: Any,
    width: int,
    cell_starts: Any,
    places: Any,
) -> Any:
    """Rows of the table, (starts, targets), while `places` is filled with where each pair of words stands in it."""
    rows = len(occurrence_starts) - 1
    row_starts = np.zeros(rows + 1, np.int64)
    targets = np.empty(max(64, len(places) // 4), np.int32)
    place = np.full(width, -1, np.int64)
    seen_in = np.full(width, -1, np.int64)
    total = 0
    for row in range(rows):
        row_starts[row] = total
        for o in range(occurrence_starts[row], occurrence_starts[row + 1]):
            s = sentence[order[o]]
            if cell_starts[s + 1] == cell_starts[s]:
                continue
            for t in range(target_starts[s], target_starts[s + 1]):
                if seen_in[target[t]] != row:
                    seen_in[target[t]] = row
                    if total == len(targets):
                        larger = np.empty(2 * len(targets), np.int32)
                        larger[:total] = targets
                        targets = larger
                    targets[total] = target[t]
                    total += 1
        targets[row_starts[row] : total] = np.sort(targets[row_starts[row] : total])
        for c in range(row_starts[row], total):
            place[targets[c]] = c
        for o in range(occurrence_starts[row], occurrence_starts[row + 1]):
            s = sentence[order[o]]
            if cell_starts[s + 1] == cell_starts[s]:
                continue
            i, length = order[o] - source_starts[s], source_starts[s + 1] - source_starts[s]
            for t in range(target_starts[s], target_starts[s + 1]):
                places[cell_starts[s] + (t - target_starts[s]) * length + i] = place[target[t]]
    row_starts[rows] = total
    return row_starts, targets[:total].copy()


@njit(cache=True, nogil=True)
def place_of(starts: Any, targets: Any, row: int, column: int) -> int:
    """Where P(column | row) stands in a table, or -1."""
    low, high = starts[row], starts[row + 1]
    while low < high:
        middle = (low + high) // 2
        if targets[middle] < column:
            low = middle + 1
        else:
            high = middle
    return low if low < starts[row + 1] and targets[low] == column else -1


@njit(cache=True, nogil=True)
def _look_up(starts: Any, targets: Any, probabilities: Any, rows: Any, columns: Any, found: Any) -> None:
    for n in range(len(rows)):
        place = place_of(starts, targets, rows[n], columns[n])
        found[n] = probabilities[place] if place >= 0 else 0.0


def counted(
    pairs: SentencePairs, table: TranslationTable, cells: Cells, posteriors: Posteriors
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected counts, weighted: of each entry of the table, and (target words + 1,) of words from no word."""
    counts = np.zeros(len(table.targets))
    _add_cells(pairs.weights, cells.starts, cells.places, posteriors.words, counts)
    target = np.where(pairs.target_ids < 0, pairs.target_words, pairs.target_ids)
    weights = np.repeat(pairs.weights, np.diff(pairs.target_starts))
    none = np.bincount(target, weights * posteriors.none, pairs.target_words + 1)
    return counts, none.astype(np.float64)  # bincount of no words at all is of integers


@njit(cache=True, nogil=True)
def _add_cells(weights: Any, cell_starts: Any, places: Any, posteriors: Any, counts: Any) -> None:
    for s in range(len(weights)):
        for c in range(cell_starts[s], cell_starts[s + 1]):
            counts[places[c]] += weights[s] * posteriors[c]


def normalised(table: TranslationTable, counts: NDArray[np.float64], null: NDArray[np.float64]) -> TranslationTable:
    """The table of the expected counts, one for each entry, and of the counts (target words + 1,) of no source word."""
    sizes = np.diff(table.starts)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    totals = np.bincount(rows, counts, len(sizes))
    probabilities = counts / np.where(totals > 0, totals, 1.0)[rows]
    null_row = null / null.sum() if null.sum() > 0 else np.full(len(null), 1.0 / len(null))
    return TranslationTable(table.starts, table.targets, probabilities.astype(np.float32), null_row.astype(np.float32))
