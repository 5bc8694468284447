"""Two sets of word vectors, no pair between them: one space, a dictionary, and a verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.linear_map import LinearMap, centred
from unmt.objectives.csls import matches
from unmt.objectives.dictionary_code import DictionaryCode
from unmt.solvers.final_map import final_map, weighted
from unmt.solvers.self_learning import Learned
from unmt.tasks.align_codes import SideCodes
from unmt.tasks.align_methods import WITHOUT_SPELLING, Words, check_methods, first_pairs, learned_from
from unmt.tasks.align_settings import ALL, LEAST_WORDS, METHODS, Every, Method, check_method
from unmt.tasks.alignment import Alignment, Trial
from unmt.tasks.cores import with_one_blas_thread
from unmt.tasks.monitor import Monitor
from unmt.text.vectors import WordVectors

Floats = NDArray[np.float32]

LEAST_SPELLING = 0.3
RUNS, TRANSLATIONS, TEMPERATURE = 10, 5, 0.1
DRAWN_WORDS = 400


@with_one_blas_thread
def align(
    source: WordVectors,
    target: WordVectors,
    *,
    method: str | Sequence[str] | Method = "similarity",
    seed: int = 0,
    runs: int = 1,
    null: bool = True,
    spelling: bool = True,
    seeds: Sequence[tuple[str, str]] = (),
    translations: int = TRANSLATIONS,
    threads: int = 1,
    monitor: Monitor | None = None,
) -> Alignment:
    """One space for two sets of word vectors, and a dictionary with probabilities, without a label.

    method: one or several of METHODS, or "all", or a Method, which has settings too; the search whose dictionary saves
    most bits is used. runs: searches of
    each method that draws numbers, with seeds from `seed` on. spelling: whether words written alike count as more
    alike, with a weight chosen without labels. seeds: pairs of words for method "dictionary".
    Raises InputError where sizes differ, words are too few, or no method has a start.
    """
    start, monitor = time.perf_counter(), monitor or Monitor()
    settings = _settings(method)
    methods = _methods(settings, seeds)
    _check_sizes(source, target)
    (x, centre_source), (y, centre_target) = centred(source.matrix), centred(target.matrix)
    alike = _spelling(source, target, monitor) if spelling or "similar" in methods else None
    words = Words(x, y, source.words, target.words, alike, seeds, settings.learning_words)
    codes = SideCodes(words)
    searches, failures = _searches(codes, settings, methods, seed, runs, threads, monitor)
    if not searches:
        raise InputError(next(iter(failures.values())))
    trials, chosen, learned = _compared(codes, settings, searches, monitor, once_more=null)
    null_search = _null_trial(words, settings, chosen, monitor) if null and not monitor.stop_requested else None
    monitor.update("last rounds with more words", 0, None, None)
    final = final_map(x, y, learned.rotation, alike if spelling else None)
    mapping = LinearMap(final.source, final.target, centre_source, centre_target)
    monitor.update("dictionary", 0, None, None)
    u, v = mapping.apply_source(source.matrix), mapping.apply_target(target.matrix)
    found = matches(
        u,
        v,
        count=translations,
        extra=weighted(alike, final.spelling_weight),
    )
    return Alignment(
        source_words=source.words,
        target_words=target.words,
        map=mapping,
        translations=found.forward,
        probabilities=_probabilities(found.forward_scores),
        trials=tuple(trials),
        chosen=chosen,
        null=None if null_search is None else null_search[0],
        failures=failures,
        spelling_weight=final.spelling_weight,
        mutual_pairs=final.mutual_pairs,
        spaces={"before": [*_planes(x), *_planes(y)], "after": _planes(u, v)},
        codes=codes.solution(found, None if null_search is None else null_search[1]),
        seconds=time.perf_counter() - start,
        stopped="interrupted" if monitor.stop_requested else "converged",
    )


def _planes(*sides: Floats) -> list[list[list[float]]]:
    """The places (words, 2) of the most frequent words of each side, along the axes of their largest common spread."""
    few = [side[:DRAWN_WORDS] for side in sides]
    both = np.concatenate(few)
    centre = both.mean(axis=0)
    axes = np.linalg.svd(both - centre, full_matrices=False)[2][:2]
    return [np.round((side - centre) @ axes.T, 3).tolist() for side in few]


def check_options(method: Method, seeds: Sequence[tuple[str, str]]) -> None:
    """Raises InputError where methods are unknown, lack what they need, or are set to what cannot be."""
    _methods(method, seeds)
    check_method(method)


def _settings(method: str | Sequence[str] | Method) -> Method:
    if isinstance(method, Method):
        check_method(method)
        return method
    return Every(name=method if isinstance(method, str) else ",".join(method))


def _methods(method: Method, seeds: Sequence[tuple[str, str]]) -> list[str]:
    names = method.names
    if names == [ALL]:
        names = [name for name in METHODS if name != "dictionary" or seeds]
    check_methods(names)
    if "dictionary" in names and not seeds:
        raise InputError("method=dictionary needs a seed dictionary. Name one by dictionary=FILE, or another method.")
    return list(dict.fromkeys(names))


def _check_sizes(source: WordVectors, target: WordVectors) -> None:
    if source.matrix.shape[1] != target.matrix.shape[1]:
        raise InputError(
            f"source.vectors have {source.matrix.shape[1]} dimensions, target.vectors {target.matrix.shape[1]}."
            " Give vectors of one size."
        )
    for name, side in (("source", source), ("target", target)):
        if len(side) < LEAST_WORDS:
            raise InputError(
                f"{name}: {len(side)} words are too few. Give vectors of {LEAST_WORDS} words, better 5000."
            )


def _spelling(source: WordVectors, target: WordVectors, monitor: Monitor) -> Any:
    from unmt.solvers.spelling import spelling_similarity

    monitor.update("spelling", 0, None, None)
    return spelling_similarity(source.words, target.words, LEAST_SPELLING)


def _searches(
    codes: SideCodes,
    settings: Method,
    methods: Sequence[str],
    seed: int,
    runs: int,
    threads: int,
    monitor: Monitor,
) -> tuple[list[tuple[Trial, Learned]], dict[str, str]]:
    """Every search that could start, in the order of methods and seeds, and why others could not."""
    words = codes.words
    jobs: list[tuple[str, int, Any, float]] = []
    failures: dict[str, str] = {}
    for method in methods:
        begun = time.perf_counter()
        draws = method in {"similarity", "wasserstein", "adversarial"}
        for number in range(seed, seed + (runs if draws else 1)):
            try:
                shared = method == "similarity" and number > seed
                monitor.update(f"start of {method}", 0, None, None)
                sequence = np.random.SeedSequence([number, 0])
                pairs = jobs[-1][2] if shared else first_pairs(method, words, sequence, monitor, settings)
            except InputError as error:
                failures[method] = str(error)
                break
            jobs.append((method, number, pairs, time.perf_counter() - begun))
            begun = time.perf_counter()
    assert codes.own  # made before the threads, which share it
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = pool.map(lambda job: _trial(codes, settings, job[0], job[1], job[2], job[3], monitor), jobs)
        return list(found), failures


def _trial(
    codes: SideCodes,
    settings: Method,
    method: str,
    seed: int,
    pairs: Any,
    seconds: float,
    monitor: Monitor,
    stage: str = "",
) -> tuple[Trial, Learned]:
    begun = time.perf_counter()
    sequence = np.random.SeedSequence([seed, 1])
    stage = stage or f"{method}, seed {seed}"
    learned = learned_from(method, codes.words, pairs, sequence, monitor, stage, settings)
    trial = Trial(
        method,
        seed,
        learned.objective,
        None,
        len(learned.history),
        round(seconds + time.perf_counter() - begun, 3),
        tuple(round(value, 6) for value in learned.history),
        round(codes.saved_bits(learned.rotation), 4),
    )
    return trial, learned


def _compared(
    codes: SideCodes, settings: Method, searches: list[tuple[Trial, Learned]], monitor: Monitor, *, once_more: bool
) -> tuple[list[Trial], Trial, Learned]:
    """The trials with their agreement, the one whose dictionary saves most bits, and what it learned.

    once_more: where no other search of the chosen method is there to agree with, make one, with noise, to compare.
    """
    best, learned = max(searches, key=lambda pair: pair[0].saved_bits)
    fellows = [pair for pair in searches if pair[0].method == best.method and pair[1] is not learned]
    if not fellows and once_more and not monitor.stop_requested:
        fellows = [_once_more(codes, settings, best, learned, monitor)]
    fellow = max(fellows, key=lambda pair: pair[0].saved_bits)[1] if fellows else None
    trials = []
    for trial, other in searches:
        beside = fellow if other is learned else other
        trials.append(replace(trial, agreement=None if beside is None else agreement(codes.words, learned, beside)))
    return trials, next(trial for trial, pair in zip(trials, searches, strict=True) if pair[1] is learned), learned


def _once_more(
    codes: SideCodes, settings: Method, best: Trial, learned: Learned, monitor: Monitor
) -> tuple[Trial, Learned]:
    """Another search with noise: by similarities from their start, by any other method from what it found."""
    words = codes.words
    if best.method == "similarity":
        pairs = first_pairs(best.method, words, np.random.SeedSequence([best.seed, 0]), monitor, settings)
    else:
        pairs = matches(words.x[: words.learning] @ learned.rotation, words.y[: words.learning]).both_ways()
    stage = f"{best.method}, once more with noise"
    return _trial(codes, settings, "similarity", best.seed + 1, pairs, 0.0, monitor, stage)


def agreement(words: Words, first: Learned, second: Learned) -> float:
    """The share of source words, of those learned from, for which two maps have the same nearest by CSLS."""
    part = slice(words.learning)
    found = [matches(words.x[part] @ one.rotation, words.y[part]).forward[:, 0] for one in (first, second)]
    return float((found[0] == found[1]).mean())


def _null_trial(
    words: Words, settings: Method, chosen: Trial, monitor: Monitor
) -> tuple[Trial, tuple[DictionaryCode, DictionaryCode]]:
    """The chosen search on target vectors that keep the spread along every axis, but none of what they share.

    Returns it with the code lengths of its dictionary, both ways.
    """
    rng = np.random.default_rng(np.random.SeedSequence([chosen.seed, 2]))
    axes = np.linalg.svd(words.y, full_matrices=False)[2]
    shuffled = np.stack([rng.permutation(column) for column in (words.y @ axes.T).T], axis=1)
    target = centred(shuffled)[0]
    nothing = Words(words.x, target, words.source, words.target, words.spelling, words.seeds, words.most)
    begun = time.perf_counter()
    method = chosen.method
    # What is written shares more than the vectors do: those methods start from the same pairs of words.
    monitor.update("null: vectors that share nothing", 0, None, None)
    start = "similarity" if method in WITHOUT_SPELLING else method
    pairs = first_pairs(start, nothing, np.random.SeedSequence([chosen.seed, 0]), monitor, settings)
    seconds = time.perf_counter() - begun
    codes = SideCodes(nothing)
    stage = "null: vectors that share nothing"
    trial, learned = _trial(codes, settings, start, chosen.seed, pairs, seconds, monitor, stage)
    return trial, codes.of_rotation(learned.rotation)


def _probabilities(scores: Floats) -> Floats:
    """Softmax of CSLS over the translations that are kept, (S, count)."""
    raised = np.exp((scores - scores[:, :1]) / TEMPERATURE)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)
