"""The key, as a person would write it down."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unmt.report.alignment import Alignment
from unmt.report.document import details, facts
from unmt.report.reading import shade
from unmt.report.tables import Column, html_table
from unmt.report.words import family_name, percent

# Families whose key is a table of symbols; the others have a keyword, a period or an order.
TABLE_FAMILIES = ("substitution", "homophonic", "affine")


def key_view(result: Mapping[str, Any], alignment: Alignment) -> str:
    """The key of a result as HTML: tiles by plaintext letter for substitutions, names and values for the rest."""
    key = result.get("key")
    named = _named_key(key) if isinstance(key, Mapping) else ""
    if result.get("family") not in TABLE_FAMILIES or not alignment.is_one_letter_a_symbol:
        return named
    confidences = result.get("key_confidence")
    table = _symbols_by_letter(alignment)
    scalars = key if isinstance(key, Mapping) and result.get("family") == "affine" else {}
    return (
        (_named_key(scalars) if scalars else "")
        + _tiles(table, confidences if isinstance(confidences, Mapping) else {})
        + _alphabet_lines(table)
        + details("The key as a table", _key_table(table, alignment, confidences))
    )


def _symbols_by_letter(alignment: Alignment) -> dict[str, list[str]]:
    """The symbols of each plaintext letter, letters in order of the alphabet, symbols by how often they stand."""
    uses = Counter(cell.symbol for cell in alignment.cells)
    letter_of = {cell.symbol: cell.letter.casefold() for cell in alignment.cells}
    table: dict[str, list[str]] = defaultdict(list)
    for symbol, _ in uses.most_common():
        table[letter_of[symbol]].append(symbol)
    return {letter: table[letter] for letter in sorted(table)}


def _tiles(table: Mapping[str, Sequence[str]], confidences: Mapping[str, Any]) -> str:
    """One tile a letter: the letter, and its symbols shaded by confidence."""
    is_single = all(len(symbols) == 1 for symbols in table.values())
    tiles = "".join(
        f"<li><b>{escape(_visible(letter))}</b><span>{_chips(symbols, confidences)}</span></li>"
        for letter, symbols in table.items()
    )
    return f'<ul class="tiles{" single" if is_single else ""}">{tiles}</ul>\n'


def _chips(symbols: Sequence[str], confidences: Mapping[str, Any]) -> str:
    return " ".join(_chip(symbol, confidences.get(symbol)) for symbol in symbols)


def _chip(symbol: str, confidence: Any) -> str:
    known = confidence if isinstance(confidence, (int, float)) else None
    hint = f' title="{percent(known)}"' if known is not None else ""
    return f'<i class="{shade(known)}"{hint}>{escape(_visible(symbol))}</i>'


def _alphabet_lines(table: Mapping[str, Sequence[str]]) -> str:
    """Plain over cipher alphabet, to copy; only where each letter has one symbol of one character."""
    if any(len(symbols) != 1 or len(symbols[0]) != 1 or len(letter) != 1 for letter, symbols in table.items()):
        return ""
    plain = "".join(table)
    cipher = "".join(symbols[0] for symbols in table.values())
    return f'<pre class="alphabet" tabindex="0">plain   {escape(plain)}\ncipher  {escape(cipher)}</pre>\n'


def _key_table(table: Mapping[str, Sequence[str]], alignment: Alignment, confidences: Any) -> str:
    uses = Counter(cell.symbol for cell in alignment.cells)
    stated = confidences if isinstance(confidences, Mapping) else {}
    rows = [
        [_visible(letter), _visible(symbol), f"{uses[symbol]:,}", percent(stated.get(symbol))]
        for letter, symbols in table.items()
        for symbol in symbols
    ]
    columns = [
        Column("plaintext"),
        Column("symbol"),
        Column("uses", is_number=True),
        Column("confidence", is_number=True),
    ]
    return html_table(columns, rows)


def _named_key(key: Mapping[Any, Any]) -> str:
    """A key of names and values; parts of a composition one below the other."""
    plain: list[tuple[str, str]] = []
    rest = ""
    for name, value in key.items():
        label = str(name).replace("_", " ")
        if isinstance(value, (list, tuple)) and value and all(isinstance(part, Mapping) for part in value):
            rest += "".join(
                f"<h3>{escape(_part_title(place, part))}</h3>{_named_key(_part_key(part))}"
                for place, part in enumerate(value, start=1)
            )
        elif isinstance(value, Mapping):
            rest += f"<h3>{escape(label)}</h3>{_named_key(value)}"
        elif isinstance(value, (list, tuple)):
            boxes = "".join(f"<li>{escape(str(item))}</li>" for item in value)
            rest += f'<h3>{escape(label)}</h3><ol class="order">{boxes}</ol>\n'
        else:
            plain.append((label, str(value)))
    return facts(plain, "key") + rest


def _part_title(place: int, part: Mapping[Any, Any]) -> str:
    return f"{place}. {family_name(part['family'])}" if part.get("family") else f"part {place}"


def _part_key(part: Mapping[Any, Any]) -> Mapping[Any, Any]:
    inner = part.get("key")
    return inner if isinstance(inner, Mapping) else {k: v for k, v in part.items() if k != "family"}


def _visible(symbol: str) -> str:
    return "␣" if symbol.isspace() else symbol
