"""Function words beside a lexicon: what one language says with a word and another with two."""

import numpy as np
import pytest

from unmt.coding.word_ngrams import WordNgrams
from unmt.solvers import function_words
from unmt.solvers.function_words import beside_function_words, with_function_words
from unmt.solvers.phrase_decoder import Decoder, DecoderSettings
from unmt.text.word_corpus import WordCorpus

ENGLISH = [["she", "is", "playing"], ["he", "is", "reading"], ["he", "is", "here"]] * 20
FRENCH = [["elle", "joue"], ["il", "lit"], ["il", "est", "ici"]] * 20
WORDS = {"elle": "she", "il": "he", "joue": "playing", "lit": "reading", "est": "is", "ici": "here"}


@pytest.fixture(autouse=True)
def _few_function_words(monkeypatch):
    monkeypatch.setattr(function_words, "FUNCTION_WORDS", 2)  # "is" and "he"; "il" and "elle"


@pytest.fixture
def texts():
    return WordCorpus.of(FRENCH), WordCorpus.of(ENGLISH)


def phrases(table, source, target):
    """{(source words, target words): (inserted, left out)}."""
    found = {}
    for phrase, row in enumerate(table.sources):
        read = " ".join(source.words[word] for word in row if word >= 0)
        for option in range(table.option_start[phrase], table.option_start[phrase + 1]):
            part = slice(table.target_start[option], table.target_start[option + 1])
            written = " ".join(target.words[word] for word in table.target_words[part])
            found[read, written] = tuple(table.features[option, 1:].tolist())
    return found


def test_words_that_often_stand_beside_a_function_word_are_found(texts):
    words = texts[1].vocabulary.words
    found = {(words[a], words[b]): words[c] for a, b, c in zip(*beside_function_words(texts[1]), strict=True)}
    assert found == {
        ("she", "is"): "she", ("is", "playing"): "playing", ("is", "reading"): "reading", ("is", "here"): "here"
    }  # fmt: skip


def test_no_two_words_of_different_sentences_stand_together():
    text = WordCorpus.of([["a", "a", "b"], ["c"]] * 20)
    words = text.vocabulary.words
    assert all({words[a], words[b]} != {"b", "c"} for a, b, _ in zip(*beside_function_words(text), strict=True))


def test_a_translation_may_have_a_function_word_more_or_its_source_one_less(texts, lexicon_of):
    french, english = texts
    names = french.vocabulary, english.vocabulary
    found = phrases(with_function_words(lexicon_of(*names, WORDS), french, english), *names)
    assert found["joue", "playing"] == (0, 0)
    assert found["joue", "is playing"] == (1, 0)
    assert found["elle joue", "playing"] == (0, 1)
    assert ("joue", "playing is") not in found
    assert ("il", "is he") not in found  # a function word gets no other
    back = phrases(
        with_function_words(lexicon_of(*names[::-1], {b: a for a, b in WORDS.items()}), english, french), *names[::-1]
    )
    assert back["is playing", "joue"] == (0, 1)


def test_every_word_keeps_all_that_the_lexicon_has(texts, lexicon_of):
    french, english = texts
    lexicon = lexicon_of(french.vocabulary, english.vocabulary, WORDS)
    table, plain = with_function_words(lexicon, french, english), lexicon.phrase_table()
    is_single = (table.source_lengths == 1)[np.repeat(np.arange(len(table)), np.diff(table.option_start))]
    untouched = is_single & (table.features[:, 1] == 0)
    assert untouched.sum() == len(plain.target_words)
    table.check()


def test_the_language_model_puts_in_the_word_that_the_other_language_lacks(texts, lexicon_of):
    french, english = texts
    table = with_function_words(lexicon_of(french.vocabulary, english.vocabulary, WORDS), french, english)
    ngrams = WordNgrams.fit(english.ids, english.starts, len(english.vocabulary), 3)
    decoder = Decoder(table, ngrams, DecoderSettings(weights=(0.5, -0.5, -4.0)))
    text = WordCorpus.of([["elle", "joue"], ["il", "est", "ici"]], french.vocabulary)
    done = decoder.decode(text.ids, text.starts)
    assert [[english.vocabulary.words[word] for word in done.sentence(s)] for s in (0, 1)] == [
        ["she", "is", "playing"], ["he", "is", "here"]
    ]  # fmt: skip


def test_empty_texts_give_the_lexicon_alone(texts, lexicon_of):
    french, english = texts
    lexicon = lexicon_of(french.vocabulary, english.vocabulary, WORDS)
    nothing = [WordCorpus.of([], text.vocabulary) for text in texts]
    table = with_function_words(lexicon, *nothing)
    assert table.target_words.tolist() == lexicon.phrase_table().target_words.tolist()
