"""The tables of an evaluation, the same in the terminal and on the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from unmt.report.code_lengths import code_length_lines
from unmt.report.fields import rows_of
from unmt.report.tables import Column, text_table
from unmt.report.words import MISSING, error_percent, finite

SCORE_COLUMNS = (
    Column("metric"),
    Column("case"),
    Column("system"),
    Column("score", is_number=True),
    Column("95 % interval", is_number=True),
)
COMPARISON_COLUMNS = (
    Column("metric"),
    Column("case"),
    Column("system"),
    Column("difference", is_number=True),
    Column("95 % interval", is_number=True, is_detail=True),
    Column("p", is_number=True),
)
OF_100 = ("BLEU", "chrF2", "chrF2++")
SURE, MINUS = 0.05, "\N{MINUS SIGN}"


def evaluate_text(result: Mapping[str, Any]) -> str:
    """Scores, tests between systems and signatures as aligned plain text."""
    scores, comparisons = rows_of(result, "scores"), rows_of(result, "comparisons")
    parts = [text_table(SCORE_COLUMNS, [score_row(row) for row in scores])] if scores else []
    if comparisons:
        parts.append(
            f"against {comparisons[0].get('baseline')}\n"
            + text_table(COMPARISON_COLUMNS, [comparison_row(row) for row in comparisons])
        )
    parts += ["".join(f"{line}\n" for line in code_length_lines(result))]
    parts += [figure_lines(result)] if result.get("figures") else []
    parts.append(text_table((Column("metric"), Column("signature")), signatures(scores)) if scores else "")
    return "\n".join(part for part in parts if part)


def figure_lines(result: Mapping[str, Any]) -> str:
    """Figures of a model that need no reference, a line each."""
    figures = result.get("figures")
    lines = []
    for name, value in figures.items() if isinstance(figures, Mapping) else ():
        entries = value.items() if isinstance(value, Mapping) else [("", value)]
        lines += [
            f"{f'{name} {part}'.replace('_', ' ').strip()}  {f'{entry:.3f}' if isinstance(entry, float) else entry}\n"
            for part, entry in entries
        ]
    return "".join(lines)


def score_row(row: Mapping[str, Any]) -> list[str]:
    """The texts of one score, in the order of SCORE_COLUMNS."""
    metric = str(row.get("metric") or MISSING)
    low, high = finite(row, "low"), finite(row, "high")
    interval = MISSING if low is None or high is None else f"{shown(metric, low)} to {shown(metric, high)}"
    return [metric, *_labels(row), shown(metric, finite(row, "score")), interval]


def comparison_row(row: Mapping[str, Any]) -> list[str]:
    """The texts of one test, in the order of COMPARISON_COLUMNS."""
    low, high = finite(row, "low"), finite(row, "high")
    interval = MISSING if low is None or high is None else f"{signed(low)} to {signed(high)}"
    difference = signed(finite(row, "difference"))
    return [str(row.get("metric") or MISSING), *_labels(row), difference, interval, p_value(finite(row, "p_value"))]


def shown(metric: str, value: float | None) -> str:
    """A score as it is usual for its metric: BLEU of 100, error in per cent, precision as a share."""
    if value is None:
        return MISSING
    if metric in OF_100:
        return f"{value:.2f}"
    return error_percent(value) if metric == "SER" else f"{value:.3f}"


def signed(value: float | None) -> str:
    """A difference with its sign."""
    return MISSING if value is None else f"{value:+.2f}".replace("-", MINUS)


def p_value(value: float | None) -> str:
    """A p-value to three decimals."""
    return MISSING if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def signatures(scores: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(metric, signature), each once, in order."""
    return list(dict.fromkeys((str(row["metric"]), str(row["signature"])) for row in scores if row.get("signature")))


def _labels(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("case") or MISSING), str(row.get("system") or MISSING)
