"""The command line, checked and quoted before Hydra sees it.

Hydra's grammar refuses many a file name (`δίσκος (1).txt`, `a=b.txt`, `~/a.txt`), reads `1912` as a number and `nan`
as a float. A key that holds text takes its value as it is typed, so these are quoted here.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from types import NoneType
from typing import Any, get_args

from unmt.cli.command import EACH, Choice, Command, choices, choices_of, keys_of
from unmt.errors import InputError

CONFIGURATIONS = ("job", "hydra", "all")
_NAME = re.compile(r"\w+", re.ASCII)
_ASSIGNMENT = re.compile(r"(?P<key>[^=]*)=(?P<value>.*)", re.DOTALL)


def checked(command: Command, arguments: Sequence[str]) -> list[str]:
    """The arguments as Hydra takes them, options first. Raises InputError for an unknown option or key, in one line."""
    for argument in arguments:
        _check_encoding(argument)
    options, assignments = _options(command, list(arguments))
    keys = keys_of(command.configuration)
    is_sweep = "--multirun" in options
    if assignments and command.positional and "=" not in assignments[0]:
        first, *assignments = assignments
        options.append(f"{command.positional}={quoted(first)}")
    ready = [part for assignment in assignments for part in _assignment(command, assignment, keys, is_sweep=is_sweep)]
    _check_chosen(command, assignments)
    return options + ready


def quoted(text: str) -> str:
    """The text as a quoted string of Hydra's grammar that means exactly this text, interpolations included."""
    literal = re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + r"\${", text)
    return "'" + re.sub(r"(\\*)('|\Z)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), literal) + "'"


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that was probably meant."""
    return next(iter(get_close_matches(word, known, n=1)), None)


def _check_encoding(argument: str) -> None:
    try:
        argument.encode()
    except UnicodeEncodeError:
        shown = argument.encode(errors="backslashreplace").decode()
        raise InputError(f"{shown}: not UTF-8. Give the text in a file, or rename the file.") from None


def _options(command: Command, arguments: list[str]) -> tuple[list[str], list[str]]:
    """Those of Hydra's options that have a meaning here, and the other arguments."""
    options: list[str] = []
    others: list[str] = []
    while arguments:
        argument = arguments.pop(0)
        name, _, value = argument.partition("=")
        if argument in {"-m", "--multirun"}:
            options.append("--multirun")
        elif argument == "--resolve":
            options.append(argument)
        elif name in {"--cfg", "-c"}:
            value = value or (arguments.pop(0) if arguments else "")
            if value not in CONFIGURATIONS:
                raise InputError(f"--cfg {value}: unknown. Choose one of {', '.join(CONFIGURATIONS)}.")
            options += ["--cfg", value]
        elif argument.startswith("-") and argument != "-":
            raise InputError(_unknown_option(command, argument))
        else:
            others.append(argument)
    if "--cfg" in options and "--multirun" in options:
        raise InputError("--cfg shows one configuration, -m runs over several. Give one of them.")
    if "--resolve" in options and "--cfg" not in options:
        raise InputError("--resolve goes with --cfg. Add --cfg job.")
    return options, others


def _unknown_option(command: Command, option: str) -> str:
    key = nearest(option.partition("=")[0].lstrip("-"), list(keys_of(command.configuration)))
    hint = f"Did you mean {key}=?" if key else "Options are written key=value."
    return f"unknown option {option}. {hint} See `unmt {command.name} --help`."


def _assignment(command: Command, argument: str, keys: dict[str, Any], *, is_sweep: bool) -> list[str]:
    """key=value as Hydra takes it; of several choices at once, two of them."""
    found = _ASSIGNMENT.fullmatch(argument)
    if not found:
        raise InputError(_without_value(command, argument, keys))
    key, value = found["key"].lstrip("+"), found["value"]
    if key.partition(".")[0].partition("/")[0] == "hydra":
        return [argument]
    if key in command.groups:
        choice = choices_of(command.configuration).get(key)
        if choice is not None and choice.several and (not is_sweep or _is_quoted(value)) and "," in value:
            return _several(key, choice, choice.several, _unquoted(value))
        value = value if is_sweep else _unquoted(value)
        return [_choice(key, value, is_sweep=is_sweep, is_optional=choice is None)]
    known = _with_any_name(key, keys)
    if known not in keys:
        raise InputError(_unknown_key(command, key, keys))
    # Hydra takes a key that it does not know yet by these signs alone.
    typed = f"++{key}" if EACH in known.split(".") else found["key"]
    if not _is_text(keys[known]) or _stands_as_it_is(f"{key}={value}", keys[known], is_sweep=is_sweep):
        return [f"{typed}={value}"]
    return [f"{typed}={quoted(value)}"]


def _with_any_name(key: str, keys: dict[str, Any]) -> str:
    """The key with NAME where it has a name of the user's choice. Raises InputError for one that Hydra cannot read."""
    first, _, rest = key.partition(".")
    name, _, last = rest.rpartition(".")
    general = f"{first}.{EACH}.{last}"
    if key in keys or general not in keys:
        return key
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{key}: a name in a key is of the letters a to z, digits and _. Give {first}.x.{last}=, and"
            f" {first}.x.language= for any other name."
        )
    return general


def _choice(group: str, value: str, *, is_sweep: bool, is_optional: bool) -> str:
    """group=name as it stands, if there is such a file in conf/."""
    known = choices(group)
    for name in value.split(",") if is_sweep else [value]:
        if name not in known and not (is_optional and name == "null"):
            close = nearest(name, known)
            hint = f"Did you mean {group}={close}?" if close else f"Choose one of {', '.join(known)}."
            raise InputError(f"{group}={name}: there is none of that name. {hint}")
    return f"{group}={value}"


def _several(group: str, choice: Choice, name: str, value: str) -> list[str]:
    """The choice that stands for several, and the names that were given with commas."""
    for one in value.split(","):
        if one.strip() == name:
            raise InputError(f"{group}={value}: {name} goes alone. Give {group}={name}, or the names of some.")
        _choice(group, one.strip(), is_sweep=False, is_optional=False)
    assert name in choice.kinds
    return [f"{group}={name}", f"{group}.name={quoted(value)}"]


def _check_chosen(command: Command, assignments: Sequence[str]) -> None:
    """Raises InputError for a key of a choice that was not made, such as method.epochs= without method=adversarial."""
    found = [found for found in map(_ASSIGNMENT.fullmatch, assignments) if found]
    typed = {match["key"].lstrip("+"): match["value"] for match in found}
    for group, choice in choices_of(command.configuration).items():
        value = _unquoted(typed.get(group, getattr(command.configuration(), group).name))
        names = [name.strip() for name in value.split(",")]
        allowed = {key for name in names for key in keys_of(choice.kinds[name])}
        for key in typed:
            first, _, rest = key.partition(".")
            if first == group and rest and rest not in allowed:
                owners = [name for name, kind in choice.kinds.items() if rest in keys_of(kind)]
                raise InputError(
                    f"{key}= is of {group}={owners[0]}, not of {group}={value}. Leave it out, or choose {owners[0]}."
                )


def _without_value(command: Command, argument: str, keys: dict[str, Any]) -> str:
    if "input" in keys and (Path(argument).exists() or argument == "-"):
        return f"{argument}: options are written key=value. Did you mean input={argument}?"
    key = nearest(argument, list(keys))
    hint = f"Did you mean {key}=?" if key else f"See `unmt {command.name} --help`."
    return f"{argument}: options are written key=value. {hint}"


def _unknown_key(command: Command, key: str, keys: dict[str, Any]) -> str:
    close = nearest(key, [*command.groups, *keys])
    hint = f"Did you mean {close}=?" if close else f"Its keys are {', '.join([*command.groups, *keys])}."
    return f"unmt {command.name} has no key {key!r}. {hint}"


def _is_quoted(value: str) -> bool:
    return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""


def _unquoted(value: str) -> str:
    return value[1:-1] if _is_quoted(value) else value


def _is_text(kind: Any) -> bool:
    return kind is str or str in get_args(kind)


def _stands_as_it_is(argument: str, kind: Any, *, is_sweep: bool) -> bool:
    """Whether Hydra shall read the value: null where there may be none, the user's own quotes, the list of a sweep."""
    value = argument.partition("=")[2]
    if value == "null":
        return NoneType in get_args(kind)
    has_quotes = _is_quoted(value)
    if not (has_quotes or is_sweep):
        return False
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(argument)
    except HydraException:
        return False
    return is_sweep if override.is_sweep_override() else has_quotes
