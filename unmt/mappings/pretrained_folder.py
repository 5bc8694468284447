"""A folder of `save_pretrained`, looked at without loading what is in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from unmt.errors import InputError
from unmt.text.library_quiet import library_quiet

PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack")
KEPT = ("*.safetensors", "*.json", "*.model", "*.spm", "*.txt")
"""What a net and its tokenizer are made of."""

HINT = "Name a folder that save_pretrained() of an encoder-decoder of `transformers` wrote, its tokenizer with it."


def check_folder(path: Path | str) -> None:
    """Raises InputError where there is nothing that could be an encoder-decoder with weights in safetensors."""
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(f"network.path={path}: there is no such folder. {HINT}")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except OSError:
        raise InputError(f"network.path={path} has no config.json. {HINT}") from None
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise InputError(f"network.path={path}: config.json is broken. {HINT}")
    if not (config.get("is_encoder_decoder") or _is_by_kind(folder)):
        kind = str(config.get("model_type", "of no named kind"))[:60]
        raise InputError(f"network.path={path} is no encoder-decoder (model_type {kind}). {HINT}")
    if not any(folder.glob("*.safetensors")):
        if any(found for pattern in PICKLED for found in folder.glob(pattern)):
            raise InputError(
                f"network.path={path} has pickled weights alone, and nothing is unpickled here. Load them where you"
                " trust them, and save_pretrained() writes model.safetensors."
            )
        raise InputError(f"network.path={path} has no model.safetensors. {HINT}")


def _is_by_kind(folder: Path) -> bool:
    """Whether the library knows a net of this kind, which does not say so itself, as an encoder-decoder."""
    from transformers import AutoConfig

    with library_quiet():
        try:
            config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except Exception:  # noqa: BLE001  # the library raises anything over a broken file
            return False
    return bool(config.is_encoder_decoder)


def folder_sha256(path: Path | str) -> str:
    """Of the files that a net and its tokenizer are made of, by name. Raises InputError where one cannot be read."""
    whole = hashlib.sha256()
    for file in sorted({found for pattern in KEPT for found in Path(path).glob(pattern)}):
        try:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise InputError(f"network.path={path}: {file.name}: {error.strerror}.") from None
        whole.update(f"{file.name} {digest}\n".encode())
    return whole.hexdigest()
