"""Words paired anew by the contexts that translations give them: what a translator always mistakes is found."""

import numpy as np
import pytest

from unmt.mappings.lexicon import Lexicon
from unmt.solvers.contexts import contexts_of
from unmt.solvers.renewed_lexicon import CERTAIN, paired_words, renewed, with_pairs
from unmt.solvers.symmetrisation import Links
from unmt.solvers.translated_contexts import translated_contexts
from unmt.text.word_corpus import WordCorpus


def word_by_word(corpus):
    """Links of each word with that in its place."""
    places = np.concatenate([np.arange(length) for length in corpus.lengths]).astype(np.int16)
    return Links(corpus.starts.copy(), places, places)


@pytest.fixture(scope="module")
def texts(word_cipher):
    made = word_cipher(3000, 60, 4)
    return made, [WordCorpus.of([line.split() for line in lines]) for lines in (made.source, made.target)]


def translated(corpus, key, vocabulary):
    """A text word by word."""
    lines = [[key[corpus.vocabulary.words[word]] for word in corpus.sentence(s)] for s in range(len(corpus))]
    return WordCorpus.of(lines, vocabulary)


def test_of_a_right_translation_they_are_the_contexts_of_its_words(texts):
    _, (source, target) = texts
    same = translated_contexts(target, target, word_by_word(target), len(target.vocabulary))
    plain = contexts_of(target, len(target.vocabulary))
    for found, wanted in zip(same.counts, plain.counts, strict=True):
        assert abs(found - wanted).max() < 1e-2
    assert same.totals == pytest.approx(plain.totals, rel=1e-6)
    assert len(source) > 0


def test_a_word_that_is_taken_for_another_everywhere_is_found(texts):
    made, (source, target) = texts
    key = dict(made.key)
    back = {word: name for name, word in key.items()}
    # Four frequent words are taken for one another, both ways: nothing that goes there and back can tell.
    wrong = list(source.vocabulary.words[5:9])
    turned = dict(key) | {name: key[other] for name, other in zip(wrong, wrong[1:] + wrong[:1], strict=True)}
    returned = dict(back) | {turned[name]: name for name in wrong}
    there = translated(source, turned, target.vocabulary)
    home = translated(target, returned, source.vocabulary)
    pairs = paired_words(
        (source, target), (source, target), (there, home), (word_by_word(source), word_by_word(target)), 0
    )
    found = {source.vocabulary.words[s]: target.vocabulary.words[t] for s, t in zip(*pairs, strict=True)}
    assert {name: found.get(name) for name in wrong} == {name: key[name] for name in wrong}
    assert np.mean([found.get(name) == key[name] for name in source.vocabulary.words]) > 0.9


def test_rare_words_are_left_alone():
    text = WordCorpus.of([["a", "b"]])
    pairs = paired_words((text, text), (text, text), (text, text), (word_by_word(text), word_by_word(text)), 0)
    assert [len(side) for side in pairs] == [0, 0]


def test_pairs_are_nearly_certain_in_both_lexicons():
    text = WordCorpus.of([["a", "b", "c"]])
    words = text.vocabulary
    plain = Lexicon(words, words, np.array([0, 2, 2, 3]), np.array([1, 2, 0], np.int32), np.float32([-0.5, -0.01, -2]))
    forward, backward = renewed((plain, plain), (np.array([0, 1]), np.array([1, 2])))
    nats = pytest.approx(CERTAIN)
    assert forward.options("a") == [("c", pytest.approx(-0.01)), ("b", nats)]
    assert forward.options("b") == [("c", nats)]
    assert forward.options("c") == [("a", pytest.approx(-2))]
    assert backward.options("c") == [("b", nats), ("a", pytest.approx(-2))]
    assert with_pairs(plain, np.zeros(0, np.int64), np.zeros(0, np.int64)).options("a")[0][0] == "c"
