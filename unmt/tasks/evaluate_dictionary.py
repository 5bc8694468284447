"""Dictionaries against pairs of words that translate each other: precision at 1 and 5, mean reciprocal rank."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from unmt.errors import InputError
from unmt.evaluation.dictionary import DICTIONARY_METRICS, first_right_ranks, value_of_rank
from unmt.evaluation.intervals import bootstrap_interval
from unmt.tasks.evaluate_translations import Resampling, bounds
from unmt.text.corpus_file import read_pairs

NAMES = {"p@1": "P@1", "p@5": "P@5", "mrr": "MRR"}


def score_dictionaries(
    named: Sequence[tuple[str, str]], references: Sequence[str], metrics: Sequence[str], resampling: Resampling
) -> dict[str, Any]:
    """P@1, P@5 and MRR of each dictionary, over the words that it has and over all words of the references."""
    truth: dict[str, set[str]] = defaultdict(set)
    for path in references:
        for word, translations in translations_of(path).items():
            truth[word].update(translations)
    scores = []
    for name, path in named:
        ranks = first_right_ranks(translations_of(path), truth)
        covered = [rank for rank in ranks.values() if rank is not None]
        if not covered:
            raise InputError(f"{path} and {references[0]} have no source word in common. Is it the other direction?")
        everything = [rank or 0 for rank in ranks.values()]
        for metric in metrics or DICTIONARY_METRICS:
            for over, chosen in (("covered", covered), ("all", everything)):
                interval = bootstrap_interval(
                    [value_of_rank(metric, rank) for rank in chosen],
                    seed=resampling.seed,
                    resamples=resampling.resamples,
                )
                scores.append(
                    {
                        "system": name,
                        "metric": NAMES[metric],
                        "case": over,
                        **bounds(interval, "score"),
                        "signature": f"lower-case|words:{len(chosen)} of {len(ranks)}",
                    }
                )
    return {
        "kind": "dictionaries",
        "systems": [name for name, _ in named],
        "scores": scores,
        "comparisons": [],
        "warnings": [],
    }


def translations_of(path: str) -> dict[str, list[str]]:
    """Translations of each source word in the order of the file, in lower case."""
    found: dict[str, list[str]] = defaultdict(list)
    for source, target in read_pairs(path):
        if target.lower() not in found[source.lower()]:
            found[source.lower()].append(target.lower())
    return dict(found)
