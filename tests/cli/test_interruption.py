"""Ctrl-C on one text: the best so far is kept, and a second one leaves at once."""

import json
import signal
import time

import pytest

# Signs at random: a search that has much to do and nothing to find.
SIGNS = " ".join(str(n * n * 7919 % 97 + 10) for n in range(400))


@pytest.fixture
def started(unmt_started, tmp_path):
    process = unmt_started(
        "decipher", f"text={SIGNS}", "family=homophonic", "language=en", "seconds=300", "threads=1", "run.dir=out"
    )
    metrics = tmp_path / "out" / "metrics.jsonl"
    end = time.monotonic() + 120
    while not (metrics.exists() and metrics.stat().st_size):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    return process


def test_the_best_so_far_is_kept(started, tmp_path):
    started.send_signal(signal.SIGINT)
    start = time.monotonic()
    plaintext, told = started.communicate(timeout=60)
    assert time.monotonic() - start < 10
    assert started.returncode == 130
    assert "Traceback" not in told
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["stopped"] == "interrupted"
    assert plaintext.strip() == result["plaintext"].strip()
    assert (tmp_path / "out" / "report.html").is_file()
    last = told.splitlines()[-1]
    assert "Interrupted" in last
    assert "out" in last


def test_a_second_one_leaves_at_once(started):
    started.send_signal(signal.SIGINT)
    time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    start = time.monotonic()
    _, told = started.communicate(timeout=60)
    assert time.monotonic() - start < 5
    assert started.returncode == 130
    assert "Traceback" not in told
