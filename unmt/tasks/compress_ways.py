"""Ways to code a pair with a mapping: its bits, f(x), then y by what f(x) has taught. Of any code, and for nulls."""

from __future__ import annotations

from dataclasses import dataclass

from unmt.coding.codes import Code
from unmt.coding.local_mixture import local_bits
from unmt.tasks.compress_lengths import (
    BY_BYTES,
    X_FIRST,
    Costs,
    by_block,
    costs_of,
    is_online,
    pointer_bits,
    saved_by_block,
)
from unmt.tasks.compress_mapping import FoundMapping

MAPPED, MAPPED_BY_BYTES = "f(x) then y", "f(x) then y, byte by byte"


@dataclass(frozen=True)
class Way:
    """One way to code a pair together. bits: of all; saved: what it saves in all against apart.

    blocks: what each block of the second text costs less than alone; they come to `saved` but for a constant.
    """

    name: str
    bits: float
    saved: float
    blocks: tuple[float, ...] = ()


def one_after_the_other(
    code: Code, first: bytes, second: bytes, apart: float, more: float, names: tuple[str, str] = (X_FIRST, BY_BYTES),
    alone: Costs | None = None, *, with_blocks: bool = False,
) -> list[Way]:  # fmt: skip
    """The second text after the first, plainly and (by an online code) byte by byte.

    apart: bits of what is to be coded, apart; more: bits that are paid beside both. alone: costs of the second text
    alone, where they are known. with_blocks: also of a code that has to compress every prefix anew for them.
    """
    more += pointer_bits(len(first), len(second))
    if not is_online(code):
        total = code.joint_bits([first, second])[-1] + more
        blocks = tuple(saved_by_block(code, first, second)) if with_blocks else ()
        return [Way(names[0], total, apart - total, blocks)]
    state = code.state()
    before = float(costs_of(code, first, state).sum()) + more
    after = costs_of(code, second, state)
    alone = costs_of(code, second, code.state()) if alone is None else alone
    mixed = local_bits([alone, after])
    total, mixed_total = before + float(after.sum()), before + float(mixed.sum())
    return [
        Way(names[0], total, apart - total, by_block(alone - after)),
        Way(names[1], mixed_total, apart - mixed_total, by_block(alone - mixed)),
    ]


def mapped(
    code: Code, x: bytes, y: bytes, found: FoundMapping, apart: float, y_alone: Costs | None = None,
    *, with_blocks: bool = False,
) -> list[Way]:  # fmt: skip
    """The pair by way of a mapping: f(x) then y, or x then f(y)."""
    first, second = (found.text, y) if found.side == "x" else (x, found.text)
    alone = y_alone if found.side == "x" else None
    names = (MAPPED, MAPPED_BY_BYTES)
    return one_after_the_other(code, first, second, apart, found.all_bits, names, alone, with_blocks=with_blocks)
