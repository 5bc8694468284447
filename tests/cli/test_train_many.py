"""`unmt train network=transformer` of three languages as it is typed: one net, each language into each."""

import json
import shutil
import time
from pathlib import Path

import pytest

from unmt.cli.arguments import checked
from unmt.cli.main import status
from unmt.cli.train import COMMAND
from unmt.errors import InputError

FILES = (
    "source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt", "more.cc.train=c.txt",
)  # fmt: skip
NET = (
    "network=transformer", "network.width=8", "network.heads=2", "network.inner=8", "network.encoder_layers=1",
    "network.decoder_layers=1", "network.longest=32", "network.order=2", "trainer.device=cpu", "trainer.force=true",
)  # fmt: skip
SMALL = (
    *FILES, *NET, "network.start=none", "network.pieces=340", "trainer.start_rounds=1", "trainer.steps=3",
    "trainer.tokens=40", "trainer.rate=0.01", "trainer.evaluate_every=2", "trainer.held_out=12", "trainer.rounds=3",
)  # fmt: skip
WAYS = ["aa-bb", "aa-cc", "bb-aa", "bb-cc", "cc-aa", "cc-bb"]


def three_texts(word_cipher, sentences: int, words: int, seed: int):
    """A text of each of three languages, none of which has the lines of another, and what each word is in the third."""
    cipher = word_cipher(2 * sentences, words, seed)
    third = {word: f"{word[::-1]}x" for word in cipher.key.values()}
    rest = [" ".join(third[word] for word in line.split()) for line in cipher.target[sentences:]]
    return cipher, {"a": cipher.source[:sentences], "b": cipher.target[:sentences], "c": rest}, third


def written(folder: Path, texts: dict[str, list[str]]) -> None:
    for name, lines in texts.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def texts(word_cipher):
    return three_texts(word_cipher, 130, 20, 2)[1]


@pytest.fixture(autouse=True)
def _files(texts, tmp_path, monkeypatch):
    written(tmp_path, texts)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def whole(texts, tmp_path_factory) -> Path:
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    written(folder, texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert status(["train", *SMALL, "run.dir=out", "threads=1", "quiet=true"]) == 0
    return folder / "out"


def test_every_direction_is_judged_shown_and_translated(whole, capfd, tmp_path):
    result = json.loads((whole / "result.json").read_text())
    assert result["directions"] == WAYS
    assert result["rounds"][-1]["figures"].keys() == set(WAYS)
    assert [text["language"] for text in result["texts"]] == ["aa", "bb", "cc"]
    assert result["arguments"]["more.cc.train"] == "c.txt"
    page = (whole / "report.html").read_text()
    assert all(way in page for way in WAYS)
    shutil.copytree(whole, tmp_path / "out")
    assert status(["translate", "model=out", "direction=cc-bb", "input=c.txt", "quiet=true"]) == 0
    assert len(capfd.readouterr().out.splitlines()) == 130
    assert status(["translate", "model=out", "direction=cc-dd", "input=c.txt"]) == 2
    assert f"direction=cc-dd: the model has {', '.join(WAYS)}" in capfd.readouterr().err


def test_four_languages_are_one_net(tmp_path):
    (tmp_path / "d.txt").write_text((tmp_path / "a.txt").read_text()[::-1])
    assert status(["train", *SMALL, "more.dd.train=d.txt", "trainer.rounds=1", "run.dir=out", "quiet=true"]) == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert len(result["directions"]) == 12


def test_the_order_of_further_texts_and_the_end_of_the_run_change_nothing(whole, capfd, tmp_path, model_files):
    """Two rounds, then a third, with the languages typed in another order and two threads."""
    turned = (FILES[4], *FILES[:4], *SMALL[5:])
    assert status(["train", *turned, "trainer.rounds=2", "run.dir=out", "threads=2", "quiet=true"]) == 0
    assert status(["train", *SMALL, "run.dir=out", "threads=1", "quiet=true"]) == 0
    assert model_files(tmp_path / "out") == model_files(whole)
    other = [argument.replace("more.cc.train=c.txt", "more.cc.train=b.txt") for argument in SMALL]
    capfd.readouterr()
    assert status(["train", *other, "run.dir=out"]) == 2
    assert "holds a run with more.cc.train=c.txt, not b.txt" in capfd.readouterr().err


def test_any_name_and_any_file_may_be_named(texts, tmp_path):
    (tmp_path / "d e.txt").write_text("\n".join(texts["c"]) + "\n")
    typed = ("more.cc.train='d e.txt'", "more.cc.language=Łódź_2", "trainer.rounds=1", "run.dir=out", "quiet=true")
    assert status(["train", *FILES[:4], *SMALL[5:], *typed]) == 0
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert "Łódź_2-aa" in result["directions"]
    assert (tmp_path / "out" / "model" / "Łódź_2.words.json").exists()


BAD = {
    "no text": ([*FILES[:4], *NET, "more.cc.language=xx"], "more.cc.train= is missing: the text of xx"),
    "one name": ([*SMALL, "more.cc.language=bb"], "target and more.cc are both called bb"),
    "one name among further": ([*SMALL, "more.dd.train=a.txt", "more.dd.language=cc"], "more.cc and more.dd are both"),
    "no file": ([*SMALL, "more.cc.train=nowhere.txt"], "nowhere.txt: no such file"),
    "vectors": ([*SMALL, "more.cc.vectors=c.vec"], "source.vectors= is missing, and more.cc.vectors= is there"),
    "hub": ([*SMALL, "network.hub=fr"], "network.hub=fr: none of the languages aa, bb, cc"),
    "lexicon": (FILES, "network=lexicon is of two languages, and more.cc is another"),
    "a key": ([*SMALL, "more.cc.text=c.txt"], "has no key 'more.cc.text'"),
    "a name in a key": ([*SMALL, "more.čeština.train=c.txt"], "Give more.x.train=, and more.x.language="),
    "a name": ([*SMALL, "more.cc.language=a-b"], "more.cc.language=a-b: use at most 32 letters"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_in_a_line(refused, case):
    arguments, why = BAD[case]
    refused("train", *arguments, "run.dir=out", why=why, lines=1)


def test_keys_with_a_name_of_the_users_choice_are_quoted_for_hydra():
    assert checked(COMMAND, ["more.zh_TW.train=a b.txt", "more.NAME.vectors=null"]) == [
        "++more.zh_TW.train='a b.txt'", "++more.NAME.vectors=null",
    ]  # fmt: skip
    assert checked(COMMAND, ["--multirun", "more.de.train=a,b"])[1] == "++more.de.train=a,b"
    with pytest.raises(InputError, match="no key"):
        checked(COMMAND, ["more.de=a.txt"])


def test_a_preset_names_further_texts_and_the_command_line_changes_them(capfd):
    assert status(["train", "experiment=multi30k_en_fr_de"]) == 2
    assert "data/multi30k/en-fr-de/train.en.txt: no such file" in capfd.readouterr().err
    typed = [f"{name}.train=a.txt" for name in ("source", "target", "more.de")] + ["more.cs.train=nowhere.txt"]
    assert status(["train", "experiment=multi30k_en_fr_de", *typed]) == 2
    assert "nowhere.txt: no such file" in capfd.readouterr().err


@pytest.mark.slow
def test_two_processes_train_what_one_trains(whole, tmp_path, unmt_twice, model_files):
    done = unmt_twice("train", *SMALL, "run.dir=out")
    assert done.returncode == 0, done.stderr
    assert model_files(tmp_path / "out") == model_files(whole)


@pytest.mark.slow
def test_killed_while_pairs_are_trained_it_goes_on_to_the_same_bits(unmt, unmt_started, tmp_path, model_files):
    keys = [argument for argument in SMALL if argument != "network.start=none"]
    keys += ["trainer.rounds=2", "threads=1", "quiet=true"]
    assert unmt("train", *keys, "run.dir=whole", timeout=900).returncode == 0
    for moment in (
        "checkpoints/pairs.json",
        "checkpoints/lexicon.aa-cc.json",
        "checkpoints/start.aa-bb.source.starts.npy",
    ):
        process = unmt_started("train", *keys, "run.dir=out")
        while not (tmp_path / "out" / moment).exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.002)
        process.kill()
        process.wait()
        assert not (tmp_path / "out" / "result.json").exists()
    assert unmt("train", *keys, "run.dir=out", timeout=900).returncode == 0
    assert model_files(tmp_path / "out") == model_files(tmp_path / "whole")


@pytest.mark.slow
def test_three_ciphers_are_learned_by_way_of_a_hub(word_cipher, unmt, tmp_path):
    """No model of aa and cc is made: that pair starts from two models in a row."""
    cipher, texts, third = three_texts(word_cipher, 600, 30, 3)
    written(tmp_path, texts)
    done = unmt(
        "train", *FILES, "network=transformer", "network.hub=bb", "network.order=3", "network.pieces=600",
        "network.width=64", "network.inner=128", "network.encoder_layers=1", "network.decoder_layers=1",
        "network.dropout=0", "network.longest=32", "trainer.held_out=50", "trainer.force=true", "trainer.rate=0.008",
        "trainer.tokens=700", "trainer.steps=100", "trainer.rounds=8", "trainer.start_rounds=6",
        "trainer.evaluate_every=4", "trainer.device=cpu", "objectives.denoising=0", "run.dir=net", "threads=1",
        timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "net" / "lexicon").iterdir()} == {"aa-bb", "bb-cc"}
    assert "pair      bb-cc: they share structure" in done.stderr
    back = {word: plain for plain, word in cipher.key.items()}
    for way, lines, key in (
        ("aa-cc", texts["a"], {plain: third[word] for plain, word in cipher.key.items()}),
        ("cc-aa", texts["c"], {word: back[plain] for plain, word in third.items()}),
        ("cc-bb", texts["c"], {word: plain for plain, word in third.items()}),
    ):
        translated = unmt("translate", "model=net", f"direction={way}", input="\n".join(lines[:200]) + "\n")
        assert translated.returncode == 0, translated.stderr
        known = type(cipher)(lines[:200], [], key)
        assert known.right(lines[:200], translated.stdout.splitlines()) >= 0.85
