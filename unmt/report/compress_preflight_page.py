"""The report of `unmt compress preflight` as one HTML page: verdict, what to expect, and where these texts stand."""

from collections.abc import Mapping
from typing import Any

from unmt.report.charts import Scale, dots, legend, linear_scale, plot, polyline
from unmt.report.compress_page import hashes, names_of, warning_list
from unmt.report.document import document, facts, header, section
from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.reproduction import reproduction
from unmt.report.tables import Column, html_table, text_table
from unmt.report.words import MISSING, duration, finite, grouped, percent

STYLES = {"shared structure": "good", "little shared structure": "unsure", "no shared structure": "nothing"}
SAVED_COLUMNS = (
    Column("direction"), Column("lexicon", is_number=True), Column("shuffled", is_number=True),
    Column("saved", is_number=True), Column("told before", is_number=True), Column("way back", is_number=True),
)  # fmt: skip
SAVED_NOTE = (
    "Bits a source word: to write a held-out sentence word by word in the other language and get it back, with the"
    " lexicon of the two texts and with one whose translations are exchanged among words of like frequency. Told"
    " before: what the words before tell of the next one in the text that is written."
)
EXPECTED_NOTE = (
    "Each dot is a pair of texts that a translator was trained on, by the figure that the forecast goes by and the BLEU"
    " that it came to. The upright line is these two texts."
)
TEXT_COLUMNS = (
    Column(""), Column("file", is_start=True), Column("lines", is_number=True), Column("looked at", is_number=True),
    Column("words", is_number=True), Column("held out", is_number=True),
)  # fmt: skip


def compress_preflight_page(result: Mapping[str, Any]) -> str:
    """The page of one pair. result: its result.json; what it lacks is left out."""
    verdict = str(result.get("verdict") or "measured")
    body = (
        _head(result, verdict)
        + section("Bits that the lexicon saves", saved_table(result), SAVED_NOTE)
        + section("What came of other texts", _others(result), EXPECTED_NOTE)
        + section("What to beware of", warning_list(result))
        + section("The lexicon", _lexicon(result))
        + section("The two texts", _texts(result))
        + section("To do it again", reproduction(result, "compress", hashes(mapping(result, "texts"))))
    )
    return document(f"{verdict.capitalize()}: {' and '.join(names_of(result))} – unmt", body)


def saved_text(result: Mapping[str, Any]) -> str:
    """The table of both directions for a terminal."""
    return text_table(SAVED_COLUMNS, _saved_rows(result))


def saved_table(result: Mapping[str, Any]) -> str:
    """The same as HTML; empty without figures."""
    rows = _saved_rows(result)
    return html_table(SAVED_COLUMNS, rows) if rows else ""


def _saved_rows(result: Mapping[str, Any]) -> list[list[str]]:
    """A row a direction, all in bits a word."""
    found = mapping(result, "preflight")
    saved, redundancy = sequence(found, "saved_bits_per_word"), sequence(found, "redundancy_bits_per_word")
    figures, null = mapping(found, "figures"), mapping(found, "null")
    rows = []
    for place, way in enumerate(null):
        after = finite({"": redundancy[1 - place]}, "") if len(redundancy) == 2 else None
        values = [
            finite(mapping(figures, way), "code_bits"), finite(mapping(null, way), "code_bits"),
            finite({"": saved[place]}, "") if place < len(saved) else None, after,
            finite(mapping(figures, way), "way_back_bits"),
        ]  # fmt: skip
        rows.append([str(way), *(grouped(value, 2) for value in values)])
    return rows


def _head(result: Mapping[str, Any], verdict: str) -> str:
    expected, found = mapping(result, "expected"), mapping(result, "preflight")
    pairs = []
    low, high = finite(expected, "low"), finite(expected, "high")
    if low is not None and high is not None:
        pairs.append(("BLEU to expect", f"{grouped(low, 0)} to {grouped(high, 0)}"))
    values = [
        value for entry in sequence(found, "saved_bits_per_word") if (value := finite({"": entry}, "")) is not None
    ]
    pairs += [("bits a word saved, mean", grouped(sum(values) / len(values), 2))] if values else []
    pairs += [("time", duration(seconds))] if (seconds := finite(result, "seconds")) is not None else []
    sentence, style = str(result.get("sentence") or ""), STYLES.get(verdict, "unsure")
    lead = sentence[:1].upper() + sentence[1:]
    return header("unmt compress preflight", verdict.capitalize(), lead, style=style) + facts(pairs)


def _others(result: Mapping[str, Any]) -> str:
    """The cells of the calibration, and this pair as a line."""
    expected = mapping(result, "expected")
    here = finite(expected, "score")
    points = {
        str(cell.get("name")): (score, bleu)
        for cell in rows_of(expected, "cells")
        if (score := finite(cell, "score")) is not None and (bleu := finite(cell, "bleu")) is not None
    }
    if here is None or not points:
        return ""
    x = linear_scale(min(here, *(a for a, _ in points.values())), max(here, *(a for a, _ in points.values())))
    y: Scale = linear_scale(0.0, max(b for _, b in points.values()))
    marks = polyline([(here, 0.0), (here, y.high)], x, y, "line s0")
    marks += dots(list(points.values()), x, y, "reading-dot", 9)
    described = "; ".join(f"{name}: {a:.2f}, BLEU {b:.1f}" for name, (a, b) in points.items())
    label = str(expected.get("score_is") or "score")
    rows = [[name, grouped(a, 2), grouped(b, 1)] for name, (a, b) in points.items()]
    columns = (Column("texts"), Column(label, is_number=True), Column("BLEU", is_number=True))
    return (
        plot(marks, x, y, labels=(label, "BLEU"), description=f"{described}. These texts: {here:.2f}.")
        + legend([("reading-swatch", "texts that were trained on"), ("s0", "these two texts")])
        + html_table(columns, rows)
    )


def _lexicon(result: Mapping[str, Any]) -> str:
    lexicon = mapping(mapping(result, "preflight"), "lexicon")
    found = sequence(lexicon, "pairs")
    pairs = [("pairs of words that are each other's best", str(found[-1]))] if found else []
    if (share := finite(lexicon, "mutual_share")) is not None:
        pairs.append(("words of the text that are in such a pair", percent(share)))
    if (cosine := finite(lexicon, "context_cosine")) is not None:
        pairs.append(("likeness of their contexts, cosine", grouped(cosine, 2)))
    return facts(pairs)


def _texts(result: Mapping[str, Any]) -> str:
    files = mapping(result, "files")
    fields = ("lines", "lines_looked_at", "words", "held_out")
    rows = [
        [side, str(files.get(side) or MISSING), *(grouped(finite(one, field), 0) for field in fields)]
        for side, one in mapping(result, "texts").items()
        if isinstance(one, Mapping)
    ]
    return html_table(TEXT_COLUMNS, rows) if rows else ""
