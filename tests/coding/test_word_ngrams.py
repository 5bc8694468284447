from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.smoothing import kneser_ney_discounts
from unmt.coding.word_lookup import context_of, step, word_bits, word_bits_from
from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError

VOCABULARY = 4
END, UNKNOWN, BEGIN = VOCABULARY, VOCABULARY + 1, VOCABULARY + 2

sentences = st.lists(st.lists(st.integers(-1, VOCABULARY - 1), max_size=8), min_size=1, max_size=12)
histories = st.lists(st.sampled_from([0, 1, 2, 3, UNKNOWN, BEGIN]), max_size=5)


def corpus(lists):
    """ids and starts of sentences that are given as lists."""
    ids = np.array([w for sentence in lists for w in sentence], np.int32)
    return ids, np.cumsum([0] + [len(sentence) for sentence in lists]).astype(np.int64)


def padded(history, order):
    kept = list(history)[max(len(history) - order + 1, 0) :]
    return np.array([-1] * (order - 1 - len(kept)) + kept, np.int64)


class Direct:
    """The formula of the paper, word for word, in dictionaries."""

    def __init__(self, lists, order):
        grams = [Counter() for _ in range(order + 1)]
        for sentence in lists:
            words = [BEGIN] + [UNKNOWN if w < 0 else w for w in sentence] + [END]
            for k in range(1, order + 1):
                grams[k].update(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
        self.order, self.adjusted = order, [Counter() for _ in range(order + 1)]
        for k in range(1, order + 1):
            before = defaultdict(set)
            for gram in grams[k + 1] if k < order else ():
                before[gram[1:]].add(gram[0])
            for gram, count in grams[k].items():
                if gram != (BEGIN,):
                    self.adjusted[k][gram] = count if k == order or gram[0] == BEGIN else len(before[gram])
        self.discounts = [kneser_ney_discounts(np.array(list(a.values()), int)) for a in self.adjusted]

    def probability(self, history, word):
        return self._of(tuple(history)[max(len(history) - self.order + 1, 0) :], word)

    def _of(self, history, word):
        k = len(history) + 1
        followers = {gram[-1]: count for gram, count in self.adjusted[k].items() if gram[:-1] == history}
        lower = self._of(history[1:], word) if history else 1 / (VOCABULARY + 2)
        if not followers:
            return lower
        taken = {w: self.discounts[k][min(count, 3)] for w, count in followers.items()}
        kept = followers[word] - taken[word] if word in followers else 0.0
        return (kept + sum(taken.values()) * lower) / sum(followers.values())


@settings(deadline=None, max_examples=60)
@given(sentences, histories, st.integers(1, 5))
def test_tables_hold_the_formula_and_sum_to_one_after_any_history_seen_or_not(lists, history, order):
    model, direct = WordNgrams.fit(*corpus(lists), VOCABULARY, order), Direct(lists, order)
    p = model.probabilities(padded(history, order))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    assert np.all(p > 0)
    assert p == pytest.approx([direct.probability(history, word) for word in range(VOCABULARY + 2)], rel=1e-5)


@settings(deadline=None, max_examples=30)
@given(sentences, sentences, st.integers(1, 5))
def test_sentence_bits_are_those_of_the_words_one_by_one(lists, others, order):
    model, direct = WordNgrams.fit(*corpus(lists), VOCABULARY, order), Direct(lists, order)
    bits = model.sentence_bits(*corpus(others))
    for sentence, total in zip(others, bits, strict=True):
        one_by_one = formula = 0.0
        for i, word in enumerate([*sentence, END]):
            one_by_one += word_bits(model.tables, model.history(sentence[:i]), word)
            past = [BEGIN] + [UNKNOWN if w < 0 else w for w in sentence[:i]]
            formula -= np.log2(direct.probability(past, UNKNOWN if word < 0 else word))
        assert total == pytest.approx(one_by_one, rel=1e-6)
        assert total == pytest.approx(formula, rel=1e-5)


def test_one_context_serves_all_words_after_it_and_a_step_leads_to_the_next():
    model = WordNgrams.fit(*corpus([[0, 1, 2], [0, 1, 3], [2, 0, 1], [-1, 0]]), VOCABULARY, 3)
    history = model.history([2, 0])
    context = context_of(model.tables, history)
    for word in range(VOCABULARY + 2):
        assert word_bits_from(model.tables, context, word) == word_bits(model.tables, history, word)
        bits, after = step(model.tables, context, word)
        assert bits == word_bits(model.tables, history, word)
        assert after == context_of(model.tables, model.history([2, 0, -1 if word > END else word])) or word == END
    assert word_bits_from(model.tables, context, -1) == word_bits_from(model.tables, context, UNKNOWN)


def test_a_history_is_cut_at_what_is_absent_and_at_the_order():
    model = WordNgrams.fit(*corpus([[0, 1, 2, 3, 0]]), VOCABULARY, 3)
    assert model.history([]).tolist() == [-1, BEGIN]
    assert model.history([0, -1, 2]).tolist() == [UNKNOWN, 2]
    tables = model.tables
    assert context_of(tables, np.array([0, -1, 2])) == context_of(tables, np.array([-1, 2]))
    assert context_of(tables, np.array([3, 3, 1, 2])) == context_of(tables, np.array([1, 2]))
    assert context_of(tables, np.zeros(0, np.int64)) == 0


def test_discounts_are_those_of_the_paper_and_of_one_count_class_where_the_corpus_is_small():
    counts = np.repeat([1, 2, 3, 4, 7], [100, 40, 20, 10, 5])
    y = 100 / 180
    assert kneser_ney_discounts(counts) == pytest.approx(
        [0, 1 - 2 * y * 40 / 100, 2 - 3 * y * 20 / 40, 3 - 4 * y * 10 / 20]
    )
    assert kneser_ney_discounts(np.repeat([1, 2], [4, 2])) == pytest.approx([0, 0.5, 0.5, 0.5])
    assert kneser_ney_discounts(np.ones(9, int)) == pytest.approx([0, 0.5, 0.5, 0.5])
    assert kneser_ney_discounts(np.zeros(0, int)) == pytest.approx([0, 0.5, 0.5, 0.5])
    falls_out = kneser_ney_discounts(np.repeat([1, 2, 3], [2, 40, 100]))  # D(1), D(2) exact would be negative
    assert np.all(falls_out >= 0)
    assert np.all(falls_out <= [0, 1, 2, 3])


def toy_language(sentences, seed):
    """Sentences in which a word depends on the two before it."""
    rng = np.random.default_rng(seed)
    law = np.random.default_rng(7).dirichlet(np.full(30, 0.05), size=(30, 30))
    lists = []
    for length in rng.integers(4, 12, sentences):
        words = [0, 1]
        for _ in range(length):
            words.append(int(rng.choice(30, p=law[words[-2], words[-1]])))
        lists.append(words[2:])
    return lists


def test_held_out_text_costs_less_with_more_text_and_with_the_context_that_matters():
    held_out = corpus(toy_language(300, 1))
    words = len(held_out[0]) + 300
    much = corpus(toy_language(3000, 2))
    by_order = [WordNgrams.fit(*much, 30, order).sentence_bits(*held_out).sum() / words for order in (1, 2, 3, 5)]
    assert by_order[0] > by_order[1] + 0.3 > by_order[2] + 0.6
    assert by_order[3] < by_order[2] + 0.1  # longer contexts tell nothing, and cost little
    by_text = [
        WordNgrams.fit(*corpus(toy_language(size, 2)), 30, 3).sentence_bits(*held_out).sum() / words
        for size in (30, 300, 3000)
    ]
    assert by_text == sorted(by_text, reverse=True)


def test_threads_and_order_of_sentences_change_nothing():
    lists = toy_language(5000, 3)
    model = WordNgrams.fit(*corpus(lists[:500]), 30)
    bits = model.sentence_bits(*corpus(lists), threads=1)
    assert np.array_equal(bits, model.sentence_bits(*corpus(lists), threads=4))
    assert np.array_equal(bits[::-1], model.sentence_bits(*corpus(lists[::-1])))


def test_sentences_that_are_a_part_of_an_array_are_those_sentences():
    ids, starts = corpus([[0, 1, 2], [3, 3], [], [2, 1]])
    part = WordNgrams.fit(ids, starts[1:4], VOCABULARY)
    alone = WordNgrams.fit(*corpus([[3, 3], []]), VOCABULARY)
    assert part.sentence_bits(ids, starts) == pytest.approx(alone.sentence_bits(ids, starts), rel=1e-12)
    assert part.sentence_bits(ids, starts[1:4]).shape == (2,)


def test_a_model_survives_its_arrays():
    model = WordNgrams.fit(*corpus(toy_language(50, 4)), 30)
    again = WordNgrams.from_arrays(model.to_arrays())
    text = corpus(toy_language(20, 5))
    assert again.order == model.order
    assert np.array_equal(again.sentence_bits(*text), model.sentence_bits(*text))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("order", lambda _: np.array(0)),
        ("words", lambda a: a[:-1]),
        ("words", lambda a: a + 1000),
        ("parents", lambda a: a * 0),
        ("parents", lambda a: a + 100_000),
        ("following", lambda a: a - 1000),
        ("shorter", lambda a: a[:-1]),
        ("shorter", lambda a: np.arange(len(a))),
        ("single_context", lambda a: a + 100_000),
        ("single_bits", lambda a: a[:2]),
        ("bits", lambda a: a.reshape(1, -1)),
        ("bits", lambda a: np.full_like(a, np.nan)),
        ("back_off", lambda a: a[:0]),
        ("words", lambda a: np.array(["x"] * len(a))),
    ],
)
def test_broken_arrays_are_refused_before_a_kernel_reads_them(name, change):
    arrays = WordNgrams.fit(*corpus([[0, 1, 2], [0, 1, 3]]), VOCABULARY, 3).to_arrays()
    with pytest.raises(InputError, match="word n-gram model is broken"):
        WordNgrams.from_arrays({**arrays, name: change(arrays[name])})
    with pytest.raises(InputError, match="word n-gram model is broken"):
        WordNgrams.from_arrays({key: value for key, value in arrays.items() if key != name})


@pytest.mark.parametrize(
    ("ids", "starts", "order"),
    [([0, VOCABULARY], [0, 2], 3), ([-2], [0, 1], 3), ([], [0], 3), ([0], [0, 1], 0)],
)
def test_what_is_no_corpus_is_refused(ids, starts, order):
    with pytest.raises(ValueError, match=r"ids are|one sentence or more"):
        WordNgrams.fit(np.array(ids, np.int32), np.array(starts, np.int64), VOCABULARY, order)
