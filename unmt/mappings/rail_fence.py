"""Rail fence: written up and down in a zigzag over the rails, read rail by rail."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.transposition import Order, Transposition, inverse_order

MOST_RAILS = 30


@dataclass(frozen=True)
class RailFence(Transposition, EnumerableMapping):
    """2 to MOST_RAILS rails; the zigzag starts `offset` steps after the top rail, less than a full turn."""

    family: ClassVar[str] = "rail-fence"

    rails: int
    offset: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= self.rails <= MOST_RAILS:
            self._refuse("rails", f"{self.rails} is not from 2 to {MOST_RAILS}")
        if not 0 <= self.offset < 2 * (self.rails - 1):
            self._refuse("offset", f"{self.offset} is not from 0 to {2 * self.rails - 3}")

    @classmethod
    def parameters(cls, alphabet: str, length: int) -> Iterator[tuple[int, int]]:
        for rails in range(2, max(2, min(MOST_RAILS, length - 1)) + 1):
            yield from ((rails, offset) for offset in range(2 * (rails - 1)))

    def order(self, length: int) -> Order:
        turn = 2 * (self.rails - 1)
        steps = (np.arange(length) + self.offset) % turn
        rail = np.minimum(steps, turn - steps)
        return inverse_order(np.argsort(rail, kind="stable"))

    def key(self) -> dict[str, object]:
        return {"rails": self.rails, "offset": self.offset}
