"""Noise on sentences of pieces: what it keeps, and what it does not."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unmt.text.noise import WordNoise

BLANK, SYMBOLS = 3, 40
BEGINS = np.arange(SYMBOLS) % 3 == 0  # of an id of 6 and more, every third begins a word
sentences = st.lists(st.integers(6, SYMBOLS - 1), max_size=30).map(lambda ids: np.array(ids, np.int32))
seeds = st.integers(0, 2**32)


def words(ids):
    """Tuples of pieces; the first piece of a sentence begins a word, whatever it is."""
    found = []
    for id_ in ids.tolist():
        if not found or BEGINS[id_] or id_ == BLANK or found[-1] == (BLANK,):
            found.append((id_,))
        else:
            found[-1] += (id_,)
    return found


def applied(noise, ids, seed):
    return noise.apply(ids, BEGINS, BLANK, np.random.default_rng(seed))


def whole(ids):
    """The same with a first piece that begins a word, so that words are told apart wherever they stand."""
    return np.concatenate([[6], ids]).astype(np.int32) if len(ids) and not BEGINS[ids[0]] else ids


@given(sentences, seeds, st.floats(1.0, 8.0))
def test_a_shuffle_keeps_every_word_and_moves_none_far(ids, seed, window):
    ids = whole(ids)
    noisy = applied(WordNoise(drop=0.0, blank=0.0, window=window), ids, seed)
    before, after = words(ids), words(noisy)
    assert Counter(before) == Counter(after)
    if len(set(before)) == len(before):
        assert all(abs(before.index(word) - place) < window for place, word in enumerate(after))


@given(sentences, seeds, st.floats(0.0, 1.0))
def test_dropping_leaves_some_of_the_words_in_their_order(ids, seed, drop):
    ids = whole(ids)
    kept = words(applied(WordNoise(drop=drop, blank=0.0, window=1.0), ids, seed))
    rest = iter(words(ids))
    assert all(word in rest for word in kept)
    assert kept or not len(ids)


@given(sentences, seeds, st.floats(0.0, 1.0))
def test_hiding_leaves_the_others_in_their_places(ids, seed, blank):
    ids = whole(ids)
    noisy = words(applied(WordNoise(drop=0.0, blank=blank, window=1.0), ids, seed))
    before = words(ids)
    assert len(noisy) == len(before)
    assert all(now in {then, (BLANK,)} for now, then in zip(noisy, before, strict=True))


@given(sentences, seeds, st.floats(0.01, 1.0))
def test_a_span_hides_its_share_in_one_piece(ids, seed, span):
    ids = whole(ids)
    before = words(ids)
    noisy = words(applied(WordNoise(drop=0.0, blank=0.0, window=1.0, span=span), ids, seed))
    hidden = [place for place, word in enumerate(noisy) if word == (BLANK,)]
    assert len(hidden) == (max(1, round(span * len(before))) if before else 0)
    assert hidden == list(range(hidden[0], hidden[-1] + 1)) if hidden else True
    assert all(noisy[place] == before[place] for place in range(len(before)) if place not in hidden)


@given(sentences, seeds)
def test_noise_is_a_function_of_its_generator_and_leaves_the_sentence_alone(ids, seed):
    kept = ids.copy()
    first, again = applied(WordNoise(), ids, seed), applied(WordNoise(), ids, seed)
    assert first.dtype == np.int32
    assert first.tolist() == again.tolist()
    assert ids.tolist() == kept.tolist()


def test_the_shares_are_what_they_are_called():
    ids = np.full(20_000, 6, np.int32)
    noisy = applied(WordNoise(drop=0.2, blank=0.3, window=1.0), ids, 0)
    assert abs(len(noisy) / len(ids) - 0.8) < 0.02
    assert abs((noisy == BLANK).mean() - 0.3) < 0.02
