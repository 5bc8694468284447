"""Tensors and a few facts in one safetensors file that is whole or not there; nothing in it is unpickled.

Beside the facts stand the version of unmt that wrote it and a hash of the tensors: a file may be as long as it was and
have other bits than were written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from unmt import __version__
from unmt.text import atomic


def save_tensors(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write them in place of what was there. facts: whatever JSON holds. Raises OSError where that cannot be."""
    from safetensors.torch import save

    held = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # All in one entry: safetensors writes several in an order that changes from call to call.
    header = {"version": __version__, "sha256": _sha256(held), "facts_sha256": _facts_sha256(facts), "facts": facts}
    data = save(held, {"unmt": json.dumps(header)})
    atomic.write_bytes(path, data)


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What save_tensors wrote. Raises OSError where there is no file and ValueError where it is not as it was written.

    Files of versions that kept no hash are taken as they are.
    """
    with _opened(path) as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        header = _header(file)
        if header.get("sha256") not in {None, _sha256(tensors)}:
            raise ValueError(f"{path.name}: not what was written; its hash is another")
        return tensors, header["facts"]


def load_facts(path: Path) -> dict[str, Any]:
    """The facts of such a file alone, without reading its tensors. Raises as load_tensors does."""
    with _opened(path) as file:
        facts: dict[str, Any] = _header(file)["facts"]
        return facts


def _sha256(tensors: Mapping[str, Tensor]) -> str:
    """Of names, shapes and bytes."""
    found = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _facts_sha256(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _header(file: Any) -> dict[str, Any]:
    held = file.metadata() or {}
    if "unmt" in held:
        found: dict[str, Any] = json.loads(held["unmt"])
        if found.get("facts_sha256") not in {None, _facts_sha256(found["facts"])}:
            raise ValueError("its facts are not what was written; their hash is another")
        return found
    return {"facts": json.loads(held.get("facts", "{}"))}  # as versions without a hash wrote it


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise FileNotFoundError(2, "No such file", str(path))
    try:
        with safe_open(str(path), framework="pt") as file:
            yield file
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{path.name}: {str(error).splitlines()[0][:80]}") from None
