"""The cells of `bench objectives` that are ciphers: each objective gives a key, and every key is scored alike, in bits.

A key is an array of letters by composite symbol (`mappings.relaxed_key`). What it costs is L(f) of the mapping that it
is, and the text under it by n-grams of the target: trigrams of characters, bigrams of words. What it saves is counted
against the cipher's symbols in any order, column by column: log2 of the number of orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import BITS_PER_UNIT
from unmt.coding.symbol_ngrams import symbol_ngrams, symbol_table
from unmt.mappings.substitution import Substitution
from unmt.mappings.vigenere import Vigenere
from unmt.objectives.code_length import text_units
from unmt.solvers.column_period import column_period
from unmt.solvers.problem import Problem
from unmt.tasks.objective_pairs import WORD_CIPHERS, CipherPair

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_CODE_POINT = 0xE000
"""Letters and symbols of mappings are code points of private use: there are more words than letters of any script."""

LONGEST_PERIOD = 12
EM_SYMBOLS, EM_WORDS = 2000, 1500
"""Symbols of the cipher that expectation maximisation looks at: its passes go over all pairs of letters each time."""

USUAL_LETTERS = 26
"""The moves of annealing suit so many letters; they grow with the number of pairs that can be swapped."""

RESTARTS = 3

JUDGED_WORDS = 800
"""Steps of the adversary's game over words, whose judge learns faster than that of characters, and has longer: it
has ten times as many windows to tell apart."""

FREQUENCY_START = 2.0
"""Logits that a key of words begins with, for each factor of e between two frequencies: minus so many."""


@dataclass(frozen=True)
class CipherTask:
    """A pair with its codes, as the objectives see it: nothing here knows the plaintext."""

    pair: CipherPair

    @cached_property
    def letters(self) -> int:
        return self.pair.letters

    @cached_property
    def is_words(self) -> bool:
        return self.pair.family in WORD_CIPHERS

    @cached_property
    def period(self) -> int:
        """Of a Vigenère, found from the cipher; 0 for a substitution."""
        return column_period(self.pair.cipher, self.letters, LONGEST_PERIOD) if self.pair.period else 0

    @cached_property
    def ngrams(self) -> Any:
        """The code of the target, as probabilities."""
        return symbol_ngrams(self.pair.target, self.letters, 2 if self.is_words else 3)

    @cached_property
    def table(self) -> Any:
        """The same as the table that searches use."""
        return symbol_table(self.ngrams)

    @cached_property
    def alphabet(self) -> str:
        return "".join(chr(FIRST_CODE_POINT + letter) for letter in range(self.letters))

    @cached_property
    def problem(self) -> Problem:
        """The cipher as the searches for keys take it."""
        ids = self.pair.cipher.astype(np.int32)
        return Problem(ids, tuple(self.alphabet), None, self.alphabet, self.table, ids, self.table.letter_frequencies())

    @cached_property
    def stream(self) -> Ints:
        """(N,) composite symbols."""
        if not self.period:
            return self.pair.cipher
        return np.arange(len(self.pair.cipher)) % self.period * self.letters + self.pair.cipher

    def shifted(self, shifts: Ints) -> Ints:
        """The key of a Vigenère with these shifts."""
        letters = (np.arange(self.letters)[None, :] - shifts[:, None]) % self.letters
        return np.asarray(letters.ravel(), np.int64)

    def plain(self, key: Ints) -> Ints:
        """(N,) the text under a key."""
        if len(key) == self.letters:
            return key[self.pair.cipher]
        place = np.arange(len(self.pair.cipher)) % (len(key) // self.letters)
        return np.asarray(key[place * self.letters + self.pair.cipher], np.int64)

    def mapping_bits(self, key: Ints) -> float:
        """L(f) of a key."""
        symbols = tuple(self.alphabet)
        if not self.pair.period:
            return Substitution.from_ids(symbols, self.alphabet, key).bits(len(self.pair.cipher))
        keyword = "".join(self.alphabet[-letter % self.letters] for letter in key[:: self.letters])
        return Vigenere(symbols, self.alphabet, keyword).bits(len(self.pair.cipher))

    def text_bits(self, key: Ints) -> float:
        """C of the text under a key."""
        table = self.table
        text = self.plain(key)
        return float(text_units(text, table.costs, table.offsets, table.order, table.letters)) * BITS_PER_UNIT

    def total_bits(self, key: Ints) -> float:
        """What restarts are chosen by."""
        return self.mapping_bits(key) + self.text_bits(key)

    @cached_property
    def unordered_bits(self) -> float:
        """log2 of the number of orders of the symbols within their columns."""
        columns = [self.pair.cipher[place :: self.period or 1] for place in range(self.period or 1)]
        return sum(_orders(np.bincount(column)) for column in columns)


def _orders(counts: NDArray[np.integer]) -> float:
    """log2 of the multinomial coefficient of some counts."""
    return float((lgamma(counts.sum() + 1) - sum(lgamma(count + 1) for count in counts.tolist())) / log(2))


def by_annealing(task: CipherTask, seed: np.random.SeedSequence) -> Ints:
    """Code length, by the searches of `decipher`: annealing of a substitution, a beam for a keyword."""
    if task.pair.period:
        from unmt.solvers.polyalphabetic import keywords

        found, _ = keywords(task.pair.cipher, task.table, 0.25)
        return task.shifted(-found[0].shifts % task.letters)
    from unmt.solvers.substitution import SubstitutionSearch

    search = SubstitutionSearch(task.problem)
    effort = max((task.letters / USUAL_LETTERS) ** 2, 1.0)
    # Of a few hundred words a random key is so far off that a run may freeze before it has any of them right.
    start = _frequency_key(task) if task.is_words else None
    runs = [search.restart(child, effort, start) for child in seed.spawn(RESTARTS if task.is_words else 2)]
    best = min((run.candidates[0] for run in runs), key=lambda candidate: candidate.total_bits)
    assert isinstance(best.mapping, Substitution)
    return np.asarray(best.mapping.letter_of_symbol, np.int64)


def by_expectation(task: CipherTask, seed: np.random.SeedSequence) -> Ints:
    """Likelihood, by expectation maximisation on bigrams over the first symbols of the cipher."""
    children = seed.spawn(1 if task.is_words else 4 if task.pair.period else 12)
    if task.pair.period:
        from unmt.solvers.em_shifts import shifts_by_em

        part = task.pair.cipher[:EM_SYMBOLS]
        keys = [task.shifted(shifts_by_em(part, task.period, task.table, child)) for child in children]
    else:
        from unmt.solvers.em import expected_key

        part = task.pair.cipher[: EM_WORDS if task.is_words else EM_SYMBOLS]
        iterations = 25 if task.is_words else 40
        start = np.exp(_frequency_start(task)) if task.is_words else None
        keys = [expected_key(part, task.table, child, iterations, start) for child in children]
    return min(keys, key=task.total_bits)


def by_transport(task: CipherTask, seed: np.random.SeedSequence) -> Ints:  # noqa: ARG001 - nothing is drawn
    """Optimal transport of frequencies and pairs of neighbours."""
    from unmt.mappings.relaxed_key import assigned
    from unmt.solvers.transport_key import coupling, transported_shifts

    if task.pair.period:
        frequencies = np.bincount(task.pair.target, minlength=task.letters) / len(task.pair.target)
        return task.shifted(transported_shifts(task.pair.cipher, task.period, frequencies))
    return assigned(coupling(_pairs(task.pair.cipher, task.letters), _pairs(task.pair.target, task.letters)))


def by_relaxed_code(task: CipherTask, seed: np.random.SeedSequence) -> Ints:
    """Expected code length under bigrams, by gradients."""
    from unmt.objectives.expected_code_length import ExpectedCodeLength, pair_costs

    costs = pair_costs(task.ngrams)
    return _relaxed(task, seed, lambda counts, _: ExpectedCodeLength(counts, costs))


def by_matching(task: CipherTask, seed: np.random.SeedSequence) -> Ints:
    """N-gram matching, by gradients."""
    from unmt.objectives.expected_code_length import pair_shares
    from unmt.objectives.ngram_matching import NgramMatching

    shares = pair_shares(task.pair.target, task.letters)
    return _relaxed(task, seed, lambda counts, _: NgramMatching(counts, shares))


def by_adversary(task: CipherTask, seed: np.random.SeedSequence) -> Ints:
    """The adversarial objective, by gradients."""
    from unmt.objectives.adversarial_windows import AdversarialWindows, WindowSettings
    from unmt.objectives.expected_code_length import pair_shares

    shares = pair_shares(task.pair.target, task.letters)
    settings = WindowSettings(hidden=32, rate=3e-2) if task.is_words else WindowSettings()
    return _relaxed(
        task,
        seed,
        lambda counts, generator: AdversarialWindows(counts, shares, generator, settings),
        momentum=0.5,
        last_rate=0.03 if task.is_words else 0.2,
        steps=JUDGED_WORDS if task.is_words and not task.pair.period else None,
    )


CIPHER_SEARCHES: Mapping[str, Callable[[CipherTask, np.random.SeedSequence], Ints]] = {
    "code length, searched": by_annealing,
    "code length, relaxed": by_relaxed_code,
    "n-gram matching": by_matching,
    "adversarial": by_adversary,
    "optimal transport": by_transport,
    "likelihood (EM)": by_expectation,
}


def _relaxed(
    task: CipherTask,
    seed: np.random.SeedSequence,
    objective: Callable[[Any, Any], Any],
    *,
    momentum: float = 0.9,
    last_rate: float = 1.0,
    steps: int | None = None,
) -> Ints:
    """The key of the restart with the fewest bits. objective: made of the counts of pairs and a generator."""
    from unmt.mappings.relaxed_key import RelaxedFamily, RelaxedSubstitution, RelaxedVigenere
    from unmt.objectives.expected_code_length import pair_counts
    from unmt.solvers.relaxed_key import RelaxedSettings, relaxed_search

    family: RelaxedFamily = RelaxedSubstitution(task.letters, task.letters)
    if task.pair.period:
        family = RelaxedVigenere(task.letters, task.period)
    counts = pair_counts(task.stream, task.letters * (task.period or 1))
    start = _frequency_start(task) if task.is_words and not task.pair.period else None
    found = relaxed_search(
        family,
        lambda generator: objective(counts, generator),
        task.total_bits,
        seed,
        RelaxedSettings(
            restarts=RESTARTS,
            steps=steps or (120 if task.pair.period else 160),
            momentum=momentum,
            last_rate=last_rate,
        ),
        start=start,
    )
    return found[0].key


def _frequency_start(task: CipherTask) -> Floats:
    """(A, A) logits that prefer letters about as frequent as the symbol."""
    cipher, target = (
        np.log((np.bincount(ids, minlength=task.letters) + 1) / len(ids))
        for ids in (task.pair.cipher, task.pair.target)
    )
    return np.asarray(-FREQUENCY_START * np.abs(cipher[:, None] - target[None, :]))


def _frequency_key(task: CipherTask) -> Ints:
    """(A,) the letter that is as often in the language as each symbol in the cipher, by rank."""
    cipher, target = (
        np.argsort(-np.bincount(ids, minlength=task.letters), kind="stable")
        for ids in (task.pair.cipher, task.pair.target)
    )
    key = np.empty(task.letters, np.int64)
    key[cipher] = target
    return key


def _pairs(ids: Ints, letters: int) -> Floats:
    return np.bincount(ids[:-1] * letters + ids[1:], minlength=letters**2).reshape(letters, letters).astype(np.float64)
