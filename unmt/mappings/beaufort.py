"""Beaufort: the text is subtracted from a keyword; in its variant, the keyword from the text."""

from dataclasses import dataclass
from typing import ClassVar

from unmt.mappings.mapping import Ids
from unmt.mappings.polyalphabetic import Polyalphabetic


@dataclass(frozen=True)
class Beaufort(Polyalphabetic):
    """Cipher = key - plain (mod A), or plain - key where `is_variant`."""

    family: ClassVar[str] = "beaufort"

    is_variant: bool = False

    def bits(self, length: int) -> float:
        """As of Polyalphabetic, and one bit for the variant."""
        return super().bits(length) + 1

    def key(self) -> dict[str, object]:
        return super().key() | {"variant": self.is_variant}

    def _plain(self, cipher: Ids, key: Ids) -> Ids:
        return cipher + key if self.is_variant else key - cipher

    def _cipher(self, plain: Ids, key: Ids) -> Ids:
        return plain - key if self.is_variant else key - plain
