"""Our own code of bytes: the next bit is guessed from many contexts, and the guesses are mixed by gradient.

code = ContextMixing()
code.bits(x)                      # C(x)
code.joint_bits([x, y])           # C(x), C(xy)
state = code.state()
code.costs(x, state)              # bits of each byte; the state has now read x
code.costs(y, state)              # bits of each byte of y after x: C(y | x), by the very code

"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class MixingState:
    """All that the code has learned of what it read. costs changes it in place; `copy` keeps one."""

    arrays: tuple[NDArray[Any], ...]

    def copy(self) -> MixingState:
        """A second state that goes on by itself."""
        return MixingState(tuple(array.copy() for array in self.arrays))


@dataclass(frozen=True)
class ContextMixing:
    """The code. It is online, takes time linear in the length, one thread, and memory that does not grow with it."""

    @property
    def name(self) -> str:
        return "mixing"

    @property
    def is_online(self) -> bool:
        return True

    def state(self) -> MixingState:
        """A state that has read nothing."""
        raise NotImplementedError

    def costs(self, data: bytes, state: MixingState | None = None) -> NDArray[np.float32]:
        """Bits (n,) of each byte, after what the state has read; after nothing where it is None."""
        raise NotImplementedError

    def bits(self, data: bytes) -> float:
        """As Code.bits."""
        return float(self.costs(data).sum(dtype=np.float64))

    def joint_bits(self, parts: Sequence[bytes]) -> list[float]:
        """As Code.joint_bits, in one pass."""
        state, total, out = self.state(), 0.0, []
        for part in parts:
            total += float(self.costs(part, state).sum(dtype=np.float64))
            out.append(total)
        return out
