"""Standard output, which carries the product and nothing else, and standard error, which carries the rest."""

import contextlib
import os
import sys

from unmt.errors import InputError


class OutputClosedError(Exception):
    """Nobody reads standard output any more: a pipe into `head`, for one. Not an error of anybody."""


def write(text: str) -> None:
    """Text to standard output, in UTF-8 and at once. Raises OutputClosedError, or InputError where it is full."""
    data = text.encode()
    try:
        sys.stdout.flush()
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]
    except BrokenPipeError:
        # The interpreter flushes once more on its way out; that shall not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputClosedError from None
    except (OSError, AttributeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "closed"
        raise InputError(f"standard output: {reason}. Send it to a file or a program that takes it.") from None


def note(text: str) -> None:
    """A line to standard error; silence where that is closed."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)
