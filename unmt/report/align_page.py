"""The report of an alignment as one HTML page: verdict, dictionary, both word spaces, and the searches."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from unmt.report.charts import dots, legend, linear_scale, plot, polyline
from unmt.report.document import document, facts, section
from unmt.report.tables import Column, html_table
from unmt.report.words import MISSING, duration, finite

SENTENCES = {
    "shared structure": "The two sides share structure: the search found more than chance does, and finds it again.",
    "no shared structure": "No shared structure was found: chance finds as much. The dictionary below means nothing.",
}
METHOD_COLUMNS = (
    Column("method"),
    Column("seed", is_number=True),
    Column("objective", is_number=True),
    Column("agreement", is_number=True),
    Column("rounds", is_number=True, is_detail=True),
    Column("seconds", is_number=True, is_detail=True),
)
METHOD_NOTE = (
    "Objective: mean cosine of a word with its nearest of the other language. Agreement: share of words that have the"
    " same translation as in the search that is used; of that one itself, as in the next best."
)
SPACE_NOTE = "The same words along the two axes of largest spread: of each language for itself before, of both after."


def align_page(result: Mapping[str, Any]) -> str:
    """The page of one alignment. result: its result.json; what it lacks is left out."""
    body = (
        _head(result)
        + section("Dictionary", _samples(result), "Translations of frequent words, with their probabilities.")
        + section("Word spaces", _space(result, "before") + _space(result, "after"), SPACE_NOTE)
        + section("Searches", _searches(result), METHOD_NOTE)
        + section("The search that is used", _history(result))
    )
    return document("Word alignment – unmt", body)


def _head(result: Mapping[str, Any]) -> str:
    verdict = result.get("verdict")
    sentence = SENTENCES.get(str(verdict), "A verdict was not measured: null=false.")
    words = result.get("words") or (MISSING, MISSING)
    rates = (result.get("success_rate") or {}).items()
    pairs = [
        ("method", str(result.get("method", MISSING))),
        ("words", " and ".join(f"{count:,}" if isinstance(count, int) else str(count) for count in words)),
        *[(f"searches by {name} that found it", f"{good} of {every}") for name, (good, every) in rates],
        ("weight of spelling", str(result.get("spelling_weight", MISSING))),
        ("time", duration(finite(result, "seconds") or 0.0)),
        ("seed", str(result.get("seed", MISSING))),
    ]
    return f"<header><h1>{escape(str(verdict or 'word alignment'))}</h1><p>{escape(sentence)}</p></header>\n" + facts(
        pairs
    )


def _samples(result: Mapping[str, Any]) -> str:
    rows = [
        (str(word), ", ".join(f"{target} {100 * share:.0f} %" for target, share in translations))
        for word, translations in result.get("samples") or ()
    ]
    return html_table((Column("word"), Column("translations")), rows) if rows else ""


def _space(result: Mapping[str, Any], when: str) -> str:
    """Dots of the words of both languages in the plane."""
    planes: Sequence[Any] = (result.get("spaces") or {}).get(when) or ()
    points = [[(float(across), float(up)) for across, up in plane] for plane in planes]
    flat = [point for plane in points for point in plane]
    if not flat:
        return ""
    x, y = (linear_scale(min(p[axis] for p in flat), max(p[axis] for p in flat)) for axis in (0, 1))
    marks = "".join(dots(plane, x, y, f"s{place}", 4) for place, plane in enumerate(points))
    chart = plot(
        marks,
        x,
        y,
        labels=("first axis", f"second axis, {when}"),
        description=f"Words of both languages in the plane, {when} the alignment.",
        tick_text=("{:.1f}".format, "{:.1f}".format),
    )
    return chart + legend([("s0", "source"), ("s1", "target")])


def _searches(result: Mapping[str, Any]) -> str:
    rows = [*(result.get("methods") or ()), *([{**result["null"], "method": "null"}] if result.get("null") else ())]
    cells = [
        (
            str(row["method"]),
            str(row["seed"]),
            f"{row['objective']:.4f}",
            MISSING if row["agreement"] is None else f"{row['agreement']:.2f}",
            str(row["rounds"]),
            f"{row['seconds']:.1f}",
        )
        for row in rows
    ]
    failures = [(f"{name} could not start", str(why)) for name, why in (result.get("failures") or {}).items()]
    return (html_table(METHOD_COLUMNS, cells) if cells else "") + facts(failures)


def _history(result: Mapping[str, Any]) -> str:
    history = [float(value) for value in result.get("history") or ()]
    if len(history) < 2:
        return ""
    null = finite(result.get("null") or {}, "objective")
    x = linear_scale(1, len(history))
    y = linear_scale(min(history), max([*history, null or 0.0]))
    marks = polyline(list(enumerate(history, start=1)), x, y, "line s0")
    entries = [("s0", "objective")]
    if null is not None:
        marks += polyline([(x.low, null), (x.high, null)], x, y, "line dashed")
        entries.append(("dashed-swatch", "null: vectors that share nothing, at its end"))
    chart = plot(
        marks,
        x,
        y,
        labels=("round", "objective"),
        description=f"The objective over {len(history)} rounds, from {history[0]:.3f} to {max(history):.3f}.",
        tick_text=("{:.0f}".format, "{:.2f}".format),
    )
    return chart + legend(entries)
