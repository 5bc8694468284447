"""Vigenère: the letters of a keyword are added to the text."""

from dataclasses import dataclass
from typing import ClassVar

from unmt.mappings.mapping import Ids
from unmt.mappings.polyalphabetic import Polyalphabetic


@dataclass(frozen=True)
class Vigenere(Polyalphabetic):
    """Cipher = plain + key (mod A). With a keyed tableau it is known as Quagmire III."""

    family: ClassVar[str] = "vigenere"

    def _plain(self, cipher: Ids, key: Ids) -> Ids:
        return cipher - key

    def _cipher(self, plain: Ids, key: Ids) -> Ids:
        return plain + key
