"""The methods of `align` and the settings of each: what the group `method` of its command chooses from.

Light to import. A name of a setting belongs to one method alone, so that several methods can be set side by side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from unmt.errors import InputError
from unmt.objectives.adversarial_settings import AdversarialSettings
from unmt.solvers.start_settings import (
    LEAST_GAIN,
    MOST_ROUNDS,
    PATIENCE,
    WORDS,
    GromovSettings,
    SimilaritySettings,
    SimilarSettings,
    WassersteinSettings,
)

LEAST_WORDS = 60
"""Fewer words have too few neighbours to be known by."""


@dataclass
class Method:
    """What every method has.

    name: of the method, of several with commas between, or all. learning_words: the most frequent words of each side,
    which self-learning takes. patience: its rounds without a gain of least_gain, until it has less noise or ends.
    most_rounds: of it.
    """

    name: str = "similarity"
    learning_words: int = WORDS
    patience: int = PATIENCE
    least_gain: float = LEAST_GAIN
    most_rounds: int = MOST_ROUNDS

    @property
    def names(self) -> list[str]:
        """The methods that are named."""
        return [name.strip() for name in self.name.split(",")]


@dataclass
class Similarity(SimilaritySettings, Method):
    """How similarities are distributed."""

    name: str = "similarity"


@dataclass
class Wasserstein(WassersteinSettings, Method):
    """A rotation and an assignment in turn."""

    name: str = "wasserstein"


@dataclass
class Gromov(GromovSettings, Method):
    """A coupling that keeps distances."""

    name: str = "gromov"


@dataclass
class Adversarial(AdversarialSettings, Method):
    """A rotation that a discriminator cannot tell."""

    name: str = "adversarial"


@dataclass
class Identical(Method):
    """Words that are written alike."""

    name: str = "identical"


@dataclass
class Similar(SimilarSettings, Method):
    """Words that are written nearly alike."""

    name: str = "similar"


@dataclass
class Numerals(Method):
    """Numbers in digits."""

    name: str = "numerals"


@dataclass
class Dictionary(Method):
    """A seed dictionary."""

    name: str = "dictionary"


@dataclass
class Every(Similarity, Wasserstein, Gromov, Adversarial, Identical, Similar, Numerals, Dictionary):
    """Several methods, with the settings of all."""

    name: str = "all"


METHODS: Mapping[str, type[Method]] = {
    "similarity": Similarity,
    "wasserstein": Wasserstein,
    "gromov": Gromov,
    "adversarial": Adversarial,
    "identical": Identical,
    "similar": Similar,
    "numerals": Numerals,
    "dictionary": Dictionary,
}
ALL = "all"
CHOICES: Mapping[str, type[Method]] = {**METHODS, ALL: Every}

LEAST = {"learning_words": LEAST_WORDS, "start_words": LEAST_WORDS}
"""The least of a whole number where it is not 1."""

SHARES = {"first_kept": (False, True), "least_alike": (True, True), "dropout": (True, False), "decay": (False, True)}
"""Settings between 0 and 1, and whether they may be 0 or 1 themselves."""


def check_method(method: Method) -> None:
    """Raises InputError where a setting has a value that no search can have."""
    for entry in fields(method):
        key, value = f"method.{entry.name}", getattr(method, entry.name)
        if isinstance(value, list):
            if not value or min(value) < 1:
                raise InputError(f"{key}={value}: give one whole number or more, each 1 or more.")
        elif isinstance(value, int):
            if value < LEAST.get(entry.name, 1):
                raise InputError(f"{key}={value}: too small. Give {LEAST.get(entry.name, 1)} or more.")
        elif isinstance(value, float):
            _check_number(key, entry.name, value)
    if isinstance(method, WassersteinSettings) and len(method.batch_words) != len(method.batch_rounds):
        raise InputError(
            f"method.batch_words={method.batch_words} and method.batch_rounds={method.batch_rounds}: give as many of"
            " one as of the other."
        )


def _check_number(key: str, name: str, value: float) -> None:
    if name in SHARES:
        may_be_0, may_be_1 = SHARES[name]
        if not (0.0 < value < 1.0 or (may_be_0 and value == 0.0) or (may_be_1 and value == 1.0)):
            low, high = "0 or more" if may_be_0 else "above 0", "1 at most" if may_be_1 else "below 1"
            raise InputError(f"{key}={value}: give a number {low} and {high}.")
    elif name == "smoothing":
        if not 0.0 <= value < 0.5:
            raise InputError(f"{key}={value}: give a number from 0 up to, but not, 0.5.")
    elif name == "beta":
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(f"{key}={value}: give 0 or more.")
    elif not (math.isfinite(value) and value > 0.0):
        raise InputError(f"{key}={value}: give a number above 0.")
