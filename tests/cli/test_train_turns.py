"""`network.turns=`: lexicon models and net learn from each other by turns, in one run that goes on after any end."""

import json
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from unmt.tasks.models import load_model, translator_of
from unmt.tasks.sides import side_of, training_lines
from unmt.text.piece_corpus import PieceCorpus
from unmt.text.word_corpus import WordCorpus

FILES = ("source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt")
TURNS = (
    *FILES, "network=transformer", "network.width=8", "network.heads=2", "network.inner=8", "network.encoder_layers=1",
    "network.decoder_layers=1", "network.longest=32", "network.order=2", "trainer.device=cpu", "trainer.force=true",
    "network.start=words", "network.pieces=340", "trainer.start_rounds=1", "trainer.steps=3", "trainer.tokens=40",
    "trainer.rate=0.01", "trainer.evaluate_every=2", "trainer.held_out=12", "trainer.rounds=5", "network.turns=2",
    "trainer.turn_rounds=2", "threads=1",
)  # fmt: skip
WORDS = (*FILES, "trainer.force=true", "trainer.held_out=12", "network.order=2", "trainer.rounds=1", "quiet=true")


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(130, 20, 2)


def written(folder: Path, cipher) -> None:
    (folder / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (folder / "b.txt").write_text("\n".join(cipher.target) + "\n")


@pytest.fixture(scope="module")
def words(unmt_in, cipher, tmp_path_factory) -> Path:
    """A lexicon model of one round."""
    folder = tmp_path_factory.mktemp("words")
    written(folder, cipher)
    assert unmt_in(folder, "train", *WORDS, "run.dir=words").returncode == 0
    return folder / "words"


@pytest.fixture(autouse=True)
def _files(cipher, words, tmp_path):
    written(tmp_path, cipher)
    (tmp_path / "words").symlink_to(words)


@pytest.fixture(scope="module")
def whole(unmt_in, cipher, words, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    written(folder, cipher)
    (folder / "words").symlink_to(words)
    done = unmt_in(folder, "train", *TURNS, "run.dir=out", timeout=900)
    assert done.returncode == 0, done.stderr
    return folder / "out", done


def said(teacher, lines) -> list[list[int]]:
    """Words of a teacher's translations from aa, without those that the target text lacks."""
    language = teacher.languages["bb"]
    made = [done.text for done in translator_of(teacher, "aa-bb", beam=1, threads=1).translate(lines)]
    return rows(WordCorpus.of([language.tokeniser.tokens(line) for line in made], language.vocabulary))


def learned(run: Path, turn: int) -> list[list[int]]:
    """Words of the translations from aa that the lexicon model of a turn learned from."""
    with np.load(run / "turns" / str(turn) / "lexicon" / "checkpoints" / "teacher.aa-bb.npz") as held:
        return rows(SimpleNamespace(ids=held["ids"], starts=held["starts"]))


def rows(corpus) -> list[list[int]]:
    return [row.tolist() for row in np.split(corpus.ids, corpus.starts[1:-1])]


def test_the_net_learns_from_what_the_lexicon_models_make_that_it_taught(whole, cipher):
    run = whole[0]
    result = json.loads((run / "result.json").read_text())
    assert [turn["round"] for turn in result["turns"]] == [2, 4]
    assert "by turns" in whole[1].stderr
    for turn in (1, 2):
        teacher, taught = load_model(run / "turns" / str(turn)), load_model(run / "turns" / str(turn) / "lexicon")
        lines = training_lines(side_of("aa", cipher.source, 12, 2), cipher.source)
        language = teacher.languages["bb"]
        assert learned(run, turn) == said(teacher, lines)
        start = PieceCorpus.load(run / "checkpoints", f"turn-{turn}.bb-aa.source")
        made = [done.text for done in translator_of(taught, "aa-bb", beam=10, threads=1).translate(lines)]
        kept = [i for i in range(len(lines)) if len(start[i])]  # the others have too many pieces
        assert len(kept) > 30
        assert [teacher.pieces.decode(start[i].tolist()) for i in kept] == [
            language.tokeniser.tokens(made[i]) for i in kept
        ]
    first, second = ((run / "turns" / turn / "model" / "weights.safetensors").read_bytes() for turn in "12")
    assert first != second


def test_other_nets_teach_together_with_the_net(whole, unmt, cipher, tmp_path):
    given = [key for key in TURNS if not key.startswith(("network.turns=", "trainer.rounds="))]
    given += ["network.turns=1", "trainer.rounds=3", f"network.teacher={whole[0]}"]
    done = unmt("train", *given, "seed=1", "run.dir=out")
    assert done.returncode == 0, done.stderr
    assert f"before round 2 the lexicon model learned from the net and {whole[0]}" in done.stderr
    lines = training_lines(side_of("aa", cipher.source, 12, 2), cipher.source)
    alone, together = (load_model(f"{tmp_path}/out/turns/1{more}") for more in ("", f",{whole[0]}"))
    assert learned(tmp_path / "out", 1) == said(together, lines) != said(alone, lines)
    for key, why in (
        ("network.pieces=330", f"network.teacher={whole[0]}: {whole[0]} has other pieces than this run"),
        ("network.teacher=words", "network.teacher=words: in the turns of network=transformer"),
        ("network.turns=0", "there are no turns for it to teach in"),
    ):
        refused = unmt("train", *given, key, "run.dir=other")
        assert refused.returncode == 2
        assert why in refused.stderr
        assert not (tmp_path / "other" / "config.yaml").exists()


def test_rounds_before_the_teacher_are_not_made_again(whole, words):
    for name in ("round-0.json", "round-0.aa-bb.npz", "lexicon.bb-aa.npz", "preflight.json"):
        kept = (words / "checkpoints" / name).read_bytes()
        for turn in "12":
            assert (whole[0] / "turns" / turn / "lexicon" / "checkpoints" / name).read_bytes() == kept


# A file that is there tells that what comes before it is done, and what comes after is at work.
MOMENTS = {
    "in a turn": "turns/1/model/model.json",
    "while the teacher translates": "turns/1/lexicon/checkpoints/data.json",
    "while the lexicon learns": "turns/1/lexicon/checkpoints/teacher.bb-aa.npz",
    "when the start is made anew": "checkpoints/turn-1.aa-bb.source.starts.npy",
    "after a turn": "checkpoints/turn-1.bb-aa.source.starts.npy",
    "in the second turn": "turns/2/lexicon/checkpoints/data.json",
}


@pytest.mark.parametrize(
    "moment",
    [pytest.param(name, marks=[] if name == "while the lexicon learns" else pytest.mark.slow) for name in MOMENTS],
)
def test_killed_and_moved_it_goes_on_to_the_same_bits(whole, unmt, unmt_until, tmp_path, moment, model_files):
    process = unmt_until(f"out/{MOMENTS[moment]}", "train", *TURNS, "run.dir=out")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "result.json").exists()
    (tmp_path / "out").rename(tmp_path / "moved")
    done = unmt("train", *TURNS, "run.dir=moved", "threads=2", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stdout == whole[1].stdout
    assert model_files(tmp_path / "moved") == model_files(whole[0])


def test_a_run_of_fewer_rounds_takes_a_turn_when_it_goes_on(whole, unmt, tmp_path, model_files):
    short = [value for value in TURNS if not value.startswith("trainer.rounds=")]
    assert unmt("train", *short, "trainer.rounds=2", "run.dir=out").returncode == 0
    assert not (tmp_path / "out" / "turns").exists()
    assert unmt("train", *short, "trainer.rounds=5", "run.dir=out").returncode == 0
    assert model_files(tmp_path / "out") == model_files(whole[0])


@pytest.mark.slow
def test_two_processes_take_the_same_turns(whole, tmp_path, unmt_twice, model_files):
    done = unmt_twice("train", *TURNS, "run.dir=out")
    assert done.returncode == 0, done.stderr
    assert model_files(tmp_path / "out") == model_files(whole[0])
