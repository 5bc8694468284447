"""Keys by gradients: a relaxed key follows an objective down while it grows harder; restarts are judged in bits.

Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015) moves the parameters of a relaxed key; the
temperature falls geometrically, and the last matrix is hardened. The objective is any function of the matrix: expected
code length, n-gram matching, or a discriminator, which learns whenever it is asked. Which restart is kept is decided by
the code length of its hard key, whatever the objective was. Loads torch; one thread; a function of the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from unmt.coding.torch_threads import one_thread
from unmt.mappings.relaxed_key import RelaxedFamily

Ints = NDArray[np.int64]
Objective = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class RelaxedSettings:
    """How long and how hot a search is. spread: deviation of the random parameters that a restart begins with.

    last_rate: share of the learning rate that is left at the end. The values were chosen on a sample text and a novel
    of 20,000 symbols, on other keys than those that are reported.
    """

    restarts: int = 3
    steps: int = 250
    hot: float = 1.0
    cold: float = 0.3
    rate: float = 0.1
    last_rate: float = 1.0
    spread: float = 0.1
    momentum: float = 0.9


@dataclass(frozen=True)
class RelaxedResult:
    """The end of one restart.

    key: (composite symbols,) a letter for each; bits: the code length of that key; objective: its last value, in the
    objective's own unit; restart: its number.
    """

    key: Ints
    bits: float
    objective: float
    restart: int


def relaxed_search(
    family: RelaxedFamily,
    objective: Callable[[torch.Generator], Objective],
    bits: Callable[[Ints], float],
    seed: np.random.SeedSequence,
    settings: RelaxedSettings | None = None,
    *,
    start: NDArray[np.floating] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> list[RelaxedResult]:
    """The hard key of every restart, fewest bits first.

    objective: makes the objective of a restart, with a generator for what it draws. bits: what the key and the text
    under it cost. start: added to the random parameters of each restart. stopped: ends the search after a restart; at
    least one is made.
    """
    settings = settings or RelaxedSettings()
    found: list[RelaxedResult] = []
    with one_thread():
        for number, child in enumerate(seed.spawn(max(settings.restarts, 1))):
            generator = torch.Generator().manual_seed(int(child.generate_state(1)[0]))
            key, value = _descent(family, objective(generator), generator, settings, start)
            found.append(RelaxedResult(key, bits(key), value, number))
            if stopped():
                break
    return sorted(found, key=lambda result: result.bits)


def _descent(
    family: RelaxedFamily,
    objective: Objective,
    generator: torch.Generator,
    settings: RelaxedSettings,
    start: NDArray[np.floating] | None,
) -> tuple[Ints, float]:
    """The hard key at the end of one restart, and the last value of the objective."""
    parameters = settings.spread * torch.randn(family.shape, generator=generator)
    if start is not None:
        parameters += torch.from_numpy(np.asarray(start, np.float32))
    parameters.requires_grad_()
    adam = torch.optim.Adam([parameters], settings.rate, betas=(settings.momentum, 0.999))
    value, matrix = float("nan"), family.matrix(parameters, settings.hot)
    for step in range(settings.steps):
        done = step / max(settings.steps - 1, 1)
        adam.param_groups[0]["lr"] = settings.rate * settings.last_rate**done
        matrix = family.matrix(parameters, settings.hot * (settings.cold / settings.hot) ** done)
        loss = objective(matrix)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        value = float(loss.detach())
    return family.hard(matrix.detach().double().numpy()), value
