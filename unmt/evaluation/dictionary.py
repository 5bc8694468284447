"""A dictionary against pairs of words that translate each other: precision at 1 and 5, mean reciprocal rank."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

DICTIONARY_METRICS = ("p@1", "p@5", "mrr")


def first_right_rank(translations: Sequence[str], right: Collection[str]) -> int:
    """The place, from 1, of the first right translation; 0 where there is none."""
    return next((place for place, word in enumerate(translations, start=1) if word in right), 0)


def first_right_ranks(
    found: Mapping[str, Sequence[str]], truth: Mapping[str, Collection[str]]
) -> dict[str, int | None]:
    """Of each word of the truth the rank of its first right translation, any of several; None: not in `found`.

    found: translations of each source word, best first.
    """
    return {word: first_right_rank(found[word], right) if word in found else None for word, right in truth.items()}


def value_of_rank(metric: str, rank: int) -> float:
    """What a word counts, 0 to 1: of precision whether its rank is among the first k, of MRR one over the rank."""
    if metric == "mrr":
        return 1 / rank if rank else 0.0
    return float(0 < rank <= int(metric.partition("@")[2]))
