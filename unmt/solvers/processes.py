"""Several processes at one training, as torchrun starts them: they share the work and end with the same weights.

They share the shards of a step and the batches of a translation. All else each does for itself, alike; only the first
writes. torch.distributed carries what they tell each other: gloo between processors, nccl between GPUs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from unmt.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

Value = TypeVar("Value")

LAUNCHED = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")
"""What torchrun sets."""

PATIENCE = timedelta(days=1)
"""The others wait so long for the first to make the lexicon model, before they take it for dead."""


@dataclass(frozen=True)
class Processes:
    """This process among those at work. rank: its number; world: how many there are; local: of them on this machine."""

    rank: int = 0
    world: int = 1
    local: int = 1

    @classmethod
    def launched(cls) -> Processes:
        """As the environment says; alone where nothing was launched."""
        if not all(name in os.environ for name in LAUNCHED):
            return cls()
        try:
            world = int(os.environ["WORLD_SIZE"])
            return cls(int(os.environ["RANK"]), world, int(os.environ.get("LOCAL_WORLD_SIZE", world)))
        except ValueError:
            raise InputError(
                "RANK, WORLD_SIZE and LOCAL_WORLD_SIZE are of torchrun, and one of them is no number. Unset them."
            ) from None

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def all(self, mine: Value) -> list[Value]:
        """What every process gives here, in their order."""
        if self.world == 1:
            return [mine]
        from torch import distributed

        gather: Any = distributed.all_gather_object  # it has no types
        found: list[Any] = [None] * self.world
        gather(found, mine)
        return found

    def first(self, mine: Value) -> Value:
        """What the first process gives here."""
        if self.world == 1:
            return mine
        import torch.distributed

        held = [mine]
        torch.distributed.broadcast_object_list(held, src=0)
        return held[0]

    def add(self, tensor: Tensor) -> None:
        """Put the sum over the processes in its place. With two of them the order of the terms cannot matter."""
        if self.world > 1:
            import torch.distributed

            torch.distributed.all_reduce(tensor)


ONE_PROCESS = Processes()


@contextmanager
def joined(processes: Processes, *, has_gpu: bool) -> Iterator[None]:
    """While this is open, the processes can talk to each other. has_gpu: each has one of its own."""
    if processes.world == 1:
        yield
        return
    # Whichever part of torch imports the second first makes the group as it then is a default argument. Were that the
    # group of these processes, its threads would outlive it and now and then abort Python's own end.
    import torch.distributed
    import torch.distributed.nn.functional

    # Python objects go by way of gloo, tensors by whatever is where they are. nccl has been tried on no machine yet.
    torch.distributed.init_process_group("cpu:gloo,cuda:nccl" if has_gpu else "gloo", timeout=PATIENCE)
    yield
    # Not where something went wrong: the others might be waiting, and this process ends anyway.
    torch.distributed.destroy_process_group()
