"""Code lengths of two texts, apart and in every way together, by one code.

A pair can be coded apart, one after the other in either order, or in turns of a few lines, which is what a short
window needs. A code that says what each byte costs can also go over from "y alone" to "y after x" and back before every
byte. The joint code is the Bayesian mixture of all of these: never more than log2 of their number above the best.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import log2
from typing import Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from unmt.coding.codes import Code
from unmt.coding.local_mixture import local_bits
from unmt.tasks.compress_conditional import conditional

APART, X_FIRST, Y_FIRST, IN_TURNS = "apart", "x then y", "y then x", "in turns"
BY_BYTES = "x then y, byte by byte"

BLOCKS, FEW_BLOCKS = 32, 8
"""Blocks of a text whose savings make an interval; few for a code that compresses every prefix anew."""

TURN_BYTES = 8192
"""Of x, then of y, and so on: three turns and the rest of a fourth fit into the window of gzip."""

Costs = NDArray[np.float64]


class OnlineCode(Code, Protocol):
    """A code that says what each byte costs, and goes on from a state."""

    def state(self) -> Any:
        """A state that has read nothing; it has a method copy."""
        ...

    def costs(self, data: bytes, state: Any = None) -> NDArray[np.floating]:
        """Bits (n,) of each byte after what the state has read; the state goes on."""
        ...


@dataclass(frozen=True)
class Lengths:
    """What a code needs, in bits.

    x, y: of each text alone. ways: of both, by the way they are coded. repeated_x: of x right after x. y_given_x,
    x_given_y, conditional: of one text given the other, and how that was measured. saved: by way, what each block of
    the text that comes second costs less than alone. y_costs: (bytes,) of y alone, where the code is online.
    """

    code: str
    x: float
    y: float
    ways: dict[str, float]
    repeated_x: float
    y_given_x: float
    x_given_y: float
    conditional: str
    saved: dict[str, tuple[float, ...]] = field(default_factory=dict)
    y_costs: Costs | None = field(default=None, repr=False)

    @property
    def apart(self) -> float:
        """Bits of the pair without any use of what they share."""
        return self.x + self.y

    @cached_property
    def members(self) -> dict[str, float]:
        """Every way to code the pair, apart among them."""
        return {APART: self.apart, **self.ways}

    @property
    def shared(self) -> float:
        """C(x) + C(y) - C(xy), which may well be negative."""
        return self.apart - self.ways[X_FIRST]


def is_online(code: Code) -> TypeGuard[OnlineCode]:
    """Whether the code says what each byte costs."""
    return code.is_online and hasattr(code, "costs")


def measured(code: Code, x: bytes, y: bytes) -> Lengths:
    """All lengths of a pair by a code."""
    if is_online(code):
        return _online(code, x, y)
    split = pointer_bits(len(x), len(y))
    (only_x, xy), (only_y, yx) = code.joint_bits([x, y]), code.joint_bits([y, x])
    once, twice = code.joint_bits([x, x])
    ways = {X_FIRST: xy + split, Y_FIRST: yx + split, IN_TURNS: code.bits(in_turns(x, y)) + split}
    y_given_x, x_given_y, how = conditional(code, x, y) or (xy - only_x, yx - only_y, "joint less alone")
    return Lengths(code.name, only_x, only_y, ways, twice - once, y_given_x, x_given_y, how)


def _online(code: OnlineCode, x: bytes, y: bytes) -> Lengths:
    costs = OnlineCosts.of(code, x, y)
    mixed = local_bits([costs.y, costs.y_after_x])
    return replace(lengths_of(code.name, costs, BY_BYTES, mixed, pointer_bits(len(x), len(y))), y_costs=costs.y)


@dataclass(frozen=True, eq=False)
class OnlineCosts:
    """Bits (bytes,) of each byte of both texts, alone and after the other, once and twice; of x also after itself."""

    x: Costs
    y: Costs
    x_after_y: Costs
    y_after_x: Costs
    x_after_x: Costs
    x_after_twice_y: Costs
    y_after_twice_x: Costs

    @staticmethod
    def of(code: OnlineCode, x: bytes, y: bytes) -> OnlineCosts:
        """Two passes tell all but the last three, which take a text that was read twice."""
        after_x, after_y = code.state(), code.state()
        x_alone, y_alone = costs_of(code, x, after_x), costs_of(code, y, after_y)
        twice_x, twice_y = after_x.copy(), after_y.copy()
        y_after_x, x_after_y = costs_of(code, y, after_x), costs_of(code, x, after_y)
        x_after_x = costs_of(code, x, twice_x)
        costs_of(code, y, twice_y)
        return OnlineCosts(
            x_alone, y_alone, x_after_y, y_after_x, x_after_x, costs_of(code, x, twice_y), costs_of(code, y, twice_x)
        )


def lengths_of(name: str, costs: OnlineCosts, mixed_way: str, mixed: Costs, split: float) -> Lengths:
    """All lengths by an online code. mixed: costs of y where it is coded as suits best at the moment, that way's."""
    x, y = float(costs.x.sum()), float(costs.y.sum())
    return Lengths(
        name,
        x,
        y,
        {
            X_FIRST: x + float(costs.y_after_x.sum()) + split,
            Y_FIRST: y + float(costs.x_after_y.sum()) + split,
            mixed_way: x + float(mixed.sum()) + split,
        },
        float(costs.x_after_x.sum()),
        float(costs.y_after_twice_x.sum()),
        float(costs.x_after_twice_y.sum()),
        "the other text read twice before",
        {
            X_FIRST: by_block(costs.y - costs.y_after_x),
            Y_FIRST: by_block(costs.x - costs.x_after_y),
            mixed_way: by_block(costs.y - mixed),
        },
    )


def costs_of(code: OnlineCode, text: bytes, state: Any) -> Costs:
    """Bits (bytes,) of each byte after the state, which goes on."""
    return np.asarray(code.costs(text, state), np.float64)


def by_block(saved: Costs) -> tuple[float, ...]:
    """What is saved, summed over BLOCKS blocks of as many entries each."""
    ends = [len(saved) * number // BLOCKS for number in range(BLOCKS + 1)]
    return tuple(float(saved[a:b].sum()) for a, b in pairwise(ends))


def saved_by_block(code: Code, before: bytes, text: bytes, blocks: int = FEW_BLOCKS) -> list[float]:
    """What each block of a text costs less after `before` than it does without it, in bits."""
    parts = blocks_of(text, blocks)
    alone = np.diff([0.0, *code.joint_bits(parts)])
    after = np.diff(code.joint_bits([before, *parts]))
    return [float(bits) for bits in alone - after]


def blocks_of(text: bytes, count: int = BLOCKS) -> list[bytes]:
    """The text in blocks of about the same length, cut behind line breaks where there are any; at least one."""
    if not text:
        return [b""]
    ends, start = [], 0
    for number in range(1, count):
        wanted = len(text) * number // count
        line = text.rfind(b"\n", start, wanted) + 1
        end = line if line > start and wanted - line < len(text) // (4 * count) + 1 else wanted
        if end > start:
            ends.append(end)
            start = end
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]


def in_turns(x: bytes, y: bytes) -> bytes:
    """The pair as one text of turns that are about as long as TURN_BYTES, in proportion to the texts."""
    turns = max(1, -(-min(len(x), len(y)) // TURN_BYTES))
    return b"".join(
        text[len(text) * turn // turns : len(text) * (turn + 1) // turns] for turn in range(turns) for text in (x, y)
    )


def apart_again(together: bytes, x_bytes: int) -> tuple[bytes, bytes]:
    """The pair that in_turns joined."""
    y_bytes = len(together) - x_bytes
    turns = max(1, -(-min(x_bytes, y_bytes) // TURN_BYTES))
    texts: tuple[list[bytes], list[bytes]] = ([], [])
    place = 0
    for turn in range(turns):
        for side, length in enumerate((x_bytes, y_bytes)):
            end = place + length * (turn + 1) // turns - length * turn // turns
            texts[side].append(together[place:end])
            place = end
    return b"".join(texts[0]), b"".join(texts[1])


def pointer_bits(x_bytes: int, y_bytes: int) -> float:
    """What it costs to say where one text ends and the other begins."""
    return log2(x_bytes + y_bytes + 1)
