"""How long a training has taken, over all processes that went on with it, and when it ends."""

from __future__ import annotations

import time
from collections.abc import Sequence

DEFAULT_ROUNDS = 200


class Clock:
    """Time of a training of rounds that has an end by minutes, by rounds, by both, or after DEFAULT_ROUNDS.

    before: seconds that earlier processes took, as their last checkpoint has it; round: how many rounds are done.
    """

    def __init__(self, minutes: float | None, rounds: int | None) -> None:
        self.minutes, self.rounds = minutes, rounds
        self.before, self.round = 0.0, 0
        self._begun = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds until now."""
        return self.before + time.monotonic() - self._begun

    @property
    def minutes_left(self) -> float | None:
        """None where minutes are no end."""
        return None if self.minutes is None else self.minutes - self.elapsed / 60.0

    @property
    def fraction(self) -> float:
        """How much is done, by the end that is nearer."""
        parts = [0.0]
        if self.minutes is not None:
            parts.append(self.elapsed / (60.0 * self.minutes))
        if self.rounds is not None:
            parts.append(self.round / max(self.rounds, 1))
        return min(max(parts), 1.0)

    def fraction_of_start(self, share: float) -> float:
        """How much is done where so much of the lexicon model is, which is a fifth of it all unless minutes count."""
        return max(self.fraction, 0.2 * share) if self.minutes is None else self.fraction

    def is_over(self, round_seconds: float) -> bool:
        """Whether all rounds are done, or another, which takes about so long, would end after the minutes."""
        if self.rounds is not None and self.round >= self.rounds:
            return True
        if self.minutes is None or self.round == 0:
            return self.rounds is None and self.minutes is None and self.round >= DEFAULT_ROUNDS
        return self.elapsed + 1.1 * round_seconds > 60.0 * self.minutes


def minutes_of(rounds: Sequence[float]) -> float:
    """The mean of rounds that took so many seconds; 0 of none."""
    return sum(rounds) / max(len(rounds), 1) / 60.0
