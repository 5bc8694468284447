"""Reverse: the text is read backwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.transposition import Order, Transposition


@dataclass(frozen=True)
class Reverse(Transposition, EnumerableMapping):
    """The only key of its family: 0 bits."""

    family: ClassVar[str] = "reverse"

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[()]]:
        yield ()

    def order(self, length: int) -> Order:
        return np.arange(length)[::-1]

    def key(self) -> dict[str, object]:
        return {}
