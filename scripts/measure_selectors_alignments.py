"""Which figure that needs no dictionary ranks maps of word vectors as precision does: maps of all quality, each scored.

    python scripts/measure_selectors_alignments.py VECTORS DICTIONARIES [en-fr en-de] [--seeds 2] [--output FOLDER]

VECTORS holds eltec.LANGUAGE.vec.gz, DICTIONARIES freedict.PAIR.tsv.gz or that of the other direction. Maps of each
pair, on the most frequent WORDS of each: every other round of self-learning from starts that find the map and starts
that do not, the best map with noise of all sizes, maps of few words, maps of targets that share nothing, random ones,
and axes weighted. The true score is P@1 against the dictionary, by CSLS, of source words that it has; it makes no map
and stops none. Prints for each pair and over all the rank correlation of each selector with it, and what is lost by
the choice. Some twenty seconds of CPU for a pair and a seed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from selector_table import selector_table, spread

from unmt.errors import InputError
from unmt.mappings.linear_map import centred, unit_rows
from unmt.objectives.csls import matches
from unmt.objectives.dictionary_code import OwnCode, dictionary_code
from unmt.solvers import initial_pairs
from unmt.solvers.procrustes import procrustes
from unmt.solvers.random import kernel_state
from unmt.solvers.self_learning import noisy_matches
from unmt.solvers.spelling import spelling_similarity
from unmt.solvers.start_settings import SimilarSettings
from unmt.solvers.wasserstein_procrustes import wasserstein_rotation
from unmt.solvers.weighting import weighted_maps
from unmt.tasks.align import LEAST_SPELLING
from unmt.text.corpus_file import read_pairs
from unmt.text.vectors import read_vectors

Floats = NDArray[np.float32]
WORDS = 2000
ROUNDS, EVERY = 12, 2
NOISE = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0)
"""Standard deviation of each number of a rotation, times the square root of the dimensions."""

FEW = (100, 200, 400, 800)
"""So many of the most frequent words teach a map that is not refined."""

SELECTORS = {
    "saved": "code length of the dictionary, both ways",
    "one_way": "the same, source given target",
    "told": "the same, the dictionary not paid",
    "cosine": "cosine of a word with its nearest (what `align` raises)",
    "csls": "CSLS of a word with its nearest",
    "mutual_csls": "CSLS of mutual neighbours",
    "mutual": "number of mutual neighbours",
    "returns": "words that come back among ten",
}
RETURNS = 10


@dataclass(frozen=True)
class Pair:
    """Vectors of two languages (words, d), centred units, and what is right."""

    name: str
    words: tuple[tuple[str, ...], tuple[str, ...]]
    x: Floats
    y: Floats
    truth: dict[int, set[int]]

    @cached_property
    def own(self) -> tuple[OwnCode, OwnCode]:
        """What the words of each side cost by their own language."""
        return OwnCode.of(self.x), OwnCode.of(self.y)

    @cached_property
    def spelling(self) -> Any:
        return spelling_similarity(*self.words, LEAST_SPELLING)

    def precision(self, translations: NDArray[np.int64]) -> float:
        """P@1 of a translation for each source word."""
        return float(np.mean([int(translations[source]) in right for source, right in self.truth.items()]))


def pair_of(vectors: Path, dictionaries: Path, name: str) -> Pair:
    """Both sides and the dictionary, which may be that of the other direction."""
    sides = [read_vectors(vectors / f"eltec.{language}.vec.gz", WORDS) for language in name.split("-")]
    path = dictionaries / f"freedict.{name}.tsv.gz"
    turned = dictionaries / f"freedict.{'-'.join(reversed(name.split('-')))}.tsv.gz"
    pairs = read_pairs(str(path)) if path.exists() else [(b, a) for a, b in read_pairs(str(turned))]
    places = [{word: place for place, word in enumerate(side.words)} for side in sides]
    truth: dict[int, set[int]] = {}
    for source, target in pairs:
        if source in places[0] and target in places[1]:
            truth.setdefault(places[0][source], set()).add(places[1][target])
    x, y = (centred(side.matrix)[0] for side in sides)
    return Pair(name, (sides[0].words, sides[1].words), x, y, truth)


def rounds(x: Floats, y: Floats, rotation: Floats, many: int, keep: float, state: Any) -> Iterator[Floats]:
    """Every other map of so many rounds of self-learning, the first one too."""
    yield rotation
    for number in range(1, many + 1):
        forward, backward = noisy_matches(np.asarray((x @ rotation) @ y.T, np.float32), keep, state)
        rotation = procrustes(np.concatenate([x, x[backward]]), np.concatenate([y[forward], y]))
        if number % EVERY == 0:
            yield rotation


def maps(pair: Pair, seed: int) -> Iterator[tuple[str, Floats, Floats | None]]:
    """Maps of all quality: where each is from, the source's matrix, and the target's or None."""
    rng = np.random.default_rng(seed)
    dimensions = pair.x.shape[1]
    x, y = pair.x, pair.y
    best = None
    for name, start in starts(pair, seed).items():
        try:
            first = start()
        except InputError:  # no pair to start from
            continue
        keep = (0.3, 1.0)[seed % 2] if name == "similarity" else 1.0
        for rotation in rounds(x, y, first, ROUNDS, keep, kernel_state(np.random.SeedSequence([seed, 7]))):
            yield name, rotation, None
            best = rotation if name == "identical" else best
    assert best is not None
    for size in NOISE:
        noise = rng.standard_normal(best.shape) * size / np.sqrt(dimensions)
        yield "noise", procrustes(np.eye(dimensions, dtype=np.float32), np.asarray(best + noise, np.float32)), None
    for few in FEW:
        found = matches(x[:few] @ best, y[:few]).both_ways()
        yield "few words", procrustes(x[found[0]], y[found[1]]), None
    axes = np.linalg.svd(y, full_matrices=False)[2]
    nothing = centred(np.stack([rng.permutation(column) for column in (y @ axes.T).T], axis=1) @ axes)[0]
    start = np.linalg.qr(rng.standard_normal((dimensions, dimensions)))[0].astype(np.float32)
    for number, rotation in enumerate(rounds(x, nothing, start, 6, 1.0, kernel_state(np.random.SeedSequence(seed)))):
        yield "random" if number == 0 else "of shuffled", rotation, None
    found = matches(x @ best, y)
    for pairs in (found.both_ways(), found.mutual()):
        yield ("weighted", *weighted_maps(x, y, pairs))


def starts(pair: Pair, seed: int) -> dict[str, Callable[[], Floats]]:
    """Rotations to start self-learning from."""

    def of(found: Any) -> Floats:
        return procrustes(pair.x[found[0]], pair.y[found[1]])

    return {
        "identical": lambda: of(initial_pairs.identical_pairs(*pair.words)),
        "similar": lambda: of(initial_pairs.similar_pairs(pair.spelling, SimilarSettings().least_alike)),
        "similarity": lambda: of(initial_pairs.similarity_pairs(pair.x, pair.y)),
        "wasserstein": lambda: wasserstein_rotation(pair.x, pair.y, np.random.SeedSequence(seed)),
    }


def measured(pair: Pair, matrix: Floats, other: Floats | None) -> dict[str, float]:
    """The true score, and every selector: the less, the better."""
    u, v = unit_rows(pair.x @ matrix), pair.y if other is None else unit_rows(pair.y @ other)
    found = matches(u, v)
    sources, _ = found.mutual()
    there = dictionary_code(pair.own[0], pair.y, found.forward[:, 0])
    back = dictionary_code(pair.own[1], pair.x, found.backward)
    similarity = u @ v.T
    nearest = np.argpartition(-similarity.T, RETURNS, axis=1)[:, :RETURNS]  # of each target, by cosine
    returns = [place in nearest[word] for place, word in enumerate(found.forward[:, 0])]
    return {
        "score": pair.precision(found.forward[:, 0]),
        "saved": -(there.saved_bits + back.saved_bits) / 2,
        "one_way": -there.saved_bits,
        "told": (there.way_back_bits - there.apart_bits + back.way_back_bits - back.apart_bits) / (2 * WORDS),
        "cosine": -float(similarity.max(axis=1).mean() + similarity.max(axis=0).mean()) / 2,
        "csls": -float(found.forward_scores[:, 0].mean() + found.backward_scores.mean()) / 2,
        "mutual_csls": -float(found.forward_scores[sources, 0].mean()) if len(sources) else 0.0,
        "mutual": -float(len(sources)),
        "returns": -float(np.mean(returns)),
    }


def tables(rows: list[dict[str, Any]]) -> str:
    """All maps, those of each pair, and of rotations alone."""
    parts = []
    views: dict[str, Callable[[dict[str, Any]], bool]] = {
        "all maps": lambda _: True,
        "rotations": lambda row: row["source"] != "weighted",
    }
    for way in dict.fromkeys(row["group"].partition(",")[0] for row in rows):
        views[way] = lambda row, way=way: row["group"].startswith(f"{way},")  # type: ignore[misc]
    for name, has in views.items():
        inside = [row for row in rows if has(row)]
        parts += [f"{name}: {spread(inside)}", "", selector_table(inside, SELECTORS, first="saved"), ""]
    return "\n".join(parts)


def main() -> None:
    """Score, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("dictionaries", type=Path)
    parser.add_argument("pairs", nargs="*", default=["en-fr", "en-de"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("runs/selectors"))
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for name in given.pairs:
        pair = pair_of(given.vectors, given.dictionaries, name)
        for seed in range(given.seeds):
            for source, matrix, other in maps(pair, seed):
                row = {"group": f"{name}, seed {seed}", "source": source}
                rows.append(row | measured(pair, matrix, other))
            (given.output / "alignments.json").write_text(json.dumps(rows), encoding="utf-8")
    print(tables(rows))


if __name__ == "__main__":
    main()
