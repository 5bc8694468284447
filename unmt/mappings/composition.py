"""Composition: mappings one after another, such as a substitution after a transposition."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmt.errors import InputError
from unmt.mappings.mapping import AnyIds, Ids, Mapping


@dataclass(frozen=True)
class Composition(Mapping):
    """`steps` in the order of deciphering; what one puts out, the next takes in.

    `symbols` are those of the first step, `alphabet` is that of the last.
    """

    family: ClassVar[str] = "composition"
    needs_alphabet: ClassVar[bool] = False

    steps: tuple[Mapping, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.steps:
            self._refuse("steps", "there is none")
        if self.steps[0].symbols != self.symbols:
            self._refuse("symbols", "they are not those of the first step")
        if self.steps[-1].alphabet != self.alphabet:
            self._refuse("alphabet", "it is not that of the last step")
        for number, (step, following) in enumerate(zip(self.steps, self.steps[1:], strict=False), start=1):
            if step.outputs != following.symbols:
                self._refuse("steps", f"step {number} does not put out the symbols of step {number + 1}")

    @classmethod
    def of(cls, *steps: Mapping) -> Self:
        """The composition of `steps`, in the order of deciphering."""
        return cls(steps[0].symbols, steps[-1].alphabet, steps)

    @property
    def is_bijection(self) -> bool:
        """True if every step is one."""
        return all(step.is_bijection for step in self.steps)

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the ids that apply returns stand for."""
        return self.steps[-1].outputs

    def apply(self, ids: AnyIds) -> Ids:
        for step in self.steps:
            ids = step.apply(ids)
        return np.asarray(ids, dtype=np.int32)

    def invert(self, letters: AnyIds, rng: np.random.Generator | None = None) -> Ids:
        for step in reversed(self.steps):
            letters = step.invert(letters, rng)
        return np.asarray(letters, dtype=np.int32)

    def bits(self, length: int) -> float:
        """The sum over the steps."""
        return sum(step.bits(length) for step in self.steps)

    def choice_bits(self, letters: AnyIds) -> float:
        """The sum over the steps, each for the text that it puts out.

        Exact with one step that is no bijection. With several, the choices of the later ones are made in turn.
        """
        bits = 0.0
        for position in reversed(range(len(self.steps))):
            bits += self.steps[position].choice_bits(letters)
            if all(step.is_bijection for step in self.steps[:position]):
                break
            letters = self.steps[position].invert(letters)
        return bits

    def key(self) -> dict[str, object]:
        return {"steps": [{"family": step.family} | step.key() for step in self.steps]}

    def to_dict(self) -> dict[str, object]:
        return super().to_dict() | {"steps": [step.to_dict() for step in self.steps]}

    @classmethod
    def from_values(cls, values: dict[str, object]) -> Self:
        steps = values.get("steps")
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise InputError("A composition mapping needs a list of mappings as 'steps'. Correct the entry 'steps'.")
        return super().from_values(values | {"steps": tuple(Mapping.from_dict(step) for step in steps)})
