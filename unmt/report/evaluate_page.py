"""The report of an evaluation as one HTML page: scores with intervals, tests, and lines from the worst to the best."""

import shlex
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unmt.report.charts import BarRow, Scale, Segment, bars, dots, legend, linear_scale, plot, polyline
from unmt.report.code_lengths import NOTE, code_length_picture
from unmt.report.document import document, facts, header, section
from unmt.report.evaluate_tables import (
    COMPARISON_COLUMNS,
    SCORE_COLUMNS,
    SURE,
    comparison_row,
    p_value,
    score_row,
    shown,
    signatures,
    signed,
)
from unmt.report.fields import rows_of
from unmt.report.tables import Column, html_table
from unmt.report.words import MISSING, duration, finite, grouped

SERIES = 7
TITLES = {"translations": "Translations", "texts": "Plaintexts", "dictionaries": "Dictionaries", "model": "A model"}
EXAMPLE_COLUMNS = (Column("line", is_number=True), Column("score", is_number=True), Column(""), Column("text"))
SCORE_NOTE = "Intervals: bootstrap over lines. With two systems or more, look at the tests: they compare line by line."
TEST_NOTE = (
    "Approximate randomisation: p is how often chance makes a difference as large, either way. "
    "Several tests at once are not corrected for."
)


def evaluate_page(result: Mapping[str, Any]) -> str:
    """The page of one evaluation. result: its result.json; what it lacks is left out."""
    scores, comparisons = rows_of(result, "scores"), rows_of(result, "comparisons")
    tests = html_table(COMPARISON_COLUMNS, [comparison_row(row) for row in comparisons]) if comparisons else ""
    body = (
        _head(result, scores, comparisons)
        + section("Beware", _warnings(result))
        + section("Scores", _score_bars(scores) + _score_table(scores), SCORE_NOTE if scores else "")
        + section(f"Against {comparisons[0].get('baseline')}" if comparisons else "Tests", tests, TEST_NOTE)
        + section("By length", _length_chart(result), "Sentences by the words of their first reference.")
        + section("Code lengths", code_length_picture(result), NOTE)
        + section("Without references", _figures(result))
        + section(
            "Line by line", _examples(result), "From the worst line of the last system to its best, in even steps."
        )
        + section("To do it again", _reproduction(result, scores))
    )
    return document(f"{_title(result)} – unmt", body)


def _title(result: Mapping[str, Any]) -> str:
    return TITLES.get(str(result.get("kind")), "Evaluation")


def _head(
    result: Mapping[str, Any], scores: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]]
) -> str:
    lines, references = finite(result, "lines"), finite(result, "references")
    what = ""
    if lines is not None and references is not None:
        what = f"{lines:,.0f} lines against {references:,.0f} reference{'s' * (references != 1)}. "
    pairs = [
        (" ".join(str(row.get(field)) for field in ("metric", "case") if row.get(field)), shown_score(row))
        for row in scores
        if row.get("system") == (scores[-1].get("system"))
    ]
    systems = result.get("systems")
    name = str(systems[-1]) if isinstance(systems, (list, tuple)) and systems else "Evaluation"
    title = name if len(name) <= 24 else _title(result)
    return header("unmt evaluate", title, what + _finding(comparisons)) + facts(pairs)


def shown_score(row: Mapping[str, Any]) -> str:
    """A score as its metric is usually written."""
    return shown(str(row.get("metric")), finite(row, "score"))


def _finding(comparisons: Sequence[Mapping[str, Any]]) -> str:
    """The first test of the last system, in words."""
    rows = [row for row in comparisons if row.get("system") == comparisons[-1].get("system")]
    difference, p = (finite(rows[0], field) for field in ("difference", "p_value")) if rows else (None, None)
    if difference is None or p is None:
        return ""
    metric, system, baseline = (str(rows[0].get(field)) for field in ("metric", "system", "baseline"))
    if p > SURE:
        return f"{metric} does not tell {system} from {baseline} (p {p_value(p)})."
    better = "above" if difference > 0 else "below"
    sign = "" if p < 0.001 else "= "
    return f"{system} is {signed(abs(difference))[1:]} {metric} {better} {baseline} (p {sign}{p_value(p)})."


def _warnings(result: Mapping[str, Any]) -> str:
    stored = result.get("warnings")
    lines = [str(line) for line in stored] if isinstance(stored, (list, tuple)) else []
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>\n" if lines else ""


def _score_bars(scores: Sequence[Mapping[str, Any]]) -> str:
    """A bar a score, with its interval marked; metrics of one unit only share an axis."""
    rows = [
        BarRow(
            " · ".join(str(row.get(field)) for field in ("metric", "case", "system") if row.get(field)),
            shown_score(row),
            [Segment("score", value, "reading-swatch")],
            [bound for field in ("low", "high") if (bound := finite(row, field)) is not None],
        )
        for row in scores
        if (value := finite(row, "score")) is not None
    ]
    if not rows:
        return ""
    highest = max([row.segments[0].length for row in rows] + [tick for row in rows for tick in row.ticks])
    scale = linear_scale(0.0, highest) if highest > 0 else Scale(0.0, 1.0, (0.0, 1.0))
    return bars(rows, scale, description="Scores. " + "; ".join(f"{row.name}: {row.value}" for row in rows))


def _score_table(scores: Sequence[Mapping[str, Any]]) -> str:
    return html_table(SCORE_COLUMNS, [score_row(row) for row in scores]) if scores else ""


def _length_chart(result: Mapping[str, Any]) -> str:
    """The first metric over the length of sentences, a line a system, and the table behind it."""
    groups = rows_of(result, "by_length")
    systems = list(dict.fromkeys(str(name) for group in groups for name in group.get("scores") or ()))
    if len(groups) < 2 or not systems:
        return ""
    points = {
        name: [
            (float(place), score)
            for place, group in enumerate(groups)
            if (score := finite(group["scores"], name)) is not None
        ]
        for name in systems
    }
    highest = max(score for line in points.values() for _, score in line)
    x = Scale(-0.3, len(groups) - 0.7, tuple(float(place) for place in range(len(groups))))
    y = linear_scale(0.0, max(highest, 1.0))
    marks = "".join(
        polyline(line, x, y, f"line s{place % SERIES}") + dots(line, x, y, f"s{place % SERIES}", 8)
        for place, line in enumerate(points.values())
    )
    metric = f"{groups[0].get('metric')} {groups[0].get('case')}"
    names = [_span(group) for group in groups]
    description = f"{metric} by length: " + "; ".join(
        f"{name} " + ", ".join(f"{score:.1f} at {names[int(place)]}" for place, score in line)
        for name, line in points.items()
    )
    chart = plot(
        marks, x, y, labels=("words of the reference", metric), description=description,
        tick_text=(lambda place: names[round(place)], grouped),
    )  # fmt: skip
    columns = [Column("words"), Column("lines", is_number=True), *(Column(name, is_number=True) for name in systems)]
    rows = [
        [_span(group), grouped(finite(group, "lines"), 0)]
        + [shown(str(group.get("metric")), finite(group["scores"], name)) for name in systems]
        for group in groups
    ]
    return (
        chart + legend([(f"s{place % SERIES}", name) for place, name in enumerate(systems)]) + html_table(columns, rows)
    )


def _span(group: Mapping[str, Any]) -> str:
    low, high = finite(group, "words_from"), finite(group, "words_to")
    return f"{low or 0:.0f} and more" if high is None else f"{low or 0:.0f} to {high:.0f}"


def _figures(result: Mapping[str, Any]) -> str:
    figures = result.get("figures")
    pairs = []
    for name, value in figures.items() if isinstance(figures, Mapping) else ():
        entries = value.items() if isinstance(value, Mapping) else [("", value)]
        pairs += [
            (f"{name} {part}".replace("_", " ").strip(), f"{entry:.3f}" if isinstance(entry, float) else str(entry))
            for part, entry in entries
        ]
    return facts(pairs)


def _examples(result: Mapping[str, Any]) -> str:
    """Of each line its source, each system's translation and the references, one below the other."""
    rows = []
    for example in rows_of(result, "examples"):
        hypotheses, references = example.get("hypotheses"), example.get("references")
        texts = [("source", example["source"])] if example.get("source") else []
        texts += list(hypotheses.items()) if isinstance(hypotheses, Mapping) else []
        texts += [("reference", text) for text in references] if isinstance(references, (list, tuple)) else []
        for place, (name, text) in enumerate(texts):
            first = [grouped(finite(example, "line"), 0), shown_score(example)] if place == 0 else ["", ""]
            rows.append([*first, str(name), str(text) if str(text).strip() else "(empty)"])
    return html_table(EXAMPLE_COLUMNS, rows) if rows else ""


def _reproduction(result: Mapping[str, Any], scores: Sequence[Mapping[str, Any]]) -> str:
    """The command, signatures, files by their hashes, versions."""
    data = rows_of(result, "data")
    files: dict[str, list[str]] = {str(row.get("role")): [] for row in data}
    for row in data:
        files[str(row.get("role"))].append(str(row.get("file")))
    words = [f"{role}={','.join(names)}" for role, names in files.items()]
    stored = result.get("settings")
    settings = stored if isinstance(stored, Mapping) else {}
    words += [f"{name}={value}" for name, value in settings.items() if value is not None]
    words += [f"{name}={result[name]}" for name in ("resamples", "trials", "seed") if result.get(name) is not None]
    command = " ".join(shlex.quote(word) for word in ["unmt", "evaluate", *words])
    versions = result.get("versions")
    pairs = signatures(scores)
    pairs += [(f"SHA-256 of {row.get('file')}", str(row.get("sha256") or MISSING)) for row in data]
    pairs += [("unmt version", str(result.get("version") or MISSING))]
    if isinstance(versions, Mapping):
        pairs.append(("with", ", ".join(f"{name} {number}" for name, number in versions.items())))
    pairs.append(("time", duration(finite(result, "seconds"))))
    return f'<pre class="command" tabindex="0">{escape(command)}</pre>\n{facts(pairs, "hashes")}'
