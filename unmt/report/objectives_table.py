"""The table of objectives against families, the same in the terminal and on the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.tables import Column, text_table
from unmt.report.words import MISSING, duration, finite, grouped, percent

FAMILY_NAMES = {
    "substitution": "substitution",
    "vigenere": "Vigenère",
    "words": "words",
    "word_vigenere": "Vigenère of words",
    "vectors": "linear map",
    "sentences": "sentences",
}
TABLE_NOTE = (
    "Share of symbols, words or vectors right, mean over the seeds, and seconds of one core; of sentences that nothing "
    "was learned from, one less the word error rate. The first half of a text is enciphered, the second half is the "
    "target: no line is in both."
)
CONTROL_NOTE = (
    "Bits saved against symbols or words in any order (linear map: mean cosine of the nearest). Control: the same "
    "search where the target's symbols are in random order (linear map: coordinates permuted along each axis). Found: "
    "more than on another such target, by 1 % of the bits (a quarter of what the cosine lacks to 1)."
)


def objectives_text(result: Mapping[str, Any]) -> str:
    """The benchmark as aligned plain text."""
    return (
        f"{text_table(columns(result), accuracy_rows(result))}{TABLE_NOTE}\n\n"
        f"{text_table(CONTROL_COLUMNS, control_rows(result))}{CONTROL_NOTE}\n"
    )


def columns(result: Mapping[str, Any]) -> list[Column]:
    """Objective, and each family with its size."""
    return [
        Column("objective"),
        *(Column(_heading(result, str(family)), is_number=True) for family in sequence(result, "families")),
    ]


CONTROL_COLUMNS = (
    Column("objective"),
    Column("family"),
    Column("found", is_number=True),
    Column("saved", is_number=True),
    Column("control", is_number=True),
    Column("saved", is_number=True),
)


def accuracy_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """One row an objective, in the order of `columns`."""
    cells = _cells(result)
    return [
        [
            str(objective),
            *(_accuracy(cells.get((objective, family), {})) for family in sequence(result, "families")),
        ]
        for objective in sequence(result, "objectives")
    ]


def control_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """One row for each cell that was run, in the order of CONTROL_COLUMNS."""
    rows = []
    for cell in rows_of(result, "cells"):
        control, runs = mapping(cell, "control"), int(finite(cell, "runs") or 0)
        if runs:
            rows.append(
                [
                    str(cell.get("objective")),
                    _name(str(cell.get("family"))),
                    MISSING if finite(cell, "found") is None else f"{int(cell['found'])} of {runs}",
                    _saved(cell),
                    str(control.get("verdict") or MISSING),
                    _saved(control),
                ]
            )
    return rows


def _saved(values: Mapping[str, Any]) -> str:
    cosine = finite(values, "objective_value")
    return grouped(finite(values, "gain_bits"), 0) if cosine is None else f"{cosine:.3f}"


def _cells(result: Mapping[str, Any]) -> dict[tuple[Any, Any], Mapping[str, Any]]:
    return {(cell.get("objective"), cell.get("family")): cell for cell in rows_of(result, "cells")}


def _heading(result: Mapping[str, Any], family: str) -> str:
    """The family with the number of its letters, words or dimensions."""
    sizes: Sequence[float | None] = [
        finite(cell, "letters") for cell in rows_of(result, "cells") if cell.get("family") == family
    ]
    size = next((size for size in sizes if size), None)
    return _name(family) if size is None else f"{_name(family)} ({size:g})"


def _name(family: str) -> str:
    return FAMILY_NAMES.get(family, family)


def _accuracy(cell: Mapping[str, Any]) -> str:
    share = finite(mapping(cell, "accuracy"), "mean")
    return MISSING if share is None else f"{percent(share)}, {duration(finite(cell, 'seconds'))}"
