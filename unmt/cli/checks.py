"""What the keys of several commands are checked for before anything is read."""

from collections.abc import Iterable, Iterator
from typing import Any

from unmt.errors import InputError
from unmt.tasks import checks


def check_numbers(configuration: Any) -> None:
    """Raises InputError for a number that makes no sense, whichever of them the configuration has."""
    names = ("seed", "seconds", "restarts", "threads", "limit")
    checks.check_numbers(**{name: getattr(configuration, name, None) for name in names})


def check_untouched(configuration: Any, keys: Iterable[str], why: str) -> None:
    """Raises InputError for a key that was given and would change nothing.

    keys: with a dot where they are of a group. why: who has no use for them.
    """
    for key, _ in touched(configuration, keys):
        raise InputError(f"{key}= is given, but {why}. Leave it out.")


def touched(configuration: Any, keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The keys that have another value than the usual one, with that value. keys: as of check_untouched."""
    usual = type(configuration)()
    for key in keys:
        given, plain = configuration, usual
        for name in key.split("."):
            given, plain = getattr(given, name), getattr(plain, name)
        if given != plain:
            yield key, given
