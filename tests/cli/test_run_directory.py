import errno
import json
from dataclasses import dataclass, field

import pytest
import yaml

from unmt.cli import run_directory as module
from unmt.cli.run_directory import RunSettings, run_directory
from unmt.errors import InputError


@dataclass
class Settings:
    text: str = "a"
    seed: int = 0
    threads: int | None = None
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_two_runs_of_one_second_get_two_folders(tmp_path):
    paths = []
    for _ in range(20):
        with run_directory("decipher", Settings()) as run:
            paths.append(run.path)
    assert len(set(paths)) == 20
    assert all((tmp_path / path / "config.yaml").is_file() for path in paths)


@pytest.mark.parametrize("text", ["no", "12:30", "1e5", "${x}", "δ: #\n'", "null", "~"])
def test_settings_come_back_from_the_file_as_they_were(text):
    with run_directory("decipher", Settings(text=text, run=RunSettings("out"))) as run:
        assert yaml.safe_load(run.file("config.yaml").read_text())["text"] == text
    with run_directory("decipher", Settings(text=text, run=RunSettings("out"))):
        pass


def test_what_does_not_change_the_answer_may_differ():
    with run_directory("decipher", Settings(run=RunSettings("out"))):
        pass
    with run_directory("decipher", Settings(threads=2, quiet=True, run=RunSettings("./out"))):
        pass


def test_other_settings_are_named():
    with run_directory("decipher", Settings(seed=3, run=RunSettings("out"))):
        pass
    with pytest.raises(InputError, match="seed=3, not 4"), run_directory("d", Settings(seed=4, run=RunSettings("out"))):
        pass


def test_a_run_of_another_command_is_told(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "config.yaml").write_text("family: auto\nseed: 0\n")
    with (
        pytest.raises(InputError, match="holds a run of another command, one that takes family="),
        run_directory("decipher", Settings(run=RunSettings("out"))),
    ):
        pass


@pytest.mark.parametrize("text", ["{: [", "a: 2001-99-99", "a: &x {b: *x}"])
def test_a_damaged_config_is_refused(tmp_path, text):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "config.yaml").write_text(text)
    with pytest.raises(InputError, match="cannot be read"), run_directory("d", Settings(run=RunSettings("out"))):
        pass


def test_bad_input_leaves_no_folder_behind(tmp_path):
    with pytest.raises(InputError, match="bad"), run_directory("decipher", Settings()):
        raise InputError("bad")
    assert list(tmp_path.iterdir()) == []


def test_bad_input_leaves_what_was_there(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="bad"), run_directory("decipher", Settings(run=RunSettings("out"))):
        raise InputError("bad")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_folder_is_held_by_one_run_at_a_time():
    settings = Settings(run=RunSettings("out"))
    held = pytest.raises(InputError, match="another run is at work")
    with run_directory("decipher", settings), held, run_directory("decipher", settings):
        pass
    with run_directory("decipher", settings):
        pass


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with run_directory("decipher", Settings(run=RunSettings("~/out"))) as run:
        assert run.path == tmp_path / "home" / "out"


def test_a_file_in_the_place_of_runs_is_told(tmp_path):
    (tmp_path / module.RUNS).write_text("x")
    with pytest.raises(InputError, match=r"run\.dir="), run_directory("decipher", Settings()):
        pass


def test_metrics_are_lines_of_json():
    with run_directory("decipher", Settings(run=RunSettings("out"))) as run:
        run.append_metrics({"keys": 1})
        run.append_metrics({"keys": 2})
        lines = run.file("metrics.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"keys": 1}, {"keys": 2}]


def test_a_key_that_a_run_did_not_know_yet_had_its_usual_value(tmp_path):
    with run_directory("decipher", Settings(run=RunSettings("out"))) as run:
        held = yaml.safe_load(run.file("config.yaml").read_text())
    del held["text"]
    (tmp_path / "out" / "config.yaml").write_text(yaml.safe_dump(held))
    with (
        pytest.raises(InputError, match="text=a, not b"),
        run_directory("d", Settings(text="b", run=RunSettings("out"))),
    ):
        pass
    with run_directory("decipher", Settings(run=RunSettings("out"))):
        pass


@pytest.mark.parametrize("there", ["", "mine", "mine/deep"])
def test_folders_of_the_user_stay_however_empty(tmp_path, there):
    (tmp_path / "home" / there).mkdir(parents=True)
    with (
        pytest.raises(InputError, match="bad"),
        run_directory("decipher", Settings(run=RunSettings(str(tmp_path / "home" / "mine" / "deep")))),
    ):
        raise InputError("bad")
    assert (tmp_path / "home" / there).is_dir()
    assert not any((tmp_path / "home" / there).iterdir())


def test_rounds_are_forgotten_and_lines_with_other_breaks_are_lines_all_the_same():
    with run_directory("train", Settings(run=RunSettings("out"))) as run:
        for row in ({"stage": "a\u2028b\u0085c"}, {"round": 0}, {"round": 1}):
            run.append_metrics(row)
        with run.file("metrics.jsonl").open("ab") as file:
            file.write(b'half a ro\n[1]\n{"round": "a"}\n\xff\n')  # what a machine that broke down may leave
        run.forget_rounds(1)
        rows = run.file("metrics.jsonl").read_text(encoding="utf-8").split("\n")
        assert [json.loads(row) for row in rows[:-1]] == [{"stage": "a\u2028b\u0085c"}, {"round": 0}]
        run.begin_metrics()
        assert not run.file("metrics.jsonl").exists()


def test_what_the_file_system_refuses_is_told_of_the_file_that_it_is(tmp_path):
    other = tmp_path / "elsewhere" / "model.safetensors"
    with run_directory("decipher", Settings(run=RunSettings(dir="mine/run"))) as run:
        for name, told in (
            (None, "run.dir=mine/run: "),
            (str(run.file("result.json")), "run.dir=mine/run: "),
            (str(tmp_path / "mine"), "run.dir=mine/run: "),
            (str(other), f"{other}: "),
        ):
            with pytest.raises(InputError) as caught, run.refusals():
                raise OSError(errno.EACCES, "Permission denied", name)
            assert str(caught.value).startswith(f"{told}Permission denied")
