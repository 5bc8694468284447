"""Caesar: every letter is a fixed number of places further on in the alphabet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.mapping import AnyIds, Ids


@dataclass(frozen=True)
class Caesar(EnumerableMapping):
    """Cipher letter = (plain letter + shift) mod A, with 0 <= shift < A letters of the alphabet."""

    family: ClassVar[str] = "caesar"

    shift: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.shift < len(self.alphabet):
            self._refuse("shift", f"{self.shift} is not from 0 to {len(self.alphabet) - 1}")

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[int]]:
        yield from ((shift,) for shift in range(len(alphabet)))

    def apply(self, ids: AnyIds) -> Ids:
        return ((self.letter_of_symbol - self.shift) % len(self.alphabet)).astype(np.int32)[ids]

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        return self._symbols_of((np.asarray(letters) + self.shift) % len(self.alphabet))

    def key(self) -> dict[str, object]:
        return {"shift": self.shift}
