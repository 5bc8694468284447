"""Which symbol of the ciphertext stands over which letter, and where words and lines end.

All of it is read back from a result as it is stored, so that a page can be made of any `result.json`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from unmt.errors import InputError
from unmt.text.ciphertext import Ciphertext, SymbolsChoice


@dataclass(frozen=True)
class Cell:
    """One symbol and the letter it stands for, as spelled in the plaintext. confidence: None where not measured."""

    symbol: str
    letter: str
    confidence: float | None
    starts_restored_word: bool


# What a word of the layout is made of: cells, and punctuation or digits that were never enciphered.
Item = Cell | str
Line = list[list[Item]]


@dataclass(frozen=True)
class Alignment:
    """The ciphertext over the plaintext: cells in order, and the same cells by the lines and words of the layout."""

    cells: list[Cell]
    lines: list[Line]

    @property
    def has_symbols(self) -> bool:
        """Whether the symbols of the ciphertext could be told."""
        return any(cell.symbol for cell in self.cells)

    @property
    def symbol_width(self) -> int:
        """Characters of the widest symbol, at least 1."""
        return max((len(cell.symbol) for cell in self.cells), default=1) or 1

    @property
    def has_confidence(self) -> bool:
        """Whether the letters carry a confidence."""
        return any(cell.confidence is not None for cell in self.cells)

    @property
    def is_grid(self) -> bool:
        """Whether the ciphertext came in rows without word divisions."""
        return len(self.lines) > 1 and all(len(line) == 1 for line in self.lines)

    @property
    def is_one_letter_a_symbol(self) -> bool:
        """Whether each symbol stands for one letter throughout, so that the key is a table of symbols."""
        letter_of: dict[str, str] = {}
        return self.has_symbols and all(
            letter_of.setdefault(cell.symbol, cell.letter.casefold()) == cell.letter.casefold() for cell in self.cells
        )


def align(result: Mapping[str, Any]) -> Alignment:
    """The alignment of a stored result; where layout and letters do not fit together, the letters stand in one line."""
    plaintext = str(result.get("plaintext") or "")
    letters = str(result.get("letters") or "") or "".join(plaintext.split())
    walk = _walk(letters, plaintext) or list(enumerate(letters))
    symbols = symbols_of(result, len(letters)) or [""] * len(letters)
    confidences = _confidences(result, len(letters))
    is_divided = any(place is None and character in " \t" for place, character in walk)
    starts = set() if is_divided else _word_starts(letters, str(result.get("plaintext_words") or ""))
    cells = [
        Cell(symbols[place], character, confidences[place], place in starts)
        for place, character in walk
        if place is not None
    ]
    return Alignment(cells, _lines(walk, cells))


def symbols_of(result: Mapping[str, Any], count: int) -> list[str]:
    """The `count` symbols of the ciphertext in order; empty where they cannot be told.

    `ciphertext_symbols` where the result has it; else the ciphertext is read again, as whatever has that many symbols.
    """
    stored = result.get("ciphertext_symbols")
    if isinstance(stored, list | tuple) and len(stored) == count:
        return [str(symbol) for symbol in stored]
    readings = (_read(str(result.get("ciphertext") or ""), choice) for choice in get_args(SymbolsChoice))
    return next((symbols for symbols in readings if len(symbols) == count), [])


def _read(source: str, choice: str) -> list[str]:
    try:
        ciphertext = Ciphertext.read(source, symbols=choice)
    except InputError:
        # Not a ciphertext when read this way (a single symbol, say): its characters are all there is to show.
        return [character for character in source if not character.isspace()]
    return [ciphertext.symbols[place] for place in ciphertext.ids]


def _walk(letters: str, text: str) -> list[tuple[int | None, str]]:
    """Each character of a text with the place of its letter, None for layout; empty where the letters do not fit."""
    walk: list[tuple[int | None, str]] = []
    place = 0
    for character in text:
        is_letter = place < len(letters) and character.casefold() == letters[place].casefold()
        walk.append((place if is_letter else None, character))
        place += is_letter
    return walk if place == len(letters) else []


def _word_starts(letters: str, words: str) -> set[int]:
    """Places of the letters that a blank stands before in the text with its spaces restored."""
    starts, after_blank = set(), False
    for place, character in _walk(letters, words):
        if place is not None and after_blank:
            starts.add(place)
        after_blank = place is None and (after_blank or character.isspace())
    return starts


def _lines(walk: Sequence[tuple[int | None, str]], cells: Sequence[Cell]) -> list[Line]:
    """The cells and the layout by lines and words; empty ones are dropped."""
    lines: list[Line] = [[[]]]
    for place, character in walk:
        if place is not None:
            lines[-1][-1].append(cells[place])
        elif character in "\n\r":
            lines.append([[]])
        elif character.isspace():
            lines[-1].append([])
        else:
            lines[-1][-1].append(character)
    full = [[word for word in line if word] for line in lines]
    return [line for line in full if line]


def _confidences(result: Mapping[str, Any], count: int) -> list[float | None]:
    """A probability a letter, None where there is none; a list of another length is not of this text."""
    stored = result.get("letter_confidence")
    if not isinstance(stored, (list, tuple)) or len(stored) != count:
        return [None] * count
    return [value if isinstance(value, (int, float)) and math.isfinite(value) else None for value in stored]
