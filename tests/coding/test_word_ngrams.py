from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.smoothing import kneser_ney_discounts
from unmt.coding.word_lookup import context_of, step, word_bits, word_bits_from
from unmt.coding.word_ngrams import WordNgrams

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
