"""The device that a net is trained on, and the numbers that it is trained in."""

from __future__ import annotations

import os
import re

import torch

from unmt.errors import InputError


def device_of(name: str) -> torch.device:
    """auto: a GPU where there is one; of several processes on a machine each has its own.

    Raises InputError where the device is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    asked = re.fullmatch(r"cpu|cuda(?::(\d+))?", name)
    if asked is None:
        raise InputError(f"trainer.device={name}: unknown. Give auto, cpu, cuda, or one of several as cuda:1.")
    if name == "cpu":
        return torch.device("cpu")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        raise InputError(f"trainer.device={name}: torch sees no GPU here. Give trainer.device=cpu, or auto.")
    number = int(asked[1] or os.environ.get("LOCAL_RANK", "0"))
    if number >= count:
        raise InputError(
            f"trainer.device={name}: torch sees {count} of them here, from cuda:0 on, and this would be cuda:{number}."
            " Start as many processes as there are, or name one of them."
        )
    if asked[1] and int(os.environ.get("LOCAL_WORLD_SIZE", "1")) > 1:
        raise InputError(f"trainer.device={name}: several processes would share it. Give trainer.device=cuda, or auto.")
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


def precision_of(name: str, device: torch.device) -> torch.dtype:
    """What products of a training step are made in; name: one of neural_settings.PRECISIONS.

    auto: bfloat16 on a GPU that computes in it, half of the bytes and several times the speed there; float32 elsewhere,
    since a CPU without instructions for bfloat16 is slower with it. Weights, moments of the optimiser and all that is
    translated or scored are float32 in any case.
    """
    if name == "auto":
        has_bfloat16 = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if has_bfloat16 else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[name]
