"""Mapping: a function f of a family, from the symbols of a ciphertext to the letters of a plaintext.

Enciphering goes the other way; a mapping is named for the cipher that it breaks. Ids index `symbols` on the side of
the ciphertext and `alphabet` on the side of the plaintext.
"""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from unmt.errors import InputError
from unmt.mappings.mapping_file import checked_field, parse_mapping_file
from unmt.text.atomic import write_text

Ids = npt.NDArray[np.int32]
AnyIds = npt.NDArray[np.integer[Any]]

FORMAT = "unmt-mapping"
VERSION = 1


@dataclass(frozen=True)
class Mapping(ABC):
    """A key of a family of ciphers. Equal if all its fields are.

    symbols   distinct symbols of the ciphertext
    alphabet  distinct letters of the plaintext; "" for a mapping that moves symbols about and leaves them as they are
              (its plaintext is made of `symbols`, which are then the symbols of the next mapping of a composition)
    Raises InputError if a field is not what the family takes.
    """

    family: ClassVar[str]
    needs_alphabet: ClassVar[bool] = True

    symbols: tuple[str, ...]
    alphabet: str

    def __post_init__(self) -> None:
        for name, values in (("symbols", self.symbols), ("alphabet", tuple(self.alphabet))):
            if len(set(values)) < len(values):
                self._refuse(name, "an entry stands there twice")
        if not self.symbols:
            self._refuse("symbols", "there is none")
        if self.needs_alphabet and not self.alphabet:
            self._refuse("alphabet", "there is none")

    @abstractmethod
    def apply(self, ids: AnyIds) -> Ids:
        """Decipher: (N,) symbol ids to (N,) letter ids."""

    @abstractmethod
    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        """Encipher: (N,) letter ids to (N,) symbol ids; apply(invert(letters)) == letters.

        Among the homophones of a letter `rng` chooses; without it they take turns.
        Raises InputError for a letter that no symbol stands for.
        """

    @abstractmethod
    def bits(self, length: int) -> float:
        """Description length of the key in bits: log2 of the number of keys that a text of `length` symbols leaves."""

    @abstractmethod
    def key(self) -> dict[str, object]:
        """The key as a person reads it."""

    def choice_bits(self, letters: AnyIds) -> float:
        """What it costs, beside the key, to get the ciphertext back from its plaintext: 0 for a bijection."""
        return 0.0

    @property
    def is_bijection(self) -> bool:
        """True if a plaintext has one ciphertext only, so that choice_bits is 0."""
        return True

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the ids that apply returns stand for."""
        return tuple(self.alphabet) or self.symbols

    @cached_property
    def letter_of_symbol(self) -> Ids:
        """(symbols,) the letter that each symbol is, where symbols are letters themselves; its own id without alphabet.

        A capital is its small letter unless both are symbols. Raises InputError for a symbol that is no letter.
        """
        if not self.alphabet:
            return np.arange(len(self.symbols), dtype=np.int32)
        positions = {letter: index for index, letter in enumerate(self.alphabet)}
        letters = [symbol if symbol in positions else symbol.lower() for symbol in self.symbols]
        for symbol, letter in zip(self.symbols, letters, strict=True):
            if letter not in positions:
                self._refuse("symbols", f"{symbol!r} is not a letter of the alphabet {self.alphabet!r}")
        if len(set(letters)) < len(letters):
            self._refuse("symbols", "two of them are the same letter")
        return np.array([positions[letter] for letter in letters], dtype=np.int32)

    def to_dict(self) -> dict[str, object]:
        """Plain values, ready for JSON; from_dict gives the mapping back."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {"family": self.family} | {
            name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> "Mapping":
        """The mapping that to_dict wrote, of whatever family. Raises InputError and names the entry that is wrong."""
        from unmt.mappings.families import FAMILIES  # the table knows every family, so it cannot be imported above

        family = values.get("family")
        if not isinstance(family, str) or family not in FAMILIES:
            raise InputError(f"A mapping has family={family!r}: unknown. The families are {', '.join(FAMILIES)}.")
        return FAMILIES[family].from_values({name: value for name, value in values.items() if name != "family"})

    def save(self, path: str | Path) -> None:
        """Writes the mapping as JSON that a person can read."""
        document = {"format": FORMAT, "version": VERSION} | self.to_dict()
        write_text(Path(path), json.dumps(document, ensure_ascii=False, indent=1) + "\n")

    @staticmethod
    def load(path: str | Path) -> "Mapping":
        """The mapping that save wrote. Raises InputError for a file that is missing, damaged or of another version."""
        values = parse_mapping_file(Path(path), FORMAT, VERSION)
        try:
            return Mapping.from_dict(values)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error

    @classmethod
    def from_values(cls, values: dict[str, object]) -> Self:
        """The mapping of this family with these fields, checked: each must be there, of its type, and no other."""
        names = [field.name for field in fields(cls)]
        for name in values:
            if name not in names:
                raise InputError(f"A {cls.family} mapping has no entry {name!r}. Its entries are {', '.join(names)}.")
        return cls(**{field.name: checked_field(cls.family, field, values) for field in fields(cls)})

    def _symbols_of(self, letters: AnyIds) -> Ids:
        """(N,) the symbols that stand for `letters`, where each letter has one symbol at most."""
        symbol_of_letter = np.full(len(self.outputs), -1, dtype=np.int32)
        symbol_of_letter[self.letter_of_symbol] = np.arange(len(self.symbols), dtype=np.int32)
        ids = symbol_of_letter[letters]
        self._require_symbols(letters, ids >= 0)
        return ids

    def _require_symbols(self, letters: AnyIds, has_symbol: npt.NDArray[np.bool_]) -> None:
        if not has_symbol.all():
            missing = self.outputs[int(np.asarray(letters)[np.argmin(has_symbol)])]
            raise InputError(
                f"The {self.family} key has no symbol for {missing!r}, so it cannot encipher this text. "
                "Use a key that has a symbol for every letter."
            )

    def _refuse(self, entry: str, why: str) -> None:
        raise InputError(f"The entry {entry!r} of a {self.family} mapping is wrong: {why}. Correct it.")
