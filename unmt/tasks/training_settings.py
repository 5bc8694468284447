"""What a training is given: two texts, and how to go about it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Text:
    """One of the two texts: its language, the file's name, its lines, and a file of word vectors if there is one."""

    language: str
    path: str
    lines: Sequence[str]
    vectors: str | None = None

    @cached_property
    def sha256(self) -> str:
        """Of the lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


@dataclass(frozen=True)
class Parallel:
    """A little text that is paired after all: the file's name, and pairs of lines, source and target."""

    path: str
    pairs: Sequence[tuple[str, str]]

    @cached_property
    def sha256(self) -> str:
        """Of the pairs."""
        return hashlib.sha256("\n".join(map("\t".join, self.pairs)).encode()).hexdigest()


@dataclass(frozen=True)
class Settings:
    """How to train; the command line says what each is. sentences: those of a side that each round translates.
    teacher: a run directory whose model's translations rounds from teacher_round on learn from beside their own. Not
    sooner: rounds that have made mistakes of their own first gain more from a teacher that has made others. teacher_id:
    what a run knows it by when it goes on; None: its path.
    """

    rounds: int = 5
    minutes: float | None = None
    held_out: int = 500
    force: bool = False
    order: int = 5
    beam: int = 10
    sentences: int = 20000
    seed: int = 0
    threads: int | None = None
    teacher: str | None = None
    teacher_round: int = 4
    teacher_id: str | None = None
