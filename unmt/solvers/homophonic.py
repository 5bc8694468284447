"""Homophonic substitution: restarts of annealing on n-grams, choices and key, then on letters and words.

The objective is the code length of the ciphertext: C_Y(f(X)) + sum over letters y of n_y log2 h_y (which of the h_y
homophones was chosen, each time) + the key, a letter for each symbol, coded by how often the language uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.homophonic import Homophonic
from unmt.objectives.code_length import text_units
from unmt.objectives.text_code import TextCode
from unmt.objectives.windows import build_windows, spaced
from unmt.solvers.annealing import anneal_homophones
from unmt.solvers.polish import Polisher
from unmt.solvers.problem import Candidate, Problem, SearchResult
from unmt.solvers.random import kernel_state
from unmt.solvers.substitution import UNITS_PER_BIT, schedule

POLISH_MICROSECONDS = 3_000.0
"""For each symbol of the key."""
MOST_MOVES = 8_000_000

GAMBLE = 0.5
"""Share of proposed letters drawn by frequency; the rest are drawn evenly, so that rare letters get their turn."""


def moves_for(length: int, symbols: int) -> int:
    """Moves of one run: grows with the symbols; few uses of each make the landscape rough."""
    uses = length / max(symbols, 1)
    return int(np.clip(10_000 * symbols * (8.0 / max(uses, 3.0)) ** 2, 300_000, MOST_MOVES))


@dataclass
class HomophonicSearch:
    """The search for one ciphertext; `restart` may be called from several threads."""

    problem: Problem
    code: Callable[[NDArray[np.int32]], float] | None = None

    def __post_init__(self) -> None:
        problem = self.problem
        self.stop = np.zeros(1, np.uint8)  # set it from another thread to end the runs under way
        self.letters = len(problem.alphabet)
        self.ids = np.asarray(problem.ids, np.int64)
        w = build_windows(problem.ids, problem.boundaries, len(problem.symbols), problem.table)
        self.counts = w.counts
        self.windows = (w.constants, w.start, w.window, w.coefficient.astype(np.int32))
        shares = problem.frequencies
        self.prior = -np.log2(np.maximum(shares, 1e-4) / np.maximum(shares, 1e-4).sum())
        self.logs = np.concatenate([[0.0], np.log2(np.arange(1, len(problem.symbols) + 2)) * UNITS_PER_BIT])
        steps = np.cumsum(GAMBLE * shares + (1 - GAMBLE) / self.letters)
        quantiles = (np.arange(4096) + 0.5) / 4096
        self.proposals = np.minimum(np.searchsorted(steps, quantiles), self.letters - 1).astype(np.int64)
        self.polisher = None
        if isinstance(self.code, TextCode) and self.code.words is not None:
            self.polisher = Polisher(self.ids, self.counts, self.code, False, self.prior)

    def restart(
        self, seed: np.random.SeedSequence, effort: float = 1.0, start: Candidate | None = None
    ) -> SearchResult:
        """One run from the key of `start`, or from one drawn by letter frequency."""
        rng = np.random.default_rng(seed)
        state = kernel_state(seed)
        symbols = len(self.problem.symbols)
        key = rng.choice(self.letters, symbols, p=self.problem.frequencies).astype(np.int64)
        if start is not None:
            key = np.asarray(start.mapping.letter_of_symbol, np.int64).copy()
        hot, cold = schedule(self.problem.length / symbols)
        moves = int(moves_for(self.problem.length, symbols) * effort)
        anneal_homophones(
            key,
            self.windows,
            self.counts,
            self.problem.table.costs,
            self.logs,
            self.prior * UNITS_PER_BIT,
            self.proposals,
            self.letters,
            hot * UNITS_PER_BIT,
            cold * UNITS_PER_BIT,
            moves,
            state,
            self.stop,
        )
        return SearchResult([self._candidate(key)], moves)

    def rescored(self, found: SearchResult) -> SearchResult:
        """Candidates of another search with the bits of this one."""
        keys = [np.asarray(c.mapping.letter_of_symbol, np.int64) for c in found.candidates]
        return SearchResult(sorted((self._candidate(k) for k in keys), key=lambda c: c.total_bits), found.keys)

    def polish(self, candidate: Candidate, seed: np.random.SeedSequence) -> Candidate:
        """The candidate, or a better one nearby on the code of letters and words."""
        if self.polisher is None:
            return candidate
        assert isinstance(candidate.mapping, Homophonic)
        key = np.asarray(candidate.mapping.letter_of_symbol, np.int64).copy()
        self.polisher.polish(key, self.polisher.moves_for(POLISH_MICROSECONDS * len(key)), kernel_state(seed))
        return self._candidate(key)

    def _candidate(self, key: NDArray[np.int64]) -> Candidate:
        problem = self.problem
        letters = key[self.ids].astype(np.int32)
        if self.code is not None:
            text_bits = self.code(letters)
        else:
            table = problem.table
            text = spaced(letters, problem.boundaries, self.letters)
            text_bits = text_units(text, table.costs, table.offsets, table.order, table.letters) / UNITS_PER_BIT
        mapping = Homophonic.from_ids(problem.symbols, problem.alphabet, key)
        return Candidate(mapping, letters, text_bits, float(self.prior[key].sum()), mapping.choice_bits(letters))
