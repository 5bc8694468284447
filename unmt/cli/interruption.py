"""Ctrl-C: the first time asks the search to come to an end with what it has, the second time leaves at once."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from unmt.cli.output import note
from unmt.tasks.monitor import Monitor

LEAVE_AT_ONCE = 130


class Interrupted(BaseException):
    """The command was interrupted and has kept what it had. The message says how to go on.

    No Exception, so that a sweep does not take it for one failed job and start the next.
    """


@contextmanager
def leave_on_interrupt(message: str) -> Iterator[None]:
    """While this is open, SIGINT ends the process at once: of several that wait for each other none can stop alone."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        if message:
            note("\n" + message)
        os._exit(LEAVE_AT_ONCE)

    before = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def stop_on_interrupt(monitor: Monitor) -> Iterator[None]:
    """While this is open, SIGINT sets monitor.stop_requested."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if monitor.stop_requested:
            os._exit(LEAVE_AT_ONCE)
        monitor.stop_requested = True
        note("\nStopping with the best so far. Ctrl-C again leaves at once.")

    before = signal.getsignal(signal.SIGINT)
    # A shell starts background jobs with SIGINT ignored; that is for it to say.
    if before == signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        # Once asked to stop, a further Ctrl-C leaves at once also while the results are written.
        if not monitor.stop_requested:
            signal.signal(signal.SIGINT, before)
