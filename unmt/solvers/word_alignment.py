"""Which word comes from which: IBM model 1, then the hidden Markov model, both ways, then their links joined."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.solvers.hmm import first_jumps, hmm_links, hmm_step
from unmt.solvers.ibm1 import NULL_SHARE, ibm1_step
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.symmetrisation import Links, grow_diag_final_and, lexical_table
from unmt.solvers.translation_table import Cells, TranslationTable, co_occurrences


@dataclass
class AlignmentSettings:
    """Steps of expectation maximisation of either model, and the share of words that come from no word."""

    ibm1_steps: int = 4
    hmm_steps: int = 4
    null_share: float = NULL_SHARE


@dataclass(frozen=True)
class Direction:
    """One direction aligned. table: P(target word | source word) of the last step; cells: its entries, pair by pair.

    links: for each target word (flat) the position of its source word or -1; bits: those of the target text before each
    step, weighted, never rising within a model.
    """

    table: TranslationTable
    cells: Cells
    links: NDArray[np.int16]
    bits: tuple[float, ...]


@dataclass(frozen=True)
class WordAlignment:
    """Pairs aligned both ways: the links of both directions joined, and tables of two kinds.

    forward, backward: P(target | source) and P(source | target) of the hidden Markov model; lexical_forward and
    lexical_backward: the same of the joined links, as counted, and of words without a link (`null`).
    unlinked_source, unlinked_target: how often (weighted) each word, unknown last, had no link.
    """

    links: Links
    forward: TranslationTable
    backward: TranslationTable
    lexical_forward: TranslationTable
    lexical_backward: TranslationTable
    unlinked_source: NDArray[np.float64]
    unlinked_target: NDArray[np.float64]
    forward_bits: tuple[float, ...]
    backward_bits: tuple[float, ...]


def align_words(pairs: SentencePairs, settings: AlignmentSettings | None = None, *, threads: int = 2) -> WordAlignment:
    """Align pairs of sentences. Pairs with a side above LONGEST words, or of weight 0, get no links.

    The answer is the same with one thread and with two. Memory: 4 bytes for every two words side by side, both ways.
    """
    settings = settings or AlignmentSettings()
    both = (pairs, pairs.swapped())
    with ThreadPoolExecutor(max(1, min(2, threads))) as pool:
        forward, backward = pool.map(lambda side: align_direction(side, settings), both)
        links = grow_diag_final_and(pairs, forward.links, backward.links)
        (ahead, _, unlinked_target), (back, _, unlinked_source) = (
            lexical_table(pairs, forward.table, forward.cells, links),
            lexical_table(both[1], backward.table, backward.cells, Links(links.starts, links.target, links.source)),
        )
    return WordAlignment(
        links,
        forward.table,
        backward.table,
        _without_zeros(ahead),
        _without_zeros(back),
        unlinked_source,
        unlinked_target,
        forward.bits,
        backward.bits,
    )


def align_direction(pairs: SentencePairs, settings: AlignmentSettings) -> Direction:
    """Every target word from a source word or none."""
    table, cells = co_occurrences(pairs)
    history = []
    for _ in range(settings.ibm1_steps):
        table, bits = ibm1_step(pairs, table, cells, settings.null_share)
        history.append(bits)
    jumps = first_jumps()
    for _ in range(settings.hmm_steps):
        table, jumps, bits = hmm_step(pairs, table, cells, jumps, settings.null_share)
        history.append(bits)
    return Direction(table, cells, hmm_links(pairs, table, cells, jumps, settings.null_share), tuple(history))


def _without_zeros(table: TranslationTable) -> TranslationTable:
    """The same probabilities in less memory."""
    kept = table.probabilities > 0
    starts = np.concatenate([[0], np.cumsum(kept)])[table.starts]
    return TranslationTable(starts, table.targets[kept], table.probabilities[kept], table.null)
