import subprocess
import sys
import time
from pathlib import Path

import pytest

from unmt import __version__
from unmt.cli import commands

HEAVY = ("hydra", "omegaconf", "numpy", "numba", "scipy", "torch", "sacrebleu", "gensim", "ot")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_unmt_alone_lists_the_commands_one_line_each(unmt, arguments):
    done = unmt(*arguments)
    assert done.returncode == 0
    assert done.stderr == ""
    for name in commands.NAMES:
        lines = [line for line in done.stdout.splitlines() if line.split()[:1] == [name]]
        assert len(lines) == 1
        assert len(lines[0]) <= 100


@pytest.mark.parametrize("name", commands.NAMES)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_a_command_starts_with_how_it_is_used_and_has_an_example(unmt, name, option):
    done = unmt(name, option)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith(f"Usage: unmt {name}")
    assert f"\n  unmt {name}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


def test_help_wins_over_what_else_is_on_the_line(unmt):
    done = unmt("decipher", "input=nowhere.txt", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: unmt decipher")


def test_version(unmt):
    assert unmt("--version").stdout == f"unmt {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in commands.NAMES)])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys; from unmt.cli.main import status; status(sys.argv[1:]);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def seconds_of(command: list[str | Path]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


@pytest.mark.parametrize("arguments", [["--help"], ["decipher", "--help"]])
def test_help_is_quick_beside_an_interpreter_with_numpy_and_hydra(arguments):
    command = Path(sys.executable).parent / "unmt"
    # Turn by turn, so that a busy machine slows both; the best of each is the one least disturbed.
    pairs = [
        (seconds_of([command, *arguments]), seconds_of([sys.executable, "-c", "import numpy, hydra"])) for _ in range(5)
    ]
    ours, bare = (min(times) for times in zip(*pairs, strict=True))
    assert ours <= 2.5 * bare
