"""The `unmt` command: finds the command, and turns how it ended into an exit status and a line.

0 done; 1 a bug; 2 bad input or configuration; 130 interrupted; 141 nobody reads standard output any more.
"""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from unmt import __version__
from unmt.cli import commands
from unmt.cli.arguments import checked, nearest
from unmt.cli.command import Command
from unmt.cli.interruption import Interrupted
from unmt.cli.output import OutputClosedError, note, write
from unmt.errors import InputError

BAD_INPUT, INTERRUPTED, OUTPUT_CLOSED, BUG = 2, 130, 141, 1
NO_MEMORY = ("can't allocate memory", "CUDA out of memory")
HELP_OPTIONS = ("--help", "-h")
# What the machine refuses is not a bug of ours; what the code asks wrongly (ENOENT, EBADF) is.
REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE)


def main() -> None:
    """The console script."""
    ended = status(sys.argv[1:])
    if ended == INTERRUPTED:
        # Everything is written. A Ctrl-C that came while Python takes itself down would change the status.
        os._exit(ended)
    sys.exit(ended)


def status(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit status."""
    try:
        _dispatch(arguments)
    except InputError as error:
        note(f"unmt: {' '.join(str(error).split())}")
        return BAD_INPUT
    except Interrupted as stop:
        note(str(stop))
        return INTERRUPTED
    except KeyboardInterrupt:
        note("Interrupted before there was anything to keep. The same command starts again.")
        return INTERRUPTED
    except OutputClosedError:
        return OUTPUT_CLOSED
    except MemoryError:
        return _no_memory()
    except OSError as error:
        if error.errno not in REFUSALS:
            return _bug()
        where = f"{error.filename}: " if error.filename else ""
        note(f"unmt: {where}{error.strerror}. Make room, or permit it, and try again.")
        return BAD_INPUT
    except Exception as error:  # noqa: BLE001  # the last frame: whatever else comes here is our fault and is said so
        # What torch raises has no type of its own on a processor.
        return _no_memory() if any(sign in str(error) for sign in NO_MEMORY) else _bug()
    return 0


def _no_memory() -> int:
    note("unmt: not enough memory. Give a shorter text, or smaller numbers such as beam=, or use a larger machine.")
    return BAD_INPUT


def _dispatch(arguments: Sequence[str]) -> None:
    if not arguments or arguments[0] in HELP_OPTIONS:
        write(overview())
        return
    try:
        Path.cwd()
    except FileNotFoundError:
        raise InputError("the folder that you are in is not there any more. Go to one that is (cd).") from None
    name, *rest = arguments
    if name == "--version":
        write(f"unmt {__version__}\n")
        return
    command = _command(name)
    if any(option in rest for option in HELP_OPTIONS):
        write(command.help.strip() + "\n")
        return
    ready = checked(command, rest)
    from unmt.cli.compose import start

    start(command, ready)


def _command(name: str) -> Command:
    if name in commands.NAMES:
        return commands.load(name)
    close = nearest(name, commands.NAMES)
    hint = f"Did you mean `unmt {close}`?" if close else f"The commands are {', '.join(commands.NAMES)}."
    raise InputError(f"there is no command {name!r}. {hint}")


def overview() -> str:
    """What `unmt` alone prints: the commands, one line each."""
    width = max(map(len, commands.NAMES))
    lines = [f"  {name:{width}}  {commands.load(name).summary}" for name in commands.NAMES]
    return "\n".join(
        [
            "Usage: unmt COMMAND [key=value ...]",
            "",
            *lines,
            "",
            "unmt COMMAND --help    what a command takes, with examples",
            "unmt COMMAND --cfg job the configuration it would run with",
            "unmt --version         the version",
            "",
        ]
    )


def _bug() -> int:
    import traceback

    note(traceback.format_exc().rstrip())
    note(f"This is a bug in unmt {__version__}. Please report it with the lines above; CONTRIBUTING.md says where.")
    return BUG
