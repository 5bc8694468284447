"""EnumerableMapping: families with so few keys that all of them can be tried."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2
from typing import Any, Self

from unmt.mappings.mapping import Mapping


@dataclass(frozen=True)
class EnumerableMapping(Mapping):
    """A mapping whose family can list its keys for a text of a given length. Two keys may do the same to a text."""

    @classmethod
    @abstractmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[Any, ...]]:
        """The fields, after `symbols` and `alphabet`, of every key for a text of `length` symbols; at least one."""

    @classmethod
    def all_keys(cls, symbols: tuple[str, ...], alphabet: str, length: int) -> Iterator[Self]:
        """Every key for a text of `length` symbols."""
        for parameters in cls.parameters(alphabet, length):
            yield cls(symbols, alphabet, *parameters)

    @classmethod
    def number_of_keys(cls, alphabet: str, length: int) -> int:
        """How many all_keys gives."""
        return sum(1 for _ in cls.parameters(alphabet, length))

    def bits(self, length: int) -> float:
        """log2 of the number of keys."""
        return log2(self.number_of_keys(self.alphabet, length))
