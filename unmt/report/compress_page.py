"""The report of `unmt compress` as one HTML page: verdict, shared bits beside what chance shares, code lengths, f."""

from collections.abc import Mapping
from html import escape
from typing import Any

from unmt.report.charts import (
    SIDE,
    BarRow,
    Scale,
    Segment,
    bars,
    dots,
    legend,
    linear_scale,
    plot,
    polyline,
)
from unmt.report.compress_tables import MIXTURE, code_names, lengths_table
from unmt.report.document import details, document, facts, header, section
from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.reproduction import reproduction
from unmt.report.tables import Column, html_table
from unmt.report.words import MISSING, duration, family_name, finite, grouped, percent

SHARED, NOTHING = "shared structure", "none found"
STYLES = {SHARED: "good", NOTHING: "nothing"}
FAMILIES = {"lexicon": "a lexicon: words become words"}
MOST_MEMBERS = 12
SHARED_NOTE = (
    "Bits that the pair takes less together than apart, and the same with a text in the place of x that shares nothing"
    " with y beyond what it was made to keep. The line is a 95 % interval of blocks drawn again."
)
TOGETHER_NOTE = (
    "A code that is made for something else may well need more for both together than apart: that gap is shown as it"
    " is. The mixture of all ways is never more than the regret bound above the best of them."
)
CONDITIONAL_NOTE = (
    "What y costs after x, twice: as the joint length less that of x, and by a code that is given x beforehand."
)
MEMBER_COLUMNS = (
    Column("code"),
    Column("way"),
    Column("bits", is_number=True),
    Column("above the best", is_number=True),
)
CONDITIONAL_COLUMNS = (
    Column("code"), Column("C(xy) − C(x)", is_number=True), Column("C(y|x)", is_number=True),
    Column("ratio", is_number=True), Column("how C(y|x) was had", is_detail=True),
)  # fmt: skip
TEXT_COLUMNS = (
    Column(""), Column("file", is_start=True), Column("bytes", is_number=True), Column("characters", is_number=True),
    Column("lines", is_number=True),
)  # fmt: skip


def compress_page(result: Mapping[str, Any]) -> str:
    """The page of one pair. result: its result.json; what it lacks is left out."""
    body = (
        _head(result)
        + section("Shared bits beside chance", _shared(result), SHARED_NOTE)
        + section("Code lengths", _joint_bars(result) + lengths_table(result), TOGETHER_NOTE)
        + section("The mapping", _mapping(result))
        + section("Conditional against joint", _conditional(result), CONDITIONAL_NOTE)
        + section("What is mixed", _members(result))
        + section("What to beware of", warning_list(result))
        + section("The two texts", _texts(result))
        + section("To do it again", reproduction(result, "compress", hashes(mapping(result, "sizes"))))
    )
    return document(f"{_verdict(result).capitalize()}: {' and '.join(names_of(result))} – unmt", body)


def _verdict(result: Mapping[str, Any]) -> str:
    return str(result.get("verdict") or "measured")


def names_of(result: Mapping[str, Any]) -> list[str]:
    """What to call the two texts: the ends of their files' names."""
    files = mapping(result, "files")
    names = [str(files.get(side) or "").replace("\\", "/").rpartition("/")[2] for side in ("x", "y")]
    return [name or usual for name, usual in zip(names, ("x", "y"), strict=True)]


def _head(result: Mapping[str, Any]) -> str:
    verdict, sentence = _verdict(result), str(result.get("sentence") or "")
    symbols = mapping(result, "per_symbol")
    pairs = []
    if (shared := finite(result, "shared_bits")) is not None:
        pairs.append(("shared bits", grouped(shared, 0)))
    if (interval := _pair_of(result, "shared_interval")) is not None:
        pairs.append(("95 % interval", f"{grouped(interval[0], 0)} to {grouped(interval[1], 0)}"))
    if (share := finite(symbols, "share_of_y_bits")) is not None:
        pairs.append(("share of C(y)", percent(share) if share > 0 else "none"))
    if (bits := finite(symbols, "shared_bits_per_character_of_y")) is not None:
        pairs.append(("bits a character of y", f"{bits:.4f}"))
    if (distance := finite(mapping(result, "ncd"), MIXTURE)) is not None:
        pairs.append(("NCD", f"{distance:.4f}"))
    if (regret := finite(result, "regret_bits")) is not None:
        bound = finite(result, "regret_bound_bits")
        pairs.append(("regret, bits", f"{regret:.2f}" + ("" if bound is None else f" (at most {bound:.2f})")))
    pairs += [("time", duration(seconds))] if (seconds := finite(result, "seconds")) is not None else []
    style = STYLES.get(verdict, "unsure")
    return header("unmt compress", verdict.capitalize(), sentence, style=style) + facts(pairs)


def _pair_of(result: Mapping[str, Any], field: str) -> tuple[float, float] | None:
    values = [finite({"": value}, "") for value in sequence(result, field)]
    if len(values) != 2 or values[0] is None or values[1] is None:
        return None
    return values[0], values[1]


def _shared(result: Mapping[str, Any]) -> str:
    """The pair and each kind of null on an axis of bits, one below the other, with the interval as a line."""
    shared = finite(result, "shared_bits")
    if shared is None:
        return ""
    rows = [("x and y", [shared], _pair_of(result, "shared_interval"))]
    for null in rows_of(result, "nulls"):
        samples = [value for entry in sequence(null, "samples") if (value := finite({"": entry}, "")) is not None]
        rows += [(f"null: {null.get('kind') or MISSING}", samples, None)] if samples else []
    values = [value for _, points, bounds in rows for value in [*points, *(bounds or ())]]
    x = linear_scale(min([0.0, *values]), max([0.0, *values]), ticks=4)
    y = Scale(0.0, 1.0, ())
    body = ""
    for place, (name, points, bounds) in enumerate(rows):
        marks = f'<path class="axis-line" d="M0 {SIDE // 2}h{SIDE}"/>'
        marks += polyline([(bounds[0], 0.5), (bounds[1], 0.5)], x, y, "line s0") if bounds else ""
        marks += dots([(value, 0.5) for value in points], x, y, "null-dot" if place else "reading-dot", 11)
        stated = ", ".join(grouped(value, 0) for value in points)
        described = f"{name}: {stated} bits" + (
            f", interval {grouped(bounds[0], 0)} to {grouped(bounds[1], 0)}." if bounds else "."
        )
        body += f"<h3>{escape(name)}: {escape(stated)} bits</h3>\n" + plot(
            marks, x, y, labels=("", ""), description=described, style="strip"
        )
    return body + legend([("reading-swatch", "x and y"), ("null", "texts that share nothing")])


def _joint_bars(result: Mapping[str, Any]) -> str:
    """Of each code the bits of both texts apart and together, and with f where there is one."""
    bits = mapping(result, "bits")
    rows = []
    for code in code_names(result):
        apart = [finite(mapping(bits, side), code) for side in ("x", "y")]
        if apart[0] is None or apart[1] is None:
            continue
        segments = [Segment("x", apart[0], "text"), Segment("y", apart[1], "mapping")]
        rows.append(BarRow(f"{code}: apart", f"{grouped(apart[0] + apart[1], 0)} bits", segments))
        for name, field in (("x then y", "xy"), ("with f", "with_mapping"), ("mixed", "joint")):
            value = finite(mapping(bits, field), code)
            if value is not None and (field != "joint" or code == MIXTURE):
                rows.append(BarRow(f"{code}: {name}", f"{grouped(value, 0)} bits", [Segment(name, value, "null")]))
    if not rows:
        return ""
    scale = linear_scale(0.0, max(sum(segment.length for segment in row.segments) for row in rows))
    description = "Code lengths in bits. " + "; ".join(f"{row.name}: {row.value}" for row in rows) + "."
    return bars(rows, scale, description=description) + legend([("text", "x"), ("mapping", "y"), ("null", "both")])


def _mapping(result: Mapping[str, Any]) -> str:
    found = mapping(result, "mapping")
    if not found:
        return ""
    family = str(found.get("family"))
    pairs = [
        ("family", FAMILIES.get(family) or family_name(family)),
        ("applied to", str(found.get("side") or MISSING)),
        ("bits of the mapping", grouped(finite(found, "mapping_bits"), 0)),
        ("bits of the way back, beside it", grouped(finite(found, "choice_bits"), 0)),
    ]
    if (beyond := finite(found, "beyond_bits")) is not None:
        interval = _pair_of(found, "beyond_interval")
        nulls = [grouped(value, 0) for entry in sequence(found, "beyond_nulls") if (value := finite({"": entry}, ""))]
        pairs.append(("bits that it tells beyond x without it", grouped(beyond, 0)))
        pairs += [("95 % interval", f"{grouped(interval[0], 0)} to {grouped(interval[1], 0)}")] if interval else []
        pairs += [("the same, translations exchanged", ", ".join(nulls))] if nulls else []
        if (right := finite(found, "right_bits")) is not None and (bounds := _pair_of(found, "right_interval")):
            told = f"{grouped(right, 0)} ({grouped(bounds[0], 0)} to {grouped(bounds[1], 0)})"
            pairs.append(("beyond those, with 95 % interval", told))
    key = mapping(found, "key")
    shown = ", ".join(f"{name} → {value}" for name, value in key.items())
    sample = str(found.get("sample") or "").strip()
    return (
        facts(pairs)
        + (f'<pre tabindex="0">{escape(sample)}</pre>\n' if sample else "")
        + (details("The key", f"<p>{escape(shown)}</p>\n") if shown else "")
    )


def _conditional(result: Mapping[str, Any]) -> str:
    rows = []
    for code, one in mapping(result, "conditional").items():
        values = one if isinstance(one, Mapping) else {}
        joint, given = finite(values, "joint_less_alone"), finite(values, "conditional")
        ratio = MISSING if not joint or given is None else f"{given / joint:.4f}"
        rows.append([str(code), grouped(joint, 0), grouped(given, 0), ratio, str(values.get("how") or MISSING)])
    return html_table(CONDITIONAL_COLUMNS, rows) if rows else ""


def _members(result: Mapping[str, Any]) -> str:
    members = rows_of(result, "members")
    least = min((bits for row in members if (bits := finite(row, "bits")) is not None), default=None)
    rows = []
    for row in members:
        bits = finite(row, "bits")
        above = None if bits is None or least is None else bits - least
        rows.append(
            [str(row.get("code") or MISSING), str(row.get("way") or MISSING), grouped(bits, 0), grouped(above, 0)]
        )
    table = html_table(MEMBER_COLUMNS, rows[:MOST_MEMBERS]) if rows else ""
    rest = rows[MOST_MEMBERS:]
    return table + (details(f"{len(rest)} more", html_table(MEMBER_COLUMNS, rest)) if rest else "")


def warning_list(result: Mapping[str, Any]) -> str:
    """What is to be known of a result, as a list; empty where there is nothing."""
    items = "".join(f"<li>{escape(str(warning))}</li>" for warning in sequence(result, "warnings"))
    return f"<ul>{items}</ul>\n" if items else ""


def _texts(result: Mapping[str, Any]) -> str:
    sizes, files = mapping(result, "sizes"), mapping(result, "files")
    rows = [
        [side, str(files.get(side) or MISSING)]
        + [grouped(finite(mapping(sizes, side), field), 0) for field in ("bytes", "characters", "lines")]
        for side in sizes
    ]
    coded = f"<p>Coded: {escape(str(result['text']))}.</p>\n" if result.get("text") else ""
    return (html_table(TEXT_COLUMNS, rows) + coded) if rows else ""


def hashes(texts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Of both texts, for the end of a page."""
    return [
        (f"SHA-256 of {side}", str(one.get("sha256") or MISSING))
        for side, one in texts.items()
        if isinstance(one, Mapping)
    ]
