"""Two linear maps that bring the word vectors of two languages into one space."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.array_file import ArrayFile

Floats = NDArray[np.float32]

FILE = ArrayFile("unmt-linear-map", 1, "map of word vectors", "Make it anew by `unmt align`.")
ARRAYS = ("matrix_source", "matrix_target", "centre_source", "centre_target")


def unit_rows(matrix: NDArray[Any]) -> Floats:
    """The rows scaled to length one; a row of zeros stays."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths > 0, lengths, 1.0), np.float32)


def centred(matrix: NDArray[Any]) -> tuple[Floats, Floats]:
    """Unit rows, less their mean, scaled to unit length again; and that mean (dimensions,).

    Source: Artetxe, Labaka and Agirre, "Generalizing and improving bilingual word embedding mappings", 2018.
    """
    units = unit_rows(matrix)
    centre = units.mean(axis=0, dtype=np.float64).astype(np.float32)
    return unit_rows(units - centre), centre


@dataclass(frozen=True)
class LinearMap:
    """A word's vector becomes unit(unit(unit(vector) - centre) @ matrix), on each side with its own centre and matrix.

    matrix_source (source dimensions, shared), matrix_target (target dimensions, shared): orthogonal, or with axes
    weighted by how well they agree. centre_source, centre_target: (dimensions,) of each side.
    """

    matrix_source: Floats
    matrix_target: Floats
    centre_source: Floats
    centre_target: Floats

    def apply_source(self, vectors: Floats) -> Floats:
        """The shared-space unit vectors (words, shared) of source vectors as they were read."""
        return unit_rows(unit_rows(unit_rows(vectors) - self.centre_source) @ self.matrix_source)

    def apply_target(self, vectors: Floats) -> Floats:
        """The same for target vectors."""
        return unit_rows(unit_rows(unit_rows(vectors) - self.centre_target) @ self.matrix_target)

    def swapped(self) -> LinearMap:
        """The map with the languages exchanged."""
        return LinearMap(self.matrix_target, self.matrix_source, self.centre_target, self.centre_source)

    def save(self, path: Path | str) -> None:
        """One .npz file, whole or not there."""
        FILE.save(path, {name: getattr(self, name) for name in ARRAYS})

    @classmethod
    def load(cls, path: Path | str) -> LinearMap:
        """What save wrote. Raises InputError where the file is not there, broken, or of another version."""
        held = FILE.load(path, ARRAYS)
        found = cls(**{name: held[name].astype(np.float32) for name in ARRAYS})
        found.check(str(path))
        return found

    def check(self, name: str) -> None:
        """Raises InputError where shapes or numbers are wrong."""
        shapes = [getattr(self, array).shape for array in ARRAYS]
        matrices = len(shapes[0]) == len(shapes[1]) == 2 and shapes[0][1] == shapes[1][1]
        fits = matrices and shapes[2] == shapes[0][:1] and shapes[3] == shapes[1][:1]
        if not fits or not all(np.isfinite(getattr(self, array)).all() for array in ARRAYS):
            raise InputError(f"{name}: shapes or numbers of the map are wrong. Make it anew by `unmt align`.")
