"""The code lengths of an alignment: of the dictionary that a map makes, in bits, both ways."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unmt.objectives.csls import Matches, matches
from unmt.objectives.dictionary_code import DictionaryCode, OwnCode, dictionary_code
from unmt.objectives.solution_code import SolutionCode
from unmt.tasks.align_methods import Words

Floats = NDArray[np.float32]
WAYS = ("source-target", "target-source")


class SideCodes:
    """The words that are learned from, of both sides, and what they cost by their own language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.x, self.y = words.x[: words.learning], words.y[: words.learning]

    @cached_property
    def own(self) -> tuple[OwnCode, OwnCode]:
        """What the words of each side cost by themselves."""
        return OwnCode.of(self.x), OwnCode.of(self.y)

    def of_rotation(self, rotation: Floats) -> tuple[DictionaryCode, DictionaryCode]:
        """Of what is nearest under a rotation of the source, among the words that are learned from."""
        return self._both(matches(self.x @ rotation, self.y), self.x, self.y)

    def saved_bits(self, rotation: Floats) -> float:
        """Bits a word that the dictionary of a rotation saves, the mean of both ways."""
        return float(np.mean([code.saved_bits for code in self.of_rotation(rotation)]))

    def solution(self, found: Matches, null: tuple[DictionaryCode, DictionaryCode] | None) -> tuple[SolutionCode, ...]:
        """Of the alignment's dictionary, whose translations are among all words, beside that of a null."""
        codes = self._both(found, self.words.x, self.words.y)
        nulls = (None, None) if null is None else null
        return tuple(
            SolutionCode(
                name=way,
                unit="word",
                units=code.words,
                mapping_bits=code.mapping_bits,
                text_bits=code.text_bits,
                way_back_bits=code.way_back_bits,
                apart_bits=code.apart_bits,
                # The null's target is another one, so that what it saves is what can be compared.
                null_bits=None if other is None else code.apart_bits - other.saved_bits * code.words,
            )
            for way, code, other in zip(WAYS, codes, nulls, strict=True)
        )

    def _both(self, found: Matches, x: Floats, y: Floats) -> tuple[DictionaryCode, DictionaryCode]:
        many = self.words.learning
        return (
            dictionary_code(self.own[0], y, found.forward[:many, 0]),
            dictionary_code(self.own[1], x, found.backward[:many]),
        )
