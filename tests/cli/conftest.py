"""What tests of the command line share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from unmt.cli.main import status


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """refused("train", "x=y", why="..."): status 2, a line or two that say why, no output, and the folder as it was.

    lines: that say why, at most.
    """

    def check(*arguments: str, why: str, lines: int = 2) -> None:
        monkeypatch.chdir(tmp_path)
        before = sorted(tmp_path.rglob("*"))
        assert status(list(arguments)) == 2
        said, told = capfd.readouterr()
        assert why in told
        assert len(told.splitlines()) <= lines
        assert said == ""
        assert sorted(tmp_path.rglob("*")) == before

    return check
