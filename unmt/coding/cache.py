"""Tables that take a second to build are built once and mapped into memory afterwards.

The folder is UNMT_CACHE, or XDG_CACHE_HOME/unmt, or ~/.cache/unmt. Where it cannot be written the tables are built
again each time: slower, never wrong. An entry is a folder of .npy files, made beside its place and renamed.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt import __version__

Arrays = dict[str, NDArray[Any]]

CONTENTS = "arrays.txt"
"""The names of an entry's arrays: an entry that lacks one is not whole."""


def cache_folder() -> Path:
    """Where entries are kept."""
    given = os.environ.get("UNMT_CACHE")
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "unmt"


def cached(entry: str, build: Callable[[], Arrays]) -> Arrays:
    """The arrays of an entry, read-only and mapped from the disk; built and kept where the entry is not there yet.

    entry names everything the arrays depend on but the version of unmt, which is added.
    """
    folder = cache_folder() / f"{entry}-{__version__}"
    found = _load(folder)
    if found is not None:
        return found
    arrays = build()
    try:
        _keep(folder, arrays)
    except OSError as error:
        logging.getLogger(__name__).info("tables are not kept: %s", error)
    return _load(folder) or read_only(arrays)


def read_only(arrays: Arrays) -> Arrays:
    """The arrays as they come from the disk: kernels are compiled for arrays that cannot be written, and once."""
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _load(folder: Path) -> Arrays | None:
    try:
        if not folder.is_dir():
            return None
        names = (folder / CONTENTS).read_text(encoding="utf-8").split()
        # Plain arrays: numba looks at the type of every argument, and at that of a numpy.memmap for long.
        return {name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)) for name in names}
    except (OSError, ValueError, EOFError):  # damaged: build it again
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _keep(folder: Path, arrays: Arrays) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name[:60]}.", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(beside / f"{name}.npy", array, allow_pickle=False)
        (beside / CONTENTS).write_text("\n".join(arrays), encoding="utf-8")
        beside.chmod(0o755)  # mkdtemp's folder is private; a cache may be shared
        beside.rename(folder)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
        if not folder.is_dir():  # another process may have been first
            raise
