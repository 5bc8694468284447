"""The other commands, through the installed one."""

import subprocess
import sys

import pytest

from unmt.cli import commands, main
from unmt.coding.language_model import LanguageModel


def test_a_language_is_built_and_used(unmt, tmp_path):
    plain = "sol lucet in agris et aqua fluit per silvam dum puer canit sub arbore magna prope villam antiquam"
    words = plain.split()
    text = " ".join(words[(5 * n + n // len(words)) % len(words)] for n in range(1500))
    (tmp_path / "latin.txt").write_text(text)
    built = unmt("language", "input=latin.txt", "output=latin.unmtlm")
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "latin.unmtlm").is_file()
    assert built.stdout.strip()
    alphabet = LanguageModel.load(tmp_path / "latin.unmtlm").alphabet
    following = dict(zip(alphabet, alphabet[3:] + alphabet[:3], strict=True))
    shifted = "".join(following.get(letter, letter) for letter in plain)
    done = unmt("decipher", f"text={shifted}", "language=latin.unmtlm", "family=caesar", "null=false", "quiet=true")
    assert done.returncode == 0, done.stderr
    assert done.stdout == plain + "\n"


@pytest.mark.slow
def test_prepare_is_idempotent(unmt):
    for _ in range(2):
        done = unmt("prepare", "quiet=true")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_bug_is_loud_and_says_where_to_report_it(capsys, monkeypatch):
    def broken(_name):
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(commands, "load", broken)
    assert main.status(["decipher", "text=abab"]) == 1
    told = capsys.readouterr().err
    assert "ZeroDivisionError: of ours" in told
    assert "CONTRIBUTING.md" in told.splitlines()[-1]


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (MemoryError(), 2), (PermissionError(13, "denied", "x"), 2), (OSError(9, "bad"), 1)],
)
def test_how_a_command_ends_is_its_status(capsys, monkeypatch, error, status):
    def ending(_name):
        raise error

    monkeypatch.setattr(commands, "load", ending)
    assert main.status(["decipher"]) == status
    told = capsys.readouterr().err
    assert told
    assert ("Traceback" in told) == (status == 1)


def test_the_module_can_be_called_too():
    code = "from unmt.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
