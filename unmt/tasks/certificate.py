"""After the search: is there structure at all, and is this the right key?

Structure is judged by code length alone: a text without structure is compressed by g bits with probability 2^-g at most
(the no-hypercompression inequality), and the same search on shuffled text says what chance finds. Whether the key is
right is a probability, calibrated on ciphers whose key is known; see `probability`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from unmt.solvers.problem import Candidate
from unmt.tasks.contest import Contest, score
from unmt.tasks.families import same_search
from unmt.tasks.hypotheses import Hypothesis
from unmt.tasks.probability import Evidence, probability_correct
from unmt.tasks.rivals import Posterior

NULL_SAMPLES = 2
NULL_RESTARTS = 2
IDENTIFIED = 0.9
"""Probability from which on a solution is called identified."""


@dataclass(frozen=True)
class Certificate:
    """What is said about the best candidate; bits as in Solution."""

    random_bits: float
    null_samples: list[float]
    gain_bits: float
    probability: float
    verdict: str
    evidence: Evidence


def measure_null(contest: Contest, best: Hypothesis, candidate: Candidate, family: str) -> list[float]:
    """Total bits that the same search reaches on the same symbols in random order, for NULL_SAMPLES orders.

    Empty where the contest was stopped before the samples were whole.
    """
    jobs: list[tuple[Hypothesis, np.random.SeedSequence]] = []
    nulls: list[Hypothesis] = []
    for sample in range(NULL_SAMPLES):
        rng = np.random.default_rng([contest.seed, 0x6E756C6C, sample])
        shuffled = replace(best.setting.ciphertext, ids=rng.permutation(best.setting.ciphertext.ids))
        for hypothesis in same_search(replace(best.setting, ciphertext=shuffled), best.name, family):
            count = min(max(best.restarts, 1), NULL_RESTARTS) if hypothesis.drawn else 1
            nulls.append(hypothesis)
            jobs += [(hypothesis, hypothesis.seed(contest.seed, i)) for i in range(count)]
    contest.hypotheses_of_null = nulls
    results = contest.parallel(lambda job: job[0].restart(job[1], 1.0), jobs, "shuffled text")
    if len(results) < len(jobs) or contest.ended():
        return []
    for (hypothesis, _), result in zip(jobs, results, strict=True):
        hypothesis.add(result)
    family_found = candidate.mapping.family
    found = [[c.total_bits for c in h.candidates if c.mapping.family == family_found] for h in nulls]
    return [min(bits) for bits in found if bits]


def certify(
    best: Hypothesis, candidate: Candidate, post: Posterior, rivals: list[Hypothesis], null: list[float], languages: int
) -> Certificate:
    """The certificate of the best candidate of the best hypothesis; rivals: all hypotheses, ranked."""
    setting = best.setting
    others = [score(h) for h in rivals if h is not best and _is_other(h, candidate)]
    margin = min(others) - score(best) if others else 100.0
    # To name the language out of several is part of the message.
    structure = setting.random_bits - candidate.total_bits - float(np.log2(languages))
    # Against the better of both: shuffled text with word divisions costs more than symbols without structure do.
    gain = min(float(np.mean(null)) - candidate.total_bits, structure) if null else structure
    evidence = Evidence(
        family=candidate.mapping.family,
        length=len(setting.ciphertext),
        divided=setting.divided,
        excess=setting.excess(candidate.text_bits),
        mass=post.mass,
        asked=candidate.mapping_bits,
        structure=structure,
        margin=margin,
        agreement=best.agreement() / max(best.restarts, 1) if best.drawn else 1.0,
        symbols=len(setting.ciphertext.symbols),
    )
    probability = probability_correct(evidence)
    if structure <= 0 or (null and gain <= 0):
        verdict = "no structure found"
    else:
        verdict = "identified" if probability >= IDENTIFIED else "ambiguous"
    return Certificate(setting.random_bits, null, gain, probability, verdict, evidence)


def _is_other(hypothesis: Hypothesis, candidate: Candidate) -> bool:
    """Whether a hypothesis leads to another plaintext, and not to the same one by another road."""
    best = hypothesis.best
    if best is None or len(best.letters) != len(candidate.letters):
        return best is not None
    return float(np.mean(best.letters != candidate.letters)) > 0.02
