"""Sentences as ids of pieces, end to end in one array that can stay on disk."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text import atomic

HASHED = 1 << 20
"""Numbers at a time."""


@dataclass(frozen=True, eq=False)
class PieceCorpus:
    """S sentences. ids: int32 (N,), sentence i is ids[starts[i] : starts[i + 1]]; starts: int64 (S + 1,)."""

    ids: NDArray[np.int32] = field(repr=False)
    starts: NDArray[np.int64] = field(repr=False)

    @classmethod
    def of(cls, sentences: Iterable[Sequence[int] | NDArray[np.int32]]) -> PieceCorpus:
        """The sentences in their order."""
        rows = [np.asarray(sentence, np.int32) for sentence in sentences]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
        return cls(np.concatenate(rows) if rows else np.empty(0, np.int32), starts.astype(np.int64))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> NDArray[np.int32]:
        """A view of one sentence."""
        return self.ids[self.starts[index] : self.starts[index + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(S,) pieces of each sentence."""
        return np.diff(self.starts)

    def subset(self, indices: Iterable[int]) -> PieceCorpus:
        """The sentences of these indices, in that order, in memory."""
        return PieceCorpus.of([self[int(index)] for index in indices])

    def view(self, indices: NDArray[np.int64]) -> PieceView:
        """The same, with the pieces left where they are, so that it takes no memory but for the indices."""
        return PieceView(self.ids, self.starts, indices)

    def save(self, folder: Path, name: str) -> None:
        """Two files, NAME.ids.npy and NAME.starts.npy, and a hash of what is in them."""
        atomic.write_bytes(folder / f"{name}.sha256", self._hash().encode())
        for part, array in (("ids", self.ids), ("starts", self.starts)):
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            atomic.write_bytes(folder / f"{name}.{part}.npy", buffer.getvalue())

    def _hash(self) -> str:
        found = hashlib.sha256()
        for array in (self.starts, self.ids):
            for first in range(0, len(array), HASHED):  # never the whole of what stays on disk
                found.update(array[first : first + HASHED].tobytes())
        return found.hexdigest()

    @classmethod
    def load(cls, folder: Path, name: str) -> PieceCorpus:
        """What save wrote; the ids are read from disk when they are needed. Raises InputError."""
        try:
            ids = np.load(folder / f"{name}.ids.npy", mmap_mode="r", allow_pickle=False)
            starts = np.load(folder / f"{name}.starts.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            ids, starts = np.empty(0, np.int32), np.empty(0, np.int64)
        is_whole = (
            ids.dtype == np.int32 and starts.dtype == np.int64 and len(starts) > 0 and int(starts[-1]) == len(ids)
        )
        found, noted = cls(ids, starts), folder / f"{name}.sha256"
        # Runs of earlier versions have none.
        if not is_whole or (noted.exists() and noted.read_bytes() != found._hash().encode()):
            raise InputError(
                f"{folder / name} is damaged or missing. Delete {folder}, and the same command trains again."
            )
        return found


@dataclass(frozen=True, eq=False)
class PieceView(PieceCorpus):
    """Some sentences of a corpus. ids, starts: those of the corpus; order: int64 (S,) which sentences of it."""

    order: NDArray[np.int64] = field(repr=False)

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> NDArray[np.int32]:
        return super().__getitem__(int(self.order[index]))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(S,) pieces of each sentence."""
        return np.diff(self.starts)[self.order]

    def view(self, indices: NDArray[np.int64]) -> PieceView:
        """Some of these."""
        return PieceView(self.ids, self.starts, self.order[indices])

    def save(self, folder: Path, name: str) -> None:
        """These alone."""
        self.subset(range(len(self))).save(folder, name)
