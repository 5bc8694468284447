"""Code lengths of a translator, in bits, from sentences that no reference was read for.

With f the translator, X held-out source sentences and Y held-out target sentences:

    KL( f(X) || Y ) + way back  =  C_Y( f(X) ) - C(X) + 2 C( X | f(X) )

is zero for a perfect f and C(X) for one that ignores its source, however fluent it is (DESIGN.md, section 1). Its
surrogate |C_Y(f(X)) - C_Y(Y)| + C(X | f(X)), the first two a target word and the last a source word, asks for text
that is as likely as true text, neither more nor less, and from which the source can be told.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class TranslationCode:
    """Code lengths of one direction, in bits a word.

    text_bits: C_Y(f(X)) a word of f(X); target_bits: C_Y(Y) a word of Y; way_back_bits: C(X | f(X)) a word of X;
    source_bits: C_X(X) a word of X; words_per_source_word: length of f(X); source_words: how many words X has, 0 where
    that is not kept.
    """

    text_bits: float
    target_bits: float
    way_back_bits: float
    source_bits: float
    words_per_source_word: float
    source_words: int = 0

    @property
    def code_bits(self) -> float:
        """C_Y(f(X)) + C(X | f(X)), a source word: what X costs through f."""
        return self.text_bits * self.words_per_source_word + self.way_back_bits

    @property
    def two_sided(self) -> float:
        """|C_Y(f(X)) - C_Y(Y)| a target word, plus C(X | f(X)) a source word: the less, the better."""
        return abs(self.text_bits - self.target_bits) + self.way_back_bits

    @property
    def total_bits(self) -> float:
        """two_sided, and what a target word costs: of models that learned from different texts, the less, the better.

        In one run it adds the same to all rounds. Between runs it counts that more text tells a better language model.
        """
        return self.two_sided + self.target_bits

    @property
    def divergence(self) -> float:
        """KL(f(X) || Y) and the way back, a source word: 0 for a perfect translator, source_bits for a fluent cheat."""
        return self.text_bits * self.words_per_source_word - self.source_bits + 2.0 * self.way_back_bits

    def to_dict(self) -> dict[str, float]:
        """For result.json: the figures and their sums."""
        sums = ("code_bits", "two_sided", "total_bits", "divergence")
        figures = asdict(self) | {name: getattr(self, name) for name in sums}
        return {name: round(value, 4) for name, value in figures.items()}
