"""Identity: the text is its own plaintext."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.mapping import AnyIds, Ids


@dataclass(frozen=True)
class Identity(EnumerableMapping):
    """The only key of its family: 0 bits."""

    family: ClassVar[str] = "identity"
    needs_alphabet: ClassVar[bool] = False

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[()]]:
        yield ()

    def apply(self, ids: AnyIds) -> Ids:
        return self.letter_of_symbol[ids]

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        return self._symbols_of(letters)

    def key(self) -> dict[str, object]:
        return {}
