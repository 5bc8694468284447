"""Decipher: from a ciphertext to its plaintext, key and certificate."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.errors import InputError
from unmt.mappings.letter_table import LetterTable
from unmt.objectives.word_cut import cut_into_words
from unmt.solvers.problem import Candidate
from unmt.tasks.build_language import language_model
from unmt.tasks.certificate import Certificate, certify, measure_null
from unmt.tasks.checks import check_numbers
from unmt.tasks.contest import Contest
from unmt.tasks.cores import cores
from unmt.tasks.families import QUICK_STAGES, stages
from unmt.tasks.hypotheses import DIVISIONS_KEPT, Hypothesis, Setting
from unmt.tasks.monitor import Monitor
from unmt.tasks.preflight import preflight
from unmt.tasks.rivals import Posterior, posterior
from unmt.tasks.solution import Solution
from unmt.text.ciphertext import Ciphertext

SEARCH_SHARE = 0.7
"""Part of a time budget that the search has; the rest is for shuffled text."""


def decipher(
    text: str | Ciphertext,
    *,
    language: str | LanguageModel = "auto",
    family: str = "auto",
    symbols: str = "auto",
    spaces: str = "auto",
    seed: int = 0,
    seconds: float | None = None,
    restarts: int | None = None,
    threads: int | None = None,
    null: bool = True,
    monitor: Monitor | None = None,
) -> Solution:
    """The solution of a ciphertext; `solution.verdict` says whether to believe it.

    language: "auto" (the shipped ones compete), a code, a path (text or .unmtlm), or a model. family: "auto" or one of
    `mappings.families.FAMILIES`. symbols, spaces: see `Ciphertext.read`. seconds: budget; None: the search stops when
    it is certain or when nothing moves any more. restarts: of each random search. threads: None for all cores; the
    answer does not depend on it, unless `seconds` ends the search. null: search shuffled text as well.
    Raises InputError for input that cannot be a ciphertext, and for unknown names.
    """
    start = time.perf_counter()
    check_numbers(seed=seed, seconds=seconds, restarts=restarts, threads=threads)
    ciphertext = text if isinstance(text, Ciphertext) else Ciphertext.read(text, symbols=symbols, spaces=spaces)
    monitor = monitor or Monitor()
    settings = [Setting(ciphertext, model) for model in models(language, monitor)]
    with ThreadPoolExecutor(cores(threads)) as pool:
        share = SEARCH_SHARE if null else 1.0
        contest = Contest(seed, monitor, pool, None if seconds is None else start + share * seconds, restarts)
        search(contest, settings, family)
        contest.refine()
        contest.deadline = None if seconds is None else start + seconds
        return _solution(contest, settings, family, start, null=null)


def models(language: str | LanguageModel, monitor: Monitor | None = None) -> list[LanguageModel]:
    """The models that a language= names; a text file becomes one, and the monitor hears of it."""
    if isinstance(language, LanguageModel):
        return [language]
    if language == "auto":
        return [_shipped(name) for name in SHIPPED]
    return [_shipped(language) if language in SHIPPED else language_model(language, monitor)]


_LOADED: dict[str, LanguageModel] = {}


def _shipped(name: str) -> LanguageModel:
    """A shipped model, read once a process: a table of ciphers asks for it at every row."""
    if name not in _LOADED:
        _LOADED[name] = LanguageModel.load(name)
    return _LOADED[name]


def search(contest: Contest, settings: list[Setting], family: str) -> None:
    """Run the stages of all languages side by side until the contest is decided.

    First one round of each quick stage, since most texts give way at once to the right family; then all to the end.
    """
    by_language = [stages(setting, family) for setting in settings]
    numbers = sorted({number for built in by_language for number, _ in built})
    together = [[h for built in by_language for n, stage in built if n == number for h in stage] for number in numbers]
    quick = [stage for number, stage in zip(numbers, together, strict=True) if number < QUICK_STAGES]
    if not any(contest.run_stage(stage, rounds=1) for stage in quick):
        any(contest.run_stage(stage) for stage in together)


def _solution(contest: Contest, settings: list[Setting], family: str, start: float, *, null: bool) -> Solution:
    ranked = contest.ranked()
    if not ranked or ranked[0].best is None:
        raise InputError("The search was stopped before it had tried a key. Give it more seconds=.")
    best, candidate = ranked[0], ranked[0].best
    post = posterior(ranked, candidate, best.setting)
    samples = measure_null(contest, best, candidate, family) if null and not contest.ended() else []
    certificate = certify(best, candidate, post, ranked, samples, len(settings))
    seconds = time.perf_counter() - start
    text = best.setting.ciphertext
    outputs = candidate.mapping.outputs
    letters = [outputs[i] for i in candidate.letters]
    mapping = candidate.mapping
    return Solution(
        plaintext=text.render(letters),
        plaintext_words=in_words(best.setting, candidate, letters),
        key=mapping.key(),
        family=mapping.family,
        language=best.setting.model.name,
        mapping_bits=candidate.mapping_bits,
        text_bits=candidate.text_bits,
        homophone_bits=candidate.choice_bits,
        total_bits=candidate.total_bits,
        random_bits=certificate.random_bits,
        null_bits=float(np.mean(samples)) if samples else None,
        null_samples=samples,
        gain_bits=certificate.gain_bits,
        probability_correct=certificate.probability,
        verdict=certificate.verdict,
        alternatives=alternatives(ranked, candidate),
        preflight=preflight(best.setting),
        key_confidence=key_confidence(candidate, post, certificate, text),
        letter_confidence=[round(float(p) * certificate.probability, 4) for p in post.letters],
        history=contest.history,
        # Certified or not: what came after would have been done too, and may change what is said of it.
        stopped="interrupted" if contest.monitor.stop_requested else contest.stopped,
        seconds=seconds,
        keys=contest.keys,
        keys_per_second=contest.keys / max(seconds, 1e-9),
        seed=contest.seed,
        restarts=sum(h.restarts for h in contest.hypotheses),
        data_sha256=text.sha256,
        model_sha256=best.setting.model.sha256,
        mapping=mapping.to_dict(),
        ciphertext=text.source,
        letters="".join(letters),
        evidence=certificate.evidence.to_dict(),
        ciphertext_symbols=[text.symbols[i] for i in text.ids],
    )


def key_confidence(
    candidate: Candidate, post: Posterior, certificate: Certificate, text: Ciphertext
) -> dict[str, float]:
    """Probability of each symbol's letter, for families whose key is a letter for each symbol."""
    if not isinstance(candidate.mapping, LetterTable):
        return {}
    by_symbol = np.ones(len(text.symbols))
    np.minimum.at(by_symbol, np.asarray(text.ids), post.letters)
    return {s: round(float(p) * certificate.probability, 4) for s, p in zip(text.symbols, by_symbol, strict=True)}


def in_words(setting: Setting, candidate: Candidate, letters: list[str]) -> str:
    """The plaintext with a space between words: given, deciphered, or put back."""
    text = "".join(letters)
    if " " in text:
        return " ".join(text.split())
    keeps = setting.divided and candidate.mapping.family in DIVISIONS_KEPT
    if keeps and setting.ciphertext.boundaries is not None:
        cuts = np.asarray(setting.ciphertext.boundaries, np.int64)
    elif setting.model.has_words:
        cuts = cut_into_words(setting.model, candidate.letters)
    else:
        return text
    places = [0, *(int(c) for c in cuts), len(text)]
    return " ".join(text[a:b] for a, b in pairwise(places))


def alternatives(ranked: list[Hypothesis], winner: Candidate) -> list[dict[str, Any]]:
    """The best of each other family and language, and the winner's own runners-up; at most 12, fewest bits first."""
    seen: set[tuple[str, str, bytes]] = set()
    found: list[tuple[float, dict[str, Any]]] = []
    for hypothesis in ranked:
        for place, c in enumerate(hypothesis.candidates[:4]):
            mark = (c.mapping.family, hypothesis.setting.model.name, c.letters.tobytes())
            if c is winner or mark in seen or place > 3:
                continue
            seen.add(mark)
            text = "".join(c.mapping.outputs[i] for i in c.letters[:80])
            entry = {
                "family": c.mapping.family,
                "language": hypothesis.setting.model.name,
                "total_bits": c.total_bits,
                "text_bits": c.text_bits,
                "mapping_bits": c.mapping_bits,
                "homophone_bits": c.choice_bits,
                "plaintext": text,
            }
            found.append((c.total_bits, entry))
    found.sort(key=lambda pair: pair[0])
    return [entry for _, entry in found[:12]]
