"""What a person reads on standard error after a search: key, certificate, where the report is."""

import textwrap
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from unmt.report.code_lengths import code_length_line, code_length_rows
from unmt.report.words import duration, family_name, grouped, language_name, percent, rate

LABEL_WIDTH = 10
TEXT_WIDTH = 90
VALUES_SHOWN = 40


def summary(result: dict[str, Any], report: Path) -> str:
    """A Solution's dictionary in some ten lines."""
    entries = [
        ("verdict", [_verdict(result)]),
        ("key", [f"{family_name(result['family'])}, {language_name(result['language'])}", *_key(result["key"])]),
        ("bits", [_bits(result), _null(result)]),
        ("before", [result["preflight"].get("sentence", "")]),
        ("search", [_search(result)]),
        ("report", [str(report)]),
    ]
    return "\n".join(_entry(label, lines) for label, lines in entries)


def _entry(label: str, lines: list[str]) -> str:
    wrapped = [part for line in lines if line for part in textwrap.wrap(line, TEXT_WIDTH, break_on_hyphens=False)]
    # A path is not cut into lines: it is there to be copied.
    wrapped = lines if label == "report" else wrapped
    return "\n".join(f"{label if not n else '':{LABEL_WIDTH}}{line}" for n, line in enumerate(wrapped))


def _verdict(result: dict[str, Any]) -> str:
    probability = percent(result["probability_correct"])
    return f"{result['verdict']}; {probability} that at most 2 % of the letters are wrong"


def _bits(result: dict[str, Any]) -> str:
    return code_length_line(code_length_rows(result)[0])


def _null(result: dict[str, Any]) -> str:
    if result["null_bits"] is None:
        return f"symbols without structure {grouped(result['random_bits'])}; shuffled text was not measured"
    nothing = f"no structure {grouped(result['random_bits'])}, shuffled text {grouped(result['null_bits'])}"
    return f"{nothing}: {grouped(result['gain_bits'])} saved"


def _search(result: dict[str, Any]) -> str:
    speed = (
        f"{grouped(result['keys'])} keys in {duration(result['seconds'])}, {rate(result['keys_per_second'])} a second"
    )
    return f"{result['stopped']}; {speed}; seed {result['seed']}"


def _key(key: dict[str, Any]) -> list[str]:
    """The key in a few lines: two aligned rows for a substitution, symbols by letter for homophones, or its values."""
    letters = [value for value in key.values() if isinstance(value, str) and len(value) == 1]
    if key and len(letters) == len(key):
        return _letter_table(key)
    return [f"{name}: {_value(value)}" for name, value in key.items()]


def _letter_table(key: dict[str, str]) -> list[str]:
    by_letter: dict[str, list[str]] = defaultdict(list)
    for symbol, letter in key.items():
        by_letter[letter].append(symbol)
    is_one_to_one = max(Counter(key.values()).values()) == 1 and all(len(symbol) == 1 for symbol in key)
    if is_one_to_one:
        ordered = sorted(by_letter)
        return ["plain   " + "".join(ordered), "cipher  " + "".join(by_letter[letter][0] for letter in ordered)]
    return ["   ".join(f"{letter}: {' '.join(by_letter[letter])}" for letter in sorted(by_letter))]


def _value(value: Any) -> str:
    if isinstance(value, list):
        shown = " ".join(_value(item) for item in value[:VALUES_SHOWN])
        return shown + (" ..." if len(value) > VALUES_SHOWN else "")
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(item)}" for name, item in value.items())
    return str(value)
