"""The code length of a solution, in the same words and units whatever was solved: a cipher, two texts, word vectors.

    total  =  L(f)  +  C_Y( f(X) )  +  C( X | f(X) )        [bits]

the mapping, the mapped text, the way back. What X is made of, symbols or words, is the unit that they are shared among.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class SolutionCode:
    """Bits of all of X through a solution.

    name: of what was solved, such as a direction. unit: "symbol" or "word"; units: how many of them X has.
    mapping_bits: L(f), None where it is not counted; text_bits: C_Y(f(X)); way_back_bits: C(X | f(X)). apart_bits: of X
    without the solution; null_bits: of what the same search finds where nothing is shared; None where not measured.
    """

    name: str
    unit: str
    units: int
    mapping_bits: float | None
    text_bits: float
    way_back_bits: float
    apart_bits: float | None = None
    null_bits: float | None = None

    @property
    def total_bits(self) -> float:
        """The sum of what is counted."""
        return (self.mapping_bits or 0.0) + self.text_bits + self.way_back_bits

    def to_dict(self) -> dict[str, Any]:
        """For result.json: the fields, `total_bits`, and under `per_unit` all bits again, of one symbol or word."""
        bits = {name: value for name, value in asdict(self).items() if name.endswith("_bits")}
        bits["total_bits"] = self.total_bits
        shares = {name: None if value is None else value / max(self.units, 1) for name, value in bits.items()}
        return {
            "name": self.name,
            "unit": self.unit,
            "units": self.units,
            **{name: _rounded(value, 2) for name, value in bits.items()},
            "per_unit": {name: _rounded(value, 4) for name, value in shares.items()},
        }


def of_translation(name: str, figures: Mapping[str, Any], null: Mapping[str, Any] | None = None) -> SolutionCode | None:
    """The code length of the sentences that a translator was judged by; None where figures do not say how many words.

    figures, null: what TranslationCode.to_dict gives, of the translator and of one that knows nothing. The mapping is
    not counted: the sentences were kept out of what made it.
    """
    words = int(figures.get("source_words") or 0)
    if not words:
        return None
    return SolutionCode(
        name=name,
        unit="word",
        units=words,
        mapping_bits=None,
        text_bits=figures["text_bits"] * figures["words_per_source_word"] * words,
        way_back_bits=figures["way_back_bits"] * words,
        apart_bits=figures["source_bits"] * words,
        null_bits=None if not null else null["code_bits"] * words,
    )


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(float(value), places)
