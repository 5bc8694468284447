"""Ways to align word vectors beside each other: P@1, P@5 and MRR with intervals, seeds, and time as a ratio.

    python scripts/measure_alignments.py VECTORS DICTIONARIES [en-fr en-de] [--rows NAME ...] [--seeds 10]
        [--published-seeds 1] [--as-published] [--output runs/alignments]

VECTORS holds eltec.LANGUAGE.vec.gz; DICTIONARIES freedict.PAIR.tsv.gz, against which all is scored, and
xling.train.freq.5k.PAIR.tsv, of which only the supervised row and `dictionary` learn. Rows: Procrustes on those pairs;
`unmt align` by its own choice among --seeds, on vectors alone and with spelling; each of its starts; and four published
procedures from scripts/published_alignments.py. Those are cut to what a core does in minutes, as CUT says;
--as-published cuts nothing (hours). Scored are source words whose dictionary entry has a translation among the target
vectors: those among the 5,000 most frequent, and all; intervals are of words drawn again. A row that is in --output is
not made again, so that a run that was stopped goes on. Time is of CPU, of one search with its end, as a ratio to
`unmt align` with one seed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from published_alignments import (
    Adversary,
    Gromov,
    SelfLearning,
    Sides,
    Sinkhorn,
    adversary,
    gromov_wasserstein,
    robust_self_learning,
    wasserstein_procrustes,
)

from unmt.evaluation.dictionary import first_right_rank, value_of_rank
from unmt.evaluation.intervals import bootstrap_interval
from unmt.mappings.linear_map import centred
from unmt.objectives.csls import matches
from unmt.solvers.procrustes import procrustes
from unmt.tasks.align import align
from unmt.tasks.align_settings import METHODS
from unmt.text.corpus_file import read_pairs
from unmt.text.vectors import WordVectors, read_vectors

Ints = NDArray[np.int64]
KEPT, FREQUENT = 5, 5000
METRICS = ("p@1", "p@5", "mrr")
FOUND = 0.5
"""A search found a map where its P@1 is this share of the supervised one or more."""

PUBLISHED: dict[str, tuple[Callable[..., Sides], Any]] = {
    "Gromov-Wasserstein, published": (gromov_wasserstein, Gromov()),
    "self-learning, published": (robust_self_learning, SelfLearning()),
    "Wasserstein-Procrustes, published": (wasserstein_procrustes, Sinkhorn()),
    "adversarial, published": (adversary, Adversary()),
}
CUT: dict[str, Any] = {
    "self-learning, published": SelfLearning(words=5000),
    "adversarial, published": Adversary(batches=150),
    "Wasserstein-Procrustes, published": Sinkhorn(start_words=1000),
}
STARTS = {f"unmt, {method}": method for method in METHODS if method not in {"similarity", "numerals"}}
OURS, SPELLED, SUPERVISED = "unmt, vectors alone", "unmt, with spelling", "Procrustes, supervised"


@dataclass(frozen=True)
class Pair:
    """Vectors of both sides, what is right, and the pairs that the supervised row learns from."""

    source: WordVectors
    target: WordVectors
    truth: dict[str, set[str]]
    lesson: list[tuple[str, str]]


def pair_of(vectors: Path, dictionaries: Path, name: str) -> Pair:
    """All that belongs to a pair of languages; the vectors are of words in lower case."""
    source, target = (read_vectors(vectors / f"eltec.{language}.vec.gz") for language in name.split("-"))
    there = (set(source.words), set(target.words))
    truth: dict[str, set[str]] = {}
    for word, translation in read_pairs(dictionaries / f"freedict.{name}.tsv.gz"):
        if word.lower() in there[0] and translation.lower() in there[1]:
            truth.setdefault(word.lower(), set()).add(translation.lower())
    lesson = read_pairs(dictionaries / f"xling.train.freq.5k.{name}.tsv")
    return Pair(source, target, truth, [(word.lower(), translation.lower()) for word, translation in lesson])


def scores(pair: Pair, translations: Ints) -> dict[str, list[float]]:
    """Each metric over the frequent source words and over all: the estimate and its bounds."""
    found = {}
    for over, words in (("5k", pair.source.words[:FREQUENT]), ("all", pair.source.words)):
        ranks = [
            first_right_rank([pair.target.words[place] for place in row], pair.truth[word])
            for word, row in zip(words, translations.tolist(), strict=False)
            if word in pair.truth
        ]
        for metric in METRICS:
            values = [value_of_rank(metric, rank) for rank in ranks]
            found[f"{metric} {over}"] = list(bootstrap_interval(values, seed=0))
        found[f"words {over}"] = [len(ranks)]
    return found


def nearest(sides: Sides) -> Ints:
    """The best translations of each source word by CSLS."""
    return matches(*sides, count=KEPT).forward


def supervised(pair: Pair) -> Ints:
    """Procrustes on the pairs of a dictionary whose words are there."""
    x, y = centred(pair.source.matrix)[0], centred(pair.target.matrix)[0]
    places = [{word: place for place, word in enumerate(side.words)} for side in (pair.source, pair.target)]
    known = [(places[0][a], places[1][b]) for a, b in pair.lesson if a in places[0] and b in places[1]]
    rows = np.array(known)
    return nearest((x @ procrustes(x[rows[:, 0]], y[rows[:, 1]]), y))


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """What is made, and the seconds of CPU that it took."""
    start = time.process_time()
    return make(), time.process_time() - start


def ours(pair: Pair, seeds: int, *, method: str = "similarity", spelling: bool) -> dict[str, Any]:
    """A row of `unmt align`: the choice among its searches; time of one with all that comes after it."""
    lesson = pair.lesson if method == "dictionary" else ()
    options: dict[str, Any] = {"method": method, "spelling": spelling, "seeds": lesson}
    alone, seconds = timed(lambda: align(pair.source, pair.target, null=False, **options))
    if seeds == 1:
        return {"seeds": None, "seconds": seconds, **scores(pair, alone.translations)}
    found = align(pair.source, pair.target, runs=seeds, **options)
    rates = found.to_dict()["success_rate"]
    return {"seeds": rates[method], "seconds": seconds, **scores(pair, found.translations)}


def published(pair: Pair, name: str, seeds: int, *, is_cut: bool, half: float) -> dict[str, Any]:
    """A row of a published procedure: scores of seed 0, and how many of the seeds found a map."""
    procedure, settings = PUBLISHED[name]
    settings = CUT.get(name, settings) if is_cut else settings
    rows, taken = [], []
    for seed in range(seeds):
        sides, seconds = timed(lambda seed=seed: procedure(pair.source.matrix, pair.target.matrix, seed, settings))
        rows.append(scores(pair, nearest(sides)))
        taken.append(seconds)
    good = sum(row["p@1 5k"][0] >= half for row in rows)
    return {"seeds": [good, seeds], "seconds": float(np.mean(taken)), "settings": asdict(settings), **rows[0]}


def rows_of(pair: Pair, given: argparse.Namespace, made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row that is asked for and not there yet."""

    def half() -> float:
        return FOUND * made[SUPERVISED]["p@1 5k"][0]

    makers: dict[str, Callable[[], dict[str, Any]]] = {}

    def by_dictionary() -> dict[str, Any]:
        translations, seconds = timed(lambda: supervised(pair))
        return {"seeds": None, "seconds": seconds, **scores(pair, translations)}

    makers[SUPERVISED] = by_dictionary
    makers[OURS] = lambda: ours(pair, given.seeds, spelling=False)
    makers[SPELLED] = lambda: ours(pair, 1, spelling=True)
    for name in PUBLISHED:
        makers[name] = lambda name=name: published(
            pair, name, given.published_seeds, is_cut=not given.as_published, half=half()
        )
    for name, method in STARTS.items():
        makers[name] = lambda method=method: ours(pair, 1, method=method, spelling=False)
    for name, maker in makers.items():
        if name not in made and (given.rows is None or name in given.rows or name == SUPERVISED):
            yield name, maker()


def table(name: str, made: dict[str, Any]) -> str:
    """The rows of a pair, Markdown."""
    counts = [made[SUPERVISED][f"words {over}"][0] for over in ("5k", "all")]
    heads = ["way", "seeds", *(f"{metric.upper()} {over}" for over in ("5k", "all") for metric in METRICS), "time"]
    lines = [f"{name}: {counts[0]:,} source words among the 5,000 most frequent, {counts[1]:,} in all", ""]
    lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    unit = made.get(OURS, made[SUPERVISED])["seconds"]
    for way in (way for way in (SUPERVISED, OURS, SPELLED, *PUBLISHED, *STARTS) if way in made):
        row = made[way]
        seeds = "" if row["seeds"] is None else "{} of {}".format(*row["seeds"])
        cells = []
        for over in ("5k", "all"):
            for metric in METRICS:
                shown = [f"{value:.3f}".removeprefix("0") for value in row[f"{metric} {over}"]]
                cells.append(f"{shown[0]} ({shown[1]} to {shown[2]})" if metric == "p@1" else shown[0])
        lines.append(f"| {way} | {seeds} | {' | '.join(cells)} | {row['seconds'] / unit:.2g} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Make, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("dictionaries", type=Path)
    parser.add_argument("pairs", nargs="*", default=["en-fr", "en-de"])
    parser.add_argument("--rows", nargs="+")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--published-seeds", type=int, default=1)
    parser.add_argument("--as-published", action="store_true")
    parser.add_argument("--output", type=Path, default=Path("runs/alignments"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    for name in given.pairs:
        kept = given.output / f"{name}{'.published' if given.as_published else ''}.json"
        made = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        pair = pair_of(given.vectors, given.dictionaries, name)
        for way, row in rows_of(pair, given, made):
            made[way] = row
            kept.write_text(json.dumps(made, indent=1), encoding="utf-8")
        print(table(name, made), flush=True)


if __name__ == "__main__":
    main()
