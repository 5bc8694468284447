"""Lexicons keep their options through saving, say no to broken files, and are phrase tables of one word."""

from pathlib import Path

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.text.vocabulary import Vocabulary

SOURCE = Vocabulary(("the", "cat", "xyz", "dogs"), np.array([9, 4, 2, 1]))
TARGET = Vocabulary(("le", "la", "chat", "été"), np.array([5, 4, 4, 1]))


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon(
        SOURCE,
        TARGET,
        np.array([0, 2, 3, 3, 4]),
        np.array([0, 1, 2, 3], np.int32),
        np.log(np.array([0.5, 0.25, 1.0, 0.125])).astype(np.float32),
    )


def test_options_are_named_best_first(lexicon: Lexicon) -> None:
    assert lexicon.options("the") == [("le", pytest.approx(np.log(0.5))), ("la", pytest.approx(np.log(0.25)))]
    assert lexicon.options("xyz") == lexicon.options("not a word") == []
    assert lexicon.best().tolist() == [0, 2, -1, 3]


def test_entries_are_probabilities(lexicon: Lexicon) -> None:
    entries = list(lexicon.entries())
    assert [(source, target) for source, target, _ in entries] == [
        ("the", "le"), ("the", "la"), ("cat", "chat"), ("dogs", "été")
    ]  # fmt: skip
    assert [probability for *_, probability in entries] == pytest.approx([2 / 3, 1 / 3, 1, 1])


def test_a_phrase_table_has_the_words_with_options(lexicon: Lexicon) -> None:
    table = lexicon.phrase_table()
    assert table.sources[:, 0].tolist() == [0, 1, 3]
    assert (table.sources[:, 1:] == -1).all()
    assert table.option_start.tolist() == [0, 2, 3, 4]
    assert table.target_words.tolist() == [0, 1, 2, 3]
    assert table.scores([1.0]).tolist() == lexicon.log_probability.tolist()


def test_what_is_saved_is_loaded(lexicon: Lexicon, tmp_path: Path) -> None:
    lexicon.save(tmp_path / "lexicon.npz")
    again = Lexicon.load(tmp_path / "lexicon.npz")
    assert (again.source, again.target) == (SOURCE, TARGET)
    assert list(again.entries()) == list(lexicon.entries())


def test_broken_files_are_input_errors(lexicon: Lexicon, tmp_path: Path) -> None:
    path = tmp_path / "lexicon.npz"
    with pytest.raises(InputError, match="No such file"):
        Lexicon.load(path)
    lexicon.save(path)
    whole = path.read_bytes()
    for content in (b"", b"text", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(InputError, match="no whole lexicon"):
            Lexicon.load(path)
    lexicon.phrase_table().save(path)
    with pytest.raises(InputError, match="no lexicon"):
        Lexicon.load(path)


def test_numbers_that_do_not_fit_are_refused() -> None:
    one = np.zeros(1, np.float32)
    for starts, targets, scores in [
        ([0, 1, 1, 1], [0], one),
        ([0, 1, 1, 1, 2], [0], one),
        ([0, 1, 1, 1, 1], [4], one),
        ([0, 1, 1, 1, 1], [0], one + np.float32(np.nan)),
        ([0, 1, 1, 1, 1], [0], one + 1),
    ]:
        with pytest.raises(ValueError, match=r"option_start|targets|log-prob"):
            Lexicon(SOURCE, TARGET, np.array(starts), np.array(targets, np.int32), scores)
