"""C(X | f(X)): what it costs to tell a text from its translation, as a code that could be decoded.

A hidden Markov model, learned from other sentences and their translations: each word of the text comes from a word of
the translation, a jump away from the last one, or from none (unmt/solvers/hmm.py). So a translation that keeps words
and their order costs next to nothing, and one whose words are right and whose order is not costs the jumps. Both
lengths are known to the reader.

A word z of the translation that was seen n times says (n P(x | z) + BELIEF B(x)) / (n + BELIEF) of a word x of the
text, with P as learned and B the words of the text as they are without any translation: what was never seen says
nothing. Source: MacKay and Bauman Peto, "A hierarchical Dirichlet language model", 1995.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unmt.solvers.hmm import Jumps, first_jumps, hmm_posteriors, jump_classes, transitions
from unmt.solvers.ibm1 import NULL_SHARE, ibm1_posteriors
from unmt.solvers.sentence_pairs import LONGEST, SentencePairs
from unmt.solvers.translation_table import TranslationTable, co_occurrences, counted, normalised, place_of

IBM1_STEPS, HMM_STEPS = 4, 4

BELIEF = 1.0
"""Sightings of a word that what was learned of it must have, to be believed as much as what is known without it."""


@dataclass(frozen=True, eq=False)
class WayBack:
    """What a translation tells of its text; the source of the pairs is the translation, their target the text.

    table: P(word of the text | word of the translation); jumps: of the hidden Markov model. seen: float64
    (words of the translation + 1,), how often each was learned from, unknown last. background: float64 (words of the
    text + 1,), sums to one, nowhere zero.
    """

    table: TranslationTable
    jumps: Jumps
    seen: NDArray[np.float64]
    background: NDArray[np.float64]

    @classmethod
    def learn(cls, pairs: SentencePairs, ibm1_steps: int = IBM1_STEPS, hmm_steps: int = HMM_STEPS) -> WayBack:
        """From translations (source of the pairs) and their texts (target)."""
        table, cells = co_occurrences(pairs)
        jumps = first_jumps()
        for step in range(ibm1_steps + hmm_steps):
            if step < ibm1_steps:
                posteriors, _ = ibm1_posteriors(pairs, table, cells)
            else:
                posteriors, jumps, _ = hmm_posteriors(pairs, table, cells, jumps)
            table = normalised(table, *counted(pairs, table, cells, posteriors))
        used = np.repeat(np.diff(cells.starts) > 0, np.diff(pairs.source_starts))
        source = np.where(pairs.source_ids < 0, pairs.source_words, pairs.source_ids)[used]
        target = np.where(pairs.target_ids < 0, pairs.target_words, pairs.target_ids)
        counts = 1.0 + np.bincount(target, minlength=pairs.target_words + 1)
        seen = np.bincount(source, minlength=pairs.source_words + 1).astype(np.float64)
        return cls(table, jumps, seen, counts / counts.sum())

    def bits(self, pairs: SentencePairs) -> NDArray[np.float64]:
        """Bits (S,) of each text given its translation and its length.

        Of more than LONGEST words on either side jumps are not counted: each word comes from any word of the
        translation. Weights of pairs are ignored.
        """
        found = np.zeros(len(pairs))
        _sentence_bits(
            pairs.source_ids,
            pairs.source_starts,
            pairs.target_ids,
            pairs.target_starts,
            self.table.starts,
            self.table.targets,
            self.table.probabilities,
            self.table.null.astype(np.float64),
            self.seen / (self.seen + BELIEF),
            self.background,
            self.jumps,
            NULL_SHARE,
            found,
        )
        return found


@njit(cache=True, nogil=True)
def _sentence_bits(
    source_ids: Any,
    source_starts: Any,
    target_ids: Any,
    target_starts: Any,
    starts: Any,
    targets: Any,
    probabilities: Any,
    null: Any,
    beliefs: Any,
    background: Any,
    jumps: Any,
    null_share: float,
    bits: Any,
) -> None:
    """The forward algorithm: bits of every target sentence."""
    most = LONGEST + 1
    classes = np.empty((most, most), np.int64)
    jump_classes(classes)
    flat_jumps = jumps.ravel()
    transition, norms = np.empty((most, most)), np.empty(most)
    state, arriving = np.empty(most), np.empty(most)
    for s in range(len(bits)):
        first, length = source_starts[s], source_starts[s + 1] - source_starts[s]
        is_short = length <= LONGEST and target_starts[s + 1] - target_starts[s] <= LONGEST
        if is_short:
            transitions(classes, flat_jumps, length, 1.0 - null_share, transition, norms)
            state[: length + 1] = 0.0
            state[0] = 1.0
        for t in range(target_starts[s], target_starts[s + 1]):
            word = target_ids[t] if target_ids[t] >= 0 else len(null) - 1
            alone = background[word]
            of_none = (null[word] + alone) / 2.0
            if length == 0:
                bits[s] -= np.log2(of_none)
                continue
            total = 0.0
            if is_short:
                arriving[:length] = 0.0
                for before in range(length + 1):
                    for k in range(length):
                        arriving[k] += state[before] * transition[before, k]
            for k in range(length):
                row = source_ids[first + k] if source_ids[first + k] >= 0 else len(starts) - 2
                place = place_of(starts, targets, row, word)
                says = (1.0 - beliefs[row]) * alone + (beliefs[row] * probabilities[place] if place >= 0 else 0.0)
                if is_short:
                    arriving[k] *= says
                    total += arriving[k]
                else:
                    total += (1.0 - null_share) / length * says
            total += null_share * of_none
            bits[s] -= np.log2(total)
            if is_short:
                state[0] *= null_share * of_none / total
                for k in range(length):
                    state[k + 1] = (arriving[k] + null_share * of_none * state[k + 1]) / total
