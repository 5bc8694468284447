import numpy as np
import pytest

from unmt.coding.language_model import LanguageModel
from unmt.mappings.substitution import Substitution
from unmt.objectives.text_code import SpacedTextCode, TextCode
from unmt.solvers.problem import Problem
from unmt.solvers.substitution import SubstitutionSearch, moves_for, schedule

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
TEXT = """
My grandmother kept bees behind the old station, where no train had stopped for twenty years. Every evening she walked
along the rails with a lantern and told the bees what had happened in the village, because bees, she said, fly away
from a house that has secrets. When she died I went down to the hives and told them myself, and nobody answered but
the wind in the wires.
"""


@pytest.fixture(scope="module")
def english():
    return LanguageModel.load("en")


def search_of(model, text, *, divided, seed=0):
    """The search for an enciphered text, and the plaintext."""
    plain, boundaries = model.letters(text)
    boundaries = boundaries if divided else None
    cipher = np.random.default_rng(seed).permutation(26)[plain]
    symbols = tuple(dict.fromkeys(ALPHABET[i] for i in cipher))
    ids = np.array([symbols.index(ALPHABET[i]) for i in cipher], np.int32)
    problem = Problem(ids, symbols, boundaries, ALPHABET, model.table(divided), cipher, model.frequencies)
    return SubstitutionSearch(problem, TextCode(model, boundaries, len(plain))), plain


def errors(candidate, plain):
    return float(np.mean(candidate.letters != plain))


def best_of(search, restarts=3):
    found = [search.restart(np.random.SeedSequence([1, i])).candidates[0] for i in range(restarts)]
    return min(found, key=lambda c: c.total_bits)


@pytest.mark.parametrize("divided", [False, True])
def test_a_key_of_english_is_found(english, divided):
    search, plain = search_of(english, TEXT, divided=divided)
    best = search.polish(best_of(search), np.random.SeedSequence(2))
    assert errors(best, plain) <= 0.01
    assert best.text_bits == pytest.approx(search.code(plain), abs=5)
    assert best.mapping_bits == pytest.approx(Substitution.from_ids(search.problem.symbols, ALPHABET, range(
        len(search.problem.symbols))).bits(len(plain)))  # fmt: skip
    assert np.array_equal(best.mapping.apply(search.problem.ids), best.letters)


def test_a_key_of_another_language_is_found(language, seed):
    plain = language.text(300, seed=1)
    planted = Substitution(tuple(ALPHABET), ALPHABET, "".join(np.random.default_rng(1).permutation(list(ALPHABET))))
    search = SubstitutionSearch(language.planted(planted, plain))
    best = best_of(search)
    assert errors(best, plain) == 0
    assert best.text_bits == pytest.approx(language.table.text_units(plain) / 16)
    assert search.polish(best, seed()) is best  # no words, nothing to polish


def test_enciphered_spaces_are_found(english):
    plain, boundaries = english.letters(TEXT)
    text = np.insert(plain, boundaries, 26).astype(np.int32)
    ids = np.random.default_rng(3).permutation(27)[text].astype(np.int32)
    names = tuple(f"s{i}" for i in range(27))
    table = english.table(True)
    problem = Problem(ids, names, None, ALPHABET + " ", table, None, table.letter_frequencies())
    best = best_of(SubstitutionSearch(problem, SpacedTextCode(english)))
    assert errors(best, text) <= 0.01


def test_noise_has_no_key(english):
    rng = np.random.default_rng(4)
    ids = rng.integers(0, 26, 300).astype(np.int32)
    problem = Problem(ids, tuple(ALPHABET), None, ALPHABET, english.table(False), ids, english.frequencies)
    best = best_of(SubstitutionSearch(problem, TextCode(english, None, 300)))
    assert best.total_bits > 300 * np.log2(26)
    assert best.text_bits / 300 > english.bits_per_letter(False) + 5 * english.deviation(False)


def test_the_same_seed_finds_the_same(english):
    search, _ = search_of(english, TEXT[:80], divided=False)
    first, again, other = (search.restart(np.random.SeedSequence(seed)) for seed in (5, 5, 6))
    assert [c.letters.tobytes() for c in first.candidates] == [c.letters.tobytes() for c in again.candidates]
    assert [c.total_bits for c in first.candidates] == [c.total_bits for c in again.candidates]
    assert [c.letters.tobytes() for c in first.candidates] != [c.letters.tobytes() for c in other.candidates]


def test_candidates_are_different_and_sorted(english):
    search, _ = search_of(english, TEXT[:60], divided=True)
    result = search.restart(np.random.SeedSequence(0))
    bits = [c.total_bits for c in result.candidates]
    assert bits == sorted(bits)
    assert len({c.letters.tobytes() for c in result.candidates}) == len(bits)
    assert result.keys == moves_for(search.problem.length)
    for candidate in result.candidates:
        assert candidate.text_bits == pytest.approx(search.code(candidate.letters))


def test_effort_scales_the_moves(english):
    search, _ = search_of(english, TEXT[:60], divided=False)
    keys = [search.restart(np.random.SeedSequence(0), effort).keys for effort in (0.25, 1.0)]
    assert keys[0] * 4 == keys[1]


def test_a_run_goes_on_from_the_key_that_it_is_given(english):
    search, plain = search_of(english, TEXT, divided=True)
    key = np.empty(26, np.int64)
    key[search.ids] = plain
    key[np.setdiff1d(np.arange(26), search.ids)] = np.setdiff1d(np.arange(26), plain)
    given = key.copy()
    found = search.restart(np.random.SeedSequence(0), 1e-9, key).candidates[0]  # no moves at all
    assert errors(found, plain) == 0.0
    assert key.tolist() == given.tolist()


def test_polishing_never_makes_it_worse(english):
    search, _ = search_of(english, TEXT[:50], divided=False)
    for i in range(3):
        before = search.restart(np.random.SeedSequence(i), 0.1).candidates[0]
        after = search.polish(before, np.random.SeedSequence(i))
        assert after.total_bits <= before.total_bits + 1e-6
        assert after.text_bits == pytest.approx(search.code(after.letters), abs=1e-6)


@pytest.mark.parametrize("ids", [[0, 1], [0, 1, 0], [0, 1, 2, 3, 4, 0]])
def test_the_shortest_texts_end_well(english, ids):
    names = tuple(ALPHABET[: max(ids) + 1])
    problem = Problem(np.array(ids, np.int32), names, None, ALPHABET, english.table(False), None, english.frequencies)
    search = SubstitutionSearch(problem, TextCode(english, None, len(ids)))
    best = search.polish(best_of(search, 1), np.random.SeedSequence(0))
    assert len(best.letters) == len(ids)
    assert np.isfinite(best.total_bits)


def test_schedules_are_warm_to_cold_and_moves_bounded():
    for uses in (0.5, 2, 10, 100):
        hot, cold = schedule(uses)
        assert hot > cold > 0
    moves = [moves_for(length) for length in (100_000, 1000, 100, 10)]
    assert moves == sorted(moves)
    assert 1_000 <= moves[0] < moves[-1] <= 10_000_000
