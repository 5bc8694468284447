from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from unmt.coding import words
from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.coding.words import WordCounts, WordTables, build_word_tables, count_words, hash_slot

SENTENCE = "the cat saw the dog and the dog saw the cat and the cat ran as the dog ran"
TEXT = SENTENCE.split()


def pair_probability(tables: WordTables, left: int, right: int) -> float | None:
    """P(right | left) as the kernels find it in the hash table, or None where the pair is not there."""
    slots = len(tables.pair_key)
    key = left * len(tables.single) + right + 1
    slot = int(hash_slot(np.array([key]), slots)[0])
    while tables.pair_key[slot] != 0:
        if tables.pair_key[slot] == key:
            return float(tables.pair_probability[slot])
        slot = (slot + 1) % slots
    return None


def following(tables: WordTables, counts: WordCounts, left: int) -> np.ndarray:
    """P(w | left) of every word w."""
    p = tables.backoff[left] * np.asarray(tables.single, np.float64)
    if left < len(counts.words):
        for pair in counts.pairs[counts.pairs // len(counts.words) == left]:
            right = int(pair % len(counts.words))
            p[right] = pair_probability(tables, left, right)
    return p


def test_words_and_pairs_are_counted():
    counts = count_words(SENTENCE, 2, 2, 26)
    often = {word: n for word, n in Counter(TEXT).items() if n >= 2}
    assert dict(zip(counts.words, counts.counts, strict=True)) == often
    assert list(counts.words) == sorted(counts.words)
    pairs = Counter(pairwise(TEXT))
    spelled = [(counts.words[key // len(counts.words)], counts.words[key % len(counts.words)]) for key in counts.pairs]
    assert dict(zip(spelled, counts.pair_counts, strict=True)) == {
        pair: n for pair, n in pairs.items() if n >= 2 and pair[0] in often and pair[1] in often
    }
    assert counts.total == len(TEXT)


def test_counting_in_blocks_changes_nothing(monkeypatch):
    whole = count_words(SENTENCE, 1, 1, 26)
    monkeypatch.setattr(words, "text_blocks", lambda text: (text[i : i + 20] for i in range(0, len(text), 20)))
    text = " ".join(f"{word:<4}" for word in TEXT)  # five characters a word: blocks cut none
    parts = count_words(text, 1, 1, 26)
    assert parts.words == whole.words
    for name in ("counts", "pairs", "pair_counts", "total"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name))


def test_a_word_without_end_is_no_word():
    counts = count_words(f"abc abc {'ab' * 5000} {'ab' * 5000} abc", 1, 1, 26)
    assert counts.words == ("abc",)


def test_the_vocabulary_of_a_large_alphabet_is_cut_to_a_trie_that_fits_memory(monkeypatch):
    monkeypatch.setattr(words, "LARGEST_TRIE", 26 * 9)
    counts = count_words(SENTENCE, 1, 1, 26)
    assert counts.words == ("cat", "dog", "the")


@pytest.mark.parametrize(("least", "least_pair"), [(1, 1), (1, 2), (2, 2), (1, 9)])
def test_probabilities_of_the_next_word_sum_to_one(least, least_pair):
    counts = count_words(SENTENCE, least, least_pair, 26)
    tables = build_word_tables(counts, "abcdefghijklmnopqrstuvwxyz")
    assert tables.single.sum() == pytest.approx(1)
    for left in range(len(counts.words) + 1):
        p = following(tables, counts, left)
        assert np.all(p > 0)
        assert p.sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", SHIPPED)
def test_probabilities_of_the_shipped_words_sum_to_one(name):
    model = LanguageModel.load(name)
    counts, tables = model.word_counts, model.words
    assert tables.backoff.min() > 0
    assert tables.backoff.max() <= 1
    left = counts.pairs // len(counts.words)
    by_pairs = np.bincount(left, minlength=len(counts.words))
    for word in [*np.argsort(-by_pairs)[:20].tolist(), 0, 7, len(counts.words)]:
        assert following(tables, counts, word).sum() == pytest.approx(1, abs=1e-4)


def test_rounded_counts_keep_it_a_distribution():
    # As a file rounds them, the pairs of a word may sum to more than the word was seen.
    counts = WordCounts(("a", "b"), np.array([10.0, 4.0]), np.array([0, 1]), np.array([8.0, 5.0]), 14.0)
    tables = build_word_tables(counts, "ab")
    assert np.all(tables.backoff > 0)
    for left in range(3):
        assert following(tables, counts, left).sum() == pytest.approx(1, abs=1e-6)


def test_the_trie_spells_the_words_and_knows_what_begins_like_it():
    counts = count_words("a ab ab abc b b b cab", 1, 9, 3)
    tables = build_word_tables(counts, "abc")

    def node(prefix):
        at = 0
        for letter in prefix:
            at = int(tables.child[at * 3 + "abc".index(letter)])
            if at == 0:
                return None
        return at

    for number, word in enumerate(counts.words):
        assert tables.word[node(word)] == number
    for prefix in ("", "a", "ab", "c", "ca"):
        share = sum(counts.counts[i] for i, word in enumerate(counts.words) if word.startswith(prefix)) / 8
        assert tables.below[node(prefix)] == pytest.approx(share)
    assert tables.word[node("ca")] == -1
    assert node("ba") is None


def test_a_text_in_which_no_word_comes_twice_has_no_words():
    counts = count_words("one two three four", 2, 2, 26)
    tables = build_word_tables(counts, "abcdefghijklmnopqrstuvwxyz")
    assert counts.words == ()
    assert tables.backoff.tolist() == [1]
    assert pair_probability(tables, 0, 0) is None
