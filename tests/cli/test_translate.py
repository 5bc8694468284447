"""`unmt translate` as it is typed: files and pipes, and what it refuses."""

import gzip
import json
import shutil
import signal
import time

import pytest

from unmt.cli.main import status

TRAIN = ("source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt")
SMALL = (*TRAIN, "trainer.rounds=1", "trainer.held_out=30", "trainer.force=true", "network.order=3", "network.beam=2")
WAY = ("model=out", "direction=aa-bb", "beam=2")


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(250, 30, 2)


@pytest.fixture(scope="module")
def trained(unmt_in, cipher, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    (folder / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (folder / "b.txt").write_text("\n".join(cipher.target) + "\n")
    done = unmt_in(folder, "train", *SMALL, "run.dir=out", "quiet=true")
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(autouse=True)
def _files(trained, tmp_path):
    shutil.copytree(trained / "model", tmp_path / "out" / "model")
    (tmp_path / "solved").mkdir()
    (tmp_path / "solved" / "config.yaml").write_text("family: auto\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 40)


def test_a_pipe_and_a_file_give_the_same_lines(unmt, cipher, tmp_path):
    lines = [cipher.source[0], "", "Łódź 42 😀 👩‍👩‍👧", *cipher.source[1:9], "  "]
    text = "\n".join(lines) + "\n"
    piped = unmt("translate", *WAY, input=text)
    assert piped.returncode == 0, piped.stderr
    assert piped.stderr == ""
    done = piped.stdout.split("\n")
    assert len(done) == len(lines) + 1
    assert [bool(line) for line in done[:-1]] == [bool(line.strip()) for line in lines]
    assert done[2] == "Łódź 42 😀 👩‍👩‍👧"
    assert cipher.right([lines[0], *lines[3:11]], [done[0], *done[3:11]]) > 0.8
    (tmp_path / "in.txt.gz").write_bytes(gzip.compress(text.encode()))
    packed = unmt("translate", *WAY, "input=in.txt.gz", "threads=1")
    assert packed.stdout == piped.stdout
    with_breaks = unmt("translate", *WAY, input=text.replace("\n", "\r\n"))
    assert with_breaks.stdout == piped.stdout


def test_a_language_that_one_model_does_not_know_is_reached_by_way_of_another(unmt, trained, cipher, tmp_path):
    second = tmp_path / "second" / "model"
    shutil.copytree(trained / "model", second)
    # The same pair under other names: bb is the language between, and cc is aa again.
    for path in second.iterdir():
        path.rename(second / path.name.replace("aa", "cc"))
    header = second / "model.json"
    header.write_text(header.read_text().replace("aa", "cc"))
    text = "\n".join([*cipher.source[:40], "", "Łódź 42"]) + "\n"
    done = unmt("translate", "model=out", "pivot=second", "direction=aa-cc", "scores=true", input=text)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert rows[40][0] == ""
    assert rows[41][0] == "Łódź 42"
    words = [
        (a, b)
        for line, row in zip(cipher.source[:40], rows, strict=False)
        for a, b in zip(line.split(), row[0].split(), strict=False)
    ]
    assert sum(a == b for a, b in words) > 0.7 * len(words)
    no_way = unmt("translate", "model=out", "pivot=second", "direction=aa-dd", input="x\n")
    assert no_way.returncode == 2
    assert "no language stands between" in no_way.stderr


def test_lines_stay_lines_whatever_is_in_them(unmt, cipher):
    blank = unmt("translate", *WAY, input="\n\n")
    assert (blank.returncode, blank.stdout) == (0, "\n\n")
    with_return = unmt("translate", *WAY, input=f"{cipher.source[0]}\r{cipher.source[1]}\n{cipher.source[2]}\n")
    assert len(with_return.stdout.splitlines()) == 2


def test_scores_are_columns(unmt, cipher):
    done = unmt("translate", *WAY, "scores=true", input=f"{cipher.source[0]}\tx\n\nŁódź\n")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [len(row) for row in rows] == [3, 3, 3]
    assert rows[1] == ["", "0.00", "0.00"]
    assert rows[2][0] == "Łódź"
    assert float(rows[2][2]) == 1.0
    assert 0 < float(rows[0][1]) < 20


def test_the_wrong_direction_is_suspected(unmt, cipher):
    done = unmt("translate", *WAY, input="\n".join(cipher.target[:20]) + "\n")
    assert done.returncode == 0
    assert "right direction?" in done.stderr


BAD = {
    "a comma too many": (["model=out,", "direction=aa-bb"], "a comma with no name beside it"),
    "a run of another command": (["model=solved", "direction=aa-bb"], "solved holds no model. Name a run of"),
    "no model named": (["direction=aa-bb"], "model= is missing"),
    "no such model": (["model=nowhere", "direction=aa-bb"], "nowhere holds no model"),
    "a file": (["model=empty.txt", "direction=aa-bb"], "empty.txt holds no model"),
    "no direction": (["model=out"], "The model knows aa-bb, bb-aa"),
    "unknown direction": (["model=out", "direction=aa-cc"], "the model has aa-bb, bb-aa"),
    "missing": ([*WAY, "input=nowhere.txt"], "nowhere.txt: no such file"),
    "empty": ([*WAY, "input=empty.txt"], "empty.txt is empty"),
    "binary": ([*WAY, "input=binary.bin"], "binary.bin is binary"),
    "no beam": ([*WAY, "beam=0"], "beam=0"),
    "bytes of a lexicon": ([*WAY, "int8=true"], "int8=true is for models of network=transformer, and out is another"),
    "no threads": ([*WAY, "threads=0"], "threads=0"),
    "n-grams of a lexicon": ([*WAY, "ngrams=0.5"], "ngrams= is for models of network=transformer"),
    "negative n-grams": ([*WAY, "ngrams=-1"], "ngrams=-1.0: give a weight of 0 or more"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_in_a_line_or_two(refused, case):
    arguments, why = BAD[case]
    refused("translate", *arguments, why=why)


def test_nothing_piped_is_told(unmt):
    is_refused(unmt("translate", *WAY, input=""), "standard input is empty")


def is_refused(done, why):
    assert done.returncode == 2, done.stderr
    assert why in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def half_written(folder):
    part = folder / "model" / "aa-bb.phrases.npz"
    part.write_bytes(part.read_bytes()[:1000])


def of_another_version(folder):
    header = folder / "model" / "model.json"
    header.write_text(json.dumps({**json.loads(header.read_text()), "version": 7}))


def not_ended(folder):
    shutil.rmtree(folder / "model")
    (folder / "config.yaml").write_text("seed: 0\ntrainer:\n  rounds: 5\n")


@pytest.mark.parametrize(
    ("spoiled", "why"),
    [
        (half_written, "aa-bb.phrases.npz"),
        (of_another_version, "version 7, this unmt reads"),
        (not_ended, "go on with `unmt train`"),
    ],
)
def test_a_model_that_is_none_is_told(tmp_path, monkeypatch, capfd, spoiled, why):
    spoiled(tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    assert status(["translate", *WAY]) == 2
    said, told = capfd.readouterr()
    assert why in told
    assert len(told.splitlines()) == 1
    assert said == ""


def test_a_reader_that_leaves_is_no_error(unmt_started, cipher, tmp_path):
    (tmp_path / "long.txt").write_text("\n".join(cipher.source * 40) + "\n")
    process = unmt_started("translate", *WAY, "input=long.txt")
    assert process.stdout.readline()
    process.stdout.close()
    process.wait(timeout=60)
    assert "Traceback" not in process.stderr.read()


def test_ctrl_c_says_how_far_it_came(unmt_started, cipher, tmp_path):
    (tmp_path / "long.txt").write_text("\n".join(cipher.source * 400) + "\n")
    out = tmp_path / "out.txt"
    with out.open("w") as file:
        process = unmt_started("translate", *WAY, "input=long.txt", stdout=file)
        end = time.monotonic() + 60
        while not out.stat().st_size:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    lines = len(out.read_text().splitlines())
    assert lines < 100_000
    assert f"Interrupted after {lines} of 100000 lines." in told.splitlines()[-1]
