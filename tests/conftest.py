"""What tests of the installed command share."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

COMMAND = Path(sys.executable).parent / "unmt"
PATIENCE = 1500.0
"""Seconds that a file may be in coming."""
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
def unmt_twice(tmp_path: Path) -> Run:
    """The installed command in the same empty folder, as two processes that torchrun starts."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "--no-python"]

    def run(*arguments: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*launcher, COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=timeout,
            env=os.environ | {"OMP_NUM_THREADS": "1"}, check=False,
        )  # fmt: skip

    return run


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


@pytest.fixture
def unmt_until(unmt_started: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> Callable[..., Any]:
    """unmt_until(file, "train", ...): the command as a process, as soon as there is that file."""

    def until(file: str, *arguments: str) -> subprocess.Popen[str]:
        process, end = unmt_started(*arguments), time.monotonic() + PATIENCE
        while not (tmp_path / file).exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.002)
        return process

    return until


@pytest.fixture
def training_interrupted(unmt_until: Callable[..., Any], tmp_path: Path) -> Callable[..., None]:
    """training_interrupted(file, ...): `unmt train ... run.dir=out`, Ctrl-C once there is that file, what it says."""

    def check(file: str, *arguments: str) -> None:
        process = unmt_until(file, "train", *arguments, "run.dir=out")
        process.send_signal(signal.SIGINT)
        said, told = process.communicate(timeout=120)
        assert process.returncode == 130, told
        assert said == ""
        assert "Traceback" not in told
        assert "run.dir=out goes on from there" in told.splitlines()[-1]
        assert not (tmp_path / "out" / "result.json").exists()

    return check


@pytest.fixture(scope="session")
def model_files() -> Callable[[Path], dict[str, bytes]]:
    """model_files(run): what is in its model, by name."""

    def read(run: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((run / "model").iterdir())}

    return read


@pytest.fixture(scope="session")
def rounds_of() -> Callable[[Path], list[dict[str, object]]]:
    """rounds_of(run): rows of metrics.jsonl that are of rounds, without what the clock says."""

    def read(run: Path) -> list[dict[str, object]]:
        rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        return [{key: value for key, value in row.items() if key != "seconds"} for row in rows if "round" in row]

    return read


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the tester's own shell do not reach the command."""
    for name in [name for name in os.environ if name.startswith("HYDRA_")]:
        monkeypatch.delenv(name)


@dataclass(frozen=True)
class WordCipher:
    """Two texts of one generated language, the second in other words; key: the second's word for one of the first."""

    source: list[str]
    target: list[str]
    key: dict[str, str]

    def right(self, lines: Sequence[str], translations: Sequence[str]) -> float:
        """Share of the words of source lines whose partner stands in the translation, wherever it stands there."""
        found = [
            sum((Counter(map(self.key.get, line.split())) & Counter(done.split())).values())
            for line, done in zip(lines, translations, strict=True)
        ]
        return sum(found) / sum(len(line.split()) for line in lines)


@pytest.fixture(scope="session")
def word_cipher() -> Callable[[int, int, int], WordCipher]:
    """word_cipher(sentences, words, seed): unpaired texts of sentences whose words each have their own company."""

    def made(sentences: int, words: int, seed: int) -> WordCipher:
        rng = np.random.default_rng(seed)
        rank = 1 / (np.arange(words) + 2.7)
        chances = np.cumsum(rank * rng.gamma(0.2, size=(words + 1, words)), axis=1)
        chances[words] = np.cumsum(rank)  # of a first word
        chances /= chances[:, -1:]
        letters = np.array(list("abcdefghijklmnopqrst"))
        names = ["".join(rng.choice(letters, 7)) for _ in range(2 * words)]

        def text(called: Sequence[str]) -> list[str]:
            lines = []
            for length in rng.integers(5, 15, size=sentences):
                line, word = [], words
                for draw in rng.random(length):
                    word = int(np.searchsorted(chances[word], draw))
                    line.append(called[word])
                lines.append(" ".join(line))
            return lines

        key = dict(zip(names[:words], names[words:], strict=True))
        return WordCipher(text(names[:words]), text(names[words:]), key)

    return made


@pytest.fixture(scope="session")
def lexicon_of():
    """lexicon_of(source, target, words): of two vocabularies, each word with one translation for certain, or none."""
    from unmt.mappings.lexicon import Lexicon

    def made(source, target, words):
        options = [target.index.get(words.get(word)) for word in source.words]
        targets = np.array([place for place in options if place is not None], np.int32)
        starts = np.cumsum([0, *(place is not None for place in options)])
        return Lexicon(source, target, starts, targets, np.zeros(len(targets), np.float32))

    return made


@pytest.fixture(scope="session")
def drawn_net():
    """drawn_net(symbols, width, seed): a small Transformer of weights that are drawn."""
    import torch

    from unmt.mappings.transformer import Shape, Transformer

    def made(symbols, width, seed=3):
        torch.set_num_threads(1)
        shape = Shape(symbols, width=width, heads=2, inner=2 * width, dropout=0.0)
        net = Transformer(shape, torch.Generator().manual_seed(seed))
        with torch.no_grad():  # a fresh net repeats itself: make it less sure of what it just said
            for weight in net.parameters():
                weight.mul_(2.0)
        return net

    return made


@pytest.fixture(scope="session")
def drawn_sources():
    """drawn_sources(symbols, count): sentences of 1 to 13 symbols, none of them one of the first six."""

    def made(symbols, count):
        rng = np.random.default_rng(0)
        return [rng.integers(6, symbols, rng.integers(1, 14)).astype(np.int32) for _ in range(count)]

    return made
