"""Where a text puts spaces around its punctuation marks, learned gap by gap.

Between two words there is a space. Beside a mark or a number stands the gap that is most frequent in the text for the
closest context that it has: these two tokens; their classes; the mark alone. Each context has what tells opening marks
from closing ones: whether the mark comes for an odd time in the sentence, and whether a gap came before it. What a text
never shows follows from the Unicode category of the mark.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from unmt.text.clitics import APOSTROPHE

SPACES = ("", " ", "\u00a0", "\u202f")
"""Gaps that are learned; any other white space counts as a plain space."""

WORD, NUMBER, ANY, START = "W", "N", "A", "S"
"""Classes in contexts: capitals, which folded tokens have not."""

LEAST_COUNT = 2
"""Times that a context of two exact tokens has the gap, at least, before it counts."""


@lru_cache(maxsize=1 << 18)
def token_class(token: str) -> str:
    """NUMBER, WORD, or the token itself where it is a mark: no letter, digit or accent in it."""
    if any(character.isalpha() or unicodedata.category(character)[0] == "M" for character in token):
        return WORD
    return NUMBER if any(map(str.isalnum, token)) else token


@dataclass(frozen=True)
class Spacing:
    """gaps: the gap of each context; of two exact tokens only where the wider contexts would give another."""

    gaps: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def learn(cls, sentences: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Spacing:
        """From sentences: (folded tokens, the text between them, one fewer)."""
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        wider: dict[str, str] = {}
        for tokens, between in sentences:
            reader = _Reader()
            for token, actual in zip(tokens, ("", *between), strict=True):
                gap = actual if actual in SPACES else " "
                if reader.fixed_gap(token) is None:
                    contexts = tuple(reader.contexts(token))
                    if reader.is_exact(token):
                        wider.setdefault(contexts[0], contexts[1])
                    for context in contexts:
                        seen[context][gap] += 1
                reader.advance(token, gap)
        best = {context: max(counts, key=lambda gap: (counts[gap], gap)) for context, counts in seen.items()}
        gaps = {context: gap for context, gap in best.items() if context not in wider}
        for context, next_wider in wider.items():
            if seen[context][best[context]] >= LEAST_COUNT and best[context] != gaps[next_wider]:
                gaps[context] = best[context]
        return cls(dict(sorted(gaps.items())))

    def join(self, tokens: Sequence[str], folded: Sequence[str]) -> str:
        """The tokens with the gaps between them; folded: the same tokens as contexts know them."""
        reader, pieces = _Reader(), []
        for token, plain in zip(tokens, folded, strict=True):
            gap = reader.fixed_gap(plain)
            if gap is None:
                known = (self.gaps[context] for context in reader.contexts(plain) if context in self.gaps)
                gap = next(known, None)
            if gap is None:
                gap = reader.default_gap(plain)
            pieces += [gap, token]
            reader.advance(plain, gap)
        return "".join(pieces)


class _Reader:
    """What is known of a sentence up to the gap before its next token."""

    def __init__(self) -> None:
        self.previous = ""
        self.kind = START
        self.state = ""
        self.odd: set[str] = set()
        """Marks that came an odd number of times so far."""

    def fixed_gap(self, token: str) -> str | None:
        """The gap before the token where no mark or number is beside it, else None."""
        if self.kind == START:
            return ""
        if self.previous[-1:] == APOSTROPHE and self.kind == WORD:
            return ""
        kind = token_class(token)
        if kind == WORD and token[0] == APOSTROPHE:
            return ""
        return " " if kind == WORD and self.kind == WORD else None

    def is_exact(self, token: str) -> bool:
        """Whether the first context says more than the second: one of both tokens is no mark."""
        return self.kind != self.previous or token_class(token) != token

    def contexts(self, token: str) -> Iterator[str]:
        """The contexts of the gap before the token, the closest first."""
        kind = token_class(token)
        state = "odd" if token in self.odd else ""
        if self.is_exact(token):
            yield f"{self.previous} {token} {self.state} {state}"
        if self.kind == WORD and kind != NUMBER:
            # English plurals in the genitive: dogs' tails.
            yield f"{WORD}{self.previous[-1]} {kind} {state}"
        yield f"{self.kind} {kind} {self.state} {state}"
        if self.kind not in {WORD, NUMBER}:
            yield f"{self.kind} {ANY} {self.state}"
        if kind not in {WORD, NUMBER}:
            yield f"{ANY} {kind} {state}"

    def default_gap(self, token: str) -> str:
        """What the Unicode categories say: brackets and quotes hug what they hold, stops what they follow."""
        before, after = unicodedata.category(self.previous[-1]), unicodedata.category(token[0])
        if before in {"Ps", "Pi"} or after in {"Pe", "Pf"} or token[0] in ".,;:!?%…":
            return ""
        if self.previous == token or (before == "Sc" and after == "Nd"):
            return ""
        if self.previous in {'"', APOSTROPHE}:
            return "" if self.previous in self.odd else " "
        return "" if token in self.odd and token in {'"', APOSTROPHE} else " "

    def advance(self, token: str, gap: str) -> None:
        """Goes past the token; gap: what was put before it."""
        self.kind = token_class(token)
        self.previous = token
        self.state = ""
        if self.kind not in {WORD, NUMBER}:
            self.odd ^= {token}
            self.state = ("odd" if token in self.odd else "even") + ("" if gap else "-")
