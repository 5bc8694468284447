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
from unmt.mappings.pretrained import Pretrained, restored
from unmt.mappings.sequence_net import SequenceNet
from unmt.mappings.transformer import Shape, Transformer
from unmt.solvers.sequence_search import Search
from unmt.tasks.models import NEURAL
from unmt.tasks.tensor_file import load_tensors, save_tensors
from unmt.tasks.translation_model import HEADER, Language, begin_save, model_folder, read_header
from unmt.text import atomic
from unmt.text.library_quiet import library_quiet
from unmt.text.pieces import END_ID, Pieces, Vocabulary
from unmt.text.pretrained_pieces import Layout, PretrainedPieces, load_tokenizer

VERSION = 1
WEIGHTS, PIECES = "weights.safetensors", "pieces.model"
PRETRAINED = "pretrained"
"""The folder of a net that somebody else trained first, and of its tokenizer."""

BEAM, LENGTH_POWER, NGRAMS = 8, 1.0, 0.15
"""Of a translation for use; training translates greedily. NGRAMS: weight of the target's n-grams beside the net's 1."""


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
    pieces: Vocabulary
    net: SequenceNet
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

    def search(self, language: str, beam: int = BEAM, source: str | None = None) -> Search:
        """How to write in a language. source: the one that is read; an encoder that is told of it must be told."""
        allowed = torch.from_numpy(self.allowed[language])
        tag = None if source is None else self.pieces.source_id(source)
        return Search(self.pieces.language_id(language), END_ID, allowed, beam, LENGTH_POWER, source_tag=tag)

    def save(self, folder: Path) -> None:
        """Write the model's files; the header last, so that a folder without one is no model yet."""
        begin_save(folder)
        for language in self.languages.values():
            language.save(folder)
        tensors = {f"allowed.{name}": torch.from_numpy(ids) for name, ids in self.allowed.items()}
        header = {
            "format": NEURAL,
            "version": VERSION,
            "languages": list(self.languages),
            "pieces": list(self.pieces.languages),
        }
        if isinstance(self.net, Transformer):
            assert isinstance(self.pieces, Pieces)
            atomic.write_bytes(folder / PIECES, self.pieces.model)
            tensors = {name: weight.detach().cpu() for name, weight in self.net.named_parameters()} | tensors
            header["shape"] = asdict(self.net.shape)
        else:
            assert isinstance(self.net, Pretrained)
            assert isinstance(self.pieces, PretrainedPieces)
            self.net.save(folder / PRETRAINED)
            with library_quiet():
                self.pieces.tokenizer.save_pretrained(folder / PRETRAINED)
            header |= {"pretrained": asdict(self.net.layout), "longest": self.net.longest}
        save_tensors(folder / WEIGHTS, tensors, {})
        atomic.write_text(folder / HEADER, json.dumps(header, indent=1) + "\n")

    @staticmethod
    def load(path: Path | str) -> NeuralModel:
        """The model in a run directory, or in the folder `model` of it. Raises InputError."""
        folder = model_folder(path)
        header = read_header(folder, path, NEURAL, VERSION)
        try:
            languages = {name: Language.load(folder, name) for name in header["languages"]}
            tensors, _ = load_tensors(folder / WEIGHTS)
            allowed = {name: tensors.pop(f"allowed.{name}").numpy() for name in languages}
            pieces: Vocabulary
            net: SequenceNet
            if "pretrained" in header:
                layout = Layout.of(header["pretrained"])
                tokenizer = load_tokenizer(folder / PRETRAINED, "model")
                pieces = PretrainedPieces(tokenizer, tuple(header["pieces"]), layout)
                net = restored(folder / PRETRAINED, layout, int(header["longest"]))
                symbols = len(net.table)
            else:
                pieces = Pieces((folder / PIECES).read_bytes(), tuple(header["pieces"]))
                net = Transformer(Shape(**header["shape"]))
                net.load_state_dict(tensors, strict=True)
                symbols = net.shape.symbols
            _check_symbols(pieces, symbols, allowed)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
            raise InputError(f"model={path} is damaged ({reason}). Train it again.") from None
        except OSError as error:
            raise InputError(
                f"model={path} is not whole: {error.filename or folder}: {error.strerror or error}. Train it again."
            ) from None
        return NeuralModel(languages, pieces, net.eval(), allowed)


def _check_symbols(pieces: Vocabulary, symbols: int, allowed: dict[str, NDArray[np.int64]]) -> None:
    if len(pieces) != symbols or any(ids.max(initial=0) >= symbols for ids in allowed.values()):
        raise ValueError("pieces of another vocabulary")
