"""Files that are whole or not there: written beside their place, then renamed."""

import os
import shutil
import tempfile
from pathlib import Path

PART = ".unmt-part"
"""Of a file or a folder that is not whole yet, whose name begins with a dot."""


def write_bytes(path: Path | str, data: bytes) -> None:
    """The file at `path` holds `data`, or what it held before. Raises OSError where that cannot be.

    A link stays, and its file is replaced; a pipe or a device is written to.
    """
    path = Path(path).resolve()
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb", buffering=0) as stream:
            stream.write(data)
        return
    handle, beside = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            # mkstemp gives a private file; the result shall be as readable as any other.
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def write_text(path: Path | str, text: str) -> None:
    """As write_bytes, in UTF-8 with line breaks as they stand."""
    write_bytes(path, text.encode())


def sweep_up(folder: Path) -> None:
    """Remove what a process that was killed left half written, file or folder. Raises OSError where it cannot be."""
    for left in folder.glob(f".*{PART}"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def _umask() -> int:
    """The mask of this process. It can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
