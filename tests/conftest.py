"""What tests of the installed command share."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(sys.executable).parent / "unmt"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def unmt_in() -> Run:
    """The installed command, run in a folder: unmt_in(folder, "decipher", "text=...") with its streams as text."""
    assert COMMAND.exists(), "unmt is not installed beside this Python; scripts/test sets it up"

    def run(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        settings = {"cwd": folder, "capture_output": True, "text": True, "timeout": 300} | options
        return subprocess.run([COMMAND, *arguments], check=False, **settings)

    return run


@pytest.fixture
def unmt(unmt_in: Run, tmp_path: Path) -> Run:
    """The installed command, run in an empty folder."""
    return partial(unmt_in, tmp_path)


@pytest.fixture
def unmt_started(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """The installed command, started and not waited for; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
        settings = {"cwd": tmp_path, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
        started.append(subprocess.Popen([COMMAND, *arguments], **settings))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        process.wait()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the tester's own shell do not reach the command."""
    for name in [name for name in os.environ if name.startswith("HYDRA_")]:
        monkeypatch.delenv(name)
