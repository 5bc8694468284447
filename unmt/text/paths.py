"""Paths as a user types them."""

import os
from pathlib import Path

from unmt.errors import InputError


def expanded(path: str) -> str:
    """The path with "~" as the shell would have read it, had it stood alone. Raises InputError for an unknown user."""
    if not path.startswith("~"):
        return path
    try:
        return str(Path(path).expanduser())
    except RuntimeError:
        name = path[1:].partition("/")[0]
        raise InputError(f"{path}: there is no user {name} here. Write the folder in full.") from None


def is_file(path: Path | str) -> bool:
    """Whether there is a file; as is_there."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path | str) -> bool:
    """Whether there is a folder; as is_there."""
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: Path | str) -> bool:
    """Whether there is a file or a folder; Path.exists raises where a name is too long to be one."""
    return os.path.exists(path)  # noqa: PTH110
