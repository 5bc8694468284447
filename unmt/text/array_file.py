"""Arrays with a name and a version, in one .npz file that is whole or not there; nothing in it is unpickled."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text import atomic

# What numpy and zipfile raise at a file that is cut off or changed.
DAMAGE = (
    ValueError, EOFError, KeyError, TypeError, AttributeError, NotImplementedError, zipfile.BadZipFile, zlib.error
)  # fmt: skip


@dataclass(frozen=True)
class ArrayFile:
    """A kind of file. format, version: stand in it. noun: what a person calls it. again: what to do where it is bad."""

    format: str
    version: int
    noun: str
    again: str

    def save(self, path: Path | str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write the arrays in place of what was there. Raises OSError where that cannot be."""
        buffer = io.BytesIO()
        named: dict[str, Any] = dict(arrays)
        np.savez(buffer, format=np.array(self.format), version=np.array(self.version), **named)
        atomic.write_bytes(path, buffer.getvalue())

    def load(self, path: Path | str, names: Collection[str]) -> dict[str, NDArray[Any]]:
        """What save wrote. Raises InputError where it is not there, broken, lacks a name, or is of another version."""
        try:
            with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as file:
                held = {name: file[name] for name in file.files}
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}. Name a {self.noun} that unmt wrote.") from None
        except DAMAGE as error:
            raise InputError(f"{path} is no whole {self.noun} ({type(error).__name__}). {self.again}") from None
        if str(held.get("format")) != self.format or not {*names, "version"} <= held.keys():
            raise InputError(f"{path} is no {self.noun}. Name one that unmt wrote.")
        if held["version"].shape != () or held["version"] != self.version:
            raise InputError(f"{path} is of version {held['version']}, this unmt reads {self.version}. {self.again}")
        return held
