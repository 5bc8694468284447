"""Tables for the terminal and for the page, from the same columns and rows."""

import unicodedata
from collections.abc import Sequence
from html import escape
from typing import NamedTuple


class Column(NamedTuple):
    """A heading, whether its values are numbers (set to the right), and whether a narrow screen drops it.

    is_start: it holds the start of a text, which may break anywhere.
    """

    heading: str
    is_number: bool = False
    is_detail: bool = False
    is_start: bool = False


def text_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """Aligned plain text, two spaces between columns, no trailing blanks, each line ended."""
    table = [[column.heading for column in columns], *[list(row) for row in rows]]
    widths = [max(display_width(row[place]) for row in table) for place in range(len(columns))]
    lines = []
    for row in table:
        cells = [
            " " * (width - display_width(cell)) + cell
            if column.is_number
            else cell + " " * (width - display_width(cell))
            for cell, width, column in zip(row, widths, columns, strict=True)
        ]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def html_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, caption: str = "") -> str:
    """A table that scrolls by itself where it is too wide for the screen. All texts are plain and escaped here."""
    head = "".join(f"<th{_class(column)} scope=col>{escape(column.heading)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td{_class(c)}>{escape(cell)}</td>" for c, cell in zip(columns, row, strict=True))
        + "</tr>\n"
        for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll" tabindex="0"><table>{title}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody></table></div>\n"
    )


def display_width(text: str) -> int:
    """Columns of a terminal that a text takes: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _class(column: Column) -> str:
    styles = (("n", column.is_number), ("wide", column.is_detail), ("start", column.is_start))
    names = [name for name, is_wanted in styles if is_wanted]
    return f' class="{" ".join(names)}"' if names else ""
