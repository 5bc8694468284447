"""The device that a net is trained on, and the numbers that it is trained in."""

from __future__ import annotations

import os

import torch

from unmt.errors import InputError


def device_of(name: str) -> torch.device:
    """auto: a GPU where there is one. Raises InputError where the device is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InputError(f"device={name}: unknown. Give auto, cpu or cuda.") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise InputError(f"device={name}: torch sees no GPU here. Give device=cpu, or auto.")
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", device.index or 0)))
    return device


PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def precision_of(name: str, device: torch.device) -> torch.dtype:
    """What products of a training step are made in: auto, or one of PRECISIONS.

    auto: bfloat16 on a GPU that computes in it, half of the bytes and several times the speed there; float32 elsewhere,
    since a CPU without instructions for bfloat16 is slower with it. Weights, moments of the optimiser and all that is
    translated or scored are float32 in any case. Raises InputError for another name.
    """
    if name == "auto":
        has_bfloat16 = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if has_bfloat16 else torch.float32
    if name not in PRECISIONS:
        raise InputError(f"trainer.precision={name}: unknown. Give auto, {' or '.join(PRECISIONS)}.")
    return PRECISIONS[name]
