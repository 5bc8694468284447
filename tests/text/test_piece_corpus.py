"""Sentences of pieces in one array, in memory and on disk."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.text.piece_corpus import PieceCorpus

rows = st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=5), max_size=6)


def listed(corpus):
    return [corpus[place].tolist() for place in range(len(corpus))]


@given(rows)
def test_sentences_come_back_as_they_were(sentences):
    corpus = PieceCorpus.of(sentences)
    assert listed(corpus) == sentences
    assert corpus.lengths.tolist() == [len(row) for row in sentences]
    turned = range(len(sentences))[::-1]
    assert listed(corpus.subset(turned)) == sentences[::-1]


@settings(max_examples=20)
@given(rows.filter(len), st.data())
def test_a_view_is_a_part_that_is_left_where_it_is(tmp_path_factory, sentences, data):
    corpus = PieceCorpus.of(sentences)
    chosen = data.draw(st.lists(st.integers(0, len(sentences) - 1), max_size=8))
    again = data.draw(st.lists(st.integers(0, max(len(chosen) - 1, 0)), max_size=3 * bool(chosen)))
    view = corpus.view(np.array(chosen, np.int64))
    assert view.ids is corpus.ids
    for found, wanted in (
        (view, [sentences[i] for i in chosen]),
        (view.view(np.array(again, np.int64)), [sentences[chosen[i]] for i in again]),
        (view.subset(again), [sentences[chosen[i]] for i in again]),
    ):
        assert listed(found) == wanted
        assert found.lengths.tolist() == [len(row) for row in wanted]
    folder = tmp_path_factory.mktemp("view")
    view.save(folder, "x")
    assert listed(PieceCorpus.load(folder, "x")) == [sentences[i] for i in chosen]


@pytest.mark.parametrize("sentences", [[], [[]], [[1, 2], [], [3]]])
def test_what_is_saved_is_loaded(tmp_path, sentences):
    PieceCorpus.of(sentences).save(tmp_path, "x")
    assert listed(PieceCorpus.load(tmp_path, "x")) == sentences


def test_ids_stay_on_disk_until_they_are_read(tmp_path):
    PieceCorpus.of([[1, 2], [3]]).save(tmp_path, "x")
    assert isinstance(PieceCorpus.load(tmp_path, "x").ids, np.memmap)


@pytest.mark.parametrize("part", ["ids", "starts"])
@pytest.mark.parametrize("keep", [None, 0, 10, -4])
def test_a_damaged_file_is_told_in_a_line(tmp_path, part, keep):
    PieceCorpus.of([[1, 2], [3]]).save(tmp_path, "x")
    path = tmp_path / f"x.{part}.npy"
    data = path.read_bytes()
    path.unlink() if keep is None else path.write_bytes(data[:keep])
    with pytest.raises(InputError, match="damaged or missing") as caught:
        PieceCorpus.load(tmp_path, "x")
    assert "\n" not in str(caught.value)


def test_a_bit_that_is_another_is_told_where_a_hash_was_kept(tmp_path):
    PieceCorpus.of([[1, 2], [3]]).save(tmp_path, "x")
    path = tmp_path / "x.ids.npy"
    data = bytearray(path.read_bytes())
    data[-4] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged or missing"):
        PieceCorpus.load(tmp_path, "x")
    (tmp_path / "x.sha256").unlink()  # as earlier versions left it
    assert listed(PieceCorpus.load(tmp_path, "x")) == [[1, 2], [2]]


def test_files_of_two_corpora_do_not_pass_for_one(tmp_path):
    PieceCorpus.of([[1, 2], [3]]).save(tmp_path, "x")
    PieceCorpus.of([[1], [3]]).save(tmp_path, "y")
    (tmp_path / "y.starts.npy").replace(tmp_path / "x.starts.npy")
    with pytest.raises(InputError, match="damaged"):
        PieceCorpus.load(tmp_path, "x")
