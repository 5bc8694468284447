"""Whether the text was long enough: the bits it can pay against the bits that each family of keys asks."""

from collections.abc import Mapping
from html import escape
from typing import Any

from unmt.report.charts import BarRow, Segment, bars, linear_scale
from unmt.report.document import facts
from unmt.report.words import family_name, finite, grouped


def preflight_view(result: Mapping[str, Any]) -> str:
    """The sentence, the figures and the bars of the preflight; empty where a result has none."""
    preflight = result.get("preflight")
    if not isinstance(preflight, Mapping):
        return ""
    sentence = str(preflight.get("sentence") or "")
    lead = f"<p>{escape(sentence)}</p>\n" if sentence else ""
    stored = preflight.get("families")
    families = [entry for entry in stored if isinstance(entry, Mapping)] if isinstance(stored, (list, tuple)) else []
    return lead + _figures(preflight) + _picture(preflight, families)


def _figures(preflight: Mapping[str, Any]) -> str:
    pairs = [
        ("symbols", "symbols", 0),
        ("distinct symbols", "distinct_symbols", 0),
        ("redundancy, bits a symbol", "redundancy_bits_per_symbol", 2),
        ("the text can pay, bits", "payable_bits", None),
    ]
    return facts(
        [(name, grouped(finite(preflight, field), decimals)) for name, field, decimals in pairs if field in preflight]
    )


def _picture(preflight: Mapping[str, Any], families: list[Mapping[str, Any]]) -> str:
    payable = finite(preflight, "payable_bits")
    if payable is None or not families:
        return ""
    payable = max(payable, 0.0)
    asked = [max(finite(entry, "key_bits") or 0.0, 0.0) for entry in families]
    rows = [BarRow("the text can pay", f"{grouped(payable)} bits", [Segment("payable", payable, "payable")])]
    rows += [_family_row(entry, bits, payable) for entry, bits in zip(families, asked, strict=True)]
    # A long text pays so much that the families could not be told apart; its bar then runs to the end of the axis.
    longest = max(asked)
    scale = linear_scale(0.0, min(max(payable, longest), 2 * longest) or 1.0)
    description = "; ".join(f"{row.name}: {row.value}" for row in rows) + "."
    return bars(rows, scale, description=description)


def _family_row(entry: Mapping[str, Any], asked: float, payable: float) -> BarRow:
    is_enough = bool(entry.get("enough"))
    unicity = finite(entry, "unicity_symbols")
    needs = f", from {grouped(unicity, 0)} symbols on" if unicity is not None else ""
    return BarRow(
        f"{family_name(entry.get('family'))} asks",
        f"{grouped(asked)} bits{needs}: {'enough' if is_enough else 'not enough'}",
        [Segment("asked", asked, "asked" if is_enough else "asked-too-much")],
        [payable],
    )
