"""What a search keeps up to date is what scoring from scratch gives."""

import numpy as np
import pytest

from unmt.coding.ngram_table import NgramTable
from unmt.objectives.code_length import PairLists, window_costs, window_entries
from unmt.objectives.windows import build_windows, spaced
from unmt.solvers.annealing import anneal_homophones, anneal_swaps, homophone_moves, swap_moves, temperature
from unmt.solvers.random import kernel_state

LETTERS = 7


def random_table(letters, order):
    rng = np.random.default_rng(letters + order)
    sizes = [letters**k for k in range(1, order + 1)]
    offsets = np.concatenate([[0], np.cumsum([0, *sizes[:-1]])]).astype(np.int64)
    costs = rng.integers(0, 200, sum(sizes)).astype(np.uint8)
    costs.flags.writeable = False  # as that of a language: kernels are compiled for it already
    return NgramTable(order, letters, costs, offsets)


class State:
    """A ciphertext, a key, and what the kernels keep of them."""

    def __init__(self, symbols, length, *, divided, order, seed, permutation):
        rng = np.random.default_rng(seed)
        self.ids = rng.integers(0, symbols, length)
        self.boundaries = np.sort(rng.choice(np.arange(1, length), 5, replace=False)) if divided else None
        self.table = random_table(LETTERS + divided, order)
        self.windows = build_windows(self.ids, self.boundaries, symbols, self.table)
        w = self.windows
        self.arrays = (w.constants, w.start, w.window, w.coefficient)
        self.key = rng.permutation(LETTERS) if permutation else rng.integers(0, LETTERS, symbols)
        self.key = self.key.astype(np.int64)
        self.random = kernel_state(np.random.SeedSequence(seed))
        # The kernels' own types, for which they are compiled already.
        self.narrow = (w.constants, w.start, w.window, w.coefficient.astype(np.int32))
        self.entries, self.costs = self.entries_of_key().astype(np.int32), np.empty(len(w.constants), np.uint8)
        self.start = window_costs(self.entries, self.table.costs, self.costs)

    def units(self, key=None):
        """The cost of the text under a key, from scratch."""
        key = self.key if key is None else key
        text = spaced(key[self.ids], self.boundaries, LETTERS)
        given = 0 if self.boundaries is None else self.table.text_units(text[:1])
        return self.table.text_units(text) - given

    def entries_of_key(self):
        entries = np.empty(len(self.windows.constants), np.int64)
        window_entries(*self.arrays, self.key, entries)
        return entries

    def check(self):
        """Entries and costs are those of the key."""
        entries = self.entries_of_key()
        assert np.array_equal(self.entries, entries)
        assert np.array_equal(self.costs, self.table.costs[entries])

    @property
    def pairs(self):
        lists = PairLists(self.windows)
        return lists.first, lists.second, lists.start, lists.window, lists.step


@pytest.mark.parametrize("divided", [False, True])
@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("limit", [0.0, 30.0, 1000.0])
def test_swaps_keep_the_cost(divided, order, limit):
    for seed in range(10):
        state = State(LETTERS, 30 + seed, divided=divided, order=order, seed=seed, permutation=True)
        assert state.start == state.units()
        total = state.start
        for _ in range(20):
            before = total
            total = swap_moves(
                state.key, state.entries, state.costs, state.table.costs, state.pairs, limit, 7, state.random, total
            )
            assert total == state.units()
            assert sorted(state.key) == list(range(LETTERS))
            assert limit > 0 or total <= before
            state.check()


@pytest.mark.parametrize("divided", [False, True])
@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("limit", [0.0, 30.0, 1000.0])
def test_homophone_moves_keep_the_cost(divided, order, limit):
    for seed in range(10):
        state = State(12, 60 + seed, divided=divided, order=order, seed=seed, permutation=False)
        rng = np.random.default_rng(seed)
        counts = state.windows.counts
        logs = np.concatenate([[0.0], np.log2(np.arange(1, 14)) * 16])
        prior = rng.uniform(0, 100, LETTERS)
        proposals = rng.integers(0, LETTERS, 4096)

        def choices_and_key(key, counts=counts, prior=prior):
            """Bits of the homophone choices and of the key, from scratch, in table units."""
            uses, homophones = np.bincount(key, counts, LETTERS), np.bincount(key, minlength=LETTERS)
            return float((uses * np.log2(np.maximum(homophones, 1))).sum() * 16 + prior[key].sum())

        homophones = np.bincount(state.key, minlength=LETTERS).astype(np.int64)
        uses = np.bincount(state.key, counts, LETTERS).astype(np.int64)
        total = np.full(2, state.start + choices_and_key(state.key))
        best = state.key.copy()
        for _ in range(20):
            before = total[0]
            homophone_moves(
                *(state.key, state.entries, state.costs, state.table.costs, state.narrow, counts, homophones, uses),
                *(logs, prior, proposals, limit, 9, state.random, total, best),
            )
            state.check()
            assert total[0] == pytest.approx(state.units() + choices_and_key(state.key))
            assert total[1] == pytest.approx(state.units(best) + choices_and_key(best))
            assert total[1] <= total[0] + 1e-6
            assert limit > 0 or total[0] <= before + 1e-6
            assert np.array_equal(homophones, np.bincount(state.key, minlength=LETTERS))
            assert np.array_equal(uses, np.bincount(state.key, counts, LETTERS))


def test_cooling_goes_from_hot_to_cold():
    heats = [temperature(block, 10, 8.0, 0.5) for block in range(10)]
    assert heats[0] == 8.0
    assert heats[-1] == pytest.approx(0.5)
    assert heats == sorted(heats, reverse=True)


def test_the_pool_of_a_run_has_the_costs_that_it_says():
    state = State(LETTERS, 40, divided=False, order=3, seed=1, permutation=True)
    pool, pooled = np.empty((5, LETTERS), np.int64), np.empty(5, np.int64)
    last = anneal_swaps(
        *(state.key, state.arrays, state.pairs, state.table.costs, 300.0, 5.0, 3000, state.random, pool, pooled)
    )
    assert [state.units(key) for key in pool] == pooled.tolist()
    assert last == pooled[-1] == state.units()
    assert last < state.start


def test_a_run_over_homophones_ends_at_the_best_key_it_met():
    state = State(12, 60, divided=True, order=3, seed=2, permutation=False)
    logs = np.concatenate([[0.0], np.log2(np.arange(1, 14)) * 16])
    prior = np.full(LETTERS, 40.0)
    proposals = np.random.default_rng(0).integers(0, LETTERS, 4096)
    before = state.units()
    cost = anneal_homophones(
        *(state.key, state.narrow, state.windows.counts, state.table.costs, logs, prior, proposals, LETTERS),
        *(300.0, 5.0, 5000, state.random, np.zeros(1, np.uint8)),
    )
    homophones = np.bincount(state.key, minlength=LETTERS)
    uses = np.bincount(state.key, state.windows.counts, LETTERS)
    choices = (uses * np.log2(np.maximum(homophones, 1))).sum() * 16
    assert cost == pytest.approx(state.units() + choices + 12 * 40)
    assert state.units() < before
