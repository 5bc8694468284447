"""Lexicon models of several languages: which pairs have one, what leads from each to each, and what is refused."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.tasks import neural_start
from unmt.tasks.monitor import Monitor
from unmt.tasks.neural_settings import NeuralSettings
from unmt.tasks.neural_start import Lexicons, given_start, groups, route, together
from unmt.tasks.train_lexicon import UnrelatedError
from unmt.tasks.training_settings import Settings, Text
from unmt.tasks.training_stages import Stages

NAMES = ("aa", "bb", "cc", "dd")


def test_the_shortest_way_is_taken_and_the_first_of_two():
    ways = ["aa-bb", "bb-aa", "bb-cc", "cc-bb", "cc-dd", "dd-cc", "aa-ee", "ee-cc", "ff-aa"]
    assert route(ways, "aa", "bb") == ["aa-bb"]
    assert route(ways, "aa", "cc") == ["aa-bb", "bb-cc"]
    assert route(ways, "aa", "dd") == ["aa-bb", "bb-cc", "cc-dd"]
    assert route(ways, "dd", "ff") == []


def test_groups_are_what_pairs_join():
    assert groups(NAMES, [("aa", "cc"), ("cc", "dd"), ("bb", "dd")]) == [list(NAMES)]
    assert groups(NAMES, [("aa", "cc"), ("dd", "bb")]) == [["aa", "cc"], ["bb", "dd"]]
    assert groups(NAMES[:2], []) == [["aa"], ["bb"]]


def preflight(verdict, way):
    ways = (way, "-".join(reversed(way.split("-"))))
    return {
        "verdict": verdict, "sentence": f"of {way}", "saved_bits_per_word": [1.0, 2.0],
        "redundancy_bits_per_word": [3.0, 4.0], "null": {name: {"code_bits": 9.0} for name in ways}, "lexicon": {},
    }  # fmt: skip


class Trained:
    """Stands for the training of a lexicon model: which pairs were asked for, with how many rounds and minutes."""

    def __init__(self, unrelated=()):
        self.unrelated, self.calls, self.teachers = unrelated, [], []

    def __call__(self, one, other, settings, folder, monitor, *_):
        way = f"{one.language}-{other.language}"
        self.calls.append((way, settings.rounds, settings.minutes))
        self.teachers.append((folder, settings.teacher, settings.teacher_round, settings.force))
        monitor.update("at work", 0, None, 0.5)
        if way in self.unrelated and not settings.force:
            raise UnrelatedError(f"{way} is refused", preflight("no shared structure", way))
        ways = (way, f"{other.language}-{one.language}")
        return {
            "preflight": preflight("shared structure", way), "verdict": "shared structure", "dictionary": [[], []],
            "chosen_round": dict.fromkeys(ways, 1), "rounds": [{"figures": {name: {"n": n} for name in ways}}
                                                              for n in range(2)],
        }  # fmt: skip


@pytest.fixture
def start_of(tmp_path, monkeypatch):
    """start_of(train, hub=..., ...): the start of four languages, with train in place of the training of a pair."""
    load = lambda folder: SimpleNamespace(  # noqa: E731
        name=folder.name, directions=[folder.name, "-".join(reversed(folder.name.split("-")))]
    )
    said = []

    class Told(Monitor):
        def __init__(self, prefix, share):
            self.prefix, self.share = prefix, share

        def update(self, stage, _, __, fraction):
            said.append((self.prefix + stage, self.share(fraction)))

    def made(train, **settings):
        monkeypatch.setattr(neural_start, "train_lexicon", train)
        monkeypatch.setattr(neural_start.TranslationModel, "load", staticmethod(load))
        texts = [Text(name, f"{name}.txt", ["line"]) for name in NAMES]
        made.lexicons = Lexicons(texts, NeuralSettings(**settings), tmp_path, Stages(tmp_path / "checkpoints"), Told)
        return made.lexicons.start(), said

    return made


def test_every_pair_has_a_model_and_a_share_of_the_time(start_of):
    train = Trained()
    start, said = start_of(train, minutes=60.0)
    pairs = ["aa-bb", "aa-cc", "aa-dd", "bb-cc", "bb-dd", "cc-dd"]
    assert [call[0] for call in train.calls] == pairs * 2
    assert {call[1:] for call in train.calls[:6]} == {(0, None)}, "all are examined before any is trained"
    assert {call[1:] for call in train.calls[6:]} == {(5, 0.35 * 60.0 / 6)}
    assert len(start.models) == 12
    assert [way for _, way in start.steps("dd", "bb")] == ["dd-bb"]
    assert [stage for stage, _ in said] == [f"{way}: at work" for way in pairs * 2]
    assert [fraction for _, fraction in said[6:]] == pytest.approx([(n + 0.5) / 6 for n in range(6)])
    assert start.result["verdict"] == "shared structure"


def test_in_a_turn_the_pairs_that_have_a_model_are_taught(start_of, tmp_path):
    train = Trained(unrelated={"aa-bb"})
    start_of(train, minutes=60.0)
    train.calls.clear()
    train.teachers.clear()
    teacher = tmp_path / "turns" / "1"
    start = start_of.lexicons.taught(teacher, 10.0)
    pairs = ["aa-cc", "aa-dd", "bb-cc", "bb-dd", "cc-dd"]
    # None of their rounds is there to be taken over: three before the teacher's, and three with it.
    assert train.calls == [(way, 6, 2.0) for way in pairs]
    assert train.teachers == [(teacher / "lexicon" / way, str(teacher), 4, True) for way in pairs]
    assert sorted(start.result["pairs"]) == ["aa-bb", *pairs]
    assert "aa-bb" not in start.models


def test_with_a_hub_its_pairs_have_one_and_the_others_go_through_it(start_of):
    train = Trained()
    start, _ = start_of(train, hub="cc", minutes=None)
    assert [call[0] for call in train.calls] == ["aa-cc", "bb-cc", "cc-dd"] * 2
    assert [way for _, way in start.steps("aa", "cc")] == ["aa-cc"]
    assert [(model.name, way) for model, way in start.steps("aa", "dd")] == [("aa-cc", "aa-cc"), ("cc-dd", "cc-dd")]


def test_a_pair_that_shares_nothing_is_left_out_and_stays_so(start_of, tmp_path):
    start, _ = start_of(Trained(["aa-dd", "bb-dd"]), minutes=None)
    assert [way for _, way in start.steps("aa", "dd")] == ["aa-cc", "cc-dd"]
    assert start.result["pairs"]["aa-dd"]["left_out"]
    assert "left out" in start.result["preflight"]["sentence"]
    assert start.result["preflight"]["sentence"].count("aa-dd") == 1
    again = Trained()
    start, _ = start_of(again, minutes=90.0)
    assert {call[0] for call in again.calls} == {"aa-bb", "aa-cc", "bb-cc", "cc-dd"}
    assert {call[2] for call in again.calls} == {None}, "more time must not change what the net has started from"
    assert json.loads((tmp_path / "checkpoints" / "pairs.json").read_text())["left_out"].keys() == {"aa-dd", "bb-dd"}


def test_languages_that_nothing_joins_are_refused_unless_forced(start_of):
    train = Trained(["aa-dd", "bb-dd", "cc-dd"])
    with pytest.raises(InputError) as caught:
        start_of(train)
    assert "aa, bb, cc and dd have nothing that joins them" in str(caught.value)
    assert "of cc-dd" in str(caught.value)
    assert "trainer.force=true" in str(caught.value)
    assert {call[1] for call in train.calls} == {0}, "time was spent on a training that is refused"
    start, _ = start_of(train, force=True)
    assert len(start.models) == 12


def test_the_results_of_pairs_are_put_together():
    train = Trained()
    texts = {name: Text(name, "", []) for name in NAMES}
    settings = Settings(rounds=1)
    results = {
        way: train(*(texts[name] for name in way.split("-")), settings, None, Monitor(), None)
        for way in ("aa-bb", "bb-cc")
    }
    found = together(NAMES[:3], results, {"aa-cc": preflight("no shared structure", "aa-cc")})
    assert found["preflight"]["saved_bits_per_word"] == [1.0, 1.0, 2.0, 1.0, 2.0, 2.0]
    assert len(found["preflight"]["null"]) == 6
    assert found["rounds"][1]["figures"] == {way: {"n": 1} for way in ("aa-bb", "bb-aa", "bb-cc", "cc-bb")}
    assert found["verdict"] == "shared structure"


def test_models_that_are_there_are_taken_by_their_languages(monkeypatch):
    def load(name):
        ways = [name, "-".join(reversed(name.split("-")))]
        directions = {
            way: SimpleNamespace(name=way, source=way.split("-")[0], target=way.split("-")[1]) for way in ways
        }
        return SimpleNamespace(name=name, languages=name.split("-"), directions=directions)

    monkeypatch.setattr(neural_start.TranslationModel, "load", staticmethod(load))
    start = given_start("aa-bb,bb-cc,cc-ee", NAMES[:3])
    assert list(start.models) == ["aa-bb", "bb-aa", "bb-cc", "cc-bb"]
    assert [way for _, way in start.steps("cc", "aa")] == ["cc-bb", "bb-aa"]
    with pytest.raises(InputError, match="no way between aa, bb and cc"):
        given_start("aa-bb", NAMES[:3])
    with pytest.raises(InputError, match="the model knows aa, bb, not cc"):
        given_start("aa-bb", ("aa", "cc"))


def test_a_third_text_of_noise_is_refused_in_a_line(word_cipher, tmp_path):
    cipher, rng = word_cipher(150, 20, 2), np.random.default_rng(0)
    noise = [" ".join(str(word) for word in rng.integers(0, 400, 9)) for _ in range(150)]
    texts = [Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target), Text("cc", "c.txt", noise)]
    settings = NeuralSettings(order=2, held_out=15, threads=1)
    stages = Stages(tmp_path / "checkpoints")
    with pytest.raises(InputError, match=r"^aa, bb and cc have nothing that joins them\. aa-cc: they seem") as caught:
        Lexicons(texts, settings, tmp_path, stages, lambda *_: Monitor()).start()
    assert "\n" not in str(caught.value)
    assert "pairs" not in stages
