"""Hypotheses compete: restarts in rounds over all cores, until one is certified, nothing moves, or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from unmt.solvers.problem import Candidate
from unmt.tasks.hypotheses import Hypothesis
from unmt.tasks.monitor import Monitor

FIRST_ROUND, ROUND = 2, 4
"""Restarts of a hypothesis in its first round (of a text that is not short) and in the others. They are not the number
of cores: results must not depend on that."""

POLISHED = 2
"""Candidates that are polished after each round."""

MOST_REFINEMENTS = 8
"""Rounds of polishing the winner at the end, at most."""

CERTAIN_BITS = 20.0
"""A text without structure is compressed by so many bits once in 2**20 (no-hypercompression inequality; Grünwald, "The
minimum description length principle", 2007, section 3.3)."""

MANY_BITS = 80.0
"""Bits saved from which on one restart is believed."""

TYPICAL, FAMILIAR = 2.5, 6.0
"""Standard deviations above a language's bits a letter up to which a plaintext is taken for that language: without and
with many bits saved (a text with misspellings, or of another century)."""

SETTLED = 5
"""Restarts that end at the same plaintext: it is the optimum of the search, whether or not it can be certified."""

SHORT, WITHIN_REACH = 80, 5.0
"""Symbols below which every candidate is polished, and standard deviations above the language's rate from then on."""

PATIENCE = 0.2
"""Seconds between two looks at the clock and at Ctrl-C while runs are under way."""

Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass
class Contest:
    """The state of a whole search."""

    seed: int
    monitor: Monitor
    pool: ThreadPoolExecutor
    deadline: float | None
    most_restarts: int | None = None
    effort: float = 1.0
    start: float = field(default_factory=time.perf_counter)
    hypotheses: list[Hypothesis] = field(default_factory=list)
    hypotheses_of_null: list[Hypothesis] = field(default_factory=list)
    history: list[dict[str, object]] = field(default_factory=list)
    stopped: str = "converged"

    def run_stage(self, stage: Sequence[Hypothesis], rounds: int | None = None) -> bool:
        """Search the hypotheses of a stage, `rounds` rounds or to the end; True where all is decided or ended."""
        self.hypotheses += [h for h in stage if not any(h is known for known in self.hypotheses)]
        alive = [h for h in stage if not self._exhausted(h)]
        while alive and rounds != 0:
            rounds = None if rounds is None else rounds - 1
            self._round(alive)
            if self.ended():
                return True
            if self.certified() is not None:
                self.stopped = "certified"
                return True
            alive = [h for h in alive if not self._exhausted(h)]
        return False

    def ended(self) -> bool:
        """True where the user or the clock stops the search; says so in `stopped`, unless it was certified before."""
        late = self.deadline is not None and time.perf_counter() >= self.deadline
        if (self.monitor.stop_requested or late) and self.stopped != "certified":
            self.stopped = "interrupted" if self.monitor.stop_requested else "budget spent"
        return self.monitor.stop_requested or late

    def ranked(self) -> list[Hypothesis]:
        """Hypotheses that found anything, the most plausible first."""
        return sorted((h for h in self.hypotheses if h.best is not None), key=score)

    def refine(self) -> None:
        """Polish the leading candidate again, from several seeds, as long as that finds something."""
        ranked = self.ranked()
        if not ranked or ranked[0].polish is None or self.stopped in ("interrupted", "budget spent"):
            return
        best = ranked[0]
        for number in range(MOST_REFINEMENTS):
            before = best.candidates[0].total_bits
            jobs = [(best, best.candidates[0], 2_000_000 + ROUND * number + i) for i in range(ROUND)]
            for candidate in self.parallel(lambda job: self._polished(*job), jobs, "last letters"):
                best.merge([candidate])
            self.report("last letters")
            if self.monitor.stop_requested or best.candidates[0].total_bits > before - 0.01:
                return

    def certified(self) -> Hypothesis | None:
        """The leading hypothesis, if it needs no more search."""
        ranked = self.ranked()
        return ranked[0] if ranked and is_certain(ranked[0]) else None

    @property
    def keys(self) -> int:
        """Keys scored so far."""
        return sum(h.keys for h in self.hypotheses)

    def report(self, stage: str) -> None:
        """Tell the monitor, and keep the history where the best has improved."""
        ranked = self.ranked()
        bits = ranked[0].best.total_bits if ranked and ranked[0].best else None
        self.monitor.update(stage, self.keys, bits, self._fraction())
        if bits is not None and (not self.history or bits < float(str(self.history[-1]["bits"])) - 1e-9):
            best = ranked[0]
            assert best.best is not None
            self.history.append(
                {
                    "seconds": round(time.perf_counter() - self.start, 4),
                    "keys": self.keys,
                    "bits": bits,
                    "family": best.best.mapping.family,
                    "language": best.setting.model.name,
                }
            )

    def _most(self, hypothesis: Hypothesis) -> int:
        if self.most_restarts is not None and hypothesis.drawn:
            return self.most_restarts
        if self.deadline is not None and hypothesis.drawn:
            return 1_000_000  # the budget decides
        return hypothesis.most

    def _exhausted(self, hypothesis: Hypothesis) -> bool:
        return hypothesis.restarts >= self._most(hypothesis) or (hypothesis.drawn and hypothesis.agreement() >= SETTLED)

    def _round(self, alive: Sequence[Hypothesis]) -> None:
        """One round of each hypothesis; tasks run on all cores and are taken in in a fixed order."""
        tasks = []
        for h in alive:
            size = FIRST_ROUND if h.restarts == 0 and len(h.setting.ciphertext) >= SHORT else ROUND
            count = min(size, self._most(h) - h.restarts) if h.drawn else 1
            tasks += [(h, h.restarts + i) for i in range(count)]
        names = ", ".join(dict.fromkeys(h.name for h in alive))
        done = self.parallel(lambda task: task[0].restart(task[0].seed(self.seed, task[1]), self.effort), tasks, names)
        for (h, _), result in zip(tasks, done, strict=False):
            h.add(result)
        self.report(names)
        polishable = [(h, c) for h in alive if h.polish for c in h.candidates[:POLISHED] if is_promising(h, c)]
        if polishable and self.certified() is None and not self.ended():
            jobs = [(h, c, 1_000_000 + h.restarts) for h, c in polishable]
            better = self.parallel(lambda job: self._polished(*job), jobs, f"{names}: words")
            for (h, _), candidate in zip(polishable, better, strict=False):
                h.merge([candidate])
            self.report(f"{names}: words")

    def _polished(self, hypothesis: Hypothesis, candidate: Candidate, number: int) -> Candidate:
        assert hypothesis.polish is not None
        return hypothesis.polish(candidate, hypothesis.seed(self.seed, number))

    def parallel(self, work: Callable[[Given], Result], items: Sequence[Given], stage: str) -> list[Result]:
        """Results in the order of the items; fewer, or of shorter runs, where the search was stopped on the way."""
        futures = [self.pool.submit(work, item) for item in items]
        results: list[Result] = []
        for number, future in enumerate(futures):
            while not wait([future], timeout=PATIENCE).done:
                self.report(stage)
                if self.ended():
                    self._stop_runs()
            results.append(future.result())
            self.report(stage)
            if number + 1 < len(futures) and self.ended():
                for waiting in futures[number + 1 :]:
                    waiting.cancel()
                self._stop_runs()
                break
        return results

    def _stop_runs(self) -> None:
        """Ask the runs under way to end at what they have."""
        for hypothesis in [*self.hypotheses, *self.hypotheses_of_null]:
            if hypothesis.stop is not None:
                hypothesis.stop[0] = 1

    def _fraction(self) -> float | None:
        """The part of the search that is done: of the time given, or of the restarts that the stage has at most."""
        if self.deadline is not None:
            return min((time.perf_counter() - self.start) / max(self.deadline - self.start, 1e-9), 1.0)
        most = sum(self._most(h) for h in self.hypotheses)
        return sum(h.restarts for h in self.hypotheses) / most if most else None


def is_certain(hypothesis: Hypothesis) -> bool:
    """Whether more search would be waste: the text has structure beyond chance, and this is it.

    Where all keys were tried the bits saved decide. Where starts are random, the text must cost about what the
    language's does, and be found more than once or save very many bits.
    """
    best, setting = hypothesis.best, hypothesis.setting
    if best is None:
        return False
    saved = setting.random_bits - best.total_bits
    excess = setting.excess(best.text_bits)
    if not hypothesis.drawn and hypothesis.exhaustive:
        return saved >= 2 * CERTAIN_BITS or (saved >= CERTAIN_BITS and excess <= TYPICAL)
    if saved >= MANY_BITS and excess <= FAMILIAR:
        return True
    return saved >= CERTAIN_BITS and excess <= TYPICAL and hypothesis.agreement() >= 2


def is_promising(hypothesis: Hypothesis, candidate: Candidate) -> bool:
    """Whether polishing may lead to text: a long text that costs far more than the language's is in another basin."""
    setting = hypothesis.setting
    return len(setting.ciphertext) < SHORT or setting.excess(candidate.text_bits) <= WITHIN_REACH


FAMILY_PRIOR = {"substitution": 1.0, "homophonic": 2.0}
OTHER_PRIOR = 5.0
"""Bits to name the family: half of all puzzles are simple substitutions; the two dozen other kinds share the rest."""


def score(hypothesis: Hypothesis, candidate: Candidate | None = None) -> float:
    """Bits by which candidates are ranked: code length, the family's name, and what is atypical of the language.

    The n-gram code gives nonsense more probability than the language does (its smoothing must), so a text far above
    the language's bits a letter pays for it: the normal law's bits beyond one standard deviation. Of the best candidate
    where none is given; infinite where there is none.
    """
    candidate = candidate or hypothesis.best
    if candidate is None:
        return float("inf")
    beyond = max(0.0, hypothesis.setting.excess(candidate.text_bits) - 1.0)
    prior = FAMILY_PRIOR.get(candidate.mapping.family, OTHER_PRIOR)
    return candidate.total_bits + prior + float(np.log2(np.e)) * beyond**2 / 2
