"""The probability that a solution is right, from what the search saw of it.

A logistic law on a few figures, fitted on solved ciphers whose plaintext is known (scripts/fit_certificate.py) and
reported on others. "Right" is a symbol error rate of at most 2 %.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from math import exp, log2
from pathlib import Path
from typing import Any

CLIP = 15.0


@dataclass(frozen=True)
class Evidence:
    """What is known of a solution without its key.

    excess: standard deviations above the language's bits a letter; mass: the best key's share of the probability among
    the keys seen; asked: bits of the key; structure: bits saved against symbols without structure; margin: bits to the
    next hypothesis with another plaintext; agreement: share of restarts that ended at it; symbols: different symbols.
    """

    family: str
    length: int
    divided: bool
    excess: float
    mass: float
    asked: float
    structure: float
    margin: float
    agreement: float
    symbols: int

    def features(self) -> dict[str, float]:
        """The figures on the scales on which the law is linear, each within a bound."""
        mass = min(max(self.mass, 2.0**-CLIP), 1.0 - 2.0**-CLIP)
        return {
            "one": 1.0,
            "excess": min(max(self.excess, -2.0), 8.0),
            "odds": log2(mass / (1.0 - mass)),
            "saved": min(max(self.structure, -10.0), 60.0) / 10.0,
            "margin": min(max(self.margin, -5.0), 40.0) / 10.0,
            "agreement": self.agreement,
            "length": min(log2(self.length), 9.0),
            "many": float(self.family == "homophonic"),
        }

    def to_dict(self) -> dict[str, Any]:
        """For result.json."""
        return asdict(self)


def probability_correct(evidence: Evidence) -> float:
    """Probability of a symbol error rate of at most 2 %."""
    weights = _weights()
    total = sum(weights.get(name, 0.0) * value for name, value in evidence.features().items())
    return 1.0 / (1.0 + exp(-max(min(total, 30.0), -30.0)))


@cache
def _weights() -> dict[str, float]:
    path = Path(__file__).with_name("probability.json")
    weights: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))["weights"]
    return weights
