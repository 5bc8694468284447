import numpy as np
import pytest

from unmt.coding.counting import count_ngrams
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import fit
from unmt.solvers.gapped_table import gapped_table

LETTERS = 3
ORDER = 5


@pytest.fixture(scope="module")
def table() -> NgramTable:
    text = np.cumsum(np.random.default_rng(0).choice(3, size=3000, p=[0.1, 0.3, 0.6])) % LETTERS
    return build_table(fit(count_ngrams(text[:2500], ORDER, LETTERS).all_orders(), text[2500:]), ORDER)


def test_a_wholly_known_text_costs_what_the_table_says(table: NgramTable) -> None:
    gapped = gapped_table(table)
    text = np.random.default_rng(1).integers(0, LETTERS, 50)
    masks = gapped.masks(text, np.ones(LETTERS, bool))
    assert gapped.units(text, masks).sum() == table.text_units(text)


def test_unknown_letters_cost_nothing_and_are_not_looked_at(table: NgramTable) -> None:
    gapped = gapped_table(table)
    text = np.array([0, 1, 2, 1, 0, 2, 2, 1])
    masks = gapped.masks(text, np.array([True, True, False]))
    units = gapped.units(text, masks)
    assert np.all(units[text == 2] == 0)
    assert np.array_equal(units[text < 2], gapped.units(np.where(text == 2, 0, text), masks)[text < 2])


def test_costs_are_code_lengths_whatever_is_known(table: NgramTable) -> None:
    gapped = gapped_table(table)
    for mask in np.unique(gapped.usable[1::2]):
        entries = LETTERS ** int(mask).bit_count()
        costs = gapped.costs[gapped.offsets[mask] : gapped.offsets[mask] + entries].reshape(-1, LETTERS)
        assert np.exp2(costs / -16.0).sum(axis=1) == pytest.approx(1.0, abs=0.03)


def test_a_gap_is_summed_over(table: NgramTable) -> None:
    """Against a sum written out: letter i after letter i - 2 and i - 3, letter i - 1 unknown."""
    gapped = gapped_table(table)

    def probability(*newest_first: int) -> float:
        index = sum(letter * LETTERS**j for j, letter in enumerate(newest_first))
        return 2.0 ** (-int(table.costs[table.offsets[len(newest_first)] + index]) / 16)

    a, b, d = 2, 0, 1  # letters i - 3, i - 2 and i
    expected = sum(probability(c, b, a) * probability(d, c, b, a) for c in range(LETTERS))
    mask = 0b1101
    found = gapped.costs[gapped.offsets[mask] + d + b * LETTERS + a * LETTERS**2]
    assert found / 16 == pytest.approx(-np.log2(expected), abs=0.1)


def test_masks_are_those_of_the_letters_before(table: NgramTable) -> None:
    gapped = gapped_table(table)
    masks = gapped.masks(np.array([0, 1, 0, 0, 0, 0, 0]), np.array([True, False]))
    assert list(masks) == [0b1, 0, 0b101, 0b1011, 0b111, 0b1111, 0b11111]
