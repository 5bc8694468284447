"""A trained Transformer with all that it needs to translate text, in a folder that `translate` loads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.mappings.transformer import Shape, Transformer
from unmt.solvers.sequence_search import Search
from unmt.tasks.models import NEURAL
from unmt.tasks.tensor_file import load_tensors, save_tensors
from unmt.tasks.translation_model import HEADER, Language, model_folder, read_header
from unmt.text import atomic
from unmt.text.pieces import END_ID, Pieces

VERSION = 1
WEIGHTS, PIECES = "weights.safetensors", "pieces.model"

BEAM, LENGTH_POWER = 4, 1.0
"""Of a translation for use; training translates greedily."""


@dataclass(frozen=True)
class NeuralDirection:
    """A source and a target language, by name."""

    source: str
    target: str

    @property
    def name(self) -> str:
        """Such as "en-fr"."""
        return f"{self.source}-{self.target}"


@dataclass(frozen=True, eq=False)
class NeuralModel:
    """languages: by name; net: one for all directions; allowed: int64 (A,) the symbols that each language writes."""

    languages: dict[str, Language]
    pieces: Pieces
    net: Transformer
    allowed: dict[str, NDArray[np.int64]] = field(repr=False)

    @cached_property
    def directions(self) -> dict[str, NeuralDirection]:
        """Every language into every other, by name."""
        ways = [NeuralDirection(one, other) for one in self.languages for other in self.languages if one != other]
        return {way.name: way for way in ways}

    def direction(self, name: str) -> NeuralDirection:
        """Raises InputError where the model does not know it."""
        if name not in self.directions:
            raise InputError(f"direction={name}: the model has {', '.join(self.directions)}. Choose one of them.")
        return self.directions[name]

    def search(self, language: str, beam: int = BEAM) -> Search:
        """How to write in a language."""
        allowed = torch.from_numpy(self.allowed[language])
        return Search(self.pieces.language_id(language), END_ID, allowed, beam, LENGTH_POWER)

    def save(self, folder: Path) -> None:
        """Write the model's files; the header last, so that a folder without one is no model yet."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / HEADER).unlink(missing_ok=True)
        for language in self.languages.values():
            language.save(folder)
        atomic.write_bytes(folder / PIECES, self.pieces.model)
        tensors = {name: weight.detach().cpu() for name, weight in self.net.named_parameters()}
        tensors |= {f"allowed.{name}": torch.from_numpy(ids) for name, ids in self.allowed.items()}
        save_tensors(folder / WEIGHTS, tensors, {})
        header = {
            "format": NEURAL,
            "version": VERSION,
            "languages": list(self.languages),
            "pieces": list(self.pieces.languages),
            "shape": asdict(self.net.shape),
        }
        atomic.write_text(folder / HEADER, json.dumps(header, indent=1) + "\n")

    @staticmethod
    def load(path: Path | str) -> NeuralModel:
        """The model in a run directory, or in the folder `model` of it. Raises InputError."""
        folder = model_folder(path)
        header = read_header(folder, path, NEURAL, VERSION)
        try:
            languages = {name: Language.load(folder, name) for name in header["languages"]}
            pieces = Pieces((folder / PIECES).read_bytes(), tuple(header["pieces"]))
            tensors, _ = load_tensors(folder / WEIGHTS)
            net = Transformer(Shape(**header["shape"]))
            allowed = {name: tensors.pop(f"allowed.{name}").numpy() for name in languages}
            net.load_state_dict(tensors, strict=True)
            _check_symbols(pieces, net.shape.symbols, allowed)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
            raise InputError(f"model={path} is damaged ({reason}). Train it again.") from None
        except OSError as error:
            raise InputError(
                f"model={path} is not whole: {error.filename}: {error.strerror}. Train it again."
            ) from None
        return NeuralModel(languages, pieces, net.eval(), allowed)


def _check_symbols(pieces: Pieces, symbols: int, allowed: dict[str, NDArray[np.int64]]) -> None:
    if len(pieces) != symbols or any(ids.max(initial=0) >= symbols for ids in allowed.values()):
        raise ValueError("pieces of another vocabulary")
