"""Turns: what they cost is bounded, in sentences and in time."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from unmt.tasks import turns
from unmt.tasks.monitor import Monitor
from unmt.tasks.neural_settings import TURN_START_ROUNDS, NeuralSettings, Objectives
from unmt.tasks.neural_start import TAUGHT_ROUNDS, TAUGHT_SHARE, Lexicons
from unmt.tasks.train_transformer import train_transformer
from unmt.tasks.training_settings import Text
from unmt.tasks.training_stages import Stages
from unmt.text.piece_corpus import PieceCorpus

SMALL = {
    "pieces": 330, "width": 8, "heads": 2, "inner": 8, "encoder_layers": 1, "decoder_layers": 1, "order": 2,
    "start_rounds": 1, "steps": 2, "tokens": 40, "rate": 0.01, "evaluate_every": 2, "rounds": 2, "held_out": 30,
    "objectives": Objectives(alone_until=3), "threads": 1, "device": "cpu", "force": True, "turns": 1, "turn_rounds": 1,
}  # fmt: skip


def trained(trained_cipher, folder, **changed):
    cipher, start = trained_cipher
    settings = NeuralSettings(**SMALL | {"start": str(start), "minutes": None} | changed)
    return train_transformer(
        Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target), settings, folder
    )  # fmt: skip


def test_a_turn_translates_a_part_of_a_long_text(trained_cipher, tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "SENTENCES", 50)
    monkeypatch.setattr(turns, "START_SENTENCES", 200)
    result = trained(trained_cipher, tmp_path)
    assert result is not None
    assert [turn["is_made"] for turn in result["turns"]] == [True]
    for way in ("aa-bb", "bb-aa"):
        start = PieceCorpus.load(tmp_path / "checkpoints", f"start.{way}.source")
        turn = PieceCorpus.load(tmp_path / "checkpoints", f"turn-1.{way}.source")
        assert len(start) == len(turn) > 300
        assert 190 < np.count_nonzero(start.lengths) <= 200
        assert 40 < np.count_nonzero(turn.lengths) <= 50


@pytest.mark.parametrize("count", [0, 1, turns.SENTENCES, turns.SENTENCES + 7])
def test_a_part_has_each_sentence_once_and_another_turn_others(count):
    part = turns.part_of(3, 1, count)
    assert part.tolist() == sorted(set(part.tolist()))
    assert len(part) == min(count, turns.SENTENCES)
    assert all(0 <= number < count for number in part.tolist())
    if count > turns.SENTENCES:
        assert part.tolist() != turns.part_of(3, 2, count).tolist()
        assert part.tolist() == turns.part_of(3, 1, count).tolist()


def test_a_turn_that_leaves_the_net_too_little_time_is_left_out(trained_cipher, tmp_path, monkeypatch):
    monkeypatch.setattr("unmt.tasks.neural_start.Lexicons.seconds", 3600.0)
    result = trained(trained_cipher, tmp_path, minutes=5.0)
    assert result is not None
    assert [turn["is_made"] for turn in result["turns"]] == [False]
    assert "left out, for want of time" in result["summary"]
    assert "rounds in all: the model that it began with" in result["summary"]
    assert not (tmp_path / "turns").exists()
    # Nothing came of it: the second round is one of back-translation, as it would be without a turn.
    plain = trained(trained_cipher, tmp_path / "plain", turns=0)
    assert plain is not None
    weights = [folder / "model" / "weights.safetensors" for folder in (tmp_path, tmp_path / "plain")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_rounds_after_a_turn_learn_from_its_pairs_alone_and_then_from_the_nets_own_too():
    settings = NeuralSettings(turns=2, turn_rounds=30, start_rounds=25)
    assert [settings.turn(number) for number in (0, 29, 30, 59, 60, 200)] == [0, 0, 1, 1, 2, 2]
    alone = [number for number in range(200) if settings.from_start(number)]
    first = [*range(25), *range(30, 30 + TURN_START_ROUNDS), *range(60, 60 + TURN_START_ROUNDS)]
    assert alone == first
    without = [number for number in range(200) if settings.from_start(number, left_out=(1,))]
    assert without == [number for number in first if not 30 <= number < 60]


@pytest.mark.parametrize(("left", "is_made"), [(None, True), (11.5, True), (9.5, False)])
def test_some_rounds_must_fit_after_a_turn(tmp_path, left, is_made):
    """Ten minutes: of a turn 2.5, and of fifteen rounds half a minute each."""
    lexicons, stages = SimpleNamespace(seconds=150.0, taught=lambda *_: "start"), Stages(tmp_path)
    model = SimpleNamespace(save=lambda _: None)
    assert turns.turned(1, lexicons, stages, tmp_path, (left, 0.5), lambda: model) == ("start" if is_made else None)
    # It is settled once: whoever goes on later, with more time or less, finds what was done.
    assert turns.turned(1, lexicons, stages, tmp_path, (1e6, 0.5), lambda: model) == ("start" if is_made else None)


def test_what_a_turn_may_take_follows_from_the_rounds_that_are_there(trained_cipher, tmp_path):
    cipher, start = trained_cipher
    texts = (Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target))
    settings = NeuralSettings(**SMALL | {"start": str(start), "minutes": None})
    elapsed = [json.loads((start / "checkpoints" / f"round-{n}.json").read_text())["elapsed"] for n in (0, 1)]
    lexicons = Lexicons(texts, settings, tmp_path, Stages(tmp_path / "checkpoints"), lambda *_: Monitor())
    assert lexicons.seconds == pytest.approx(TAUGHT_SHARE * TAUGHT_ROUNDS * (elapsed[1] - elapsed[0]))
    other = Lexicons(texts, replace(settings, start="lexicon"), tmp_path, lexicons.stages, lambda *_: Monitor())
    assert other.seconds == 0.0
