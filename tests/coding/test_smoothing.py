import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.counting import count_ngrams
from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.coding.smoothing import DISCOUNTS, EXTRAS, SmoothedNgrams, fit, fit_folds

LETTERS = 4


def chain(length, seed):
    """A text in which every letter is most often followed by the next."""
    rng = np.random.default_rng(seed)
    steps = rng.choice(LETTERS, size=length, p=[0.05, 0.8, 0.1, 0.05])
    return np.cumsum(steps) % LETTERS


def model_of(text, order=3, threshold=1):
    counts = count_ngrams(np.asarray(text), order, LETTERS).at_least(threshold)
    return fit(counts.all_orders(), chain(100, 99))


@given(
    st.lists(st.integers(0, LETTERS - 1), min_size=1, max_size=50),
    st.lists(st.integers(0, LETTERS - 1), max_size=6),
    st.integers(1, 4),
    st.sampled_from([1, 2]),
    st.sampled_from(DISCOUNTS),
    st.sampled_from(EXTRAS),
)
def test_probabilities_sum_to_one_after_any_context_seen_or_not(text, context, order, threshold, discount, extra):
    counts = count_ngrams(np.array(text), order, LETTERS).at_least(threshold)
    model = SmoothedNgrams(counts.all_orders(), [discount] * order, [extra] * order)
    p = model.probabilities(context)
    assert p.shape == (LETTERS,)
    assert np.all(p > 0)
    assert p.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("spaces", [False, True])
def test_probabilities_of_the_shipped_models_sum_to_one(name, spaces):
    model = LanguageModel.load(name)
    ngrams = model.ngrams(spaces)
    assert ngrams.letters == 26 + spaces
    rng = np.random.default_rng(1)
    seen = model.letters("and so he went on alone because nothing was left for him in that house")[0]
    contexts = [seen[i : i + 4] for i in range(0, len(seen) - 4, 5)]
    contexts += [rng.integers(0, ngrams.letters, size) for size in (0, 1, 2, 3, 4, 4, 4, 4, 7)]
    for context in contexts:
        p = ngrams.probabilities(context)
        assert np.all(p > 0)
        assert p.sum() == pytest.approx(1, abs=1e-9)


def test_letter_bits_are_those_of_the_probabilities():
    model = model_of(chain(300, 1))
    text = chain(40, 2)
    alone = [-np.log2(model.probabilities(text[:i])[text[i]]) for i in range(len(text))]
    assert model.letter_bits(text) == pytest.approx(alone)


def test_longer_contexts_count_only_where_they_were_seen():
    model = SmoothedNgrams(count_ngrams(np.array([0, 1, 0, 1, 0, 1]), 3, LETTERS).all_orders(), [0.5] * 3, [0.0] * 3)
    assert model.probabilities([3, 0]) == pytest.approx(model.probabilities([0]))
    assert model.probabilities([1, 0]) != pytest.approx(model.probabilities([0]))


def test_one_context_by_hand():
    # After 0 the letter 1 was seen three times, 2 once: D = 0.5 takes 1 of 4 counts and gives it to order 1.
    counts = count_ngrams(np.array([0, 1, 0, 1, 0, 1, 0, 2, 0]), 2, LETTERS)
    model = SmoothedNgrams(counts.all_orders(), [0.0, 0.5], [0.0, 0.0])
    lower = model.probabilities([])
    assert lower == pytest.approx(np.array([4, 3, 1, 0]) / 8)
    assert model.probabilities([0]) == pytest.approx((np.array([0, 2.5, 0.5, 0]) + 1.0 * lower) / 4)


def test_fit_takes_the_discounts_that_cost_held_out_text_least():
    orders, held_out = count_ngrams(chain(200, 3), 2, LETTERS).all_orders(), chain(150, 4)
    fitted = fit(orders, held_out)

    def bits(discounts, extras):
        model = SmoothedNgrams(orders[: len(discounts)], discounts, extras)
        return model.letter_bits(held_out).sum()

    grid = [(d, e) for d in DISCOUNTS for e in EXTRAS]
    first = min(bits([d], [e]) for d, e in grid)
    assert bits(fitted.discounts[:1], fitted.extras[:1]) == pytest.approx(first)
    chosen = fitted.discounts[0], fitted.extras[0]
    second = min(bits([chosen[0], d], [chosen[1], e]) for d, e in grid)
    assert bits(fitted.discounts, fitted.extras) == pytest.approx(second)


def test_more_text_makes_a_better_model_and_comes_near_the_entropy():
    held_out = chain(5000, 5)
    bits = [
        fit(count_ngrams(chain(n, 6), 3, LETTERS).all_orders(), held_out).letter_bits(held_out).mean()
        for n in (30, 300, 30_000)
    ]
    assert bits == sorted(bits, reverse=True)
    p = np.array([0.05, 0.8, 0.1, 0.05])
    assert bits[-1] == pytest.approx(-(p * np.log2(p)).sum(), abs=0.03)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000))
def test_folds_are_fitted_together(seed):
    folds = [(count_ngrams(chain(80, seed + i), 2, LETTERS).all_orders(), chain(30, seed + 10 + i)) for i in range(3)]

    def bits(discounts, extras):
        return sum(SmoothedNgrams(orders, discounts, extras).letter_bits(text).sum() for orders, text in folds)

    discounts, extras = fit_folds(folds)
    for discount in DISCOUNTS:
        assert bits(discounts, extras) <= bits([discounts[0], discount], [extras[0], 0.0]) + 1e-9
    one = fit_folds(folds[:1])
    alone = fit(*folds[0])
    assert one == (alone.discounts, alone.extras)


def test_a_shortened_model_is_the_model_of_lower_order():
    model = model_of(chain(300, 7), order=4)
    assert model.shortened(2).order == 2
    assert model.shortened(2).probabilities([1, 2, 3]) == pytest.approx(model.probabilities([3]))


def test_nothing_counted_is_the_uniform_code():
    counts = count_ngrams(np.array([0, 1]), 3, LETTERS).at_least(5)
    model = SmoothedNgrams(counts.all_orders(), [0.5] * 3, [1.0] * 3)
    assert model.probabilities([0, 1]) == pytest.approx(np.full(LETTERS, 1 / LETTERS))
    assert model.letter_bits(np.array([0, 1, 2, 3])) == pytest.approx(np.full(4, 2.0))
