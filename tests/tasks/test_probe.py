"""Data of a probe, its control, and what checkpoints come to."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

import unmt
from unmt.errors import InputError
from unmt.tasks.probe import ProbeSettings, checkpoint_steps, probe
from unmt.tasks.probe_data import LabelledSequences, digits, shuffled, text_windows
from unmt.tasks.probe_figures import correlations

THEORY = Path(unmt.__file__).parents[1] / "docs" / "theory.md"
SEED = np.random.SeedSequence([0, 0])


def ordered(count: int = 240) -> LabelledSequences:
    """Three symbols over and over, forwards or backwards from a random one: counts say nothing of the label."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=count)
    steps = np.where(labels == 1, 1, 2)[:, None] * np.arange(9)
    ids = (rng.integers(3, size=(count, 1)) + steps) % 3
    is_test = np.arange(count) % 4 == 0
    return LabelledSequences("made", "symbol", ids, labels, ("back", "forth"), 3, is_test)


@pytest.fixture(scope="module")
def found():
    lines = []
    settings = ProbeSettings(sizes=(8,), layers=1, steps=96, checkpoints=3, seeds=2, labels=(2,))
    return probe(ordered(), settings, record=lines.append), lines


def test_a_label_of_order_is_read_once_prediction_is_good_and_never_from_shuffled_symbols(found):
    result, lines = found
    assert result["checkpoints"] == lines
    assert result["stopped"] == "finished"
    last = [row for row in lines if row["step"] == 96]
    assert len(last) == 8  # two objectives and their controls, two seeds
    for row in last:
        if row["shuffled"]:
            assert row["accuracy"] < 0.75
            assert row["bits_per_symbol"] > 0.9
        elif row["objective"] == "autoregressive":
            assert row["accuracy"] > 0.9
            # log2 3 for the first symbol, one bit for the second, nothing for seven more.
            assert row["bits_per_symbol"] < 0.6
        assert row["accuracy"] == row["accuracy_by_layer"][row["layer"]]
        assert row["low"] <= row["accuracy"] <= row["high"]
    assert result["reference"]["symbols_counted"] < 0.75


@pytest.mark.skipif(not THEORY.is_file(), reason="the documents are not beside this installation")
def test_every_key_of_a_result_is_documented(found):
    described = THEORY.read_text(encoding="utf-8").split("## result.json of `unmt probe`")[1]
    rows = re.findall(r"^\| ([^|]*) \|", described, re.MULTILINE)
    # The command adds what was typed.
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == found[0].keys() | {"arguments"}
    for name in ("data", "reference", "checkpoints", "few_labels", "correlations"):
        entry = found[0][name] if isinstance(found[0][name], dict) else found[0][name][0]
        assert [key for key in entry if f"`{key}`" not in described] == [], name


def test_checkpoints_seeds_and_few_labels_are_all_there(found):
    result, lines = found
    assert {row["step"] for row in lines} == {0, 48, 96}
    assert {row["seed"] for row in lines} == {0, 1}
    assert {row["labels"] for row in result["few_labels"]} == {2, None}
    assert [len(entry["by_seed"]) for entry in result["correlations"]] == [2, 2, 2, 2]
    assert [entry["points"] for entry in result["correlations"]] == [6, 6, 6, 6]


def test_the_same_seed_gives_the_same_numbers(found):
    settings = ProbeSettings(("autoregressive",), (8,), 1, 96, 3, 1, (2,), control=False)
    again = probe(ordered(), settings)["checkpoints"]
    assert again == [row for row in found[1] if row["seed"] == 0 and row in again]
    assert len(again) == 3


def test_shuffling_keeps_what_a_sequence_holds_and_orders_each_in_a_way_of_its_own():
    data = digits(8, SEED)
    control = shuffled(data, np.random.SeedSequence(1))
    assert (np.sort(control.ids, 1) == np.sort(data.ids, 1)).all()
    pattern = np.arange(64) % 8 * np.ones((2, 1), int)
    drawn = shuffled(LabelledSequences("", "", pattern, np.zeros(2, int), ("",), 8, np.zeros(2, bool)), SEED).ids
    assert (drawn[0] != drawn[1]).any()


@pytest.mark.parametrize("levels", [2, 4, 17])
def test_digits_have_the_levels_that_were_asked_for(levels):
    data = digits(levels, SEED)
    assert data.ids.shape == (1797, 64)
    assert set(np.unique(data.ids)) == set(range(levels))
    assert abs(data.is_test.mean() - 0.25) < 0.01


def test_windows_of_text_are_tested_on_the_end_of_each_file(tmp_path):
    (tmp_path / "a.txt").write_text("x" * 300 + "y" * 100)
    (tmp_path / "b.txt").write_text("  p\n" * 200)
    data = text_windows([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], 10, 2000, SEED)
    assert data.classes == ("a.txt", "b.txt")
    first = data.ids[data.labels == 0]
    assert (data.is_test[data.labels == 0] == ([False] * 30 + [True] * 10)).all()
    # y stands in the test alone, so it is one of the rare characters that share a symbol.
    assert set(first[30:].ravel()) == {data.symbols - 1}
    assert data.symbols == 4


def test_a_table_gives_the_end_of_each_text_and_its_label(tmp_path):
    rows = [f"{'long ' * (place % 3)}ab{place % 2}\t{'odd' if place % 2 else 'even'}" for place in range(64)]
    (tmp_path / "t.tsv").write_text("text\tlabel\n" + "\n".join(rows) + "\n")
    data = text_windows([str(tmp_path / "t.tsv")], 6, 2000, SEED)
    assert data.ids.shape == (64, 6)
    assert len(set(data.ids[data.labels == 0][:, -1])) == 1
    assert set(data.ids[data.labels == 0][:, -1]).isdisjoint(data.ids[data.labels == 1][:, -1])


def test_too_little_text_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("short")
    (tmp_path / "b.txt").write_text("long enough " * 99)
    with pytest.raises(InputError, match=r"0 windows of 32 characters of a\.txt are too few"):
        text_windows([str(tmp_path / "a.txt"), str(tmp_path / "b.txt")], 32, 2000, SEED)


@pytest.mark.parametrize(("steps", "count", "expected"), [(256, 6, [0, 16, 32, 64, 128, 256]), (1, 6, [0, 1])])
def test_checkpoints_double(steps, count, expected):
    assert checkpoint_steps(steps, count) == expected


def test_ranks_of_bits_and_accuracy_are_compared_by_seed_and_at_one_step():
    rows = [
        {"objective": "masked", "shuffled": False, "width": width, "seed": seed, "step": step,
         "bits_per_symbol": 3.0 - step - width / 10, "accuracy": step / 10 - width / 100}
        for seed in (0, 1) for width in (1, 2, 3) for step in (0, 1, 2)
    ]  # fmt: skip
    (entry,) = correlations(rows)
    assert entry["points"] == 18
    # Steps agree, widths at one step do not: more width, fewer bits, and less accuracy.
    assert entry["mean"] < -0.6
    assert entry["same_step"] == pytest.approx(1)
    assert correlations(rows[:2])[0]["mean"] is None


def table(tmp_path, splits):
    lines = [f"{'ab' if place % 2 else 'ba'} {place}\t{'xy'[place % 2]}\t{splits(place)}" for place in range(64)]
    (tmp_path / "s.tsv").write_text("text\tlabel\tsplit\n" + "\n".join(lines) + "\n")
    return [str(tmp_path / "s.tsv")]


def test_a_table_may_say_itself_which_rows_are_the_test(tmp_path):
    data = text_windows(table(tmp_path, lambda place: "test" if place > 39 else "train"), 6, 2000, SEED)
    assert data.is_test.tolist() == [False] * 40 + [True] * 24


@pytest.mark.parametrize(
    ("splits", "why"), [(lambda place: f"{place}.", "Write train or test"), (lambda _place: "test", "every row")]
)
def test_splits_that_make_no_test_are_refused(tmp_path, splits, why):
    with pytest.raises(InputError, match=why):
        text_windows(table(tmp_path, splits), 6, 2000, SEED)


def test_a_split_of_which_no_row_is_drawn_is_refused(tmp_path):
    with pytest.raises(InputError, match="none of 20 rows that were drawn is of one split"):
        text_windows(table(tmp_path, lambda place: "test" if place == 63 else "train"), 6, 20, SEED)


def test_the_rate_is_the_one_that_was_asked_for():
    settings = ProbeSettings(("autoregressive",), (8,), 1, 4, 2, 1, (2,), control=False)
    usual, none = (
        probe(ordered(), replace(settings, rate=rate))["checkpoints"][-1]["bits_per_symbol"] for rate in (0.01, 1e-9)
    )
    assert none == pytest.approx(np.log2(3), abs=1e-4)
    assert usual < none
