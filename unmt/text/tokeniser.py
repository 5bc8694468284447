"""Lines of text into tokens and back, for any language that puts spaces between its words; learned from the text."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TypeVar

from unmt.text.casing import Casing
from unmt.text.clitics import APOSTROPHE, APOSTROPHES, Clitics, fold_apostrophes
from unmt.text.spacing import Spacing

Value = TypeVar("Value")

LEARNED_LINES = 60_000
"""Lines of a text, evenly spread, that are learned from at most."""

BEFORE_A_GAP = re.compile(rf"([^\W\d_]+)[{APOSTROPHES}]\s")

HYPHENS = "\u2010\u2011-"
JOINERS = "\u00ad\u200c\u200d"
"""The soft hyphen and the (non-)joiners of Persian and of Indian scripts are inside words, not between them."""


@dataclass(frozen=True)
class Tokeniser:
    """Words, numbers and punctuation marks of a line, and the line of such tokens.

    apostrophe: the character that the text uses for it.
    """

    clitics: Clitics = field(default_factory=Clitics)
    spacing: Spacing = field(default_factory=Spacing)
    casing: Casing = field(default_factory=Casing)
    apostrophe: str = APOSTROPHE

    @classmethod
    def learn(cls, lines: Sequence[str]) -> Tokeniser:
        """The tokeniser of these lines of one language: its clitics, its spaces beside marks, and its case."""
        step = -(-len(lines) // LEARNED_LINES) or 1
        lines = [line for line in lines[::step] if line and not line.isspace()]
        text = "\n".join(lines)
        apostrophe = max(APOSTROPHES, key=text.count)
        tokeniser = cls(Clitics.learn(*_apostrophe_words(lines)), apostrophe=apostrophe)
        split = [tokeniser.split(line) for line in lines]
        types = {token for tokens in split for token in tokens}
        surface, fold = {token: normal(token) for token in types}, {token: tokeniser.fold(token) for token in types}
        folded = [[fold[token] for token in tokens] for tokens in split]
        gaps = (_between(line, tokens)[1:-1] for line, tokens in zip(lines, split, strict=True))
        spacing = Spacing.learn(zip(folded, gaps, strict=True))
        casing = Casing.learn(
            [([surface[x] for x in tokens], plain) for tokens, plain in zip(split, folded, strict=True)]
        )
        return cls(tokeniser.clitics, spacing, casing, apostrophe)

    def split(self, line: str) -> list[str]:
        """The tokens of a line as they stand in it; with separators(line) between them they are the line again."""
        tokens: list[str] = []
        divided = self._divided
        for piece in self._pattern.findall(line):
            if piece not in divided:
                divided[piece] = self.clitics.split(piece)
            tokens += divided[piece]
        return tokens

    def separators(self, line: str) -> list[str]:
        """What stands before, between and after the tokens of a line: one more than split(line) has."""
        return _between(line, self.split(line))

    def fold(self, token: str) -> str:
        """A token as models see it: lower case, the plain apostrophe, composed accents (NFC)."""
        return normal(normal(token).lower())

    def tokens(self, line: str) -> list[str]:
        """The folded tokens of a line, [] for a blank one."""
        tokens: list[str] = []
        divided = self._folded
        for piece in self._pattern.findall(line):
            if piece not in divided:
                divided[piece] = tuple(map(self.fold, self.clitics.split(piece)))
            tokens += divided[piece]
        return tokens

    def join(self, tokens: Sequence[str], *, sentence_case: bool = True) -> str:
        """The line of such tokens, with the spaces and the case of the text that was learned from.

        A token that is not lower-case stays as it is. sentence_case: the line starts with a capital if those did.
        """
        tokens = [token for token in tokens if token]
        folded = [self.fold(token) for token in tokens]
        cased = self.casing.apply([normal(token) for token in tokens], sentence_case=sentence_case)
        return self.spacing.join([token.replace(APOSTROPHE, self.apostrophe) for token in cased], folded)

    def to_dict(self) -> dict[str, object]:
        """What from_dict takes, fit for JSON."""
        return {
            "prefixes": sorted(self.clitics.prefixes),
            "suffixes": sorted(self.clitics.suffixes),
            "gaps": dict(self.spacing.gaps),
            "forms": dict(self.casing.forms),
            "endings": dict(self.casing.endings),
            "pairs": dict(self.casing.pairs),
            "starts": dict(self.casing.starts),
            "apostrophe": self.apostrophe,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Tokeniser:
        """The tokeniser that to_dict wrote. Raises ValueError where the data are none."""
        prefixes, suffixes = (frozenset(_strings(data.get(name))) for name in ("prefixes", "suffixes"))
        gaps, forms, pairs = (_table(data.get(name), str) for name in ("gaps", "forms", "pairs"))
        endings, starts = (_table(data.get(name), bool) for name in ("endings", "starts"))
        apostrophe = data.get("apostrophe")
        if not isinstance(apostrophe, str) or apostrophe not in tuple(APOSTROPHES):
            raise ValueError("a tokeniser needs an apostrophe")
        return cls(Clitics(prefixes, suffixes), Spacing(gaps), Casing(forms, endings, pairs, starts), apostrophe)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return token_pattern(self.clitics)

    @cached_property
    def _divided(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _folded(self) -> dict[str, tuple[str, ...]]:
        return {}


def _between(line: str, tokens: Sequence[str]) -> list[str]:
    """What stands before, between and after these tokens of a line."""
    pieces, start = [], 0
    for token in tokens:
        place = line.index(token, start)
        pieces.append(line[start:place])
        start = place + len(token)
    return [*pieces, line[start:]]


def _apostrophe_words(lines: Sequence[str]) -> tuple[Counter[str], Counter[str]]:
    """How often each folded word stands in the lines, and how often it has an apostrophe and a space after it."""
    whole = Tokeniser()
    pieces: Counter[str] = Counter()
    apart: Counter[str] = Counter()
    for line in lines:
        pieces.update(whole._pattern.findall(line))  # noqa: SLF001
        if any(character in line for character in APOSTROPHES):
            apart.update(whole.fold(word) for word in BEFORE_A_GAP.findall(line))
    words: Counter[str] = Counter()
    for piece, count in pieces.items():
        words[whole.fold(piece)] += count
    return words, apart


def normal(token: str) -> str:
    """A token in its own case with the plain apostrophe and composed accents (NFC)."""
    plain = fold_apostrophes(token)
    return plain if plain.isascii() else unicodedata.normalize("NFC", plain)


def token_pattern(clitics: Clitics) -> re.Pattern[str]:
    """Matches the pieces of a line, one after the other; all that it passes over is white space."""
    apostrophe = f"[{APOSTROPHES}]"
    unit = rf"(?:[^\W_]|[{_inside_words()}])"
    word = rf"{unit}+(?:[{APOSTROPHES}{HYPHENS}]{unit}+)*"
    alternatives = [
        r"[^\W_]+://\S*[^\W_]/?",
        rf"(?:[^\W\d_]\.){{2,}}(?!{unit})",
        r"&#?\w+;",
        r"\d+(?:[.,:]\d+)+",
        # A clitic that stands apart: l' homme, man 's.
        *(
            rf"(?i:{'|'.join(re.escape(part[:-1]) for part in _longest_first(clitics.prefixes))}){apostrophe}(?!{unit})"
            for _ in clitics.prefixes and "1"
        ),
        *(
            rf"{apostrophe}(?i:{'|'.join(re.escape(part[1:]) for part in _longest_first(clitics.suffixes))})(?!{unit})"
            for _ in clitics.suffixes and "1"
        ),
        word,
        r"\.+|-+|!+|\?+|\*+|_+|=+|~+|\S",
    ]
    return re.compile("|".join(alternatives))


@cache
def _inside_words() -> str:
    """A character class of all combining accents and vowel signs, which are no word characters to re."""
    codes = [code for code in range(0x300, sys.maxunicode) if code < 0x20000 or code > 0xE0000]
    marks = [code for code in codes if unicodedata.category(chr(code))[0] == "M"]
    ranges: list[list[int]] = []
    for code in marks:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + JOINERS


def _longest_first(parts: frozenset[str]) -> list[str]:
    return sorted(parts, key=lambda part: (-len(part), part))


def _strings(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a tokeniser's clitics are lists of strings")
    return value


def _table(value: object, kind: type[Value]) -> dict[str, Value]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ValueError("a part of the tokeniser is no table")
    if not all(isinstance(item, kind) for item in value.values()):
        raise ValueError("a table of the tokeniser has something else than text or truth values")
    return value
