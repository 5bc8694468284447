import numpy as np
import pytest

from unmt.coding.language_model import LanguageModel
from unmt.mappings.homophonic import Homophonic
from unmt.objectives.text_code import TextCode
from unmt.solvers.polish import Polisher
from unmt.solvers.random import kernel_state

TEXT = "there was nobody left on the island but the old woman and her goat"
PRIOR = np.linspace(3.0, 6.0, 26)


@pytest.fixture(scope="module")
def english():
    return LanguageModel.load("en")


class Case:
    """A short text, a polisher for it, and its bits from scratch."""

    def __init__(self, model, *, injective, divided):
        self.plain, boundaries = model.letters(TEXT)
        self.symbols = 26 if injective else 34
        rng = np.random.default_rng(0)
        self.true = np.arange(26) if injective else np.append(np.arange(26), rng.choice(self.plain, 8))
        homophones = [np.flatnonzero(self.true == letter) for letter in self.plain]
        self.ids = np.array([rng.choice(h) for h in homophones], np.int64)
        self.counts = np.bincount(self.ids, minlength=self.symbols).astype(np.int64)
        self.code = TextCode(model, boundaries if divided else None, len(self.plain))
        self.injective = injective
        prior = np.zeros(26) if injective else PRIOR
        self.polisher = Polisher(self.ids, self.counts, self.code, injective, prior)

    def bits(self, key):
        bits = self.code(key[self.ids])
        if not self.injective:
            mapping = Homophonic.from_ids([str(i) for i in range(self.symbols)], "abcdefghijklmnopqrstuvwxyz", key)
            bits += mapping.choice_bits(key[self.ids]) + PRIOR[key].sum()
        return bits

    def damaged(self):
        """The true key with the letters of two rare symbols swapped: what a search on n-grams leaves to be done."""
        key = self.true.astype(np.int64)
        rare = [s for s in np.argsort(self.counts, kind="stable") if self.counts[s] > 0]
        a = rare[0]
        b = next(s for s in rare if key[s] != key[a])
        key[a], key[b] = key[b], key[a]
        return key


@pytest.fixture(params=[(i, d) for i in (True, False) for d in (True, False)], ids=str)
def case(english, request):
    injective, divided = request.param
    return Case(english, injective=injective, divided=divided)


def test_a_wrong_pair_of_letters_is_put_right(case):
    key = case.damaged()
    before = case.bits(key)
    bits = case.polisher.polish(key, 20_000, kernel_state(np.random.SeedSequence(1)))
    assert bits < before - 3
    assert bits == pytest.approx(case.bits(key), abs=1e-6)
    assert bits <= case.bits(case.true) + 1e-6
    if case.injective:
        assert sorted(key) == list(range(26))


def test_the_best_key_is_kept_even_if_the_search_leaves_it(case):
    key = case.true.astype(np.int64).copy()
    bits = case.polisher.polish(key, 300, kernel_state(np.random.SeedSequence(2)), hot=50.0)
    assert bits <= case.bits(case.true) + 1e-6
    assert bits == pytest.approx(case.bits(key), abs=1e-6)


def test_no_moves_change_nothing(case):
    key = case.damaged()
    same = key.copy()
    bits = case.polisher.polish(key, 0, kernel_state(np.random.SeedSequence(3)))
    assert np.array_equal(key, same)
    assert bits == pytest.approx(case.bits(key), abs=1e-6)


def test_the_same_state_takes_the_same_way(case):
    keys = [case.damaged() for _ in range(2)]
    for key in keys:
        case.polisher.polish(key, 500, kernel_state(np.random.SeedSequence(4)))
    assert np.array_equal(*keys)


def test_neighbours_have_the_bits_of_their_keys(case):
    true = case.true.astype(np.int64)
    before = true.copy()
    first, second, bits = case.polisher.neighbours(true, 300)
    assert np.array_equal(true, before)
    assert len(first) == len(second) == len(bits) <= 300
    for a, b, found in list(zip(first, second, bits, strict=True))[::15]:
        key = true.copy()
        if case.injective:
            key[a], key[b] = key[b], key[a]
        else:
            key[a] = b
        # What is told apart are far neighbours; one that is far off may be scored by its letters alone.
        assert found == pytest.approx(case.bits(key), abs=1e-6) or found > case.bits(true) + 30


def test_every_single_move_is_a_neighbour_of_frequent_symbols_first(case):
    first, _, _ = case.polisher.neighbours(case.true.astype(np.int64), 1_000_000)
    if case.injective:
        used = int((case.counts > 0).sum())
        assert len(first) == used * (used - 1) // 2 + used * (26 - used)
    else:
        assert len(first) == case.symbols * 25
    assert case.counts[first[0]] == case.counts.max()


def test_moves_are_a_function_of_the_length(english):
    case = Case(english, injective=True, divided=False)
    assert case.polisher.moves_for(60_000) == case.polisher.moves_for(60_000) >= 50
    assert case.polisher.moves_for(0) == 50
