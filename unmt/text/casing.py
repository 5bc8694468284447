"""The case of words, learned from a text: names and nouns by their most frequent form, and the starts of sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from unmt.text.spacing import WORD, token_class

START = "^"
"""What stands before the first word of a line, beside marks."""

LEAST_COUNT = 2
"""Times that a pair of words has its own form, at least, before it counts."""

SHORTEST_ENDING, LONGEST_ENDING, LEAST_WORDS = 2, 6, 3
"""Letters of an ending that says whether unknown words begin with a capital, and distinct words that must show it."""


@dataclass(frozen=True)
class Casing:
    """How a text writes its words; a word here is a folded word.

    forms: form of a word away from the starts of sentences, where its ending would say another.
    endings: whether words of this ending begin with a capital, where a shorter ending would say otherwise.
    pairs: form of the second word of "word word", where it is not the one of the word alone.
    starts: whether else lower-case words begin with a capital after these marks (START: at the start of a line).
    """

    forms: Mapping[str, str] = field(default_factory=dict, repr=False)
    endings: Mapping[str, bool] = field(default_factory=dict, repr=False)
    pairs: Mapping[str, str] = field(default_factory=dict, repr=False)
    starts: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def learn(cls, sentences: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Casing:
        """From sentences: (tokens in their own case, the same folded)."""
        seen, openings = _forms(sentences)
        starts = _starts(openings, {plain: _best(counts) for plain, counts in seen.items()})
        casing = cls(starts=starts)
        for (marks, token, plain), count in openings.items():
            if not casing.is_start(marks.split(" ")):
                seen[plain][token] += count
        best = {plain: _best(counts) for plain, counts in seen.items()}
        casing = cls(endings=_endings(best))
        forms = {plain: form for plain, form in sorted(best.items()) if form != casing.form(plain)}
        pairs = _pairs(sentences, {plain: best[plain] for plain, counts in seen.items() if len(counts) > 1})
        return cls(forms, casing.endings, pairs, starts)

    def apply(self, tokens: Sequence[str], *, sentence_case: bool) -> list[str]:
        """The words in the case of the text; a word that is not lower-case is kept as it is."""
        cased, place = [], _Place()
        for token in tokens:
            form, plain = token, token.lower()
            if token == plain and token_class(token) == WORD:
                form = self.pairs.get(f"{place.previous} {token}") or self.form(token)
                if (
                    form == token
                    and place.marks
                    and (sentence_case or place.marks[0] != START)
                    and self.is_start(place.marks)
                ):
                    form = capitalised(form)
            cased.append(form)
            place.advance(plain)
        return cased

    def form(self, word: str) -> str:
        """The form of a word away from the starts of sentences."""
        known = self._known
        if word not in known:
            known[word] = capitalised(word) if _ending_says(word, LONGEST_ENDING, self.endings) else word
        return known[word]

    def is_start(self, marks: Sequence[str]) -> bool:
        """Whether an else lower-case word begins with a capital after these marks, START the first of them or not."""
        known = self.starts.get(" ".join(marks))
        return any(self.starts.get(mark, False) for mark in marks) if known is None else known

    @cached_property
    def _known(self) -> dict[str, str]:
        return dict(self.forms)


class _Place:
    """The word before the next token, and the marks since then."""

    def __init__(self) -> None:
        self.previous = START
        self.marks: tuple[str, ...] = (START,)

    def advance(self, plain: str) -> None:
        if token_class(plain) == plain:
            self.marks = (*self.marks[:1], *self.marks[1:][-1:], plain)
            self.previous = plain
        else:
            self.marks = ()
            self.previous = plain


def capitalised(word: str) -> str:
    """The word with a capital first letter, where it has one of the same length."""
    first = word[:1].upper()
    return first + word[1:] if len(first) == 1 else word


def _forms(
    sentences: Iterable[tuple[Sequence[str], Sequence[str]]],
) -> tuple[dict[str, Counter[str]], Counter[tuple[str, str, str]]]:
    """How often each word has each form after a word, and (marks, form, word) after marks or at the start."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    openings: Counter[tuple[str, str, str]] = Counter()
    for tokens, folded in sentences:
        if "".join(tokens).isupper():
            continue
        place = _Place()
        for token, plain in zip(tokens, folded, strict=True):
            if token_class(plain) == WORD:
                if place.marks:
                    openings[" ".join(place.marks), token, plain] += 1
                else:
                    seen[plain][token] += 1
            place.advance(plain)
    return seen, openings


def _pairs(sentences: Iterable[tuple[Sequence[str], Sequence[str]]], best: Mapping[str, str]) -> dict[str, str]:
    """The forms of words with several, where they differ from the best one after some word."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for tokens, folded in sentences:
        for place in range(1, len(folded)):
            plain, previous = folded[place], folded[place - 1]
            if plain in best and token_class(previous) != previous:
                seen[f"{previous} {plain}"][tokens[place]] += 1
    closer = {pair: _best(counts) for pair, counts in sorted(seen.items()) if max(counts.values()) >= LEAST_COUNT}
    return {pair: form for pair, form in closer.items() if form != best[pair.split(" ")[1]]}


def _best(counts: Mapping[str, int]) -> str:
    return max(counts, key=lambda form: (counts[form], form))


def _starts(openings: Mapping[tuple[str, str, str], int], best: Mapping[str, str]) -> dict[str, bool]:
    """Whether more than half of the words that are else lower-case have a capital after these marks."""
    total: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for (marks, token, plain), count in openings.items():
        if best.get(plain, plain) == plain and capitalised(plain) != plain:
            total[marks] += count
            capitals[marks] += count * (token == capitalised(plain))
    starts: dict[str, bool] = {}
    for marks in sorted(total, key=lambda marks: (marks.count(" "), marks)):
        says = capitals[marks] * 2 > total[marks]
        if " " not in marks or (
            total[marks] >= LEAST_COUNT and says != any(starts.get(mark, False) for mark in marks.split(" "))
        ):
            starts[marks] = says
    return starts


def _endings(best: Mapping[str, str]) -> dict[str, bool]:
    """Whether words with these endings have a capital, by the more of distinct words."""
    total: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for plain, form in best.items():
        for length in range(SHORTEST_ENDING, min(LONGEST_ENDING, len(plain)) + 1):
            total[plain[-length:]] += 1
            capitals[plain[-length:]] += form == capitalised(plain) != plain
    endings: dict[str, bool] = {}
    for ending in sorted(total, key=lambda ending: (len(ending), ending)):
        says = capitals[ending] * 2 > total[ending]
        if total[ending] >= LEAST_WORDS and says != _ending_says(ending, len(ending) - 1, endings):
            endings[ending] = says
    return endings


def _ending_says(word: str, longest: int, endings: Mapping[str, bool]) -> bool:
    for length in range(longest, SHORTEST_ENDING - 1, -1):
        if word[-length:] in endings:
            return endings[word[-length:]]
    return False
