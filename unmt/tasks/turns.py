"""Turns: lexicon models learn from the net beside their own translations, and the net from what they make then.

A net and phrase tables make different mistakes of the same texts, so each has something to learn from the other
(co-training: Blum and Mitchell, 1998). What a turn came to is kept: it is made once, however often a run is stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.tasks.neural_model import NeuralModel
from unmt.tasks.neural_settings import TURN_START_ROUNDS
from unmt.tasks.neural_start import Lexicons, Start
from unmt.tasks.training_stages import Stages
from unmt.tasks.translation_model import HEADER

ROUNDS_AFTER = TURN_START_ROUNDS + 5
"""A turn that fewer rounds of the net could follow is left out: those that it begins with are to teach, not to end."""
KEYS = ("is_made", "minutes")
START_SENTENCES = 100_000
"""Of a language, that are translated before the first round at most: more than the rounds before a turn read."""
SENTENCES = 20000
"""Of a language, that lexicon models translate in a turn at most, each turn others: as many as the next rounds read."""


def turned(
    turn: int,
    lexicons: Lexicons,
    stages: Stages,
    folder: Path,
    time: tuple[float | None, float],
    model: Callable[[], NeuralModel],
) -> Start | None:
    """The lexicon models that the net has taught in turn 1, 2 and so on; None where there is no time for one.

    folder: of the run; time: minutes that the run still has, None for no end, and minutes of a round; model: gives the
    net as it is.
    Raises StoppedError where the user asks to stop, and InputError where a file is damaged.
    """

    def facts() -> dict[str, object]:
        left, round_minutes = time
        if left is None:
            return {"is_made": True, "minutes": None}
        rounds = ROUNDS_AFTER * round_minutes
        return {"is_made": lexicons.seconds / 60.0 + rounds < left, "minutes": max(left - rounds, 0.05)}

    entry = stages.entry(f"turn-{turn}", facts, KEYS)
    if not entry["is_made"]:
        return None
    place = folder / "turns" / str(turn)
    if not (place / "model" / HEADER).exists():
        model().save(place / "model")
    return lexicons.taught(place, entry["minutes"])


def part_of(seed: int, turn: int, count: int) -> NDArray[np.int64]:
    """The sentences, of so many, that are translated at the start (turn 0) or in a turn: their numbers, rising."""
    most = SENTENCES if turn else START_SENTENCES
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng([seed, turn, count]).choice(count, most, replace=False))


def turn_facts(number: int, start: Start | None) -> dict[str, Any]:
    """What result.json says of a turn before round `number`: the taught models' two-sided bits a word, by direction."""
    rounds = start.result["rounds"] if start else []
    figures = rounds[-1]["figures"] if rounds else {}
    return {
        "round": number,
        "is_made": start is not None,
        "two_sided": {way: values["two_sided"] for way, values in figures.items()},
    }
