"""Period: every p-th symbol is read, from the first, then from the second, and so on."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.transposition import Order, Transposition


@dataclass(frozen=True)
class Period(Transposition, EnumerableMapping):
    """Symbols 0, p, 2p, ..., then 1, p+1, ... with p = `period` >= 1; the whole backwards where `is_reversed`."""

    family: ClassVar[str] = "period"

    period: int
    is_reversed: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.period < 1:
            self._refuse("period", f"{self.period} is not 1 or more")

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[int, bool]]:
        yield from product(range(1, _longest_period(length) + 1), (False, True))

    @classmethod
    def number_of_keys(cls, alphabet: str, length: int) -> int:
        return 2 * _longest_period(length)

    def order(self, length: int) -> Order:
        position = np.arange(length)
        order = np.argsort(position % self.period, kind="stable")
        return order[::-1] if self.is_reversed else order

    def key(self) -> dict[str, object]:
        return {"period": self.period, "reversed": self.is_reversed}


def _longest_period(length: int) -> int:
    """From this period on, every symbol but the first would come in its own place."""
    return max(1, length - 1)
