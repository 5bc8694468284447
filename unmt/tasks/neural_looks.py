"""Rounds of a net that held-out sentences were looked at after: which is best, and whether the net has collapsed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from unmt.mappings.sequence_net import SequenceNet
from unmt.tasks.neural_settings import SELECTORS
from unmt.tasks.tensor_file import load_tensors, save_tensors
from unmt.tasks.training_stages import damaged

NEVER_WELL = 10
"""Looks from the first on at which a guard tripped, after which a run is ended: it would go on for its whole time."""


class Looks:
    """Entries, a round that was looked at each, with `round`, `figures` and `guards` by direction; weights of the best.

    folder: where weights are kept, a file a round. selector: one of SELECTORS, that says which are best; kept: how many
    of these.
    """

    def __init__(self, folder: Path, selector: str = "two_sided", kept: int = 3) -> None:
        self.folder, self.selector, self.kept = folder, selector, kept
        self.entries: list[dict[str, Any]] = []

    def path(self, number: int) -> Path:
        """Of the weights after a round."""
        return self.folder / f"round-{number}.safetensors"

    def keep(self, net: SequenceNet) -> None:
        """Keep the weights of the last round if it is among the best that are kept, and those of no other but these."""
        last = self.entries[-1]["round"]
        save_tensors(self.path(last), {name: one.detach() for name, one in net.named_parameters()}, {"round": last})
        best = {self.path(entry["round"]) for entry in sorted(self.entries, key=self.preference)[: self.kept]}
        for path in self.folder.glob("round-*.safetensors"):
            if path not in best:
                path.unlink()

    def take_best(self, net: SequenceNet) -> dict[str, Any]:
        """Give a net the weights of the best round; the entry of that.

        Raises InputError where their file is damaged.
        """
        chosen = self.best
        path = self.path(chosen["round"])
        try:
            net.take(load_tensors(path)[0])
        except (OSError, ValueError, RuntimeError):
            raise damaged(path) from None
        return chosen

    @property
    def best(self) -> dict[str, Any]:
        """The entry of the best round so far."""
        return min(self.entries, key=self.preference)

    def preference(self, entry: dict[str, Any]) -> tuple[bool, float]:
        """The less, the better: rounds that tripped no guard come first, then the mean of the selector counts."""
        figures = entry["figures"].values()
        mean = sum(values[self.selector] for values in figures) / len(figures)
        return any(entry["guards"].values()), SELECTORS[self.selector] * mean

    @property
    def has_collapsed(self) -> bool:
        """Whether a guard tripped at the last two looks after one at which none did, or at the first so many."""
        states = [any(entry["guards"].values()) for entry in self.entries]
        if all(states):
            return len(states) >= NEVER_WELL
        return len(states) >= 3 and states[-1] and states[-2]
