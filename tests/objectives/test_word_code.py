"""The word codes against brute force over all divisions and over all texts of a tiny language."""

import itertools
from functools import cache

import numpy as np
import pytest

from unmt.objectives.word_code import LETTER_SHARE, LONGEST_WORD, divided_bits, undivided_bits

LONGEST = 6


def texts(length):
    return itertools.product((0, 1), repeat=length)


def divisions(length):
    """Ends of words, for every way to divide a text."""
    for flags in itertools.product((False, True), repeat=length - 1):
        yield [i + 1 for i, flag in enumerate(flags) if flag] + [length]


def spelling(word):
    return "".join("ab"[letter] for letter in word)


def pair_share(tiny, left, right):
    """P(right | left) by the definition, from the counts; left is None where nothing is known of it."""
    counts = tiny.counts
    single = counts.counts / counts.counts.sum()
    if left is None:
        return single[right]
    size = len(counts.words)
    pairs = dict(zip(counts.pairs.tolist(), counts.pair_counts.tolist(), strict=True))
    mine = {key: n for key, n in pairs.items() if key // size == left}
    seen = max(counts.counts[left], sum(mine.values()))
    backoff = 1 - sum(n - 0.7 for n in mine.values()) / seen
    return max(mine.get(left * size + right, 0.7) - 0.7, 0) / seen + backoff * single[right]


def begun_share(tiny, left, word):
    """P that a longer word stands there which begins like this one, without its pairs."""
    counts = tiny.counts
    longer = [i for i, w in enumerate(counts.words) if w.startswith(word) and w != word]
    single = counts.counts / counts.counts.sum() if len(counts.words) else counts.counts
    return (1.0 if left is None else float(tiny.words.backoff[left])) * sum(single[i] for i in longer)


def units(tiny, before, text):
    """Letter cost of `text` after `before`."""
    return tiny.table.text_units(tiny.spelled(before + text)) - tiny.table.text_units(tiny.spelled(before))


def undivided_by_brute_force(tiny, text):
    """The sum over all divisions, and for every word over the ways to code it: as a word, or letter by letter."""
    words = {word: i for i, word in enumerate(tiny.counts.words)}

    @cache
    def rest(start, left):
        if start == len(text):
            return 1.0
        total = 0.0
        for end in range(start + 1, min(len(text), start + LONGEST_WORD) + 1):
            word, is_last = text[start:end], end == len(text)
            spelled = LETTER_SHARE * 2.0 ** (-units(tiny, " ", word if is_last else word + " ") / 16)
            total += spelled * rest(end, None)
            if word in words:
                total += (1 - LETTER_SHARE) * pair_share(tiny, left, words[word]) * rest(end, words[word])
            if is_last:
                total += (1 - LETTER_SHARE) * begun_share(tiny, left, word)
        return total

    return -np.log2(rest(0, None))


def divided_by_brute_force(tiny, text, ends):
    words = {word: i for i, word in enumerate(tiny.counts.words)}
    bits, left, before, start = 0.0, None, " ", 0
    for end in ends:
        word, is_last = text[start:end], end == len(text)
        coded = word if is_last else word + " "
        p = LETTER_SHARE * 2.0 ** (-units(tiny, before, coded) / 16)
        if word in words:
            p += (1 - LETTER_SHARE) * pair_share(tiny, left, words[word])
        if is_last:
            p += (1 - LETTER_SHARE) * begun_share(tiny, left, word)
        bits -= np.log2(p)
        left, before, start = words.get(word), before + coded, end
    return bits


def undivided(tiny, text):
    return float(undivided_bits(np.array(text, np.int64), *tiny.kernel_arguments))


def divided(tiny, text, ends):
    return float(divided_bits(np.array(text, np.int64), np.array(ends, np.int64), *tiny.kernel_arguments))


@pytest.mark.parametrize("length", range(1, LONGEST + 1))
def test_hidden_divisions_are_a_code(tiny, length):
    assert sum(2.0 ** -undivided(tiny, text) for text in texts(length)) <= 1 + 1e-6


@pytest.mark.parametrize("length", range(1, LONGEST + 1))
def test_given_divisions_are_a_code(tiny, length):
    mass = sum(2.0 ** -divided(tiny, text, ends) for text in texts(length) for ends in divisions(length))
    assert mass <= 1 + 1e-6


@pytest.mark.parametrize("length", range(1, LONGEST + 1))
def test_hidden_divisions_are_summed_over(tiny, length):
    for text in texts(length):
        assert undivided(tiny, text) == pytest.approx(undivided_by_brute_force(tiny, spelling(text)), abs=1e-4)


@pytest.mark.parametrize("length", [1, 3, 5])
def test_given_divisions_cost_what_their_words_cost(tiny, length):
    for text in texts(length):
        for ends in divisions(length):
            exact = divided_by_brute_force(tiny, spelling(text), ends)
            assert divided(tiny, text, ends) == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("length", [31, 32, 33, 64, 100])
def test_long_texts_are_summed_over_too(tiny, length):
    rng = np.random.default_rng(length)
    for text in (rng.integers(0, 2, length).tolist(), [0, 0, 1, 1, 0] * (length // 5 + 1)):
        exact = undivided_by_brute_force(tiny, spelling(text[:length]))
        assert undivided(tiny, text[:length]) == pytest.approx(exact, abs=1e-3)


def test_a_long_text_of_words_costs_little(tiny):
    # 400 letters: masses are scaled, so that nothing underflows.
    text = np.tile([0, 0, 1, 0], 100)
    assert np.isfinite(undivided(tiny, text))
    assert undivided(tiny, text) <= 400 * 16
    assert undivided(tiny, text) > undivided(tiny, text[:200]) > 0
