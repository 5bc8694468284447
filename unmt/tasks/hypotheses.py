"""What may be behind a ciphertext: a family of mappings and a language, with the search that tries it.

The families stand in stages, cheap ones first; the next stage is tried only where no earlier one explained the text.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log2, sqrt

import numpy as np
from numpy.typing import NDArray

from unmt.coding.adaptive import adaptive_bits, division_bits
from unmt.coding.language_model import LanguageModel
from unmt.coding.rates import PIECE_LETTERS
from unmt.objectives.text_code import SpacedTextCode, TextCode
from unmt.solvers.problem import Candidate, Problem, SearchResult
from unmt.text.ciphertext import Ciphertext

Restart = Callable[[np.random.SeedSequence, float], SearchResult]

DIVISIONS_KEPT = ("identity", "caesar", "affine", "substitution", "homophonic", "vigenere", "beaufort")
"""Families under which a word division of the ciphertext is one of the plaintext; others move letters across them."""


@dataclass(frozen=True)
class Setting:
    """One ciphertext under one language, as the solvers want it."""

    ciphertext: Ciphertext
    model: LanguageModel
    enciphered_space: bool = False

    @cached_property
    def divided(self) -> bool:
        """Whether word divisions are given, and the language has them."""
        return self.ciphertext.boundaries is not None and self.model.has_words

    @cached_property
    def problem(self) -> Problem:
        """Letter by letter, with the word divisions."""
        return self._problem(divided=self.divided)

    @cached_property
    def undivided(self) -> Problem:
        """The same without word divisions, for families that move letters across them."""
        return self._problem(divided=False)

    @cached_property
    def code(self) -> Callable[[NDArray[np.int32]], float]:
        """C(text) with the word divisions."""
        if self.enciphered_space:
            return SpacedTextCode(self.model)
        boundaries = np.asarray(self.ciphertext.boundaries, np.int64) if self.divided else None
        return TextCode(self.model, boundaries, len(self.ciphertext.ids))

    @cached_property
    def undivided_code(self) -> TextCode:
        """C(text) where the word divisions of the ciphertext mean nothing."""
        return TextCode(self.model, None, len(self.ciphertext.ids))

    @cached_property
    def division_bits(self) -> float:
        """What the word divisions cost where the code of the text does not know them; 0 where there are none."""
        return division_bits(self.ciphertext.boundaries, len(self.ciphertext.ids)) if self.divided else 0.0

    @cached_property
    def random_bits(self) -> float:
        """Code length of the ciphertext without any structure: evenly drawn symbols, or drawn by their frequency."""
        even = len(self.ciphertext.ids) * log2(max(len(self.ciphertext.symbols), len(self.model.alphabet)))
        return min(even, adaptive_bits(self.ciphertext.ids, len(self.ciphertext.symbols))) + self.division_bits

    @property
    def rate(self) -> float:
        """Bits a letter that text of the language costs, as measured on text that was not counted."""
        if self.enciphered_space:
            return self.model.bits_per_letter(True) * (1.0 - float(self.problem.frequencies[-1]))
        return self.model.bits_per_letter(self.divided)

    def excess(self, text_bits: float) -> float:
        """By how many standard deviations a text of this length costs more than the language's text does."""
        length = len(self.ciphertext.ids)
        deviation = self.model.deviation(self.divided or self.enciphered_space) * sqrt(PIECE_LETTERS / length)
        return (text_bits / length - self.rate) / deviation

    def _problem(self, *, divided: bool) -> Problem:
        text = self.ciphertext
        if self.enciphered_space:
            table = self.model.table(True)
            return Problem(
                text.ids, text.symbols, None, self.model.alphabet + " ", table, None, table.letter_frequencies()
            )
        return Problem(
            ids=text.ids,
            symbols=text.symbols,
            boundaries=np.asarray(text.boundaries, np.int64) if divided else None,
            alphabet=self.model.alphabet,
            table=self.model.table(divided),
            letters=text.letters_in(self.model.alphabet),
            frequencies=self.model.frequencies,
        )


@dataclass
class Hypothesis:
    """A group of families in one language, and how it is searched.

    name: the family, or what several that one search tries have in common; most: restarts at most; drawn: whether
    restarts differ, so that agreement of several means something; polish: improves a candidate on the code of letters
    and words; scored: whether the search judges plaintexts by that code itself; exhaustive: whether it tries every key;
    stop: (1,) set it to end the runs under way.
    """

    name: str
    setting: Setting
    restart: Restart
    most: int = 1
    drawn: bool = False
    polish: Callable[[Candidate, np.random.SeedSequence], Candidate] | None = None
    scored: bool = False
    exhaustive: bool = False
    stop: NDArray[np.uint8] | None = None
    candidates: list[Candidate] = field(default_factory=list)
    ends: list[Candidate] = field(default_factory=list)
    restarts: int = 0
    keys: int = 0

    def seed(self, seed: int, number: int) -> np.random.SeedSequence:
        """The seed of a restart: a function of the run's seed, the family, the language and the number only."""
        label = zlib.crc32(f"{self.name}/{self.setting.model.name}".encode())
        return np.random.SeedSequence([seed, label, number])

    @property
    def best(self) -> Candidate | None:
        """The candidate with the fewest bits."""
        return self.candidates[0] if self.candidates else None

    def add(self, result: SearchResult) -> None:
        """Take in what a restart found, judged by the whole code."""
        judged = [c if self.scored else self.judged(c) for c in result.candidates]
        judged.sort(key=lambda c: c.total_bits)
        self.keys += result.keys
        self.restarts += 1
        if judged:
            self.ends.append(judged[0])
            self.merge(judged)

    def merge(self, found: Sequence[Candidate]) -> None:
        """Keep the best 64 candidates with different plaintexts."""
        by_text: dict[bytes, Candidate] = {}
        for candidate in sorted([*self.candidates, *found], key=lambda c: c.total_bits):
            by_text.setdefault(candidate.letters.tobytes(), candidate)
        self.candidates = list(by_text.values())[:64]

    def judged(self, candidate: Candidate) -> Candidate:
        """The candidate with the bits of the whole code (and of the word divisions, where its code ignores them)."""
        keeps_divisions = candidate.mapping.family in DIVISIONS_KEPT
        if keeps_divisions or not self.setting.divided:
            return replace(candidate, text_bits=self.setting.code(candidate.letters))
        bits = self.setting.undivided_code(candidate.letters) + self.setting.division_bits
        return replace(candidate, text_bits=bits)

    def agreement(self) -> int:
        """How many restarts ended at the best plaintext (95 % of its letters)."""
        if self.best is None:
            return 0
        if not self.drawn:
            return 2
        return sum(int(np.mean(end.letters == self.best.letters) >= 0.95) for end in self.ends)
