"""What a net's training adds to the page: curves of all that it was judged by, guards, and few of many rounds."""

from collections.abc import Mapping
from typing import Any

from unmt.report.document import details
from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.tables import Column, html_table
from unmt.report.train_rounds import all_directions, bits, chosen_rounds, curve_chart, directions, numbered, round_table
from unmt.report.words import MISSING, finite, grouped, percent

FEW = 6
"""Rounds whose sentences and scores stand open on the page."""

CURVES = (
    ("code_bits", "What the source costs through its translation", "bits a source word", False),
    ("divergence", "How far the translations are from true text, and the way back", "bits a source word", False),
    ("round_trip_bleu", "Sentences that come back", "BLEU of the way there and back", False),
    ("text_bits", "How likely the translations are", "bits a word of the language", False),
    ("fluency_bits", "The same, and how much of the vocabulary they use", "bits a word of the language", False),
    ("loss_bits", "What training itself minimises", "bits a piece", True),
)
"""Field, name, unit, and whether it is of the round and not of a direction."""

GUARD_COLUMNS = (
    Column("direction"), Column("round"), Column("copies", is_number=True), Column("different", is_number=True),
    Column("length", is_number=True), Column("bits of a word alone", is_number=True), Column("tripped", is_start=True),
)  # fmt: skip
TURN_COLUMNS = (
    Column("turn"), Column("before round", is_number=True), Column("direction"), Column("score", is_number=True),
)  # fmt: skip
TURN_NOTE = (
    "The lexicon model learned from the net, and the net went on with what it made of the texts then. Its score, in"
    " bits a word, is of its own code, which is another than the net's."
)
GUARD_NOTE = (
    "What broken translators do: share of sentences that are their source; different translations against different"
    " sources; length and variety of words against true text. A round that tripped one is chosen only where all did."
)


def few_rounds(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result with a handful of its rounds: the first, the last, those chosen, and some between."""
    entries = numbered(result)
    if len(entries) <= FEW:
        return result
    chosen = set(chosen_rounds(result).values())
    steps = {round(place * (len(entries) - 1) / (FEW - 2)) for place in range(FEW - 1)}
    kept = [entry for place, (number, entry) in enumerate(entries) if place in steps or number in chosen]
    return {**result, "rounds": kept}


def net_curves(result: Mapping[str, Any]) -> str:
    """A chart of each curve that there is."""
    charts, name_of_all = "", all_directions(result)
    for field, name, unit, is_of_round in CURVES:
        lines: dict[str, list[tuple[float, float]]] = {}
        for number, entry in numbered(result):
            values = {name_of_all: entry} if is_of_round else mapping(entry, "figures")
            for way in values:
                if (value := finite(mapping(values, way), field)) is not None:
                    lines.setdefault(str(way), []).append((float(number), value))
        chart = curve_chart(lines, {} if is_of_round else chosen_rounds(result), ("round", unit), name)
        charts += f"<h3>{name}</h3>\n{chart}" if chart else ""
    return charts


def scores(result: Mapping[str, Any]) -> str:
    """The parts of the score of few rounds, and of all of them behind a line."""
    few = few_rounds(result)
    if few is result:
        return round_table(result)
    return round_table(few) + details(f"All {len(rows_of(result, 'rounds'))} rounds", round_table(result))


def guard_table(result: Mapping[str, Any]) -> str:
    """The guards of few rounds and of every round that tripped one, and of all of them behind a line."""
    rows, open_ = [], []
    few = {number for number, _ in numbered(few_rounds(result))}
    for way in directions(result):
        for number, entry in numbered(result):
            figures = mapping(mapping(entry, "guard_figures"), way)
            tripped = ", ".join(map(str, sequence(mapping(entry, "guards"), way)))
            if not figures and not tripped:
                continue
            row = [way, str(number), percent(finite(figures, "copied"))]
            row += [grouped(finite(figures, field), 2) for field in ("distinct", "length", "entropy")]
            rows.append([*row, tripped or MISSING])
            if number in few or tripped:
                open_.append(rows[-1])
    if not rows:
        return ""
    rest = html_table(GUARD_COLUMNS, rows) if len(open_) < len(rows) else ""
    return html_table(GUARD_COLUMNS, open_) + (details(f"All {len(rows)} looks", rest) if rest else "")


def turn_table(result: Mapping[str, Any]) -> str:
    """What the lexicon models that the net taught came to, turn by turn."""
    rows = []
    for place, turn in enumerate(rows_of(result, "turns"), start=1):
        number, taught = grouped(finite(turn, "round"), 0), mapping(turn, "two_sided")
        if not turn.get("is_made"):
            rows.append([str(place), number, MISSING, "left out, for want of time"])
        rows += [[str(place), number, str(way), bits(finite(taught, way))] for way in taught]
    return html_table(TURN_COLUMNS, rows) if rows else ""


def net_facts(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Size, steps and device."""
    pairs = [
        (name, grouped(value, 0))
        for name, field in (("parameters", "parameters"), ("steps", "steps"))
        if (value := finite(result, field)) is not None
    ]
    device = result.get("device")
    return pairs + ([("device", str(device))] if device else [])


def warning(result: Mapping[str, Any]) -> str:
    """A sentence where the net went wrong, else nothing."""
    if result.get("verdict") != "collapsed":
        return ""
    latest = rows_of(result, "rounds")[-1:]
    tripped = {
        str(guard)
        for entry in latest
        for way in directions(result)
        for guard in sequence(mapping(entry, "guards"), way)
    }
    what = f" ({', '.join(sorted(tripped))})" if tripped else ""
    return (
        f"the net went wrong while it trained{what}. The model is of the best round before that; look at its sentences."
    )
