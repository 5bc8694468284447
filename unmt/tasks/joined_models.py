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
from unmt.text.pieces import Pieces, Vocabulary

if TYPE_CHECKING:
    from unmt.tasks.models import Model


def joined(models: Mapping[str, Model], given: str) -> NeuralModel:
    """One model of several, by their names; tokenisers and n-grams are those of the first.

    given: the key and value by which the user named them. Raises InputError where one is no Transformer of `unmt
    train`, or has learned other pieces than the first.
    """
    nets: list[Transformer] = []
    first: NeuralModel | None = None
    for name, model in models.items():
        found = _transformer(name, model, given)
        first = first or found
        if not _same_vocabulary(first, found):
            raise _other_pieces(given, name, next(iter(models)))
        assert isinstance(found.net, Transformer)
        nets.append(found.net)
    assert first is not None
    return replace(first, net=Ensemble(nets).eval())


def check_pieces(models: Mapping[str, Model], pieces: Pieces, given: str) -> None:
    """That models, by their names, can be joined with one of these pieces. Raises InputError as `joined` does."""
    for name, model in models.items():
        if not _same_pieces(_transformer(name, model, given).pieces, pieces):
            raise _other_pieces(given, name, "this run")


def _transformer(name: str, model: Model, given: str) -> NeuralModel:
    if not isinstance(model, NeuralModel) or not isinstance(model.net, Transformer):
        raise InputError(
            f"{given}: models of network=transformer translate together, and {name} is another. Name it alone, or leave"
            " it out."
        )
    return model


def _other_pieces(given: str, name: str, than: str) -> InputError:
    return InputError(
        f"{given}: {name} has other pieces than {than}. Train both on the same texts, with seeds of their own."
    )


def _same_pieces(one: Vocabulary, other: Vocabulary) -> bool:
    return (
        isinstance(one, Pieces)
        and isinstance(other, Pieces)
        and one.model == other.model
        and one.languages == other.languages
    )


def _same_vocabulary(one: NeuralModel, other: NeuralModel) -> bool:
    return (
        _same_pieces(one.pieces, other.pieces)
        and one.allowed.keys() == other.allowed.keys()
        and all(np.array_equal(ids, other.allowed[name]) for name, ids in one.allowed.items())
    )
