"""How much structure do two texts share that a translator could learn from, and what is to be expected of one?

The pre-flight of `unmt train` (unmt/tasks/train_preflight.py) on a sample that is small enough for a minute: the
lexicon of the two texts, against one of shuffled pairs, and what each text tells of its next word. What BLEU such
figures came to elsewhere is in unmt/tasks/forecast.py.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from unmt.solvers.context_lexicon import build_lexicon
from unmt.tasks.cores import cores, with_one_blas_thread
from unmt.tasks.forecast import forecast
from unmt.tasks.monitor import Monitor
from unmt.tasks.sides import side_of
from unmt.tasks.train_preflight import NOTHING, measured_preflight
from unmt.tasks.training_settings import Settings, Text

MOST_BYTES = 50_000_000
"""Of a file that are read."""

SAMPLE_LINES, SAMPLE_WORDS = 3000, 80_000
"""Of each text that are looked at, whichever is less: a minute's work of one core. The forecast is fitted with them."""


@with_one_blas_thread
def compress_preflight(
    x: Text,
    y: Text,
    *,
    lines: int | None = None,
    is_whole: tuple[bool, bool] = (True, True),
    seed: int = 0,
    threads: int | None = None,
    monitor: Monitor | None = None,
) -> dict[str, Any]:
    """What result.json holds, but for the files' names.

    lines: those of each text that are looked at, at most; None for SAMPLE_LINES. is_whole: whether x and y have all
    lines of their files. Raises InputError where a text is too short, and KeyboardInterrupt where the monitor asks to
    stop.
    """
    start, monitor = time.perf_counter(), monitor or Monitor()
    settings = Settings(seed=seed)

    def say(stage: str, fraction: float) -> None:
        if monitor.stop_requested:
            raise KeyboardInterrupt
        monitor.update(stage, 0, None, fraction)

    say("text into words", 0.0)
    texts = [Text(text.language, text.path, sample(text.lines, lines)) for text in (x, y)]
    first, second = (side_of(text.language, text.lines, settings.held_out, settings.order) for text in texts)
    sides = first, second
    say("lexicon", 0.1)
    forward, backward, report = build_lexicon(
        first.training, second.training, seed=seed, monitor=lambda stage, share: say(stage, 0.1 + 0.2 * share)
    )
    found = measured_preflight(
        sides, (forward, backward), asdict(report), beam=settings.beam, seed=seed, threads=cores(threads),
        beat=lambda: say("the lexicon against one of shuffled pairs", 0.4),
    )  # fmt: skip
    counts = [sum(1 for line in text.lines if line.strip()) for text in (x, y)]
    expected = forecast(found, min(counts))
    return {
        "action": "preflight",
        "verdict": found["verdict"],
        "sentence": f"{found['sentence'][:-1]}; {expected['sentence']}",
        "expected": expected,
        "preflight": found,
        "texts": {
            name: {
                "lines": count,
                "is_whole": whole,
                "lines_looked_at": len(text.lines),
                "words": len(side.training.ids) + len(side.held_out.ids),
                "held_out": len(side.held_out),
                "sha256": text.sha256,
            }
            for name, count, whole, text, side in zip(("x", "y"), counts, is_whole, texts, sides, strict=True)
        },
        "warnings": _warnings(found, expected, is_whole),
        "settings": {"lines": lines, "beam": settings.beam, "order": settings.order, "held_out": settings.held_out},
        "seed": seed,
        "seconds": time.perf_counter() - start,
    }


def sample(lines: Sequence[str], most: int | None) -> list[str]:
    """Lines that are not blank, evenly spaced from the first to the last: at most so many, or SAMPLE_LINES of them.

    Without a number there are also no more than SAMPLE_WORDS words in them, or about that.
    """
    written = [line for line in lines if line.strip()]
    number = SAMPLE_LINES if most is None else most
    if most is None and written:
        probe = written[:: max(len(written) // 1000, 1)]
        number = min(number, int(SAMPLE_WORDS * len(probe) / sum(len(line.split()) for line in probe)))
    if len(written) <= number:
        return written
    return [written[place] for place in np.linspace(0, len(written) - 1, number).astype(int)]


def _warnings(found: dict[str, Any], expected: dict[str, Any], is_whole: Sequence[bool]) -> list[str]:
    """What the reader should know of this forecast."""
    told = []
    if found["verdict"] == NOTHING:
        told.append("unmt train would refuse these texts; trainer.force=true goes on all the same.")
    if expected["is_outside"]:
        told.append("these texts lie outside of those that the forecast was fitted on; do not rely on its numbers.")
    for name, whole in zip(("x", "y"), is_whole, strict=True):
        if not whole:
            told.append(f"{name}: only the first {MOST_BYTES / 1e6:.0f} MB were read, and counted as its lines.")
    return told
