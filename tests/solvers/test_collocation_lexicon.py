"""A lexicon of words and of two words in a row."""

import numpy as np
import pytest

from unmt.mappings.lexicon import Lexicon
from unmt.solvers.collocation_lexicon import FEATURES, collocation_lexicons, collocation_table
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus


def test_what_one_language_says_with_two_words_is_found(word_cipher, lexicon_of):
    cipher = word_cipher(3000, 60, 4)
    # Of the target some words are two, which stand nowhere else; some of the source are, too.
    in_two = {word: f"{word}a {word}o" for word in list(cipher.key.values())[5:25]}
    twice = {word: f"{word}a {word}o" for word in list(cipher.key)[15:35]}
    source = WordCorpus.of([" ".join(twice.get(w, w) for w in line.split()).split() for line in cipher.source])
    target = WordCorpus.of([" ".join(in_two.get(w, w) for w in line.split()).split() for line in cipher.target])
    known = {a: b for a, b in cipher.key.items() if a not in twice and b not in in_two}
    names, back = (source.vocabulary, target.vocabulary), {b: a for a, b in known.items()}
    lexicons = lexicon_of(*names, known), lexicon_of(*names[::-1], back)
    forward, backward = collocation_lexicons(source, target, lexicons)
    right = [
        forward.options(twice.get(a, a))[0][0] == in_two.get(b, b)
        for a, b in cipher.key.items()
        if a in twice or b in in_two
    ]
    assert np.mean(right) > 0.8
    table = collocation_table(forward, source.vocabulary, target.vocabulary)
    table.check()
    assert table.feature_names == FEATURES
    several = np.maximum(
        table.source_lengths[np.repeat(np.arange(len(table)), np.diff(table.option_start))], table.target_lengths
    )
    assert (several == 2).all()  # from a word to a word is what the lexicon of words has
    assert backward.source == forward.target


def test_phrases_have_the_words_of_the_texts():
    french, english = named("la guitare", "et"), named("guitar", "and so", "gone")
    nats = np.array([-1, -2, -2, -3], np.float32)
    lexicon = Lexicon(french, english, np.array([0, 3, 4]), np.array([0, 1, 2, 1], np.int32), nats)
    table = collocation_table(lexicon, named("et", "guitare", "la"), named("so", "and", "guitar"))
    assert table.sources[:, :2].tolist() == [[2, 1], [0, -1]]
    assert table.option_start.tolist() == [0, 2, 3]
    assert table.target_words.tolist() == [2, 1, 0, 1, 0]  # "gone" is no word of the text
    assert table.features == pytest.approx(np.array([[-1, 1], [-2, 1], [-3, 1]]))


def named(*words: str) -> Vocabulary:
    return Vocabulary(words, np.arange(len(words), 0, -1))
