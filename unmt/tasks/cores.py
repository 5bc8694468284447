"""How many cores a task works on."""

import os


def cores(threads: int | None) -> int:
    """As many as were asked for, or all that there are."""
    return threads or os.cpu_count() or 1
