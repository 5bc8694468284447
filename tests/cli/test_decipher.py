"""One text through the installed command: what goes where."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from unmt.text.ciphertext import Ciphertext

# Our own words, shifted by three.
PLAIN = "When the kettle sings at dawn, the whole house knows that the baker has come home from the mill."
SHIFTED = "Zkhq wkh nhwwoh vlqjv dw gdzq, wkh zkroh krxvh nqrzv wkdw wkh ednhu kdv frph krph iurp wkh ploo."
# Two symbols a letter by turns: enough work for progress to be seen.
HOMOPHONIC = "".join(
    chr(ord("A" if n % 2 else "a") + (ord(letter) - 97) * 7 % 26)
    for n, letter in enumerate(letter for letter in (PLAIN * 4).lower() if letter.isalpha())
)
QUICK = ("family=caesar", "language=en", "null=false", "threads=1")


@pytest.fixture
def letter(tmp_path):
    (tmp_path / "letter.txt").write_text(SHIFTED + "\n", encoding="utf-8")
    return "input=letter.txt"


@pytest.fixture(scope="module")
def finished(unmt_in, tmp_path_factory):
    """A run that is over: what it printed, and its folder."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "letter.txt").write_text(SHIFTED + "\n", encoding="utf-8")
    return unmt_in(folder, "decipher", "input=letter.txt", *QUICK, "run.dir=out/run", "seed=5"), folder


def test_standard_output_is_the_plaintext_and_nothing_else(finished):
    done, _ = finished
    assert done.returncode == 0
    assert done.stdout == PLAIN + "\n"


def test_standard_error_tells_key_certificate_and_report(finished):
    done, folder = finished
    for label in ("verdict", "key", "bits", "search", "report"):
        assert re.search(rf"^{label}  ", done.stderr, re.MULTILINE), done.stderr
    report = re.search(r"^report +(.*)$", done.stderr, re.MULTILINE)[1]
    assert (folder / report).is_file()
    assert "\x1b" not in done.stderr


def test_the_run_directory_holds_the_four_files(finished):
    run = finished[1] / "out" / "run"
    assert {path.name for path in run.iterdir()} == {"config.yaml", "metrics.jsonl", "result.json", "report.html"}
    settings = yaml.safe_load((run / "config.yaml").read_text())
    assert settings["seed"] == 5
    assert settings["null"] is False
    assert settings["input"] == "letter.txt"
    result = json.loads((run / "result.json").read_text())
    assert result["plaintext"].strip() == PLAIN
    assert result["data_sha256"] == Ciphertext.read(SHIFTED + "\n").sha256
    assert result["total_bits"] == pytest.approx(
        result["mapping_bits"] + result["text_bits"] + result["homophone_bits"], abs=1e-6
    )
    metrics = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert metrics[-1]["stage"] == "done"
    assert {"seconds", "stage", "keys", "keys_per_second", "bits", "fraction"} <= metrics[-1].keys()
    assert (run / "report.html").read_text().startswith("<!")


def test_the_same_command_writes_the_same_result(finished, unmt_in):
    _, folder = finished
    path = folder / "out" / "run" / "result.json"
    before = json.loads(path.read_text())
    assert unmt_in(folder, "decipher", "input=letter.txt", *QUICK, "run.dir=out/run", "seed=5").returncode == 0
    after = json.loads(path.read_text())
    assert before["plaintext"] == after["plaintext"]
    for key in ("key", "total_bits", "verdict", "probability_correct", "alternatives", "key_confidence"):
        assert before[key] == after[key]


def test_a_run_directory_of_other_settings_is_left_alone(finished, unmt_in):
    _, folder = finished
    before = (folder / "out" / "run" / "result.json").read_bytes()
    done = unmt_in(folder, "decipher", "input=letter.txt", *QUICK, "run.dir=out/run", "seed=0")
    assert done.returncode == 2
    assert "seed=5, not 0" in done.stderr
    assert (folder / "out" / "run" / "result.json").read_bytes() == before


def test_quiet_is_silent_and_without_a_name_the_folder_is_a_dated_one(unmt, letter, tmp_path):
    done = unmt("decipher", letter, *QUICK, "quiet=true")
    assert (done.stdout, done.stderr) == (PLAIN + "\n", "")
    (name,) = (path.name for path in (tmp_path / "runs").iterdir())
    assert re.match(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-decipher", name)


@pytest.mark.parametrize("name", ["δίσκος (1).txt", "a=b.txt", "1912", "${it's}, [x].txt"])
def test_any_name_of_a_file_will_do(unmt, tmp_path, name):
    (tmp_path / name).write_text(SHIFTED, encoding="utf-8")
    done = unmt("decipher", f"input={name}", *QUICK, "quiet=true")
    assert (done.stdout, done.stderr) == (PLAIN + "\n", "")


def test_a_tilde_is_the_home_folder(unmt, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_text(SHIFTED, encoding="utf-8")
    done = unmt("decipher", "input=~/a.txt", *QUICK, cwd=tmp_path / "below")
    assert done.stdout == PLAIN + "\n"


@pytest.mark.parametrize("arguments", [["input=-"], [f"text={SHIFTED}"]])
def test_text_and_standard_input_read_alike(unmt, arguments):
    assert unmt("decipher", *arguments, *QUICK, "quiet=true", input=SHIFTED).stdout == PLAIN + "\n"


def test_the_layout_of_the_ciphertext_is_kept(unmt):
    two_lines = SHIFTED.replace(", ", ",\n")
    done = unmt("decipher", "input=-", *QUICK, "quiet=true", input=two_lines)
    assert done.stdout == PLAIN.replace(", ", ",\n") + "\n"


def test_cfg_shows_the_configuration_and_does_nothing(unmt, tmp_path):
    done = unmt("decipher", "text=abab", "seed=4", "--cfg", "job")
    assert done.returncode == 0
    assert yaml.safe_load(done.stdout)["seed"] == 4
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_runs_once_for_each_value(unmt, letter, tmp_path):
    done = unmt("decipher", letter, *QUICK[2:], "family=caesar", "language=en,de", "-m", "run.dir=sweep", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 2
    for number, language in enumerate(("en", "de")):
        result = json.loads((tmp_path / "sweep" / str(number) / "result.json").read_text())
        assert result["language"] == language


def test_a_bad_job_of_a_sweep_is_status_2_and_the_others_run(unmt, letter, tmp_path):
    done = unmt("decipher", letter, *QUICK[2:], "language=klingon,en", "family=caesar", "-m", "run.dir=sweep")
    assert done.returncode == 2
    assert "klingon" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "sweep" / "1" / "result.json").is_file()


def test_a_reader_that_leaves_is_no_error(unmt_started, letter, tmp_path):
    process = unmt_started("decipher", letter, *QUICK, "quiet=true", "run.dir=out")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141
    assert (tmp_path / "out" / "result.json").is_file()


def test_output_that_is_full_is_told(unmt, letter):
    with Path("/dev/full").open("w") as full:
        done = unmt("decipher", letter, *QUICK, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert "standard output: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_progress_is_one_line_written_over_on_a_terminal(unmt_started, tmp_path):
    (tmp_path / "long.txt").write_text(HOMOPHONIC, encoding="utf-8")
    ours, theirs = pty.openpty()
    process = unmt_started("decipher", "input=long.txt", "language=en", "family=homophonic", "threads=1", stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 1 << 16)
        except OSError:  # the other side is closed
            break
        shown += block
    process.communicate()
    os.close(ours)
    assert process.returncode == 0
    progress, _, summary = shown.decode().rpartition("\r\x1b[K")
    assert "keys/s" in progress
    assert "\n" not in progress
    assert "verdict" in summary
