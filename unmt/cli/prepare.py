"""`unmt prepare`: what is made once, made now."""

from dataclasses import dataclass

from unmt.cli.command import Command
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note
from unmt.cli.progress import Progress

HELP = """
Usage: unmt prepare [quiet=true]

Compiles the search and builds the tables of the shipped languages, and keeps both, so that the first decipherment is
as fast as the second. Not needed: whatever is missing is made when it is first used.

  unmt prepare

Tables go to $UNMT_CACHE, or $XDG_CACHE_HOME/unmt, or ~/.cache/unmt.
"""


@dataclass
class Configuration:
    """The keys of `unmt prepare`."""

    quiet: bool = False


def run(configuration: Configuration) -> None:
    """Make what is missing."""
    from unmt.tasks.prepare import prepare

    progress = Progress(quiet=configuration.quiet)
    with stop_on_interrupt(progress):
        try:
            prepare(progress)
        finally:
            progress.clear()
    if progress.stop_requested:
        raise Interrupted("Interrupted. `unmt prepare` goes on with what is still missing.")
    if not configuration.quiet:
        note("Ready.")


COMMAND = Command(
    name="prepare",
    summary="compile and build caches now, so that the first decipherment is fast",
    help=HELP,
    configuration=Configuration,
    run=run,
)
