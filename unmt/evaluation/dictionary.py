"""A dictionary against pairs of words that translate each other: precision at 1 and 5, mean reciprocal rank."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from unmt.errors import InputError
from unmt.evaluation.intervals import Interval, bootstrap_interval


def dictionary_scores(
    found: Mapping[str, Sequence[str]],
    truth: Mapping[str, Collection[str]],
    *,
    known_targets: Collection[str] | None = None,
    seed: int = 0,
) -> dict[str, Interval]:
    """P@1, P@5 and MRR over the words of `found` that the truth has, each with its bootstrap interval.

    found: translations of each source word, best first. truth: the right ones; any of them counts. known_targets:
    where given, words of which no right translation is among them are left out (nothing could have found it).
    Raises InputError where no word is left.
    """
    words = [word for word in found if word in truth]
    if known_targets is not None:
        known = set(known_targets)
        words = [word for word in words if known.intersection(truth[word])]
    if not words:
        raise InputError("The dictionary and the pairs have no word in common. Is it the other direction?")
    ranks = [first_right_rank(found[word], truth[word]) for word in words]
    values = {
        "P@1": [float(rank == 1) for rank in ranks],
        "P@5": [float(0 < rank <= 5) for rank in ranks],
        "MRR": [1.0 / rank if rank else 0.0 for rank in ranks],
    }
    return {name: bootstrap_interval(numbers, seed=seed) for name, numbers in values.items()}


def first_right_rank(translations: Sequence[str], right: Collection[str]) -> int:
    """The place, from 1, of the first right translation; 0 where there is none."""
    return next((place for place, word in enumerate(translations, start=1) if word in right), 0)
