import io
import os
import sys
import time

import pytest

from unmt.cli import progress as module
from unmt.cli.progress import Progress


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module.time, "monotonic", clock)
    return clock


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_where_there_is_no_terminal_lines_are_few(clock, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    progress = Progress()
    for _ in range(600 * 20):
        clock.now += 0.05
        progress.update("substitution, en", 1000, 12.0, 0.5)
    lines = stream.getvalue().splitlines()
    assert 5 <= len(lines) <= 15
    assert all("\r" not in line and "\x1b" not in line for line in lines)


def test_a_line_tells_speed_bits_share_and_time_left(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module.shutil, "get_terminal_size", lambda: os.terminal_size((120, 24)))
    progress = Progress()
    clock.now += 10
    progress.update("substitution, en", 20_000_000, 1234.5, 0.25)
    line = stream.getvalue()
    assert line.startswith("\r")
    for part in ("substitution, en", "2 M keys/s", "best 1234.5 bits", "25 %", "30 s left"):
        assert part in line
    progress.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_lines_of_metrics_are_few_however_long_it_takes(clock):
    rows = []
    progress = Progress(rows.append, quiet=True)
    for _ in range(2 * 3600):
        clock.now += 0.5
        progress.update("round", 0, None, 0.5)
    assert 100 < len(rows) < 700


@pytest.mark.parametrize(("unit", "speed"), [("lines", "2 k lines/s"), (None, "")])
def test_speed_is_of_what_is_counted(clock, monkeypatch, unit, speed):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module.shutil, "get_terminal_size", lambda: os.terminal_size((120, 24)))
    progress = Progress(unit=unit)
    clock.now += 10
    progress.update("translated", 20_000, None, 0.25)
    assert speed in stream.getvalue()
    assert ("/s" in stream.getvalue()) == bool(speed)


def test_a_line_is_never_longer_than_the_terminal(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module.shutil, "get_terminal_size", lambda: os.terminal_size((40, 24)))
    progress = Progress()
    clock.now += 10
    progress.update("a stage with a name that goes on and on", 20_000_000, 1234.5, 0.25)
    assert len(stream.getvalue().removeprefix("\r").removesuffix("\x1b[K")) < 40


def test_of_several_tasks_the_share_is_of_the_whole(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(module.shutil, "get_terminal_size", lambda: os.terminal_size((120, 24)))
    progress = Progress()
    progress.begin("one", 4, 10)  # four were finished before this run
    clock.now += 10
    progress.begin("two", 5, 10)
    clock.now += 5
    progress.update("substitution", 1000, None, 0.5)
    line = stream.getvalue()
    assert "6 of 10, two:" in line
    assert "55 %" in line
    # 1.5 of 6 tasks took 15 s.
    assert "45 s left" in line


def test_quiet_shows_nothing_but_logs(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    logged = []
    progress = Progress(logged.append, quiet=True)
    for _ in range(100):
        clock.now += 0.1
        progress.update("stage", 1000, 12.0, None)
    progress.finish("done", 2000, 11.0)
    assert stream.getvalue() == ""
    assert 15 <= len(logged) <= 25
    assert logged[-1] == {
        "seconds": 10.0, "stage": "done", "keys": 2000, "keys_per_second": 200, "bits": 11.0, "fraction": 1.0
    }  # fmt: skip


def test_a_report_costs_next_to_nothing():
    progress = Progress(quiet=True)
    start = time.perf_counter()
    for _ in range(10_000):
        progress.update("stage", 1, 1.0, 0.5)
    assert (time.perf_counter() - start) / 10_000 < 1e-4
