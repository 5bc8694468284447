"""`unmt train` as it is typed: two files in, a model out; killed, interrupted and refused."""

import gzip
import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from unmt.cli.main import status
from unmt.evaluation.translation import TranslationMetric

FILES = ("source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt")
CAPTIONS = Path(__file__).parents[3] / "shared" / "data" / "multi30k"
LEAST_BLEU = 15.0
SMALL = (*FILES, "trainer.rounds=1", "trainer.held_out=30", "trainer.force=true", "network.order=3", "network.beam=2")


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(250, 30, 2)


@pytest.fixture(autouse=True)
def _files(cipher, tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(cipher.target) + "\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "one.txt").write_text("only one line\n")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "good.vec").write_text("2 3\nfoo 1 0 0\nbar 0 1 0\n")
    (tmp_path / "header.vec").write_text("two words\nfoo 1 0 0\n")
    (tmp_path / "nan.vec").write_text("2 3\nfoo 1 0 nan\nbar 0 1 0\n")
    (tmp_path / "half.vec").write_text("5 3\nfoo 1 0 0\nbar 0 1\n")


@pytest.fixture(scope="module")
def whole(unmt_in, cipher, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (folder / "b.txt").write_text("\n".join(cipher.target) + "\n")
    return folder / "out", unmt_in(folder, "train", *SMALL, "run.dir=out", "threads=2")


def test_a_run_leaves_a_model_and_says_where(whole):
    folder, done = whole
    assert done.returncode == 0, done.stderr
    samples = [line.split("\t") for line in done.stdout.splitlines()]
    assert {sample[0] for sample in samples} == {"aa-bb", "bb-aa"}
    assert all(len(sample) == 3 for sample in samples)
    assert "out/model" in done.stderr
    result = json.loads((folder / "result.json").read_text())
    assert result["directions"] == ["aa-bb", "bb-aa"]
    assert len(result["rounds"]) == 2
    assert result["texts"][0]["held_out"] == 25
    rounds = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [entry["round"] for entry in rounds if "round" in entry] == [0, 1]


def test_the_same_command_again_changes_nothing(whole, unmt_in, model_files):
    folder, done = whole
    before = model_files(folder)
    again = unmt_in(folder.parent, "train", *SMALL, "run.dir=out", "threads=1", "quiet=true")
    assert again.returncode == 0, again.stderr
    assert again.stdout == done.stdout
    assert again.stderr == ""
    assert model_files(folder) == before


# A file that is there tells that what comes before it is done, and what comes after is at work.
MOMENTS = {
    "in the lexicon": "data.json",
    "in the first round": "preflight.json",
    "between rounds": "round-0.json",
    "in the second round, with half of its files": "round-1.aa-bb.npz",
}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(name, marks=[] if name == "between rounds" else pytest.mark.slow)
        for name in MOMENTS
    ],
)  # fmt: skip
def test_killed_it_goes_on_to_the_same_model(whole, unmt, unmt_until, tmp_path, moment, model_files):
    process = unmt_until(f"out/checkpoints/{MOMENTS[moment]}", "train", *SMALL, "run.dir=out", "threads=1")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "model").exists()
    done = unmt("train", *SMALL, "run.dir=out", "threads=2", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stdout == whole[1].stdout
    assert model_files(tmp_path / "out") == model_files(whole[0])
    rounds = [json.loads(line) for line in (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()]
    assert [entry["round"] for entry in rounds if "round" in entry][-1] == 1


def test_ctrl_c_keeps_the_stages_and_says_how_to_go_on(whole, unmt, training_interrupted, tmp_path, model_files):
    training_interrupted("out/checkpoints/lexicon.json", *SMALL)
    done = unmt("train", *SMALL, "run.dir=out", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stdout == whole[1].stdout
    assert model_files(tmp_path / "out") == model_files(whole[0])


BAD = {
    "nothing": ([], "source.language= is missing"),
    "missing": ([*SMALL, "source.train=nowhere.txt"], "nowhere.txt: no such file"),
    "folder": ([*SMALL, "source.train=."], "is a folder"),
    "empty": ([*SMALL, "target.train=empty.txt"], "empty.txt is empty"),
    "binary": ([*SMALL, "target.train=binary.bin"], "binary.bin is binary"),
    "one line": ([*SMALL, "target.train=one.txt"], "1 different lines"),
    "one name for both": ([*SMALL, "target.language=aa"], "both called aa"),
    "a name with a sign": ([*SMALL, "target.language=b/b"], "letters, digits and _"),
    "a name that is long": ([*SMALL, "target.language=" + 99 * "b"], "at most 32 letters"),
    "vectors of one side": ([*SMALL, "source.vectors=good.vec"], "go together"),
    "no vectors": ([*SMALL, "source.vectors=no.vec", "target.vectors=good.vec"], "no.vec"),
    "header": ([*SMALL, "source.vectors=header.vec", "target.vectors=good.vec"], "header.vec"),
    "no number": ([*SMALL, "source.vectors=good.vec", "target.vectors=nan.vec"], "nan.vec"),
    "half-written vectors": ([*SMALL, "source.vectors=half.vec", "target.vectors=good.vec"], "half.vec"),
    "unknown experiment": (["experiment=nowhere"], "nowhere"),
    "a preset's texts": (["experiment=multi30k_en_fr"], "en-fr/train.en.txt: no such file. The preset's texts are cut"),
    "unknown network": ([*SMALL, "network=nowhere"], "nowhere"),
    "no teacher": ([*SMALL, "network.teacher=nowhere", "network.teacher_round=1"], "nowhere"),
    "a teacher that comes too late": ([*SMALL, "network.teacher=x", "trainer.rounds=2"], "teacher_round=4"),
    "a teacher of a Transformer": ([*SMALL, "network=transformer", "network.teacher=x"], "in the turns of network="),
    "no beam": ([*SMALL, "network.beam=0"], "network.beam=0"),
    "no time": ([*SMALL, "trainer.minutes=0"], "trainer.minutes=0"),
    "negative rounds": ([*SMALL, "trainer.rounds=-1"], "trainer.rounds=-1"),
    "no threads": ([*SMALL, "threads=0"], "threads=0"),
    "unknown key": ([*SMALL, "source.file=x"], "source.file"),
    "the shape of a net": ([*SMALL, "network.width=64"], "network.width=64 is of a Transformer"),
    "the device of a net": ([*SMALL, "trainer.device=cuda"], "trainer.device=cuda is of a Transformer"),
    "an objective of a net": ([*SMALL, "objectives.denoising=0.9"], "objectives.denoising=0.9 is of a Transformer"),
    "a start that is not there": (
        [*SMALL, "network=transformer", "network.start=runs/a,runs/b"],
        "runs/a is not there. Give lexicon, none",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_in_a_line_or_two(refused, case):
    arguments, why = BAD[case]
    refused("train", *arguments, "run.dir=out", why=why)


@pytest.mark.parametrize("order", ["as it is", "turned"])
def test_the_same_text_on_both_sides_is_warned_of(tmp_path, monkeypatch, capfd, order):
    lines = (tmp_path / "a.txt").read_text().splitlines()
    (tmp_path / "c.txt").write_text("\n".join(lines if order == "as it is" else [*lines[::-1], "more"]) + "\n")
    monkeypatch.chdir(tmp_path)
    assert (
        status(["train", *SMALL, "target.train=c.txt", "target.language=हिन्दी", "trainer.rounds=0", "run.dir=out"]) == 0
    )
    told = capfd.readouterr().err
    assert "nothing to translate" in told
    assert "beware    aa-हिन्दी copies its source: are the two texts of one language?" in told


def test_a_run_is_not_gone_on_with_once_its_text_changed(whole, tmp_path, monkeypatch, capfd):
    shutil.copytree(whole[0], tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    text = (tmp_path / "a.txt").read_text()
    (tmp_path / "a.txt").write_text(text + "one line more\n")
    assert status(["train", *SMALL, "run.dir=out"]) == 2
    assert "begun with other texts" in capfd.readouterr().err
    assert (tmp_path / "out" / "model" / "model.json").exists()
    (tmp_path / "a.txt").write_text(text)
    broken = tmp_path / "out" / "checkpoints" / "round-1.json"
    broken.write_bytes(broken.read_bytes()[:100])
    assert status(["train", *SMALL, "run.dir=out"]) == 2
    told = capfd.readouterr().err
    assert "round-1.json is damaged" in told
    assert "Delete out/checkpoints" in told
    assert len(told.splitlines()) == 1


@pytest.mark.slow
def test_the_tiny_preset_trains_on_text_that_comes_along(unmt):
    done = unmt("train", "experiment=tiny", "trainer.force=true", "run.dir=out")
    assert done.returncode == 0, done.stderr
    lines = "The dog sleeps.\n\nA woman sings in the harbour.\n"
    translated = unmt("translate", "model=out", "direction=en-fr", input=lines)
    assert translated.returncode == 0, translated.stderr
    assert len(translated.stdout.split("\n")) == 4
    assert translated.stdout.split("\n")[1] == ""


@pytest.mark.slow
@pytest.mark.skipif(not CAPTIONS.exists(), reason="no captions beside the project: ../shared/data/multi30k")
def test_the_tiny_preset_learns_from_real_text(unmt, tmp_path):
    """5,000 captions a side, of different photographs, and no word vectors."""
    for name, part in (("en", slice(5000)), ("fr", slice(10_000, 15_000))):
        lines = gzip.decompress((CAPTIONS / f"train.{name}.gz").read_bytes()).decode().splitlines()
        (tmp_path / f"{name}.txt").write_text("\n".join(lines[part]) + "\n")
    done = unmt(
        "train", "experiment=tiny", "source.train=en.txt", "target.train=fr.txt", "run.dir=out", "quiet=true",
        timeout=1500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    texts = {
        name: gzip.decompress((CAPTIONS / f"test_2016_flickr.{name}.gz").read_bytes()).decode() for name in ("en", "fr")
    }
    for source, target in (("en", "fr"), ("fr", "en")):
        translated = unmt("translate", "model=out", f"direction={source}-{target}", input=texts[source], timeout=600)
        metric = TranslationMetric("bleu", [texts[target].splitlines()], is_lowercase=True)
        assert metric.score(metric.counts(translated.stdout.splitlines()).sum(axis=0)) > LEAST_BLEU


def test_what_a_preset_expects_stands_beside_what_was_measured(unmt, word_cipher, tmp_path):
    cipher = word_cipher(150, 20, 2)
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(cipher.target) + "\n")
    done = unmt(
        "train", "source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt",
        "trainer.rounds=0", "trainer.held_out=10", "trainer.force=true", "expected='a bit, in a second'", "run.dir=out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith(("expected", "measured"))]
    assert told[:2] == ["expected  a bit, in a second"] * 2
    assert len(told) == 3
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    bits = result["rounds"][0]["figures"]["aa-bb"]["two_sided"]
    assert told[2].startswith(f"measured  aa-bb {bits:.2f}, bb-aa ")
