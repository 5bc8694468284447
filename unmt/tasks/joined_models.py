"""Transformers of several runs as one model: seeds that were trained on the same texts translate together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from unmt.errors import InputError
from unmt.mappings.ensemble import Ensemble
from unmt.mappings.transformer import Transformer
from unmt.tasks.neural_model import NeuralModel
from unmt.text.pieces import Pieces

if TYPE_CHECKING:
    from unmt.tasks.models import Model


def joined(models: Mapping[str, Model]) -> NeuralModel:
    """One model of several, by their names; tokenisers and n-grams are those of the first.

    Raises InputError where one is no Transformer of `unmt train`, or has learned other pieces than the first.
    """
    nets: list[Transformer] = []
    first: NeuralModel | None = None
    for name, model in models.items():
        if not isinstance(model, NeuralModel) or not isinstance(model.net, Transformer):
            raise InputError(
                f"model={','.join(models)}: models of network=transformer translate together, and {name} is another."
                " Name it alone, or leave it out."
            )
        first = first or model
        if not _same_vocabulary(first, model):
            raise InputError(
                f"model={','.join(models)}: {name} has other pieces than {next(iter(models))}. Train both on the same"
                " texts, with seeds of their own."
            )
        nets.append(model.net)
    assert first is not None
    return replace(first, net=Ensemble(nets).eval())


def _same_vocabulary(one: NeuralModel, other: NeuralModel) -> bool:
    assert isinstance(one.pieces, Pieces)
    return (
        isinstance(other.pieces, Pieces)
        and one.pieces.model == other.pieces.model
        and one.pieces.languages == other.pieces.languages
        and one.allowed.keys() == other.allowed.keys()
        and all(np.array_equal(ids, other.allowed[name]) for name, ids in one.allowed.items())
    )
