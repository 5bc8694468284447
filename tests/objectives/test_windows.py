import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.objectives.code_length import PairLists, text_units, window_costs, window_entries
from unmt.objectives.windows import build_windows, spaced

LETTERS = 6


@st.composite
def ciphers(draw):
    """ids of up to 8 symbols, boundaries or None, a key of letters for the symbols, and an order."""
    symbols = draw(st.integers(1, 8))
    ids = draw(st.lists(st.integers(0, symbols - 1), min_size=1, max_size=40))
    cuts = draw(st.none() | st.sets(st.integers(1, max(len(ids) - 1, 1)), max_size=8))
    boundaries = None if cuts is None else np.array(sorted(c for c in cuts if c < len(ids)), np.int64)
    key = draw(st.lists(st.integers(0, LETTERS - 1), min_size=symbols, max_size=symbols))
    return np.array(ids), boundaries, np.array(key, np.int64), draw(st.integers(1, 4))


def table_for(tables, boundaries, order):
    return tables(LETTERS + (boundaries is not None), order, seed=order)


def costs_of(windows, key, table):
    entries = np.empty(len(windows.constants), np.int64)
    window_entries(windows.constants, windows.start, windows.window, windows.coefficient, key, entries)
    costs = np.empty(len(entries), np.uint8)
    total = window_costs(entries, table.costs, costs)
    assert total == costs.sum(dtype=np.int64)
    return costs, total


def units_of(text, boundaries, table):
    """The cost of a text from scratch, without that of the space before it."""
    full = spaced(text, boundaries, LETTERS)
    units = table.text_units(full)
    assert text_units(full, table.costs, table.offsets, table.order, table.letters) == units
    return units if boundaries is None else units - table.text_units(full[:1])


@settings(deadline=None)
@given(cipher=ciphers())
def test_windows_cost_what_the_text_costs(tables, cipher):
    ids, boundaries, key, order = cipher
    table = table_for(tables, boundaries, order)
    windows = build_windows(ids, boundaries, len(key), table)
    assert windows.symbols == len(key)
    assert windows.counts.tolist() == np.bincount(ids, minlength=len(key)).tolist()
    _, total = costs_of(windows, key, table)
    assert total == units_of(key[ids], boundaries, table)


@settings(deadline=None)
@given(cipher=ciphers(), seed=st.integers(0, 99))
def test_renaming_the_symbols_of_the_ciphertext_leaves_the_bits_as_they_are(tables, cipher, seed):
    ids, boundaries, key, order = cipher
    table = table_for(tables, boundaries, order)
    renamed = np.random.default_rng(seed).permutation(len(key))
    key_of_renamed = np.empty_like(key)
    key_of_renamed[renamed] = key
    before, _ = costs_of(build_windows(ids, boundaries, len(key), table), key, table)
    after, _ = costs_of(build_windows(renamed[ids], boundaries, len(key), table), key_of_renamed, table)
    assert np.array_equal(before, after)


@settings(deadline=None)
@given(cipher=ciphers())
def test_pair_lists_move_entries_as_a_swap_does(tables, cipher):
    ids, boundaries, key, order = cipher
    table = table_for(tables, boundaries, order)
    windows = build_windows(ids, boundaries, len(key), table)
    lists = PairLists(windows)
    entries = np.empty(len(windows.constants), np.int64)
    swapped = np.empty_like(entries)
    arrays = (windows.constants, windows.start, windows.window, windows.coefficient)
    window_entries(*arrays, key, entries)
    for p in range(len(lists.first)):
        a, b = lists.first[p], lists.second[p]
        other = key.copy()
        other[a], other[b] = key[b], key[a]
        window_entries(*arrays, other, swapped)
        moved = entries.copy()
        span = slice(lists.start[p], lists.start[p + 1])
        assert len(set(lists.window[span].tolist())) == lists.start[p + 1] - lists.start[p]
        moved[lists.window[span]] += (key[b] - key[a]) * lists.step[span].astype(np.int64)
        assert np.array_equal(moved, swapped)


def test_every_pair_with_a_symbol_of_the_text_is_listed(tables):
    windows = build_windows(np.array([0, 2, 0]), None, 5, tables(5, 2, seed=0))
    lists = PairLists(windows)
    pairs = set(zip(lists.first.tolist(), lists.second.tolist(), strict=True))
    assert pairs == {(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (2, 4)}


def test_spaces_stand_before_the_text_and_at_divisions():
    assert spaced(np.array([1, 2, 3]), np.array([1]), 9).tolist() == [9, 1, 9, 2, 3]
    assert spaced(np.array([1, 2, 3]), np.zeros(0, int), 9).tolist() == [9, 1, 2, 3]
    assert spaced(np.array([1, 2, 3]), None, 9).tolist() == [1, 2, 3]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_texts_shorter_than_an_ngram(tables, length):
    table = tables(4, 5, seed=1)
    windows = build_windows(np.arange(length), None, 3, table)
    _, total = costs_of(windows, np.array([3, 0, 2]), table)
    assert total == table.text_units(np.array([3, 0, 2])[:length])
