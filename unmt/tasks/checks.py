"""Values that many tasks take, and what is right of them; nothing is loaded for it."""

import math
from collections.abc import Iterable

from unmt.errors import InputError

LARGEST_SEED = 2**63 - 1


def check_numbers(
    *,
    seed: int | None = None,
    seconds: float | None = None,
    restarts: int | None = None,
    threads: int | None = None,
    limit: int | None = None,
) -> None:
    """Raises InputError for a number that makes no sense; None is for one that is not given."""
    for key, value in (("seed", seed), ("restarts", restarts), ("threads", threads), ("limit", limit)):
        least = 0 if key == "seed" else 1
        if value is not None and value < least:
            raise InputError(f"{key}={value}: too small. Give {least} or more.")
    if seed is not None and seed > LARGEST_SEED:
        raise InputError(f"seed={seed}: too large. Give {LARGEST_SEED} at most.")
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise InputError(f"seconds={seconds}: no number of seconds. Give one above 0, or leave it out for no limit.")


def check_choice(key: str, value: str, known: Iterable[str]) -> None:
    """Raises InputError where a value is none of those that are known."""
    if value not in known:
        raise InputError(f"{key}={value}: unknown. Choose one of {', '.join(known)}.")
