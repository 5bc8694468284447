"""Two words that belong together, as one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.text import collocations
from unmt.text.collocations import with_collocations
from unmt.text.word_corpus import WordCorpus


def written(text: WordCorpus) -> list[list[str]]:
    words = [*text.vocabulary.words, "?"]
    return [[words[word] for word in text.sentence(s)] for s in range(len(text))]


def test_words_that_always_stand_together_become_one():
    lines = [["next", "to", "a"], ["b", "next", "to"], ["a", "b"], ["b", "b", "a"], ["a", "a"]] * 10
    found = with_collocations(WordCorpus.of(lines))
    assert written(found)[:5] == [["next to", "a"], ["b", "next to"], ["a", "b"], ["b", "b", "a"], ["a", "a"]]
    assert found.vocabulary.words == ("a", "b", "next to")
    assert found.vocabulary.counts.tolist() == [50, 40, 20]


def test_of_three_words_the_stronger_pair_is_one():
    # "of the" is said elsewhere, too; "in front" is not.
    lines = [["in", "front", "of"], ["of", "x"], ["y", "of"], ["x", "y"], ["y", "x"]] * 10
    assert written(with_collocations(WordCorpus.of(lines)))[0] == ["in front", "of"]


def test_marks_numbers_and_rare_pairs_stay_apart():
    lines = [["so", "!"], ["7", "up"], ["x"], ["y"]] * 20 + [["seldom", "seen"]] * 9
    text = WordCorpus.of(lines)
    assert written(with_collocations(text)) == written(text)


def test_no_two_words_of_different_sentences_become_one():
    text = WordCorpus.of([["a"], ["b"]] * 30)
    assert written(with_collocations(text)) == written(text)


@pytest.mark.parametrize("lines", [[], [[]], [["a"]], [[], ["a"], []]])
def test_texts_with_nothing_to_join(lines):
    assert written(with_collocations(WordCorpus.of(lines))) == lines


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "unknown"]), max_size=12), max_size=12))
def test_cut_apart_again_they_are_the_text(lines):
    vocabulary = WordCorpus.of([["a", "b", "c", "d"]]).vocabulary
    text = WordCorpus.of(lines, vocabulary)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collocations, "LEAST_COUNT", 1)
        patch.setattr(collocations, "LEAST_INFORMATION", 0.1)
        found = with_collocations(text)
    assert [" ".join(line).split() for line in written(found)] == written(text)
    assert found.vocabulary.counts.sum() == (found.ids >= 0).sum()
    assert (np.diff(found.vocabulary.counts) <= 0).all()
