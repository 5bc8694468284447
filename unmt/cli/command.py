"""What a command of `unmt` is made of. Nothing here or in a command's module imports Hydra, numpy or numba at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints


@dataclass(frozen=True)
class Command:
    """One command.

    name: as typed after `unmt`. summary: one line for the list of commands. help: the whole text of `--help`.
    configuration: a dataclass, its keys, their types and defaults. run: takes an instance of it.
    positional: the key that a first argument without "=" is the value of. groups: folders of conf/ of which a file is
    chosen by its name, such as experiment=tiny.
    """

    name: str
    summary: str
    help: str
    configuration: type
    run: Callable[[Any], None]
    positional: str | None = None
    groups: tuple[str, ...] = ()


EACH = "NAME"
"""Stands in a key for a name of the user's choice, as in more.NAME.train; and in the metadata of a field, for the
dataclass that such a name has the keys of."""


CHOICE = "CHOICE"
"""In the metadata of a field: the Choice of a group of conf/ that has the name of the field."""


@dataclass(frozen=True)
class Choice:
    """Names of which one is chosen, as in method=adversarial, each with keys of its own, such as method.epochs.

    kinds: the dataclass of each name; all have a field `name`. several: the name whose dataclass has the keys of all,
    so that several can be named with commas; None: one alone.
    """

    kinds: Mapping[str, type]
    several: str | None = None


def choices_of(configuration: type) -> dict[str, Choice]:
    """The groups whose names have keys of their own."""
    return {entry.name: entry.metadata[CHOICE] for entry in fields(configuration) if CHOICE in entry.metadata}


def keys_of(configuration: type) -> dict[str, Any]:
    """The type of every key, nested ones with dots: {"seed": int, "run.dir": str | None, ...}.

    Of a choice the keys of all that could be chosen.
    """
    found: dict[str, Any] = {}
    hints = get_type_hints(configuration)
    for entry in fields(configuration):
        kind = entry.metadata.get(EACH, hints[entry.name])
        if EACH in entry.metadata:
            found |= {f"{entry.name}.{EACH}.{key}": value for key, value in keys_of(kind).items()}
        elif CHOICE in entry.metadata:
            for chosen in entry.metadata[CHOICE].kinds.values():
                found |= {f"{entry.name}.{key}": value for key, value in keys_of(chosen).items()}
        elif is_dataclass(kind):
            found |= {f"{entry.name}.{key}": value for key, value in keys_of(kind).items()}  # type: ignore[arg-type]
        else:
            found[entry.name] = kind
    return found


def configuration_folder() -> Path:
    """conf/ at the top of a checkout, or its copy inside an installed package."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def choices(group: str) -> list[str]:
    """What can be chosen of a group of conf/."""
    return sorted(path.stem for path in (configuration_folder() / group).glob("*.yaml"))
