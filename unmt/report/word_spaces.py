"""A picture of the words of two languages, before and after they were brought into one space."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from unmt.report.charts import SIDE, Scale, dots, legend, polyline
from unmt.report.fields import mapping, sequence
from unmt.report.words import finite

DRAWN, LABELS = 150, 12
# Shares of a picture on a narrow screen.
LETTER_WIDTH, NAME_HEIGHT = 0.024, 0.05
BEFORE, AFTER = 0, 1
Point = tuple[float, float]


class Box(NamedTuple):
    """A part of a picture, in shares of its width and height from below."""

    left: float
    low: float
    right: float
    high: float


class Words(NamedTuple):
    """What is drawn: each side's words with both places, and the pairs of places that are translations."""

    source: list[tuple[str, Point, Point]]
    target: list[tuple[str, Point, Point]]
    links: list[tuple[int, int]]


def word_spaces(result: Mapping[str, Any], names: Sequence[str]) -> str:
    """Two pictures, each side on its own axes and both on shared ones, with lines between translations.

    names: of the two sides. Empty where the result has no spaces.
    """
    stored = mapping(result, "spaces")
    words = Words(_side(stored, 0), _side(stored, 1), [])
    words.links.extend(_links(stored, words))
    if not words.source or not words.target:
        return ""
    named = _labelled(words)
    pictures = _picture(words, named, BEFORE, "Before: each side on its own two main axes") + _picture(
        words, named, AFTER, "After: both on the two main axes of the shared space"
    )
    entries = [("s0", f"{names[0]}, {len(words.source)} words"), ("s1", f"{names[1]}, {len(words.target)} words")]
    entries += [("link-swatch", f"the best translation, {len(words.links)} pairs")] if words.links else []
    return f'<div class="halves">{pictures}</div>\n' + legend(entries)


def _picture(words: Words, named: Sequence[tuple[int, int]], when: int, title: str) -> str:
    points, far = _places(words, when)
    axis = Scale(-far, far, ())
    links = "".join(polyline([points[0][i], points[1][j]], axis, axis, "link") for i, j in words.links)
    marks = links + "".join(dots(side, axis, axis, f"s{place}", 6) for place, side in enumerate(points))
    labels = ""
    for i, j in named:
        names = _name(words.source[i][0], 0), _name(words.target[j][0], 1)
        # Together where the two lie side by side, as they should after.
        if when == AFTER:
            labels += _label(f"{names[0]} {names[1]}", points[0][i], axis)
        else:
            labels += _label(names[0], points[0][i], axis) + _label(names[1], points[1][j], axis)
    pairs = ", ".join(f"{words.source[i][0]} and {words.target[j][0]}" for i, j in named)
    description = f"{title}. Words with lines to their translations; named are {pairs}." if named else title
    return (
        f'<figure class="space"><figcaption>{escape(title)}</figcaption>'
        f'<div role="img" aria-label="{escape(description)}"><svg viewBox="0 0 {SIDE} {SIDE}" '
        f'preserveAspectRatio="none" aria-hidden="true">{marks}</svg>{labels}</div></figure>\n'
    )


def _places(words: Words, when: int) -> tuple[list[list[Point]], float]:
    """The points of both sides, and how far from the middle the picture goes."""
    points = [
        [after if when == AFTER else before for _, before, after in side] for side in (words.source, words.target)
    ]
    far = max(abs(value) for side in points for point in side for value in point)
    return points, 1.06 * far or 1.0


def _name(word: str, side: int) -> str:
    return f'<b class="t{side}">{escape(word)}</b>'


def _label(names: str, point: Point, axis: Scale) -> str:
    place = f"left:{100 * axis.share(point[0]):.1f}%;bottom:{100 * axis.share(point[1]):.1f}%"
    return f'<span style="{place}">{names}</span>'


def _labelled(words: Words) -> list[tuple[int, int]]:
    """Pairs whose names have room in both pictures, the most frequent first."""
    pictures = [(when, *_places(words, when)) for when in (BEFORE, AFTER)]
    taken: dict[int, list[Box]] = {BEFORE: [], AFTER: []}
    named: list[tuple[int, int]] = []
    for i, j in words.links:
        first, second = words.source[i][0], words.target[j][0]
        if len(named) == LABELS or not any(character.isalpha() for character in first):
            continue
        new: dict[int, list[Box]] = {}
        for when, points, far in pictures:
            ends = [(first, points[0][i]), (second, points[1][j])]
            if when == AFTER:
                ends = [(f"{first} {second}", points[0][i])]
            new[when] = [_box(name, point, far) for name, point in ends]
        if all(_has_room(boxes, taken[when]) for when, boxes in new.items()):
            named.append((i, j))
            for when, boxes in new.items():
                taken[when] += boxes
    return named


def _box(name: str, point: Point, far: float) -> Box:
    """What a name takes of a picture that is one wide and one high, on a narrow screen."""
    left, middle = (0.5 + value / far / 2 for value in point)
    return Box(left, middle - NAME_HEIGHT / 2, left + LETTER_WIDTH * (len(name) + 1), middle + NAME_HEIGHT / 2)


def _has_room(boxes: list[Box], taken: list[Box]) -> bool:
    """Whether names stay inside the picture and do not touch others or each other."""
    return all(box.left >= 0 and box.right <= 1 and box.low >= 0 and box.high <= 1 for box in boxes) and not any(
        _touch(box, other) for place, box in enumerate(boxes) for other in [*taken, *boxes[:place]]
    )


def _touch(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.low < b.high and b.low < a.high


def _side(stored: Mapping[str, Any], side: int) -> list[tuple[str, Point, Point]]:
    """The most frequent words of a side with both places; none after the first that lacks one."""
    columns = [_nth(stored, field, side) for field in ("words", "before", "after")]
    found: list[tuple[str, Point, Point]] = []
    for word, before, after in zip(*columns, strict=False):
        first, second = _point(before), _point(after)
        if first is None or second is None or len(found) == DRAWN:
            break
        found.append((str(word), first, second))
    return found


def _nth(stored: Mapping[str, Any], field: str, side: int) -> Sequence[Any]:
    sides = sequence(stored, field)
    return sides[side] if len(sides) > side and isinstance(sides[side], (list, tuple)) else ()


def _point(value: object) -> Point | None:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    x, y = (finite({"": entry}, "") for entry in value)
    return None if x is None or y is None else (x, y)


def _links(stored: Mapping[str, Any], words: Words) -> list[tuple[int, int]]:
    found = []
    for pair in sequence(stored, "links"):
        if isinstance(pair, (list, tuple)) and len(pair) == 2 and all(type(place) is int for place in pair):
            i, j = pair
            if 0 <= i < len(words.source) and 0 <= j < len(words.target):
                found.append((i, j))
    return found
