"""The code lengths of a pair as a table, for the terminal and for the page."""

from collections.abc import Mapping
from typing import Any

from unmt.report.fields import mapping
from unmt.report.tables import Column, html_table, text_table
from unmt.report.words import MISSING, finite, grouped

MIXTURE = "mixture"
LENGTHS = (
    ("C(x)", "x"), ("C(y)", "y"), ("C(xy)", "xy"), ("C(yx)", "yx"), ("C(y|x)", "y_given_x"), ("C(x|y)", "x_given_y"),
)  # fmt: skip


def code_names(result: Mapping[str, Any]) -> list[str]:
    """The codes that were measured, the mixture last."""
    names = list(mapping(mapping(result, "bits"), "x"))
    return [name for name in names if name != MIXTURE] + [name for name in names if name == MIXTURE]


def columns(result: Mapping[str, Any]) -> list[Column]:
    """The headings; that of the mapping only where there is one."""
    names = [name for name, _ in LENGTHS] + (["with f"] if _is_mapped(result) else [])
    names += ["shared"] + (["shared with f"] if _is_mapped(result) else []) + ["% of C(y)", "NCD"]
    return [Column("code"), *(Column(name, is_number=True, is_detail=name in {"C(yx)", "C(x|y)"}) for name in names)]


def rows(result: Mapping[str, Any]) -> list[list[str]]:
    """A row a code: all in bits, the share in per cent, the distance as a number."""
    bits = mapping(result, "bits")
    table = []
    for code in code_names(result):
        is_mixture = code == MIXTURE
        values = [finite(mapping(bits, field), code) for _, field in LENGTHS]
        if is_mixture:
            values[2] = finite(mapping(bits, "joint"), code)
        cells = [code, *(grouped(value, 0) for value in values)]
        shared = finite(result, "shared_bits") if is_mixture else finite(mapping(result, "shared_bits_by_code"), code)
        with_f = finite(mapping(result, "shared_bits_with_mapping"), code)
        if _is_mapped(result):
            cells.append(grouped(finite(mapping(bits, "with_mapping"), code), 0))
        cells.append(grouped(shared, 0))
        if _is_mapped(result):
            cells.append(grouped(with_f, 0))
        y = finite(mapping(bits, "y"), code)
        best = max((value for value in (shared, with_f) if value is not None), default=None)
        cells.append(MISSING if best is None or not y else f"{100 * best / y:.2f}".replace("-", "\N{MINUS SIGN}"))
        distance = finite(mapping(result, "ncd"), code)
        cells.append(MISSING if distance is None else f"{distance:.4f}")
        table.append(cells)
    return table


def lengths_text(result: Mapping[str, Any]) -> str:
    """The table for a terminal."""
    return text_table(columns(result), rows(result))


def lengths_table(result: Mapping[str, Any]) -> str:
    """The table as HTML; empty without lengths."""
    return html_table(columns(result), rows(result)) if code_names(result) else ""


def _is_mapped(result: Mapping[str, Any]) -> bool:
    return bool(mapping(result, "shared_bits_with_mapping"))
