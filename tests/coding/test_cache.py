import multiprocessing
import os
import stat

import numpy as np
import pytest

from unmt.coding import cache
from unmt.coding.cache import cache_folder, cached


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Builder:
    """Builds arrays and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return {"costs": np.arange(1000, dtype=np.uint8), "offsets": np.array([0, 3]), "none": np.zeros(0, np.float32)}


def check(arrays):
    assert sorted(arrays) == ["costs", "none", "offsets"]
    assert np.array_equal(arrays["costs"], np.arange(1000, dtype=np.uint8))
    assert arrays["costs"].dtype == np.uint8
    assert len(arrays["none"]) == 0
    for array in arrays.values():
        assert type(array) is np.ndarray  # kernels take long over subclasses
        assert not array.flags.writeable


def test_an_entry_is_built_once():
    build = Builder()
    for _ in range(3):
        check(cached("entry", build))
    assert build.times == 1


def test_entries_do_not_mix():
    cached("one", lambda: {"a": np.array([1])})
    assert cached("two", lambda: {"a": np.array([2])})["a"].tolist() == [2]
    assert cached("one", lambda: {"a": np.array([3])})["a"].tolist() == [1]


def test_another_version_builds_again(monkeypatch):
    build = Builder()
    cached("entry", build)
    monkeypatch.setattr(cache, "__version__", "99")
    cached("entry", build)
    assert build.times == 2


@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "no list", "other", "folder"])
def test_a_damaged_entry_is_built_again(folder, damage):
    build = Builder()
    cached("entry", build)
    (entry,) = folder.iterdir()
    file = entry / "costs.npy"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "gone":
        file.unlink()
    elif damage == "no list":
        (entry / "arrays.txt").unlink()
    elif damage == "other":
        file.write_bytes(b"this is no array")
    else:
        file.unlink()
        file.mkdir()
    check(cached("entry", build))
    assert build.times == 2
    check(cached("entry", build))
    assert build.times == 2


def test_nothing_that_could_run_is_loaded(folder):
    build = Builder()
    cached("entry", build)
    (entry,) = folder.iterdir()
    np.save(entry / "costs.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    check(cached("entry", build))
    assert build.times == 2


def test_where_the_folder_cannot_be_made_the_tables_are_built_each_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path / "file" / "cache"))
    build = Builder()
    for _ in range(2):
        check(cached("entry", build))
    assert build.times == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_works(folder):
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    build = Builder()
    check(cached("entry", build))
    assert build.times == 1
    folder.chmod(stat.S_IRWXU)


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.np, "save", full)
    check(cached("entry", Builder()))
    assert list(folder.iterdir()) == []


def build_slowly():
    return Builder()()


def use(_):
    return int(cached("entry", build_slowly)["costs"].sum())


def test_processes_that_build_at_once_agree(folder):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        sums = pool.map(use, range(8))
    assert set(sums) == {int(np.arange(1000, dtype=np.uint8).sum())}
    assert len(list(folder.iterdir())) == 1


def test_others_may_read_the_entry(folder):
    cached("entry", Builder())
    (entry,) = folder.iterdir()
    assert stat.S_IMODE(entry.stat().st_mode) & 0o555 == 0o555


def test_where_entries_are_kept(monkeypatch, tmp_path):
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("UNMT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert str(cache_folder()) == "/somewhere/unmt"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/reader")
    assert str(cache_folder()) == "/home/reader/.cache/unmt"
