import numpy as np
import pytest

from unmt.coding.language_model import LanguageModel
from unmt.mappings.homophonic import Homophonic
from unmt.objectives.text_code import TextCode
from unmt.solvers.homophonic import HomophonicSearch, moves_for
from unmt.solvers.problem import Problem

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
TEXT = """
In the year of the great frost the river stood still for eleven weeks, and the people of the town built a street upon
it, with inns and a printing house and a barber who shaved gentlemen in the middle of the stream. My father sold hot
chestnuts there. He used to say that he had earned more on the water than on the land, and that he had never trusted
either of them since. In the last night of the frost he heard the ice speak under his stall, a long low word that he
could not understand, and he took his kettle and his money and went home across the bridge. In the morning there was
no street, only the river, brown and quick, and far down by the mill a red chair that turned and turned.
"""


@pytest.fixture(scope="module")
def english():
    return LanguageModel.load("en")


def planted(letters, frequencies, symbols, seed):
    """(ids, names, key) of a text in which frequent letters have more of the `symbols` homophones."""
    rng = np.random.default_rng(seed)
    shares = np.ones(26, int)
    while shares.sum() < symbols:
        shares[np.argmax(frequencies / shares)] += 1
    key = rng.permutation(np.repeat(np.arange(26), shares))
    cipher = Homophonic.from_ids([str(i) for i in range(len(key))], ALPHABET, key).invert(letters, rng)
    used = list(dict.fromkeys(cipher.tolist()))
    return np.array([used.index(i) for i in cipher], np.int32), tuple(str(i) for i in used), key[used]


def search_of(model, text, symbols=40, seed=0):
    plain, _ = model.letters(text)
    ids, names, key = planted(plain, model.frequencies, symbols, seed)
    problem = Problem(ids, names, None, ALPHABET, model.table(False), None, model.frequencies)
    return HomophonicSearch(problem, TextCode(model, None, len(plain))), plain, key


def test_a_key_with_homophones_is_found(english):
    search, plain, key = search_of(english, TEXT)
    found = [search.restart(np.random.SeedSequence([1, i])).candidates[0] for i in range(3)]
    best = search.polish(min(found, key=lambda c: c.total_bits), np.random.SeedSequence(2))
    assert np.mean(best.letters != plain) <= 0.02
    true = Homophonic.from_ids(search.problem.symbols, ALPHABET, key)
    assert best.choice_bits == pytest.approx(true.choice_bits(plain), rel=0.02)
    assert best.total_bits == pytest.approx(best.text_bits + best.mapping_bits + best.choice_bits)
    assert np.array_equal(best.mapping.apply(search.problem.ids), best.letters)


def test_the_bits_are_the_objective(english):
    search, _, _ = search_of(english, TEXT)
    candidate = search.restart(np.random.SeedSequence(0), 0.02).candidates[0]
    mapping = candidate.mapping
    assert candidate.text_bits == pytest.approx(search.code(candidate.letters))
    assert candidate.choice_bits == pytest.approx(mapping.choice_bits(candidate.letters))
    shares = np.maximum(english.frequencies, 1e-4)
    named = -np.log2(shares / shares.sum())[mapping.letter_of_symbol].sum()
    assert candidate.mapping_bits == pytest.approx(named)


def test_the_code_of_keys_is_a_code(english):
    search, _, _ = search_of(english, TEXT)
    assert (2.0**-search.prior).sum() == pytest.approx(1)


def test_a_key_of_another_language_is_found(language):
    plain = language.text(500, seed=1)
    ids, names, _ = planted(plain, language.frequencies, 36, seed=2)
    search = HomophonicSearch(Problem(ids, names, None, ALPHABET, language.table, None, language.frequencies))
    found = [search.restart(np.random.SeedSequence([1, i])).candidates[0] for i in range(3)]
    best = min(found, key=lambda c: c.total_bits)
    assert np.mean(best.letters != plain) <= 0.02
    assert search.polish(best, np.random.SeedSequence(0)) is best


def test_noise_has_no_key(english):
    ids = np.random.default_rng(5).integers(0, 40, 400).astype(np.int32)
    names = tuple(str(i) for i in range(40))
    problem = Problem(ids, names, None, ALPHABET, english.table(False), None, english.frequencies)
    search = HomophonicSearch(problem, TextCode(english, None, 400))
    best = search.restart(np.random.SeedSequence(0)).candidates[0]
    assert best.total_bits > 400 * np.log2(40)


def test_the_same_seed_finds_the_same(english):
    search, _, _ = search_of(english, TEXT[:150])
    first, again, other = (search.restart(np.random.SeedSequence(s), 0.2).candidates[0] for s in (5, 5, 6))
    assert np.array_equal(first.letters, again.letters)
    assert first.total_bits == again.total_bits
    assert not np.array_equal(first.letters, other.letters)


def test_polishing_never_makes_it_worse(english):
    search, _, _ = search_of(english, TEXT[:200])
    before = search.restart(np.random.SeedSequence(0), 0.05).candidates[0]
    after = search.polish(before, np.random.SeedSequence(0))
    assert after.total_bits <= before.total_bits + 1e-6


def test_rough_landscapes_get_more_moves_within_bounds():
    moves = [moves_for(length, 54) for length in (10_000, 1000, 400, 200)]
    assert moves == sorted(moves)
    assert 100_000 <= moves[0] < moves[-1] <= 20_000_000
