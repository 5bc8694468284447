"""`wandb=`: the numbers of metrics.jsonl elsewhere too, and nothing that stops a training."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from unmt.cli.tracking import check_tracking, numbers, tracked
from unmt.errors import InputError

ROWS = [
    {"round": 0, "steps": 5, "loss_bits": 3.25, "guards": {"aa-bb": []}, "seconds": 0.5},
    {"round": 1, "steps": 10, "loss_bits": 2.125, "aa-bb.two_sided": 4.5, "seconds": 0.5},
]


class Run:
    """Stands in for a run of the library."""

    def __init__(self, fails=False):
        self.logged, self.finished, self.fails = [], 0, fails

    def log(self, values, step):
        if self.fails:
            raise ValueError("the server is on fire\nand so on")
        self.logged.append((step, values))

    def finish(self):
        self.finished += 1


@pytest.fixture
def library(monkeypatch):
    """Stands in for the library; `begin` says what init does."""
    made = SimpleNamespace(calls=[], begin=lambda **_: Run(), Settings=lambda **given: given)
    made.teardown = lambda: made.calls.append("teardown")

    def init(**given):
        assert not sys.stdin.isatty()
        made.calls.append(given)
        return made.begin(**given)

    made.init = init
    monkeypatch.setitem(sys.modules, "wandb", made)
    return made


def test_rows_of_rounds_are_logged_as_they_are_and_the_run_is_ended(library, tmp_path):
    run = Run()
    library.begin = lambda **_: run
    with tracked("offline", tmp_path, {"seed": "3"}, quiet=False) as take:
        take({"seconds": 1.0, "stage": "learning", "keys": 5})
        for row in ROWS:
            take(row)
    assert run.logged == [(row["round"], {k: v for k, v in row.items() if k != "guards"}) for row in ROWS]
    assert run.finished == 1
    assert library.calls[0]["config"] == {"seed": "3"}
    assert library.calls[0]["dir"] == tmp_path


def test_a_training_that_fails_ends_the_run_too(library, tmp_path):
    run = Run()
    library.begin = lambda **_: run
    with pytest.raises(InputError), tracked("offline", tmp_path, {}, quiet=True):
        raise InputError("bad")
    assert run.finished == 1


def test_every_process_of_a_run_has_one_name(library, tmp_path):
    for _ in range(2):
        with tracked("online", tmp_path, {}, quiet=True):
            pass
    assert library.calls[0]["id"] == library.calls[1]["id"]
    assert {call["mode"] for call in library.calls} == {"online"}


def test_without_an_account_what_is_logged_stays_here(library, tmp_path, capfd):
    run = Run()

    def begin(**given):
        if given["mode"] == "online":
            raise RuntimeError("api_key not configured (no-tty).")
        return run

    library.begin = begin
    with tracked("online", tmp_path, {}, quiet=False) as take:
        take(ROWS[0])
    assert len(run.logged) == 1
    # The service of the library holds the id of the first try, and refuses it to the second unless it is ended.
    assert [call if call == "teardown" else call["mode"] for call in library.calls] == ["online", "teardown", "offline"]
    assert capfd.readouterr().err.splitlines() == [
        "wandb=online: api_key not configured (no-tty); what follows is kept to be synced later."
    ]


@pytest.mark.parametrize("fails", ["at once", "later"])
def test_a_library_that_fails_stops_nothing(library, tmp_path, capfd, fails):
    def begin(**_):
        if fails == "at once":
            raise OSError("no room")
        return Run(fails=True)

    library.begin = begin
    with tracked("offline", tmp_path, {}, quiet=False) as take:
        for row in ROWS:
            take(row)
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith("wandb=offline: ")


def test_an_unknown_mode_is_refused():
    with pytest.raises(InputError, match="wandb=on: unknown"):
        check_tracking("on")
    for mode in ("off", "offline", "online"):
        check_tracking(mode)


def test_numbers_are_numbers():
    assert numbers({"round": 2, "x": 1.5, "is_so": True, "name": "a", "none": None, "list": [1]}) == {
        "round": 2, "x": 1.5
    }  # fmt: skip
    assert numbers({"x": 1.5}) == {}


def test_off_loads_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from unmt.cli.tracking import tracked\n"
        "with tracked('off', Path('.'), {}, quiet=False) as take: take({'round': 0})\n"
        "assert 'wandb' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_offline_the_numbers_stay_in_the_folder_of_the_run(tmp_path, monkeypatch):
    for name in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    code = (
        "import json, sys; from pathlib import Path; from unmt.cli.tracking import tracked\n"
        "with tracked('offline', Path('run'), {'seed': '0'}, quiet=False) as take:\n"
        "    [take(row) for row in json.loads(sys.argv[1])]"
    )
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(ROWS)], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == ""
    assert done.stderr == ""
    (file,) = (tmp_path / "run" / "wandb").glob("offline-run-*/*.wandb")
    data = file.read_bytes()
    for number in (b"3.25", b"2.125", b"4.5", b"aa-bb.two_sided"):
        assert number in data
