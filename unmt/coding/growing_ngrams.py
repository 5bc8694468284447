"""Counts of one, two and three events that grow as a text is read, and the probabilities that they give.

    P_k(e | h) = max(a(he) - D, 0) / a(h) + D n(h) / a(h) P_{k-1}(e | h'),    n(h): different events seen after h

a(he) is the count of three events, else the number of different events that stood before he, and a(h) their sum
(Kneser and Ney, "Improved backing-off for m-gram language modeling", 1995).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

DISCOUNT = 0.75
Event = Hashable
History = tuple[Event, Event]


class GrowingNgrams:
    """What followed what so far. A history is the two events before, the older first."""

    def __init__(self) -> None:
        self._counts: tuple[dict[Any, dict[Event, int]], ...] = ({}, {}, {})
        self._totals: tuple[dict[Any, int], ...] = ({}, {}, {})

    def add(self, event: Event, history: History) -> None:
        """Read one more event."""
        for order, known in reversed(list(enumerate(_histories(history)))):
            after = self._counts[order].setdefault(known, {})
            after[event] = after.get(event, 0) + 1
            self._totals[order][known] = self._totals[order].get(known, 0) + 1
            if after[event] > 1:  # a shorter history has seen it behind this one
                return

    def seen(self, history: History) -> tuple[int, int]:
        """a(h) of the last event, and of both events of the history: 0 for what was never seen."""
        _, last, both = _histories(history)
        return self._totals[1].get(last, 0), self._totals[2].get(both, 0)

    def single(self, event: Event, base: float) -> float:
        """P_1 of an event, whatever stands before it. base: P_0 of this event."""
        return self._over(base, event, 0, ())

    def after(self, event: Event, history: History, single: float) -> float:
        """P_3 of an event after the history. single: what stands for P_1 of this event."""
        _, last, both = _histories(history)
        return self._over(self._over(single, event, 1, last), event, 2, both)

    def _over(self, base: float, event: Event, order: int, known: Any) -> float:
        total = self._totals[order].get(known)
        if total is None:
            return base
        after = self._counts[order][known]
        return (max(after.get(event, 0) - DISCOUNT, 0.0) + DISCOUNT * len(after) * base) / total


def _histories(history: History) -> tuple[tuple[()], tuple[Event], History]:
    return (), history[1:], history
