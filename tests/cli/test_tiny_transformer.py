"""The preset `tiny_transformer` from end to end, on the texts that come along: a net as wide as those of real runs.

Minutes: its rounds are counted here and not timed, and fewer, so that runs can be compared to the last bit.
"""

import json
import os
import signal
from pathlib import Path

import pytest

from unmt.evaluation.translation import TranslationMetric

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).resolve().parents[2] / "unmt" / "samples"
NET = (
    "train", "experiment=tiny_transformer", "network.start=words", "trainer.minutes=null", "trainer.rounds=4",
    "trainer.start_rounds=3", "trainer.device=cpu", "quiet=true",
)  # fmt: skip
LIMIT = 1500
LEAST_BLEU = 40.0
"""After four rounds, in both directions; the preset has some 52 and 57 at its end."""
SELECTORS = ("two_sided", "code_bits", "divergence", "way_back_bits", "text_bits", "fluency_bits", "round_trip_bleu")


@pytest.fixture(scope="module")
def whole(unmt_in, tmp_path_factory):
    """A folder with the lexicon model `words`, and the run `net` that starts from it and that nothing interrupted."""
    folder = tmp_path_factory.mktemp("tiny")
    words = unmt_in(
        folder, "train", "experiment=tiny", "trainer.rounds=1", "run.dir=words", "quiet=true", timeout=LIMIT
    )
    assert words.returncode == 0, words.stderr
    done = unmt_in(folder, *NET, "run.dir=net", "threads=1", timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture
def is_the_same(whole, model_files, rounds_of):
    """is_the_same(run, what it printed): fails where it is not what the whole run is."""

    def check(run: Path, said: str) -> None:
        assert said == whole[1]
        assert model_files(run) == model_files(whole[0] / "net")
        assert rounds_of(run) == rounds_of(whole[0] / "net")

    return check


@pytest.mark.parametrize("way", ["en-fr", "fr-en"])
def test_it_translates_what_it_has_not_seen(whole, unmt_in, way):
    source, target = way.split("-")
    lines, references = ((SAMPLES / f"harbour.test.{name}.txt").read_text() for name in (source, target))
    done = unmt_in(whole[0], "translate", "model=net", f"direction={way}", input=lines)
    assert done.returncode == 0, done.stderr
    metric = TranslationMetric("bleu", [references.splitlines()], is_lowercase=True)
    assert metric.score(metric.counts(done.stdout.splitlines()).sum(axis=0)) >= LEAST_BLEU


def test_every_selector_of_both_directions_is_logged_at_every_look(whole, rounds_of):
    run = whole[0] / "net"
    rows = rounds_of(run)
    assert [row["round"] for row in rows] == [0, 1, 2, 3]
    looks = [row for row in rows if "en-fr.two_sided" in row]
    assert [row["round"] for row in looks] == [1, 3]
    result = json.loads((run / "result.json").read_text())
    assert [entry["round"] for entry in result["rounds"]] == [1, 3]
    for way in ("en-fr", "fr-en"):
        for entry in result["rounds"]:
            assert set(SELECTORS) <= entry["figures"][way].keys()
            assert entry["guards"][way] == []
        assert all(isinstance(row[f"{way}.{name}"], float) for row in looks for name in SELECTORS)
        assert looks[-1][f"{way}.two_sided"] < looks[0][f"{way}.two_sided"]


def test_killed_between_rounds_it_goes_on_with_other_threads_to_the_same_bits(
    whole, unmt, unmt_until, tmp_path, is_the_same
):
    (tmp_path / "words").symlink_to(whole[0] / "words")
    process = unmt_until("net/checkpoints/state.safetensors", *NET, "run.dir=net", "threads=1")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "net" / "result.json").exists()
    # Threads as a user has them, who sets nothing: those of libraries must not change what a product comes to.
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = unmt(*NET, "run.dir=net", "threads=2", timeout=LIMIT, env=environment)
    assert done.returncode == 0, done.stderr
    is_the_same(tmp_path / "net", done.stdout)


def test_two_processes_train_what_one_trains(whole, tmp_path, unmt_twice, is_the_same):
    (tmp_path / "words").symlink_to(whole[0] / "words")
    done = unmt_twice(*NET, "run.dir=net", timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    is_the_same(tmp_path / "net", done.stdout)


def test_two_texts_of_one_language_are_said_to_be_copied(unmt, tmp_path):
    """Two names for one language: it does not stop, and says that what it does is to copy."""
    lines = (SAMPLES / "harbour.en.txt").read_text().splitlines()
    for name, part in (("a.txt", lines[::2]), ("b.txt", lines[1::2])):
        (tmp_path / name).write_text("\n".join(part) + "\n")
    done = unmt(
        "train", "network=transformer", "source.language=en", "source.train=a.txt", "target.language=xx",
        "target.train=b.txt", "network.pieces=800", "trainer.minutes=null", "trainer.rounds=2",
        "trainer.start_rounds=2", "trainer.steps=100", "trainer.evaluate_every=2", "trainer.device=cpu", "run.dir=out",
        timeout=LIMIT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for way in ("en-xx", "xx-en"):
        assert f"{way} copies the source: do not trust this model" in done.stderr
