"""How to do a run again: its command, its settings, and what its numbers depend on."""

import shlex
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unmt.report.document import details, facts
from unmt.report.fields import mapping
from unmt.report.words import MISSING


def reproduction(result: Mapping[str, Any], command: str, more: Sequence[tuple[str, str]] = ()) -> str:
    """The command line with the arguments of the result, the facts that a number needs, and all settings on demand.

    command: "train", ...; more: names and values, plain text, beside seed and version.
    """
    arguments = mapping(result, "arguments")
    words = ["unmt", command, *(f"{name}={value}" for name, value in arguments.items())]
    line = " ".join(shlex.quote(word) for word in words)
    pairs = [
        ("seed", str(result.get("seed", MISSING))),
        ("unmt version", str(result.get("version") or MISSING)),
        *more,
    ]
    settings = [
        (str(name).replace("_", " "), "none" if value is None else str(value))
        for name, value in mapping(result, "settings").items()
    ]
    shown = f'<pre class="command" tabindex="0">{escape(line)}</pre>\n' if arguments else ""
    return shown + facts(pairs, "hashes") + (details("All settings", facts(settings)) if settings else "")
