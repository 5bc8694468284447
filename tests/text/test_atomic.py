import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from unmt.text import atomic


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "één\n")
    atomic.write_text(path, "twee\n")
    assert path.read_bytes() == b"twee\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic.write_bytes(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic.write_text(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_half_written_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "whole")
    killed = "import os, sys\nfrom unmt.text import atomic\nos.fsync = lambda _: os._exit(9)\n"
    done = subprocess.run([sys.executable, "-c", killed + "atomic.write_text(sys.argv[1], 'half')", path], check=False)
    assert done.returncode == 9
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / ".export.x.unmt-part").mkdir()
    (tmp_path / ".export.x.unmt-part" / "half").write_text("half")
    atomic.sweep_up(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "whole"


def test_only_what_this_package_left_is_removed(tmp_path: Path) -> None:
    others = [tmp_path / name for name in (".notes.part", ".a.txt.swp", "b.unmt-part")]
    for path in others:
        path.write_text("mine")
    atomic.sweep_up(tmp_path)
    assert all(path.read_text() == "mine" for path in others)


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.txt").write_text("before")
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "a.txt")
    atomic.write_text(tmp_path / "link.txt", "after")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there" / "a.txt").read_text() == "after"


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    atomic.write_text(tmp_path / "pipe", "told")
    assert os.read(reader, 10) == b"told"
    os.close(reader)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    atomic.write_text(path, "x")
    assert path.read_text() == "x"
