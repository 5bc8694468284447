"""Where the symbols of a ciphertext are: characters or tokens, and what lies between them.

A text is cut into units (the symbols as they are written) and gaps:

    text == gaps[0] + units[0] + gaps[1] + units[1] + ... + gaps[N]
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from unmt.text.graphemes import breaks_line, graphemes, is_layout
from unmt.text.word_divisions import are_words

Kind = Literal["characters", "tokens"]

NUMBER_LIST = re.compile(r"[\s\d,;.:/|_()\[\]\u2010-\u2015\u200b\ufeff-]+")
NUMBER = re.compile(r"\d+")
# "A12", "7b": a number with letters, as in the tables of nomenclators.
MARKED_NUMBER = re.compile(r"[^\W\d_]{0,2}\d{1,4}[^\W\d_]?|\d+")
PIECE = re.compile(r"[^\s\ufeff\u200b]+")
LISTED_PIECE = re.compile(r"[^\s\ufeff\u200b,;]+")
# Numbers of so many digits that never come back are lines of a grid of digits, not tokens.
DIGITS_OF_A_LINE = 5
# A hyphen at the end of a line goes on with the same word.
BROKEN_WORD = re.compile(r"[-\u2010\xad][^\S\n\r]*[\n\r]+\s*")

CLOSING = frozenset(".,;:!?…)]}»”’\"'›“%")
OPENING = frozenset("([{«„“‘\"'¿¡‹»‚")
INSIDE = frozenset("'’‘`-‐‑/_.")
ANYWHERE = frozenset("–—…。、，！？；：「」『』（）《》·،؛؟।॥")


@dataclass(frozen=True)
class Segmentation:
    """A text as units and gaps. `is_prose`: the units are letters, and what stands in the gaps is punctuation."""

    kind: Kind
    units: list[str]
    gaps: list[str]
    is_prose: bool

    def division_positions(self) -> list[int]:
        """Positions of units before which a word division stands, if words are what the gaps divide."""
        return [
            position
            for position in range(1, len(self.units))
            if self._divides(position) or (self._breaks_line(position) and not self._is_broken_word(position))
        ]

    def has_words(self) -> bool:
        """True if the divisions within lines cut runs that look like words (see word_divisions.py)."""
        lines: list[list[int]] = [[]]
        start = 0
        for position in range(1, len(self.units) + 1):
            at_end = position == len(self.units)
            line_ends = at_end or self._breaks_line(position)
            if line_ends or self._divides(position):
                lines[-1].append(position - start)
                start = position
            if line_ends and not at_end:
                lines.append([])
        return are_words(lines)

    def _breaks_line(self, position: int) -> bool:
        return breaks_line(self.gaps[position]) and not breaks_line(self._separator)

    def _divides(self, position: int) -> bool:
        gap = self.gaps[position]
        if gap == self._separator or self._breaks_line(position):
            return False
        if self.kind == "tokens":
            return bool(Counter(gap) - Counter(self._separator))
        return not all(unicodedata.category(character) == "Cf" for character in gap)

    def _is_broken_word(self, position: int) -> bool:
        return self.is_prose and BROKEN_WORD.fullmatch(self.gaps[position]) is not None

    @cached_property
    def _separator(self) -> str:
        """What stands between two tokens of a word: the most frequent gap. Nothing, between characters."""
        inner = Counter(self.gaps[1:-1])
        return inner.most_common(1)[0][0] if inner and self.kind == "tokens" else ""


def segment(text: str, symbols: Literal["auto", "characters", "tokens"] = "auto") -> Segmentation:
    """`text` cut into symbols.

    Tokens are numbers, single characters with white space around them, or, where `symbols` says tokens, whatever
    stands between white space (and commas). Otherwise every visible character is a symbol, in prose every letter.
    """
    pattern = None if symbols == "characters" else _token_pattern(text, forced=symbols == "tokens")
    return _characters(text) if pattern is None else _tokens(text, pattern)


def _token_pattern(text: str, *, forced: bool) -> re.Pattern[str] | None:
    if NUMBER_LIST.fullmatch(text):
        numbers = NUMBER.findall(text)
        is_grid = len(set(numbers)) > len(numbers) / 2 and all(len(number) >= DIGITS_OF_A_LINE for number in numbers)
        if forced or (len(numbers) > 1 and not is_grid):
            return NUMBER
    if forced:
        is_listed = re.search(r"[,;]", text) and not {",", ";"} & set(text.split())
        return LISTED_PIECE if is_listed else PIECE
    pieces = PIECE.findall(text)
    if len(pieces) > 1 and all(MARKED_NUMBER.fullmatch(piece) or _is_one_character(piece) for piece in pieces):
        return None if all(len(piece) >= DIGITS_OF_A_LINE for piece in pieces) else PIECE
    return None


def _is_one_character(piece: str) -> bool:
    return len(piece) == 1 or len(graphemes(piece)) == 1


def _tokens(text: str, pattern: re.Pattern[str]) -> Segmentation:
    units, gaps, end = [], [], 0
    for match in pattern.finditer(text):
        gaps.append(text[end : match.start()])
        units.append(match.group())
        end = match.end()
    gaps.append(text[end:])
    return Segmentation("tokens", units, gaps, is_prose=False)


def _characters(text: str) -> Segmentation:
    characters = graphemes(text)
    layout = {character for character in set(characters) if is_layout(character)}
    is_prose = _is_prose(characters, layout)
    if is_prose:
        layout = {character for character in set(characters) if not character[0].isalpha()}
    units: list[str] = []
    gaps: list[str] = []
    gap: list[str] = []
    for character in characters:
        if character in layout:
            gap.append(character)
        else:
            gaps.append("".join(gap))
            units.append(character)
            gap.clear()
    gaps.append("".join(gap))
    return Segmentation("characters", units, gaps, is_prose)


def _is_prose(characters: Sequence[str], layout: set[str]) -> bool:
    """True for letters with punctuation where prose has it.

    The thresholds let a short letter full of commas in, and a list of letters with odd signs between them out.
    """
    counts = Counter(characters)
    visible = sum(count for character, count in counts.items() if character not in layout)
    letters = sum(count for character, count in counts.items() if character[0].isalpha())
    if letters == visible:
        return letters > 0
    padded = [" ", *characters, " "]
    in_place = sum(
        _stands_as_in_prose(character, before, after, layout)
        for (before, character), after in zip(pairwise(padded), padded[2:], strict=False)
        if character not in layout and not character[0].isalpha()
    )
    share_in_place = in_place / (visible - letters)
    share_of_letters = letters / visible
    return (share_of_letters >= 0.9 and share_in_place >= 0.8) or (share_of_letters >= 0.6 and share_in_place >= 0.95)


def _stands_as_in_prose(mark: str, before: str, after: str, layout: set[str]) -> bool:
    letter_before, letter_after = before[0].isalpha(), after[0].isalpha()
    if mark in ANYWHERE:
        return True
    if letter_before and letter_after:
        return mark in INSIDE
    if letter_before:
        return mark in CLOSING or mark in INSIDE
    if letter_after:
        return mark in OPENING or mark in INSIDE
    return mark.isdigit() or mark in CLOSING or mark in OPENING or (before in layout and after in layout)
