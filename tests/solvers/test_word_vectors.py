import numpy as np
import pytest

from unmt.errors import InputError
from unmt.mappings.linear_map import unit_rows
from unmt.solvers.word_vectors import vectors_of


def text(rng, sentences=3000):
    """Sentences on one of ten topics, each with words of its own."""
    topics = [[f"t{topic}w{word}" for word in range(30)] for topic in range(10)]
    chosen = rng.integers(10, size=sentences)
    return [[topics[topic][place] for place in rng.integers(30, size=8)] for topic in chosen]


def test_words_of_one_topic_are_near_each_other():
    found = vectors_of(text(np.random.default_rng(0)), dimensions=20)
    assert len(found.words) == 300
    units = unit_rows(found.matrix)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -1)
    nearest = cosines.argmax(axis=1)
    topic = [word.partition("w")[0] for word in found.words]
    assert np.mean([topic[place] == topic[near] for place, near in enumerate(nearest)]) > 0.95


def test_they_are_a_function_of_the_text():
    first, again = (vectors_of(text(np.random.default_rng(1), 800), dimensions=10) for _ in range(2))
    np.testing.assert_array_equal(first.matrix, again.matrix)


def test_too_little_text_is_refused():
    with pytest.raises(InputError, match="Give a longer text"):
        vectors_of([["a", "b"]] * 10)
