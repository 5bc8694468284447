"""Simple substitution: restarts of annealing on n-grams, then on letters and words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.substitution import Substitution
from unmt.objectives.code_length import PairLists
from unmt.objectives.text_code import TextCode
from unmt.objectives.windows import build_windows
from unmt.solvers.annealing import anneal_swaps
from unmt.solvers.polish import Polisher
from unmt.solvers.problem import Candidate, Problem, SearchResult
from unmt.solvers.random import kernel_state

UNITS_PER_BIT = 16.0
POOL = 16
"""Keys kept of a run: the last of its coldest temperatures."""
POLISH_MICROSECONDS = 60_000.0


def schedule(uses: float) -> tuple[float, float]:
    """Hot and cold temperatures in bits for symbols used `uses` times on average.

    A swap changes about `uses` n-grams for each letter in an n-gram, so temperatures grow with the uses; the constants
    fit all schedules that worked best at 2 to 40 uses on the even rows of the English benchmark.
    """
    return float(np.clip(1.6 * uses, 3.0, 20.0)), float(np.clip(0.3 * uses, 0.8, 3.0))


def moves_for(length: int) -> int:
    """Moves of one run: short texts have rough landscapes, long ones need few moves."""
    return int(np.clip(400_000 * (64 / max(length, 1)) ** 1.5, 20_000, 400_000))


@dataclass
class SubstitutionSearch:
    """The search for one ciphertext; `restart` may be called from several threads."""

    problem: Problem
    code: Callable[[NDArray[np.int32]], float] | None = None

    def __post_init__(self) -> None:
        problem = self.problem
        self.letters = len(problem.alphabet)
        self.ids = np.asarray(problem.ids, np.int64)
        self.windows = build_windows(problem.ids, problem.boundaries, self.letters, problem.table)
        self.lists = PairLists(self.windows)
        prior = np.zeros(self.letters)
        self.polisher = None
        if isinstance(self.code, TextCode) and self.code.words is not None:
            self.polisher = Polisher(self.ids, self.windows.counts, self.code, True, prior)
        self.mapping_bits = Substitution.from_ids(problem.symbols, problem.alphabet, range(len(problem.symbols))).bits(
            problem.length
        )

    def restart(
        self, seed: np.random.SeedSequence, effort: float = 1.0, start: NDArray[np.int64] | None = None
    ) -> SearchResult:
        """One run from a random key, or from the key `start`: candidates with the bits of the whole code, if any."""
        rng = np.random.default_rng(seed)
        state = kernel_state(seed)
        key = (rng.permutation(self.letters) if start is None else start).astype(np.int64)
        hot, cold = schedule(self.problem.length / max(len(self.problem.symbols), 1))
        moves = int(moves_for(self.problem.length) * effort)
        w, lists, table = self.windows, self.lists, self.problem.table
        pool = np.empty((POOL, self.letters), np.int64)
        units = np.empty(POOL, np.int64)
        anneal_swaps(
            key,
            (w.constants, w.start, w.window, w.coefficient),
            (lists.first, lists.second, lists.start, lists.window, lists.step),
            table.costs,
            hot * UNITS_PER_BIT,
            cold * UNITS_PER_BIT,
            moves,
            state,
            pool,
            units,
        )
        keys = self._distinct(pool)
        scored = sorted(((self._bits(k), i) for i, k in enumerate(keys)), key=lambda pair: pair[0])
        found = [(bits, keys[i]) for bits, i in scored]
        return SearchResult([self._candidate(key, bits) for bits, key in found], moves)

    def polish(self, candidate: Candidate, seed: np.random.SeedSequence) -> Candidate:
        """The candidate, or a better one nearby on the code of letters and words."""
        if self.polisher is None:
            return candidate
        assert isinstance(candidate.mapping, Substitution)
        named = np.asarray(candidate.mapping.letter_of_symbol, np.int64)
        key = np.concatenate([named, np.setdiff1d(np.arange(self.letters), named)])
        moves = self.polisher.moves_for(POLISH_MICROSECONDS)
        return self._candidate(key, self.polisher.polish(key, moves, kernel_state(seed)))

    def _distinct(self, pool: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Keys that differ in a letter of the text."""
        used = self.windows.counts > 0
        return list({tuple(key[used]): key for key in pool}.values())

    def _bits(self, key: NDArray[np.int64]) -> float:
        if self.code is not None:
            return self.code(key[self.ids].astype(np.int32))
        w, table = self.windows, self.problem.table
        entries = w.constants.copy()
        for s in range(self.letters):
            span = slice(w.start[s], w.start[s + 1])
            entries[w.window[span]] += key[s] * w.coefficient[span]
        return float(table.costs[entries].sum()) / UNITS_PER_BIT

    def _candidate(self, key: NDArray[np.int64], text_bits: float) -> Candidate:
        symbols = self.problem.symbols
        mapping = Substitution.from_ids(symbols, self.problem.alphabet, key[: len(symbols)])
        return Candidate(mapping, key[self.ids].astype(np.int32), text_bits, self.mapping_bits)
