"""The commands, in the order in which they are listed. A command's module is its name in unmt/cli."""

from importlib import import_module

from unmt.cli.command import Command

NAMES = (
    "decipher",
    "language",
    "align",
    "train",
    "translate",
    "export",
    "evaluate",
    "compress",
    "probe",
    "bench",
    "prepare",
)


def load(name: str) -> Command:
    """The command of that name, one of NAMES."""
    command = import_module(f"unmt.cli.{name}").COMMAND
    assert isinstance(command, Command)
    return command
