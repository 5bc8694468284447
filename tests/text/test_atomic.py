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
    (tmp_path / ".export.x.part").mkdir()
    (tmp_path / ".export.x.part" / "half").write_text("half")
    atomic.sweep_up(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "whole"


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    atomic.write_text(path, "x")
    assert path.read_text() == "x"
