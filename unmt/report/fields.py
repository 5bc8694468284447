"""Fields of a stored result, any of which may be missing or of another kind than it should be."""

from collections.abc import Mapping, Sequence
from typing import Any


def mapping(values: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """The mapping under a field; empty where it is missing or none."""
    stored = values.get(field)
    return stored if isinstance(stored, Mapping) else {}


def sequence(values: Mapping[str, Any], field: str) -> Sequence[Any]:
    """The list under a field; empty where it is missing or no list."""
    return as_sequence(values.get(field))


def as_sequence(value: object) -> Sequence[Any]:
    """A list as it is; anything else is an empty one."""
    return value if isinstance(value, (list, tuple)) else ()


def rows_of(result: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    """The entries of a list of a result; none where it is missing."""
    return [row for row in sequence(result, field) if isinstance(row, Mapping)]
