import io

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.mappings.phrase_table import ARRAYS, PhraseTable

OPTIONS = {
    (0,): [((3,), (-0.5, 1.0)), ((), (-2.0, 0.0))],
    (1, 2): [((4, 5, 4), (-1.0, 0.25))],
    (2, 1, 0, 0): [],
}


@pytest.fixture
def table() -> PhraseTable:
    return PhraseTable.of_options(OPTIONS, ("channel", "length"))


def listed(table: PhraseTable) -> dict[tuple[int, ...], list[tuple[tuple[int, ...], tuple[float, ...]]]]:
    found = {}
    for row, source in enumerate(table.sources):
        found[tuple(source[source >= 0].tolist())] = [
            (
                tuple(table.target_words[table.target_start[o] : table.target_start[o + 1]].tolist()),
                tuple(table.features[o].tolist()),
            )
            for o in range(table.option_start[row], table.option_start[row + 1])
        ]
    return found


def arrays(table: PhraseTable) -> dict[str, object]:
    return {name: getattr(table, name) for name in ARRAYS}


def written(path, table: PhraseTable, **changed: object) -> None:
    entries = {"format": "unmt-phrase-table", "version": 1, "feature_names": ["channel", "length"]}
    buffer = io.BytesIO()
    np.savez(buffer, **{**entries, **arrays(table), **changed})
    path.write_bytes(buffer.getvalue())


def test_options_come_back_as_they_were_given(table) -> None:
    assert listed(table) == OPTIONS
    assert len(table) == 3
    assert table.source_lengths.tolist() == [1, 2, 4]
    assert table.target_lengths.tolist() == [1, 0, 3]


def test_scores_are_weighted_features(table) -> None:
    assert table.scores((1.0, 2.0)).tolist() == [1.5, -2.0, -0.5]


def test_an_empty_table_is_a_table(tmp_path) -> None:
    empty = PhraseTable.of_options({}, ("channel",))
    empty.save(tmp_path / "table.npz")
    assert listed(PhraseTable.load(tmp_path / "table.npz")) == {}


def test_saved_and_loaded_is_the_same(table, tmp_path) -> None:
    table.save(tmp_path / "table.npz")
    again = PhraseTable.load(tmp_path / "table.npz")
    assert listed(again) == OPTIONS
    assert again.feature_names == table.feature_names
    assert again.features.dtype == np.float32


def test_completed_adds_only_phrases_that_are_not_there(table) -> None:
    fallback = PhraseTable.of_options(
        {(0,): [((9,), (-9.0,))], (1,): [((7, 7), (-3.0,)), ((), (-4.0,))], (1, 2): []}, ("channel",)
    )
    expected = {**OPTIONS, (1,): [((7, 7), (-3.0, 0.0)), ((), (-4.0, 0.0))]}
    joined = table.completed(fallback)
    joined.check()
    assert listed(joined) == expected
    assert listed(fallback.completed(fallback)) == listed(fallback)


def test_words_of_another_table_join_those_that_are_there() -> None:
    own = PhraseTable.of_options({(1,): [((5,), (0.1,)), ((5, 6), (0.2,))], (1, 2): [((6,), (0.3,))]}, ("x",))
    other = {(1,): [((5,), (0.4,)), ((6,), (0.5,)), ((7,), (0.6,))], (2,): [((8,), (0.7,))]}
    found = listed(own.with_words_of(PhraseTable.of_options(other, ("x",)), 2))
    assert found[1,] == [((5,), (pytest.approx(0.1),)), ((5, 6), (pytest.approx(0.2),)), ((6,), (pytest.approx(0.5),))]
    assert found[1, 2] == [((6,), (pytest.approx(0.3),))]
    assert (2,) not in found


def test_joined_has_the_options_and_features_of_both(table) -> None:
    other = PhraseTable.of_options({(1, 2): [((9,), (5.0, -1.0))], (3,): [((8, 8), (6.0, -2.0))]}, ("new", "channel"))
    joined = table.joined(other)
    joined.check()
    assert joined.feature_names == ("channel", "length", "new")
    assert listed(joined) == {
        (0,): [((3,), (-0.5, 1.0, 0.0)), ((), (-2.0, 0.0, 0.0))],
        (1, 2): [((4, 5, 4), (-1.0, 0.25, 0.0)), ((9,), (-1.0, 0.0, 5.0))],
        (2, 1, 0, 0): [],
        (3,): [((8, 8), (-2.0, 0.0, 6.0))],
    }
    assert listed(table.joined(PhraseTable.of_options({}, ("channel",)))) == listed(table)


@pytest.mark.parametrize(
    "changed",
    [
        {"sources": np.array([[0, -1, 2, -1], [1, -1, -1, -1], [2, -1, -1, -1]])},
        {"sources": np.array([[0, -1, -1, -1], [-1, -1, -1, -1], [2, -1, -1, -1]])},
        {"sources": np.array([[0], [1], [0]])},
        {"sources": np.zeros((3, 5), np.int32)},
        {"option_start": np.array([0, 2, 1, 3])},
        {"option_start": np.array([0, 2, 3])},
        {"target_start": np.array([0, 1, 1, 5])},
        {"target_words": np.array([3, 4, -1, 4])},
        {"features": np.zeros((2, 2), np.float32)},
        {"features": np.full((3, 2), np.nan, np.float32)},
        {"target_words": np.array([3.0, 4.0, 5.0, 4.0])},
        {"version": 2},
        {"format": "unmt-linear-map"},
    ],
)
def test_a_damaged_file_is_refused(table, tmp_path, changed) -> None:
    written(tmp_path / "table.npz", table, **changed)
    with pytest.raises(InputError, match=r"table\.npz"):
        PhraseTable.load(tmp_path / "table.npz")


def test_a_whole_file_written_so_is_read(table, tmp_path) -> None:
    written(tmp_path / "table.npz", table)
    assert listed(PhraseTable.load(tmp_path / "table.npz")) == OPTIONS


def test_half_a_file_no_file_and_another_file_are_refused(table, tmp_path) -> None:
    path = tmp_path / "table.npz"
    with pytest.raises(InputError, match="No such file"):
        PhraseTable.load(path)
    table.save(path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="no whole phrase table"):
        PhraseTable.load(path)
    path.write_text("words")
    with pytest.raises(InputError, match="no whole phrase table"):
        PhraseTable.load(path)
