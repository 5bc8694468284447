"""Tensors and a few facts in one safetensors file that is whole or not there; nothing in it is unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from unmt.text import atomic


def save_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write them in place of what was there. facts: whatever JSON holds. Raises OSError where that cannot be."""
    from safetensors.torch import save

    data = save({name: tensor.contiguous() for name, tensor in tensors.items()}, {"facts": json.dumps(facts)})
    atomic.write_bytes(path, data)


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What save_tensors wrote. Raises OSError where there is no file and ValueError where it is not whole."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise FileNotFoundError(2, "No such file", str(path))
    try:
        with safe_open(str(path), framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
            facts = json.loads((file.metadata() or {}).get("facts", "{}"))
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{path.name}: {str(error).splitlines()[0][:80]}") from None
    return tensors, facts
