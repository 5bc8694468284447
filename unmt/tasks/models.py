"""Translation models of every kind, by the folder that they are in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, Union

from unmt.errors import InputError
from unmt.tasks.monitor import Monitor
from unmt.tasks.translation import Translation
from unmt.tasks.translation_model import HEADER, TranslationModel, model_folder
from unmt.text.paths import expanded, is_there

if TYPE_CHECKING:
    from unmt.tasks.neural_model import NeuralModel
    from unmt.text.pieces import Pieces

Model: TypeAlias = Union[TranslationModel, "NeuralModel"]

NEURAL = "unmt-transformer-model"
"""The format of a Transformer's folder, known here so that torch is imported for no other."""


TRAINING_BEAM = 10
"""Hypotheses of a phrase model that makes training text, as in its own rounds."""


class LineTranslator(Protocol):
    """Whatever translates lines in one direction."""

    def translate(self, lines: Sequence[str], monitor: Monitor | None = None) -> Iterator[Translation]:
        """Each line, in order."""


def load_model(path: Path | str) -> Model:
    """The model in a run directory of `unmt train`, of whatever network.

    With commas between, run directories of Transformers that translate together (unmt/tasks/joined_models.py). Raises
    InputError where there is none, or where they cannot be joined.
    """
    paths = parts_of(path)
    if len(paths) > 1:
        from unmt.tasks.joined_models import joined

        return joined({part: _loaded(part) for part in paths}, f"model={path}")
    return _loaded(path)


def check_joins(path: str, pieces: Pieces, given: str) -> None:
    """That the models of load_model(path) can translate together with a net of these pieces.

    given: the key and value by which the user named them. Raises InputError.
    """
    from unmt.tasks.joined_models import check_pieces

    check_pieces({part: _loaded(part) for part in parts_of(path)}, pieces, given)


def starts_from_nets(start: str) -> bool:
    """Whether network.start= names Transformers, one or several, and no lexicon model."""
    return start not in {"lexicon", "none"} and are_transformers(start)


def are_transformers(path: str) -> bool:
    """Whether there is a Transformer, or with commas between several; read from their headers alone."""
    return all(_kind(part) == NEURAL for part in parts_of(path))


def parts_of(path: Path | str) -> list[str]:
    """The run directories in a value with commas between, "~" read in each as the shell would have.

    A comma may also be of a folder's name: the longest name that is there is taken before a shorter one. Raises
    InputError where there is a comma and no name.
    """
    found: list[str] = []
    rest = str(path).split(",")
    while rest:
        names = [expanded(",".join(rest[:end]).strip()) for end in range(len(rest), 0, -1)]
        there = next((i for i, name in enumerate(names) if is_there(name)), len(names) - 1)
        found.append(names[there])
        rest = rest[len(rest) - there :]
    if len(found) > 1 and not all(found):
        raise InputError(f"{path}: there is a comma with no name beside it. Give names of runs, a comma between two.")
    return found


def _kind(path: str) -> str | None:
    """The format of the model of a run directory; None where there is none that can be read."""
    try:
        found = json.loads((model_folder(path) / HEADER).read_text(encoding="utf-8")).get("format")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def _loaded(path: Path | str) -> Model:
    if _kind(str(path)) == NEURAL:
        from unmt.tasks.neural_model import NeuralModel

        return NeuralModel.load(path)
    return TranslationModel.load(path)


def in_bytes(model: Model, name: str) -> Model:
    """A Transformer that computes in whole numbers of 8 bits. name: of the model, for whoever gave another kind."""
    from unmt.mappings.ensemble import Ensemble
    from unmt.mappings.transformer import Transformer

    net = getattr(model, "net", None)
    if isinstance(model, TranslationModel) or not isinstance(net, (Transformer, Ensemble)):
        raise InputError(f"int8=true is for models of network=transformer, and {name} is another. Leave it out.")
    return replace(model, net=net.in_bytes())


def translator_of(
    model: Model,
    direction: str,
    *,
    beam: int | None = None,
    ngrams: float | None = None,
    threads: int | None = None,
) -> LineTranslator:
    """A direction of a model made ready. beam, ngrams: None for what suits it; ngrams is of Transformers.

    Raises InputError where the direction is unknown, or ngrams is given for another model.
    """
    if isinstance(model, TranslationModel):
        from unmt.tasks.translate import Translator

        if ngrams is not None:
            raise InputError(
                "ngrams= is for models of network=transformer: a model of network=lexicon has weights of its own. Leave"
                " it out."
            )
        return Translator(model, direction, beam=beam, threads=threads)
    from unmt.tasks.neural_translate import NeuralTranslator

    return NeuralTranslator(model, direction, beam=beam, ngrams=ngrams, threads=threads)


def training_translator(model: Model, direction: str, threads: int | None = None) -> LineTranslator:
    """What translates text that others learn from, much of it: a net greedily and alone. Raises InputError as
    translator_of.
    """
    if isinstance(model, TranslationModel):
        return translator_of(model, direction, beam=TRAINING_BEAM, threads=threads)
    return translator_of(model, direction, beam=1, ngrams=0.0, threads=threads)


def translate(model: Model | Path | str, direction: str, lines: Sequence[str], threads: int | None = None) -> list[str]:
    """The translations of lines, for use from Python, by a model or by that in a run directory of `unmt train`.

    A model that is loaded once (`load_model`) serves any number of calls. Raises InputError where there is no such
    model or direction.
    """
    if isinstance(model, (Path, str)):
        model = load_model(model)
    return [done.text for done in translator_of(model, direction, threads=threads).translate(lines)]
