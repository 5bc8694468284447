"""Files to be compressed: any bytes, and their beginnings."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from unmt.errors import InputError
from unmt.text.readers import refusals


def read_file(path: Path | str) -> bytes:
    """All bytes of a file (.gz is unpacked), or of standard input for "-".

    Raises InputError where it is missing, a folder, cannot be read, or is empty.
    """
    name = "standard input" if str(path) == "-" else str(path)
    with refusals(name):
        if str(path) == "-":
            data = sys.stdin.buffer.read() if sys.stdin is not None else b""
        elif str(path).lower().endswith(".gz"):
            with gzip.open(path, "rb") as file:
                data = file.read()
        else:
            data = Path(path).read_bytes()
    if not data:
        raise InputError(f"{name} is empty. Name a file that has something in it.")
    return data


def head_of(data: bytes, limit: int | None) -> bytes:
    """The first `limit` lines; of data that is no UTF-8 text the first `limit` kB (of 1000 bytes). All for None."""
    if limit is None:
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return data[: 1000 * limit]
    return b"".join(data.splitlines(keepends=True)[:limit])
