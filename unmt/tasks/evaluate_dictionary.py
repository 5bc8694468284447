"""Dictionaries against pairs of words that translate each other: precision at 1 and 5, mean reciprocal rank."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from unmt.errors import InputError
from unmt.evaluation.intervals import bootstrap_interval
from unmt.tasks.evaluate_translations import Resampling, bounds
from unmt.text.corpus_file import read_lines

DICTIONARY_METRICS = ("p@1", "p@5", "mrr")
NAMES = {"p@1": "P@1", "p@5": "P@5", "mrr": "MRR"}


def score_dictionaries(
    named: Sequence[tuple[str, str]], references: Sequence[str], metrics: Sequence[str], resampling: Resampling
) -> dict[str, Any]:
    """P@1, P@5 and MRR of each dictionary, over the words that it has and over all words of the references."""
    truth: dict[str, set[str]] = defaultdict(set)
    for path in references:
        for word, translations in read_pairs(path).items():
            truth[word].update(translations)
    scores = []
    for name, path in named:
        ranks = first_right_ranks(read_pairs(path), truth)
        covered = [rank for rank in ranks.values() if rank is not None]
        if not covered:
            raise InputError(f"{path} and {references[0]} have no source word in common. Is it the other direction?")
        everything = [rank or 0 for rank in ranks.values()]
        for metric in metrics or DICTIONARY_METRICS:
            for over, chosen in (("covered", covered), ("all", everything)):
                interval = bootstrap_interval(
                    [_value(metric, rank) for rank in chosen], seed=resampling.seed, resamples=resampling.resamples
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


def read_pairs(path: str) -> dict[str, list[str]]:
    """Translations of each source word in the order of the file: lines of source, tab, target, and what follows."""
    pairs: dict[str, list[str]] = defaultdict(list)
    for number, line in enumerate(read_lines(path), start=1):
        cells = line.lower().split("\t")
        if not line:
            continue
        if len(cells) < 2 or not cells[0].strip() or not cells[1].strip():
            raise InputError(f"{path}, line {number}: not two words with a tab between them. Give source, tab, target.")
        if cells[1] not in pairs[cells[0]]:
            pairs[cells[0]].append(cells[1])
    return dict(pairs)


def first_right_ranks(found: dict[str, list[str]], truth: dict[str, set[str]]) -> dict[str, int | None]:
    """Of each word of the truth the place, from 1, of its first right translation; 0: none; None: not in `found`."""
    return {
        word: next((place for place, one in enumerate(found[word], start=1) if one in right), 0)
        if word in found
        else None
        for word, right in truth.items()
    }


def _value(metric: str, rank: int) -> float:
    if metric == "mrr":
        return 1 / rank if rank else 0.0
    return float(0 < rank <= int(metric.partition("@")[2]))
