"""The report of `unmt align` as one HTML page: verdict, both word spaces, objective, methods and dictionary."""

from collections.abc import Mapping
from typing import Any

from unmt.report.charts import Scale, legend, linear_scale, plot, polyline
from unmt.report.code_lengths import NOTE, code_length_picture
from unmt.report.document import document, facts, header, section
from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.reproduction import reproduction
from unmt.report.tables import Column, html_table
from unmt.report.word_list import word_list
from unmt.report.word_spaces import word_spaces
from unmt.report.words import MISSING, duration, finite, grouped, percent

SHARED, NOTHING = "shared structure", "no shared structure"
STYLES = {SHARED: "good", NOTHING: "nothing"}
MOST_TICKS = 12
METHOD_COLUMNS = (
    Column("method"), Column("seed", is_number=True), Column("bits saved", is_number=True),
    Column("objective", is_number=True),
    Column("agreement", is_number=True), Column("rounds", is_number=True, is_detail=True),
    Column("time", is_number=True, is_detail=True), Column("found"),
)  # fmt: skip
SPACE_NOTE = (
    "The most frequent words of each side. A flat picture keeps little of a space of many dimensions: words that lie"
    " apart here may still be neighbours there."
)
OBJECTIVE_NOTE = (
    "The mean cosine of a word with its nearest of the other side, over the words that were learned from. The null is"
    " the same search on vectors that share nothing."
)
METHOD_NOTE = (
    "Bits saved: what the search's dictionary saves a word, itself paid."
    " Agreement: the share of words for which a search has the same translation as the chosen one. Found: its"
    " objective is clearly above the null's, and another search came to the same translations."
)


def align_page(result: Mapping[str, Any]) -> str:
    """The page of one alignment. result: its result.json; what it lacks is left out."""
    body = (
        _head(result)
        + section("Both word spaces", word_spaces(result, _names(result)), SPACE_NOTE)
        + section("Objective by round", _objective(result), OBJECTIVE_NOTE)
        + section("Code lengths", code_length_picture(result), NOTE)
        + section("Methods and seeds", _methods(result), METHOD_NOTE)
        + section("Dictionary", word_list(result.get("samples")), _dictionary_note(result))
        + section("To do it again", reproduction(result, "align", _hashes(result)))
    )
    return document(f"{_verdict(result).capitalize()}: {' and '.join(_names(result))} – unmt", body)


def _verdict(result: Mapping[str, Any]) -> str:
    return str(result.get("verdict") or "aligned")


def _names(result: Mapping[str, Any]) -> list[str]:
    """What to call the sides: their files without folders."""
    names = [str(row.get("path") or "").replace("\\", "/").rpartition("/")[2] for row in rows_of(result, "sides")]
    return [name or usual for name, usual in zip([*names, "", ""], ("source", "target"), strict=False)]


def _head(result: Mapping[str, Any]) -> str:
    verdict = _verdict(result)
    words = [finite({"": count}, "") for count in sequence(result, "words")]
    pairs = [("words", " and ".join(grouped(count, 0) for count in words))] if words else []
    pairs += [("method", str(result["method"]))] if result.get("method") else []
    if (objective := finite(result, "objective")) is not None:
        null = finite(mapping(result, "null"), "objective")
        pairs.append(("objective", f"{objective:.3f}" + ("" if null is None else f" (null {null:.3f})")))
    pairs += [
        (f"searches by {method} that found something", f"{good[0]} of {good[1]}")
        for method, good in mapping(result, "success_rate").items()
        if isinstance(good, (list, tuple)) and len(good) == 2
    ]
    pairs += [("time", duration(seconds))] if (seconds := finite(result, "seconds")) is not None else []
    style = STYLES.get(verdict, "unsure")
    return header("unmt align", verdict.capitalize(), _sentence(result, verdict), style=style) + facts(pairs)


def _sentence(result: Mapping[str, Any], verdict: str) -> str:
    stopped = " It was interrupted: this is the best so far." if result.get("stopped") == "interrupted" else ""
    agreement = finite(result, "agreement")
    same = "" if agreement is None else f" Another search has the same translation for {percent(agreement)} of words."
    if verdict == SHARED:
        return "The words of both sides lie alike, more than chance allows." + same + stopped
    if verdict == NOTHING:
        return (
            "Nothing here fits better than vectors that share nothing. The dictionary below is guesswork."
            + same
            + stopped
        )
    return "The null was not measured: how well vectors fit that share nothing is not known." + same + stopped


def _objective(result: Mapping[str, Any]) -> str:
    """The objective over the rounds of the chosen search, and of the same search on vectors that share nothing."""
    found, null = _curve(result, "history"), _curve(result, "null_history")
    if not found:
        return ""
    level = finite(mapping(result, "null"), "objective")
    last = max(len(found), len(null), 2)
    null = null or ([(1.0, level), (float(last), level)] if level is not None else [])
    values = [value for _, value in [*found, *null]]
    step = -(-last // MOST_TICKS)
    x = Scale(1.0, float(last), tuple(float(number) for number in range(1, last + 1, step)))
    y = linear_scale(min(values), max(values))
    marks = (polyline(null, x, y, "line dashed") if null else "") + polyline(found, x, y, "line s0")
    entries = [("s0", f"chosen search, {found[-1][1]:.3f} at its end")]
    entries += [("dashed-swatch", f"null, {null[-1][1]:.3f} at its end")] if null else []
    description = f"Objective by round: from {found[0][1]:.3f} to {found[-1][1]:.3f} in {len(found)} rounds." + (
        f" Null: {null[-1][1]:.3f}." if null else ""
    )
    chart = plot(
        marks, x, y, labels=("round", "mean cosine"), description=description,
        tick_text=(lambda number: f"{number:.0f}", lambda value: f"{value:.2f}"),
    )  # fmt: skip
    return chart + legend(entries)


def _curve(result: Mapping[str, Any], field: str) -> list[tuple[float, float]]:
    values = [finite({"": value}, "") for value in sequence(result, field)]
    return [(float(place), value) for place, value in enumerate(values, start=1) if value is not None]


def _methods(result: Mapping[str, Any]) -> str:
    """A row a search, the null below them, and why others could not start."""
    rows = [_trial(row, str(row.get("method") or MISSING)) for row in rows_of(result, "methods")]
    null = mapping(result, "null")
    rows += [_trial(null, f"null ({null.get('method') or MISSING})")] if null and rows else []
    table = html_table(METHOD_COLUMNS, rows) if rows else ""
    failures = mapping(result, "failures")
    return table + facts([(f"{method} could not start", str(why)) for method, why in failures.items()])


def _trial(row: Mapping[str, Any], name: str) -> list[str]:
    found = row.get("found")
    return [
        name,
        grouped(finite(row, "seed"), 0),
        *(
            MISSING if value is None else f"{value:.3f}".replace("-", "\N{MINUS SIGN}")
            for value in (finite(row, "saved_bits_per_word"), finite(row, "objective"))
        ),
        *(MISSING if value is None else f"{value:.2f}" for value in [finite(row, "agreement")]),
        grouped(finite(row, "rounds"), 0),
        duration(finite(row, "seconds")),
        ("yes" if found else "no") if isinstance(found, bool) else "",
    ]


def _dictionary_note(result: Mapping[str, Any]) -> str:
    weight = finite(result, "spelling_weight")
    spelling = f" Spelling counted with a weight of {weight:g}." if weight else ""
    return "Words in even steps of the logarithm of their frequency rank." + spelling


def _hashes(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"SHA-256 of {row.get('path') or MISSING}", str(row["sha256"]))
        for row in rows_of(result, "sides")
        if row.get("sha256")
    ]
