"""Words by falling count, and sentences of their numbers."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.text.vocabulary import UNKNOWN, Vocabulary
from unmt.text.word_corpus import WordCorpus

sentences = st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=8)


def test_words_stand_by_falling_count_and_ties_by_code_point() -> None:
    vocabulary = Vocabulary.of([["b", "a", "é"], ["c", "c"], []])
    assert vocabulary.words == ("c", "a", "b", "é")
    assert vocabulary.counts.tolist() == [2, 1, 1, 1]
    assert Vocabulary.of([["b", "a", "b"]], least_count=2).words == ("b",)


def test_unknown_words_have_an_id_of_their_own() -> None:
    vocabulary = Vocabulary.of([["a", "b", "a"]])
    ids = vocabulary.ids(["b", "x", "a"])
    assert ids.tolist() == [1, UNKNOWN, 0]
    assert ids.dtype == np.int32
    assert "a" in vocabulary
    assert "x" not in vocabulary


@given(sentences)
def test_a_vocabulary_survives_json(lists: list[list[str]]) -> None:
    vocabulary = Vocabulary.of(lists)
    assert Vocabulary.from_dict(json.loads(json.dumps(vocabulary.to_dict()))) == vocabulary


@pytest.mark.parametrize(
    "data", [{}, {"words": ["a"], "counts": []}, {"words": ["a", "a"], "counts": [1, 1]}, {"words": [1], "counts": [1]}]
)
def test_broken_data_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"word|count"):
        Vocabulary.from_dict(data)


@given(sentences)
def test_a_corpus_gives_back_its_sentences(lists: list[list[str]]) -> None:
    corpus = WordCorpus.of(lists)
    assert len(corpus) == len(lists)
    words = corpus.vocabulary.words
    assert [[words[id_] for id_ in corpus.sentence(i)] for i in range(len(corpus))] == lists


@given(sentences, st.data())
def test_a_subset_is_those_sentences(lists: list[list[str]], data: st.DataObject) -> None:
    corpus = WordCorpus.of(lists)
    indices = data.draw(st.lists(st.integers(-len(lists), len(lists) - 1), max_size=5)) if lists else []
    subset = corpus.subset(indices)
    assert [subset.sentence(i).tolist() for i in range(len(subset))] == [corpus.sentence(i).tolist() for i in indices]


def test_a_mask_chooses_sentences() -> None:
    corpus = WordCorpus.of([["a"], ["b", "c"], ["d"]])
    assert corpus.subset(corpus.lengths == 1).ids.tolist() == [0, 3]
    with pytest.raises(IndexError, match="mask"):
        corpus.subset([True])
    with pytest.raises(IndexError):
        corpus.subset([3])
