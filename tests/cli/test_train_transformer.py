"""`unmt train network=transformer` as it is typed: it learns, goes on after any end, and refuses in a line."""

import json
import resource
import shutil
import signal
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from unmt.cli.main import status
from unmt.cli.train_keys import Configuration
from unmt.evaluation.translation import TranslationMetric
from unmt.tasks.models import load_model, translator_of
from unmt.tasks.neural_settings import NeuralSettings
from unmt.tasks.sides import side_of, training_lines
from unmt.text.word_corpus import WordCorpus

FILES = ("source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt")
NET = (
    "network=transformer", "network.width=8", "network.heads=2", "network.inner=8", "network.encoder_layers=1",
    "network.decoder_layers=1", "network.longest=32", "network.order=2", "trainer.device=cpu", "trainer.force=true",
)  # fmt: skip
SMALL = (
    *FILES, *NET, "network.start=none", "network.pieces=340", "trainer.start_rounds=1", "trainer.steps=3",
    "trainer.tokens=40", "trainer.rate=0.01", "trainer.evaluate_every=2", "trainer.held_out=12", "trainer.rounds=5",
)  # fmt: skip


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(130, 20, 2)


def written(folder: Path, cipher) -> None:
    (folder / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (folder / "b.txt").write_text("\n".join(cipher.target) + "\n")


@pytest.fixture(autouse=True)
def _files(cipher, tmp_path):
    written(tmp_path, cipher)
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "one.txt").write_text("only one line\n")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 40)


@pytest.fixture(scope="module")
def whole(unmt_in, cipher, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    written(folder, cipher)
    done = unmt_in(folder, "train", *SMALL, "run.dir=out", "threads=1", timeout=900)
    assert done.returncode == 0, done.stderr
    return folder / "out", done


def test_a_lexicon_model_learns_from_what_the_net_makes_of_the_texts(whole, unmt, tmp_path):
    done = unmt(
        "train", *FILES, "network.order=2", "network.beam=2", "trainer.held_out=12", "trainer.rounds=1",
        "trainer.force=true", "threads=1", f"network.teacher={whole[0]}", "network.teacher_round=1",
        "run.dir=lexicon",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "a.txt").read_text().splitlines()
    kept = training_lines(side_of("aa", lines, 12, 2), lines)
    language = load_model(tmp_path / "lexicon").languages["bb"]
    made = [done.text for done in translator_of(load_model(whole[0]), "aa-bb", beam=1, threads=1).translate(kept)]
    wanted = WordCorpus.of([language.tokeniser.tokens(line) for line in made], language.vocabulary)
    with np.load(tmp_path / "lexicon" / "checkpoints" / "teacher.aa-bb.npz") as taught:
        assert taught["ids"].tolist() == wanted.ids.tolist()
        assert taught["starts"].tolist() == wanted.starts.tolist()


def test_a_net_starts_from_what_other_nets_say_together(whole, unmt, tmp_path, model_files, rounds_of):
    small = [key for key in SMALL if not key.startswith(("network.start=", "trainer.rounds="))]
    for run, start in (("one", f"{whole[0]}"), ("twice", f"{whole[0]},{whole[0]}")):
        done = unmt("train", *small, f"network.start={start}", "trainer.rounds=2", f"run.dir={run}")
        assert done.returncode == 0, done.stderr
        assert "learning from other nets" in (tmp_path / run / "metrics.jsonl").read_text()
        assert json.loads((tmp_path / run / "result.json").read_text())["settings"]["turns"] == 0
    # Two that are the same say what one says, and what they say matters.
    assert model_files(tmp_path / "one") == model_files(tmp_path / "twice")
    assert rounds_of(tmp_path / "one")[0] != rounds_of(whole[0])[0]
    judged = unmt("train", *small, "trainer.held_out=13", f"network.start={whole[0]}", "run.dir=judged")
    assert judged.returncode == 2
    assert "learned from sentences that are to judge here: it kept 12 of aa apart, and 13" in judged.stderr
    refused = unmt("train", *small, f"network.start={whole[0]}", "network.turns=1", "run.dir=turns")
    assert refused.returncode == 2
    assert "is a Transformer, and there is no lexicon model to learn from the net" in refused.stderr


def test_a_run_leaves_a_model_and_says_where(whole, rounds_of):
    folder, done = whole
    samples = [line.split("\t") for line in done.stdout.splitlines()]
    assert {sample[0] for sample in samples} == {"aa-bb", "bb-aa"}
    assert "out/model" in done.stderr
    assert "in all: the model that it began with" not in done.stderr  # it began with none
    assert "verdict   collapsed\n" in done.stderr
    assert "aa-bb     round 4 chosen; bits a word at round 1, 3, 4: " in done.stderr
    assert "beware    aa-bb few different outputs, too short and too few different words: do not" in done.stderr
    result = json.loads((folder / "result.json").read_text())
    assert result["network"] == "transformer"
    assert result["arguments"]["network.width"] == "8"
    rows = rounds_of(folder)
    assert [row["round"] for row in rows] == [0, 1, 2, 3, 4]
    # All that a look finds is in the log, for whatever draws it.
    watched = ("copied", "distinct", "length", "entropy", "guards_tripped", "fluency_bits", "round_trip_bleu")
    assert all(f"{way}.{name}" in rows[1] for way in ("aa-bb", "bb-aa") for name in watched)
    assert (folder / "report.html").stat().st_size > 1000


# A file that is there tells that what comes before it is done, and what comes after is at work.
MOMENTS = {
    "before there are pieces": "checkpoints/data.json",
    "before the first round": "checkpoints/pieces.bb.starts.npy",
    "between rounds": "checkpoints/state.safetensors",
    "between the weights of a round and its checkpoint": "checkpoints/round-1.safetensors",
    "at the end": "model/pieces.model",
}


@pytest.mark.parametrize(
    "moment",
    [pytest.param(name, marks=[] if name == "between rounds" else pytest.mark.slow) for name in MOMENTS],
)
def test_killed_it_goes_on_to_the_same_bits(whole, unmt, unmt_until, tmp_path, moment, model_files, rounds_of):
    process = unmt_until(f"out/{MOMENTS[moment]}", "train", *SMALL, "run.dir=out", "threads=1")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "result.json").exists()
    page = tmp_path / "out" / "report.html"
    assert not page.exists() or "while the training went on" in page.read_text()
    done = unmt("train", *SMALL, "run.dir=out", "threads=2", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == whole[1].stdout
    assert model_files(tmp_path / "out") == model_files(whole[0])
    assert rounds_of(tmp_path / "out") == rounds_of(whole[0])
    assert "while the training went on" not in page.read_text()


def test_a_run_that_is_done_goes_on_where_it_is_given_more(whole, unmt, tmp_path, model_files, rounds_of):
    first = unmt("train", *SMALL, "trainer.rounds=4", "run.dir=out", "quiet=true")
    assert first.returncode == 0, first.stderr
    assert [row["round"] for row in rounds_of(tmp_path / "out")] == [0, 1, 2, 3]
    # On what it is made, and how many weights are kept, may be another.
    done = unmt("train", *SMALL, "trainer.device=auto", "trainer.keep=5", "run.dir=out", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stdout == whole[1].stdout
    assert model_files(tmp_path / "out") == model_files(whole[0])
    assert rounds_of(tmp_path / "out") == rounds_of(whole[0])
    less = unmt("train", *SMALL, "trainer.rounds=3", "run.dir=out", "quiet=true")
    assert less.returncode == 2
    assert "has 5 rounds already, more than trainer.rounds=3" in less.stderr
    assert model_files(tmp_path / "out") == model_files(whole[0])


def test_pairs_that_a_person_has_take_part_and_are_told_of(cipher, whole, unmt, tmp_path, model_files):
    pairs = [(line, " ".join(cipher.key[word] for word in line.split())) for line in cipher.source]
    (tmp_path / "pairs.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in pairs))
    done = unmt("train", *SMALL, "parallel.train=pairs.tsv", "objectives.parallel=0.5", "run.dir=out")
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "out" / "result.json").read_text())["parallel"]
    assert facts["given"] == len(pairs)
    assert 0 < facts["used"] <= len(pairs) - 12, "pairs of sentences that are held out were learned from"
    assert "of parallel.train= took part: this is not unsupervised" in done.stderr
    assert model_files(tmp_path / "out") != model_files(whole[0])
    (tmp_path / "pairs.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in pairs[1:]))
    other = unmt("train", *SMALL, "parallel.train=pairs.tsv", "objectives.parallel=0.5", "run.dir=out")
    assert other.returncode == 2
    assert "was begun with other texts" in other.stderr


@pytest.mark.slow
def test_ctrl_c_keeps_the_rounds_and_says_how_to_go_on(
    whole, unmt, training_interrupted, tmp_path, model_files, rounds_of
):
    training_interrupted("out/checkpoints/state.safetensors", *SMALL)
    done = unmt("train", *SMALL, "run.dir=out", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert model_files(tmp_path / "out") == model_files(whole[0])
    assert rounds_of(tmp_path / "out") == rounds_of(whole[0])


def test_two_processes_train_what_one_trains(whole, unmt, tmp_path, unmt_twice, model_files, rounds_of):
    done = unmt_twice("train", *SMALL, "run.dir=out")
    assert done.returncode == 0, done.stderr
    assert done.stdout == whole[1].stdout
    assert model_files(tmp_path / "out") == model_files(whole[0])
    assert rounds_of(tmp_path / "out") == rounds_of(whole[0])
    again = unmt("train", *SMALL, "run.dir=out", "quiet=true")
    assert again.stdout == done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["basic", "joblib", "submitit_local"])
def test_a_sweep_trains_a_model_for_each_value(whole, unmt, tmp_path, launcher, model_files):
    if launcher == "joblib":
        pytest.importorskip("hydra_plugins.hydra_joblib_launcher", reason="the extra `sweep` is not installed")
    if launcher == "submitit_local":
        pytest.importorskip("hydra_plugins.hydra_submitit_launcher", reason="the extra `cluster` is not installed")
    options = ("-m", "seed=0,1", f"hydra/launcher={launcher}", "run.dir=sweep", "threads=1", "quiet=true")
    done = unmt("train", *SMALL, *options, timeout=900)
    assert done.returncode == 0, done.stderr
    assert model_files(tmp_path / "sweep" / "0") == model_files(whole[0])
    assert model_files(tmp_path / "sweep" / "1") != model_files(whole[0])
    assert {path.name for path in (tmp_path / "sweep").iterdir()} >= {"0", "1"}


def processor_seconds() -> float:
    """Of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_word_cipher_is_learned_from_two_unpaired_halves(unmt, word_cipher, tmp_path):
    cipher = word_cipher(800, 30, 3)
    written(tmp_path, cipher)
    small = (*FILES, "trainer.held_out=50", "trainer.force=true", "network.order=3", "quiet=true")
    assert unmt("train", *small, "trainer.rounds=1", "network.beam=4", "run.dir=words").returncode == 0
    before = processor_seconds()
    done = unmt(
        "train", *small, "network=transformer", "network.start=words", "network.pieces=600", "network.width=64",
        "network.inner=128", "network.encoder_layers=1", "network.decoder_layers=1", "network.dropout=0",
        "network.longest=32", "trainer.rate=0.008", "trainer.tokens=700", "trainer.steps=100", "trainer.rounds=6",
        "trainer.start_rounds=5", "trainer.evaluate_every=3", "trainer.device=cpu", "objectives.denoising=0",
        "run.dir=net", "threads=1", timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert processor_seconds() - before < 120
    summary = json.loads((tmp_path / "net" / "result.json").read_text())["summary"]
    assert summary.startswith("verdict   the texts were examined when words was trained, and not here\n")
    for way, plain, key in (
        ("aa-bb", cipher.source, cipher.key),
        ("bb-aa", cipher.target, {word: plain for plain, word in cipher.key.items()}),
    ):
        lines = plain[:200]
        translated = unmt("translate", "model=net", f"direction={way}", input="\n".join(lines) + "\n")
        assert translated.returncode == 0, translated.stderr
        known = type(cipher)(lines, [], key)
        assert known.right(lines, translated.stdout.splitlines()) >= 0.9
    small = unmt("translate", "model=net", "direction=bb-aa", "int8=true", input="\n".join(lines) + "\n")
    assert small.returncode == 0, small.stderr
    assert known.right(lines, small.stdout.splitlines()) >= 0.9
    twice = unmt("translate", "model=net,net", "direction=bb-aa", input="\n".join(lines) + "\n")
    assert twice.stdout == translated.stdout, twice.stderr
    # A name in the place of a word: it goes through, and the words around it are still translated.
    named = [" ".join("Zebulon" if place == 2 else word for place, word in enumerate(line.split())) for line in lines]
    told = unmt("translate", "model=net", "direction=bb-aa", "scores=true", input="\n".join(named) + "\n")
    said, _, copied = zip(*(line.split("\t") for line in told.stdout.splitlines()), strict=True)
    assert sum("Zebulon" in line.split() for line in said) >= 0.8 * len(lines)
    assert known.right(named, said) >= 0.6
    assert sum(float(share) > 0 for share in copied) >= 0.8 * len(lines)
    alone = unmt("translate", "model=net", "direction=bb-aa", "ngrams=0", input="\n".join(named) + "\n")
    assert "Zebulon" not in alone.stdout, "the net alone, as an exported model has it, knows no such word"


BAD = {
    "missing": ([*SMALL, "source.train=nowhere.txt"], "nowhere.txt: no such file"),
    "empty": ([*SMALL, "target.train=empty.txt"], "empty.txt is empty"),
    "binary": ([*SMALL, "target.train=binary.bin"], "binary.bin is binary"),
    "one line": ([*SMALL, "target.train=one.txt"], "1 different lines"),
    "one language": ([*SMALL, "target.language=aa"], "are both called aa"),
    "width": ([*SMALL, "network.width=10", "network.heads=4"], "give a multiple of twice network.heads=4, such as 8"),
    "pieces": ([*SMALL, "network.pieces=10"], "network.pieces=10: too small"),
    "dropout": ([*SMALL, "network.dropout=1"], "network.dropout=1.0"),
    "rate": ([*SMALL, "trainer.rate=nan"], "trainer.rate=nan"),
    "shares": ([*SMALL, "objectives.denoising=0.7", "objectives.causal=0.7"], "1.4 together"),
    "one share": ([*SMALL, "objectives.masked=2"], "objectives.masked=2.0"),
    "first rounds": ([*SMALL, "objectives.alone_rounds=2", "objectives.denoising=0"], "nothing to learn from in them"),
    "fewer first rounds": ([*SMALL, "objectives.alone_rounds=-1"], "objectives.alone_rounds=-1: too small"),
    "temperature": ([*SMALL, "objectives.sampled=0"], "objectives.sampled=0.0"),
    "no rounds": ([*SMALL, "trainer.rounds=0"], "trainer.rounds=0: too small"),
    "no steps": ([*SMALL, "trainer.steps=0"], "trainer.steps=0: too small"),
    "pairs for a lexicon": ([*FILES, "parallel.train=a.txt"], "parallel.train= is for a Transformer"),
    "pairs without a tab": ([*SMALL, "parallel.train=a.txt"], "a.txt, line 1: not two sentences with a tab"),
    "no pairs": ([*SMALL, "parallel.train=nowhere.tsv"], "nowhere.tsv"),
    "a share": ([*SMALL, "objectives.parallel=2"], "objectives.parallel=2.0: give a share from 0 to 1"),
    "device": ([*SMALL, "trainer.device=abacus"], "device=abacus: unknown"),
    "a schedule": ([*SMALL, "objectives.schedule=spans 0:2"], "give spans as ROUND:WEIGHT with rising rounds"),
    "a schedule of nothing": ([*SMALL, "objectives.schedule=noise 0:1"], "'noise' is no objective"),
    "a device of another kind": ([*SMALL, "trainer.device=meta"], "trainer.device=meta: unknown. Give auto, cpu"),
    "seed": ([*SMALL, f"seed={2**63}"], "too large. Give 9223372036854775807 at most"),
    "precision": ([*SMALL, "trainer.precision=half"], "trainer.precision=half: unknown. Choose one of auto, float32"),
    "selector": ([*SMALL, "trainer.selector=bleu"], "trainer.selector=bleu: unknown. Choose one of two_sided"),
    "start": ([*SMALL, "network.start=nowhere"], "nowhere"),
    "a teacher that is no net": ([*SMALL, "network.teacher=nowhere"], "in the turns of network=transformer"),
    "a beam of a lexicon": ([*SMALL, "network.beam=3"], "network.beam=3 is of network=lexicon"),
    "a share of no pairs": ([*SMALL, "objectives.parallel=0.5"], "objectives.parallel= is given, but there is no"),
    "a hub of one pair": ([*SMALL, "network.hub=aa"], "network.hub= is given, but two languages are one pair"),
    "rounds of no turns": ([*SMALL, "trainer.turn_rounds=5"], "trainer.turn_rounds= is given, but there are no turns"),
    "turns of nothing": ([*SMALL, "network.turns=1"], "there is no lexicon model to learn from the net"),
    "turns of a lexicon": ([*FILES, "network.turns=1"], "network.turns=1 is of a Transformer"),
    "fewer turns": ([*SMALL, "network.turns=-1"], "network.turns=-1: too small"),
    "no rounds of a turn": ([*SMALL, "trainer.turn_rounds=0"], "trainer.turn_rounds=0: too small"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_in_a_line_or_two(refused, case):
    arguments, why = BAD[case]
    refused("train", *arguments, "run.dir=out", why=why)


def test_the_same_text_on_both_sides_is_warned_of(tmp_path, monkeypatch, capfd):
    (tmp_path / "c.txt").write_bytes((tmp_path / "a.txt").read_bytes())
    monkeypatch.chdir(tmp_path)
    assert status(["train", *SMALL, "target.train=c.txt", "trainer.rounds=1", "run.dir=out"]) == 0
    assert "nothing to translate" in capfd.readouterr().err


def test_a_checkpoint_that_is_damaged_or_of_other_settings_is_told_and_the_model_stays(
    whole, tmp_path, monkeypatch, capfd, model_files
):
    shutil.copytree(whole[0], tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    assert status(["train", *SMALL, "network.width=16", "run.dir=out"]) == 2
    assert "holds a run with network.width=8, not 16" in capfd.readouterr().err
    held = tmp_path / "out" / "checkpoints" / "data.json"
    stored = held.read_text()
    held.write_text(json.dumps({**json.loads(stored), "version": "0.0"}))
    assert status(["train", *SMALL, "run.dir=out"]) == 2
    assert "begun by unmt 0.0, stages" in capfd.readouterr().err
    held.write_text(stored)
    broken = tmp_path / "out" / "checkpoints" / "state.safetensors"
    broken.write_bytes(broken.read_bytes()[:5000])
    assert status(["train", *SMALL, "run.dir=out"]) == 2
    told = capfd.readouterr().err
    assert "state.safetensors is damaged" in told
    assert "Delete out/checkpoints" in told
    assert len(told.splitlines()) == 1
    assert model_files(tmp_path / "out") == model_files(whole[0])


def test_a_direction_that_the_model_does_not_know_is_told(whole, monkeypatch, capfd):
    monkeypatch.chdir(whole[0].parent)
    assert status(["translate", "model=out", "direction=aa-cc", "input=a.txt"]) == 2
    assert "direction=aa-cc: the model has aa-bb, bb-aa" in capfd.readouterr().err


@pytest.mark.slow
def test_the_sample_texts_teach_a_net(unmt):
    samples = Path(__file__).resolve().parents[2] / "unmt" / "samples"
    done = unmt(
        "train", "experiment=tiny", "network=transformer", "network.pieces=600", "network.width=64",
        "network.inner=128", "network.encoder_layers=1", "network.decoder_layers=1", "network.dropout=0",
        "network.longest=64", "trainer.rate=0.008", "trainer.tokens=700", "trainer.steps=100", "trainer.rounds=9",
        "trainer.start_rounds=6", "trainer.evaluate_every=3", "trainer.device=cpu", "objectives.denoising=0",
        "run.dir=out", "quiet=true", timeout=1500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    references = (samples / "harbour.test.fr.txt").read_text().splitlines()
    sources = (samples / "harbour.test.en.txt").read_text()
    translated = unmt("translate", "model=out", "direction=en-fr", input=sources)
    assert translated.returncode == 0, translated.stderr
    metric = TranslationMetric("bleu", [references], is_lowercase=True)
    assert metric.score(metric.counts(translated.stdout.splitlines()).sum(axis=0)) >= TINY_BLEU


TINY_BLEU = 30.0


def test_the_defaults_of_the_command_are_those_of_the_task():
    plain, command = NeuralSettings(), Configuration()
    assert asdict(command.objectives) == asdict(plain.objectives)
    shared = asdict(command.network) | asdict(command.trainer)
    known = shared.keys() & asdict(plain).keys() - {"minutes", "turns"}  # null there is what fits the network
    assert {"width", "tokens", "steps", "rate", "start_rounds", "evaluate_every", "dropout"} <= known
    assert {name: shared[name] for name in known} == {name: asdict(plain)[name] for name in known}
