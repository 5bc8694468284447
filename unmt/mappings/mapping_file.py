"""What is checked when a mapping is read: the file, and the type of every entry. A wrong one raises InputError."""

import json
from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any, get_args, get_origin

from unmt.errors import InputError

EXPECTED: dict[Any, str] = {int: "a whole number", bool: "true or false", str: "a string"}


def parse_mapping_file(path: Path, file_format: str, version: int) -> dict[str, object]:
    """The entries of a mapping file, without `format` and `version`, which are checked."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Give the path of a saved mapping.") from error
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}). Give a file that a mapping was saved to.") from error
    if not isinstance(document, dict) or document.pop("format", None) != file_format:
        raise InputError(f'{path}: has no "format": "{file_format}". Give a file that a mapping was saved to.')
    found = document.pop("version", None)
    if found != version:
        raise InputError(f"{path}: version {found!r}, but this unmt reads version {version}. Save the mapping again.")
    return document


def checked_field(family: str, field: "Field[Any]", values: dict[str, object]) -> Any:
    """The entry for a field of a mapping's dataclass, of the field's type; lists become tuples."""
    if field.name not in values:
        if field.default is not MISSING:
            return field.default
        raise InputError(f"A {family} mapping lacks the entry {field.name!r}. Add it.")
    value = values[field.name]
    if get_origin(field.type) is tuple:
        item_type = get_args(field.type)[0]
        if isinstance(value, list | tuple) and all(_is_of_type(item, item_type) for item in value):
            return tuple(value)
        raise InputError(f"A {family} mapping needs {EXPECTED[item_type]} for each item of {field.name!r}, in a list.")
    if _is_of_type(value, field.type):
        return value
    raise InputError(f"A {family} mapping needs {EXPECTED[field.type]} as {field.name!r}, not {value!r}.")


def _is_of_type(value: object, expected: Any) -> bool:
    is_bool = isinstance(value, bool)
    return isinstance(value, expected) and is_bool == (expected is bool)  # bool is a kind of int to Python
