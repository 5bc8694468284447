"""The device that a net is trained on."""

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
