"""Pairs of the start made anew: learned from what the net and the phrases before said, and resumed to the same bits."""

import numpy as np
import pytest

from unmt.mappings.lexicon import Lexicon
from unmt.tasks.monitor import Monitor
from unmt.tasks.neural_renewal import SENTENCES, chosen_sentences
from unmt.tasks.neural_settings import NeuralSettings
from unmt.tasks.train_lexicon import train_lexicon
from unmt.tasks.train_transformer import train_transformer
from unmt.tasks.training_settings import Settings, Text
from unmt.text.piece_corpus import PieceCorpus
from unmt.text.vocabulary import Vocabulary

SMALL = {
    "pieces": 330, "width": 8, "heads": 2, "inner": 8, "encoder_layers": 1, "decoder_layers": 1, "longest": 32,
    "order": 2, "start_rounds": 1, "renew_every": 2, "renewed_rounds": 1, "steps": 5,
    "tokens": 40, "rate": 0.01, "evaluate_every": 5, "minutes": None,
    "rounds": 5, "held_out": 10, "threads": 1, "device": "cpu", "force": True,
}  # fmt: skip
FILES = [f"start{number}.{way}.source" for number in ("", "-1", "-2") for way in ("aa-bb", "bb-aa")]


class Told(Monitor):
    """Keeps what it is told, and asks to stop where a stage begins with `last`."""

    def __init__(self, last=None):
        self.last, self.stages = last, []

    def update(self, stage, *_):
        self.stages.append(stage)
        self.stop_requested = self.last is not None and stage.startswith(self.last)


def texts(cipher):
    return Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target)


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(200, 20, 2)


@pytest.fixture(scope="module")
def words(cipher, tmp_path_factory):
    """A lexicon model."""
    folder = tmp_path_factory.mktemp("words")
    settings = Settings(rounds=1, held_out=10, order=2, beam=4, threads=1, force=True)
    assert train_lexicon(*texts(cipher), settings, folder) is not None
    return folder


@pytest.fixture
def train(cipher, words):
    def run(folder, monitor=None, **changed):
        return train_transformer(*texts(cipher), settings(words, **changed), folder, monitor)

    return run


def settings(words, **changed):
    return NeuralSettings(**SMALL | {"start": str(words)} | changed)


def files(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "model").iterdir())} | {
        name: (folder / "checkpoints" / f"{name}.ids.npy").read_bytes() for name in FILES
    }


@pytest.fixture(scope="module")
def whole(cipher, words, tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("whole"), Told()
    assert train_transformer(*texts(cipher), settings(words), folder, told) is not None
    return folder, told.stages


def test_pairs_are_made_anew_as_often_as_they_should_be(whole):
    made = sorted(path.name.removesuffix(".ids.npy") for path in (whole[0] / "checkpoints").glob("start*.ids.npy"))
    assert made == sorted(FILES)
    stages = whole[1]
    anew = [stage for stage in dict.fromkeys(stages) if "anew" in stage or "phrases of both" in stage]
    assert [stage.split(":")[0] for stage in anew if stage.startswith("round")] == ["round 1", "round 3"]


def test_the_net_learns_from_the_new_pairs(train, whole, tmp_path):
    assert train(tmp_path, renew_every=0) is not None
    assert not list((tmp_path / "checkpoints").glob("start-*"))
    weights = "weights.safetensors"
    assert (tmp_path / "model" / weights).read_bytes() != (whole[0] / "model" / weights).read_bytes()


@pytest.mark.parametrize("last", ["round 1: phrases", "round 2: back", "round 3: bb-aa"])
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(train, whole, tmp_path, last):
    assert train(tmp_path, Told(last)) is None
    assert train(tmp_path) is not None
    assert files(tmp_path) == files(whole[0])


def test_what_is_too_late_is_left_out(train, tmp_path):
    assert train(tmp_path, minutes=1e-6, rounds=None) is not None
    assert not list((tmp_path / "checkpoints").glob("start-*"))


def test_a_large_text_takes_part_by_a_sample():
    text = PieceCorpus.of([[1, 2]] * (SENTENCES + 50) + [[]])
    chosen = chosen_sentences(text, np.random.default_rng(0))
    assert len(chosen) == SENTENCES
    assert (np.diff(chosen) > 0).all()
    assert chosen_sentences(text.subset(range(7)), np.random.default_rng(0)).tolist() == list(range(7))


def test_a_table_gives_back_the_lexicon_that_it_was_made_of():
    source = Vocabulary(("the", "cat", "xyz"), np.array([9, 4, 2]))
    target = Vocabulary(("le", "la", "chat"), np.array([5, 4, 4]))
    scores = np.log(np.array([0.5, 0.25, 1.0])).astype(np.float32)
    lexicon = Lexicon(source, target, np.array([0, 2, 3, 3]), np.array([1, 0, 2], np.int32), scores)
    again = Lexicon.of_table(lexicon.phrase_table(), source, target)
    assert list(again.entries()) == list(lexicon.entries())
    assert Lexicon.of_table(lexicon.phrase_table(), source, target, floor=-1.0).options("the") == [
        ("la", pytest.approx(np.log(0.5)))
    ]
    fewer = again.among(Vocabulary(("cat", "the"), np.array([4, 3])), Vocabulary(("chat", "le"), np.array([2, 2])))
    assert fewer.options("the") == [("le", pytest.approx(np.log(0.25)))]
    assert fewer.options("cat") == [("chat", pytest.approx(0.0))]
    assert lexicon.among(source, target) is lexicon
