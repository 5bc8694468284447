"""A ciphertext: its symbols in order, the words they stand in, and the layout to put a plaintext back into.

Everything is read from the text itself. A letter, a grid of signs, a list of numbers and groups of five letters
each come out as a sequence of symbol ids; what is no symbol is kept as layout, so that nothing of the source is lost.
"""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from unmt.errors import InputError
from unmt.text.graphemes import LINE_BREAKS
from unmt.text.segmentation import Kind, Segmentation, segment

Ids = npt.NDArray[np.int32]
SymbolsChoice = Literal["auto", "characters", "tokens"]
SpacesChoice = Literal["auto", "words", "ignore"]

# Share of letters in words that are all lower, all upper or capitalised, from which on case is spelling and not sense.
PROSE_CASE_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Ciphertext:
    """N symbols and what lies around them.

    source      the text as given
    symbols     distinct symbols in order of first appearance (Unicode NFC; lower case where case has no meaning)
    ids         (N,) int32 indices into symbols
    boundaries  sorted positions in ids before which a word division stands, never 0 or N; None: divisions are not given
    pieces      N+1 strings of layout: source == pieces[0] + symbol + pieces[1] + symbol + ... + pieces[N]
    cases       (N,) True where the source has the symbol in upper case; None: nowhere, or case has a meaning
    kind        "characters" or "tokens"
    """

    source: str = field(repr=False)
    symbols: tuple[str, ...]
    ids: Ids
    boundaries: Ids | None
    pieces: tuple[str, ...] = field(repr=False)
    cases: tuple[bool, ...] | None = field(repr=False)
    kind: Kind

    @classmethod
    def read(cls, text: str, *, symbols: str = "auto", spaces: str = "auto") -> "Ciphertext":
        """The ciphertext that `text` spells.

        symbols: "tokens" (what stands between white space or commas), "characters", or "auto": tokens for a list of
            numbers or of single characters, characters for the rest. In a text of letters the punctuation and digits
            are layout, and so is case where it looks like that of prose; in a text of signs each visible character
            is a symbol and case counts.
        spaces: "words" (gaps and line breaks divide words), "ignore", or "auto": words if the lengths between gaps
            look like words, not for groups of a constant length nor for a grid.
        Raises InputError for a text without two different symbols, with control characters, and for unknown choices.
        """
        _check_choice("symbols", symbols, get_args(SymbolsChoice))
        _check_choice("spaces", spaces, get_args(SpacesChoice))
        _check_characters(text)
        segmentation = segment(text, symbols)  # type: ignore[arg-type]  # narrowed by _check_choice
        names, cases = _symbol_names(segmentation)
        distinct = {name: index for index, name in enumerate(dict.fromkeys(names))}
        if len(distinct) < 2:
            raise InputError(_too_few_symbols(list(distinct)))
        has_words = spaces == "words" or (spaces == "auto" and segmentation.has_words())
        return cls(
            source=text,
            symbols=tuple(distinct),
            ids=_read_only(np.fromiter((distinct[name] for name in names), dtype=np.int32, count=len(names))),
            boundaries=_read_only(_boundaries(segmentation)) if has_words else None,
            pieces=tuple(segmentation.gaps),
            cases=cases,
            kind=segmentation.kind,
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal SHA-256 of the source in UTF-8."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    def render(self, letters: Sequence[str]) -> str:
        """`letters`, one for each symbol, in the layout of the ciphertext.

        Characters keep every gap, and upper case where the symbol had it. Between tokens only line breaks and word
        divisions remain (a space each), because the separators of tokens are no layout of the plaintext.
        """
        if len(letters) != len(self):
            raise ValueError(f"{len(letters)} letters for {len(self)} symbols")
        if self.cases is not None:
            letters = [letter.upper() if upper else letter for letter, upper in zip(letters, self.cases, strict=True)]
        pieces = self.pieces if self.kind == "characters" else self._token_layout()
        return pieces[0] + "".join(letter + piece for letter, piece in zip(letters, pieces[1:], strict=True))

    def letters_in(self, alphabet: str) -> Ids | None:
        """(N,) int32 indices of the symbols in `alphabet`, or None where some symbol is no letter of it.

        Where case has a meaning, a capital is taken for its small letter only if the two do not both occur.
        """
        positions = {letter: index for index, letter in enumerate(alphabet)}
        letters = [symbol if symbol in positions else symbol.lower() for symbol in self.symbols]
        if len(set(letters)) < len(letters) or not all(letter in positions for letter in letters):
            return None
        return np.array([positions[letter] for letter in letters], dtype=np.int32)[self.ids]

    def _token_layout(self) -> tuple[str, ...]:
        layout = ["".join(character for character in piece if character in LINE_BREAKS) for piece in self.pieces]
        for position in () if self.boundaries is None else self.boundaries:
            layout[position] = layout[position] or " "
        return tuple(layout)


def _check_choice(name: str, choice: str, choices: Sequence[str]) -> None:
    if choice not in choices:
        raise InputError(f"{name}={choice}: unknown. Choose one of {', '.join(choices)}.")


def _check_characters(text: str) -> None:
    for character in set(text):
        is_control = unicodedata.category(character) == "Cc" and not character.isspace()
        if is_control or unicodedata.category(character) == "Cs":
            line = text[: text.index(character)].count("\n") + 1
            raise InputError(f"Line {line} holds U+{ord(character):04X}: this is not text. Give a text file in UTF-8.")


def _too_few_symbols(symbols: list[str]) -> str:
    what = f"has one symbol only ({symbols[0]!r})" if symbols else "is empty: it has no symbol"
    return f"The ciphertext {what}. Give a text of at least two different symbols."


def _symbol_names(segmentation: Segmentation) -> tuple[list[str], tuple[bool, ...] | None]:
    names = _normalised(segmentation.units)
    if not (segmentation.is_prose and _has_case_of_prose(names, segmentation.gaps)):
        return names, None
    # A letter is folded only if its capital can be written back; "ẞ" and titlecase digraphs stay as they are.
    folded = {name: name.lower() if name.lower().upper() == name else name for name in set(names)}
    cases = tuple(folded[name] != name for name in names)
    return [folded[name] for name in names], cases if any(cases) else None


def _normalised(units: Sequence[str]) -> list[str]:
    names = {unit: unicodedata.normalize("NFC", unit) for unit in set(units)}
    return [names[unit] for unit in units]


def _has_case_of_prose(letters: Sequence[str], gaps: Sequence[str]) -> bool:
    words = "".join(letter + (" " if gap else "") for letter, gap in zip(letters, gaps[1:], strict=True)).split()
    regular = sum(len(word) for word in words if word[1:].islower() or word.isupper() or len(word) == 1)
    uncased = sum(len(word) for word in words if word.lower() == word.upper())
    return regular + uncased >= PROSE_CASE_SHARE * sum(map(len, words))


def _boundaries(segmentation: Segmentation) -> Ids:
    return np.array(segmentation.division_positions(), dtype=np.int32)


def _read_only(array: Ids) -> Ids:
    array.flags.writeable = False
    return array
