"""What chance shares: the same measurement with texts in the place of x that have only what they were made to have.

| null | keeps of x |
|---|---|
| pairs kept | every pair of neighbouring characters as often as in x (every n-gram of `null_order`) |
| characters exchanged | everything but which character is which; only where no mapping is searched for |
| random characters | length and characters |
| unrelated text | length alone: the start of a text that was named |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from unmt.coding.nulls import drawn, exchanged, shuffled

PAIRS, EXCHANGED, RANDOM, UNRELATED = "n-grams kept", "characters exchanged", "random characters", "unrelated text"

Shared = Callable[[bytes], float]


@dataclass(frozen=True)
class Null:
    """Shared bits of y with each sample of a kind of text that shares nothing beyond what the kind keeps."""

    kind: str
    samples: tuple[float, ...]


def substitutes(
    x: bytes, samples: int, order: int, seed: int, unrelated: bytes | None, *, is_mapped: bool
) -> Iterator[tuple[str, int, bytes]]:
    """Kind, number of the sample, and a text in the place of x. What is no UTF-8 is taken as bytes."""
    try:
        text = x.decode()
    except UnicodeDecodeError:
        text = x.decode("latin-1")
        encoding = "latin-1"
    else:
        encoding = "utf-8"
    kinds: list[tuple[str, Callable[[np.random.Generator], str]]] = [
        (PAIRS, lambda rng: "".join(shuffled(text, order, rng))),
        (RANDOM, lambda rng: drawn(text, rng)),
    ]
    if not is_mapped:
        kinds.insert(1, (EXCHANGED, lambda rng: exchanged(text, rng)))
    for number, (kind, make) in enumerate(kinds):
        for sample in range(samples):
            rng = np.random.default_rng([seed, 0x6E756C6C, number, sample])
            yield kind, sample, make(rng).encode(encoding)
    if unrelated is not None:
        yield UNRELATED, 0, unrelated[: len(x)]


def nulls(found: Iterator[tuple[str, float]]) -> list[Null]:
    """The samples by their kind."""
    by_kind: dict[str, list[float]] = {}
    for kind, shared in found:
        by_kind.setdefault(kind, []).append(shared)
    return [Null(kind, tuple(samples)) for kind, samples in by_kind.items()]


def null_interval(kinds: list[Null]) -> tuple[float, float] | None:
    """From the least to the most that any sample shares, widened by their standard deviation within a kind."""
    if not kinds:
        return None
    spread = max(float(np.std(null.samples, ddof=1)) if len(null.samples) > 1 else 0.0 for null in kinds)
    every = [shared for null in kinds for shared in null.samples]
    return min(every) - spread, max(every) + spread
