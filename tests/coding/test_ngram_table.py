import itertools

import numpy as np
import pytest

from unmt.coding.counting import count_ngrams
from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.coding.ngram_table import BITS_PER_UNIT, LARGEST_TABLE, build_table, table_order
from unmt.coding.smoothing import fit

ROUNDING = BITS_PER_UNIT / 2 + 1e-4
CAP = 255 * BITS_PER_UNIT


def small(order=4, letters=5, seed=0):
    rng = np.random.default_rng(seed)
    text = rng.choice(letters, size=400, p=np.arange(1, letters + 1) / np.arange(1, letters + 1).sum())
    return fit(count_ngrams(text[:300], order, letters).all_orders(), text[300:])


def entry(table, gram):
    """The cost in bits of the last letter of an n-gram."""
    index = sum(letter * table.letters**j for j, letter in enumerate(reversed(gram)))
    return table.costs[table.offsets[len(gram)] + index] * BITS_PER_UNIT


def test_the_table_is_the_model_within_rounding_in_every_context():
    model = small()
    table = build_table(model, model.order)
    for length in range(model.order):
        for context in itertools.product(range(5), repeat=length):
            exact = np.minimum(-np.log2(model.probabilities(context)), CAP)
            costs = [entry(table, (*context, letter)) for letter in range(5)]
            assert costs == pytest.approx(exact, abs=ROUNDING)


def test_a_text_costs_what_its_letters_cost():
    model = small()
    table = build_table(model, model.order)
    text = np.random.default_rng(1).integers(0, 5, 60)
    units = sum(entry(table, text[max(0, i - 3) : i + 1].tolist()) for i in range(60)) / BITS_PER_UNIT
    assert table.text_units(text) == round(units)
    assert table.text_units(text) * BITS_PER_UNIT == pytest.approx(model.letter_bits(text).sum(), abs=60 * ROUNDING)
    assert table.text_units(text[:0]) == 0


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("spaces", [False, True])
def test_the_shipped_tables_are_codes_within_rounding(name, spaces):
    table = LanguageModel.load(name).table(spaces)
    for k in range(1, table.order + 1):
        size = table.letters**k
        rows = table.costs[table.offsets[k] : table.offsets[k] + size].reshape(-1, table.letters)
        kraft = np.zeros(len(rows))  # sum of 2^-bits over the letters
        lengths = 2.0 ** (-np.arange(256) * BITS_PER_UNIT)
        for column in range(table.letters):
            kraft += lengths[rows[:, column]]
        off = np.abs(kraft - 1)
        assert off.max() < 2.0 ** (BITS_PER_UNIT / 2) - 1 + 2e-4  # all letters rounded the same way: 2.2 %
        assert np.mean(off > 0.02) < 0.005
        assert abs(kraft.mean() - 1) < 0.005
    assert len(table.costs) == table.offsets[table.order] + table.letters**table.order


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("spaces", [False, True])
def test_the_shipped_tables_are_their_models_within_rounding(name, spaces):
    model = LanguageModel.load(name)
    table, exact = model.table(spaces), model.ngrams(spaces)
    rng = np.random.default_rng(2)
    common = model.letters("the end of the road was in the hands of a man who had seen it all")[0]
    grams = [tuple(common[i : i + n].tolist()) for n in range(1, 6) for i in range(0, len(common) - n, 4)]
    grams += [tuple(rng.integers(0, table.letters, n).tolist()) for n in (1, 2, 3, 4, 5) for _ in range(10)]
    for gram in grams:
        bits = -np.log2(exact.probabilities(gram[:-1])[gram[-1]])
        assert entry(table, gram) == pytest.approx(min(bits, CAP), abs=ROUNDING)


def test_frequencies_sum_to_one_and_are_those_of_the_text():
    model = small()
    shares = build_table(model, model.order).letter_frequencies()
    assert shares.sum() == pytest.approx(1)
    assert np.argmax(shares) == 4


def test_the_order_fits_the_largest_table():
    assert [table_order(letters, 8) for letters in (2, 4, 17, 26, 27, 34, 42, 43, 1200, 4000)] == [
        *(8, 8, 6, 5, 5, 5, 5, 4, 2, 2)
    ]
    assert 42**5 <= LARGEST_TABLE < 43**5
    assert table_order(26, 3) == 3
