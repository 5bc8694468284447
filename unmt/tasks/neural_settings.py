"""How a Transformer is trained; the command line says what each value is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from unmt.tasks.schedules import Points, schedules, weight_at
from unmt.text.noise import WordNoise

FREE = ("minutes", "rounds", "threads", "force", "device", "path", "keep")
"""They change no step, only how many are made, and on what."""

SELECTORS = {"two_sided": 1, "code_bits": 1, "divergence": 1, "fluency_bits": 1, "round_trip_bleu": -1}
"""Figures that may choose the round: with 1 the least of it is best, with -1 the largest."""

PRECISIONS = ("auto", "float32", "bfloat16")
"""Of products in a step of training."""

LATER = {"teacher": None, "selector": "two_sided", "precision": "auto", "compile": False, "schedule": None}
"""Settings that runs of earlier versions did not have, and what those were."""

TURN_START_ROUNDS = 10
"""Rounds of a turn that learn from the new translations of lexicon models alone."""


@dataclass(frozen=True)
class Objectives:
    """Shares of the steps, by what they learn from; back-translation has the rest.

    start_pairs: real sentences, each to be told from the lexicon model's translation of it; the first rounds have no
    other back-translation. forward: the other way around, the lexicon model's translations, each to be told from the
    real sentence, in the first rounds alone (self-training: He et al., 2022). denoising, causal, masked, spans: text of
    one language alone, until round `alone_until`. alone_rounds: first rounds that learn from nothing but those four, by
    their shares: joint language modelling as initialisation. adversarial: weight of latent matching in the steps that
    translate. schedule: weights that change from round to round, as schedules() reads it, in place of the above and of
    how those of one language fade. sampled: back-translation draws from the net at this temperature instead of taking
    the likeliest. parallel: pairs that a person gave, in every round, where there are any.
    """

    start_pairs: float = 0.4
    forward: float = 0.4
    denoising: float = 0.1
    causal: float = 0.0
    masked: float = 0.0
    spans: float = 0.0
    back_translation: bool = True
    adversarial: float = 0.0
    alone_until: int = 60
    alone_rounds: int = 0
    sampled: float | None = None
    parallel: float = 0.2
    schedule: str | None = None

    @cached_property
    def schedules(self) -> Mapping[str, Points]:
        """Raises InputError where schedule is none."""
        return schedules(self.schedule)

    def weight(self, name: str, number: int) -> float:
        """Of an objective in a round, before any fading."""
        points = self.schedules.get(name)
        return float(getattr(self, name)) if points is None else weight_at(points, number)

    @property
    def has_adversary(self) -> bool:
        """Whether in any round latent matching takes part."""
        return self.adversarial > 0.0 or any(weight > 0.0 for _, weight in self.schedules.get("adversarial", ()))

    def shares(self, number: int, *, from_start: bool, has_start: bool, has_parallel: bool = False) -> dict[str, float]:
        """What the steps of a round learn from, as shares that sum to one. from_start: it has no other pairs."""
        alone = {name: self.weight(name, number) for name in ("denoising", "causal", "masked", "spans")}
        whole = sum(alone.values())
        if number < self.alone_rounds and whole > 0.0:
            return {name: share / whole for name, share in alone.items() if share > 0.0}
        rest = 1.0 if from_start else max(0.0, 1.0 - number / self.alone_until)
        found = {name: share * (1.0 if name in self.schedules else rest) for name, share in alone.items()}
        left = max(0.0, 1.0 - sum(found.values()))
        if has_parallel:
            found["parallel"] = min(left, self.weight("parallel", number))
            left -= found["parallel"]
        if from_start or not self.back_translation:
            found["forward"] = min(left, self.weight("forward", number)) if has_start else 0.0
            left -= found["forward"]
            found["start" if has_start else "denoising"] = left + (0.0 if has_start else found["denoising"])
        else:
            found["start"] = min(left, self.weight("start_pairs", number)) if has_start else 0.0
            found["fresh"] = left - found["start"]
        total = sum(found.values())
        return {name: share / total for name, share in found.items() if share > 0.0}


@dataclass(frozen=True)
class NeuralSettings:
    """pieces .. longest: the net; minutes, rounds: when to stop, whichever comes first.

    start: "lexicon", "none", or the run directory of a lexicon model or of nets, with commas; of more than two
    languages those of several pairs, with commas.
    hub: of more than two languages, the one whose pairs have a lexicon model; None: every pair has. start_rounds:
    rounds on their translations alone.
    turns: times that the lexicon models learn from the net, and the net then from their new translations; each is
    turn_rounds after the one before. teacher: run directories of nets, with commas, that translate together with the
    net when lexicon models learn from it.
    steps: of a round; tokens: target pieces of each of a step's shards, one a language. evaluate_every: rounds between
    two looks at the held-out sentences. selector: the figure of those by which the round is chosen, one of
    SELECTORS. keep: rounds whose weights are kept, the best by it. compile: whether torch compiles the net's blocks.
    precision: as precision_of() takes it.
    """

    pieces: int = 4000
    width: int = 128
    heads: int = 4
    inner: int = 512
    encoder_layers: int = 2
    decoder_layers: int = 2
    dropout: float = 0.1
    longest: int = 256
    order: int = 5
    start: str = "lexicon"
    hub: str | None = None
    start_rounds: int = 25
    turns: int = 0
    turn_rounds: int = 30
    teacher: str | None = None
    steps: int = 400
    tokens: int = 200
    rate: float = 1.5e-3
    smoothing: float = 0.1
    evaluate_every: int = 5
    selector: str = "two_sided"
    keep: int = 3
    objectives: Objectives = field(default_factory=Objectives)
    noise: WordNoise = field(default_factory=WordNoise)
    minutes: float | None = 60.0
    rounds: int | None = None
    held_out: int = 500
    seed: int = 0
    threads: int | None = None
    force: bool = False
    device: str = "auto"
    precision: str = "auto"
    compile: bool = False

    def settled(self) -> dict[str, Any]:
        """What must be the same where a run goes on; what was added later is left out where it is as it was before."""

        def kept(values: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in values.items() if name not in LATER or value != LATER[name]}

        found = kept({name: value for name, value in asdict(self).items() if name not in FREE})
        return found | {"objectives": kept(found["objectives"])}

    def turn(self, number: int) -> int:
        """How many turns there have been when a round begins."""
        return min(self.turns, number // self.turn_rounds)

    def from_start(self, number: int, left_out: Collection[int] = ()) -> bool:
        """Whether a round learns from lexicon models' translations and from none of the net's own.

        left_out: turns that were not taken.
        """
        turn = self.turn(number)
        if turn == 0:
            return number < self.start_rounds
        return turn not in left_out and number - turn * self.turn_rounds < TURN_START_ROUNDS


@dataclass(frozen=True)
class PretrainedSettings(NeuralSettings):
    """path: the folder of the net that training starts from; sha256: of its files, by which it is known again.

    Its shape and vocabulary are those of the folder, `longest` at most what it has room for.
    """

    path: str = ""
    sha256: str = ""
