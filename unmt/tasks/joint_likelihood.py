"""One language model for two texts against one for each: what it is worth, in bits, to learn both at once.

The joint model is the decoder of the translator itself (unmt/mappings/transformer.py) after an empty source, told by
its first symbol which language to say: maximum likelihood over X and Y with one set of weights and one vocabulary, as
in Conneau and Lample, "Cross-lingual language model pretraining", 2019. It is held against two such nets that see one
text each. All three have one width, one vocabulary of pieces, one start, and the same batches in the same steps, so
that each language is seen as often; each language's output is held to the pieces that it uses, so that nobody pays for
pieces of the other. What is not equal: the joint net has the weights of one net and not of two, and so half as many
for each language, and each of its steps is the mean over two batches and not over one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from unmt.mappings.sequence_net import SequenceNet
from unmt.mappings.transformer import Shape, Transformer
from unmt.objectives.language_modelling import causal_batch
from unmt.objectives.sequence_likelihood import sentence_nats
from unmt.solvers.sequence_trainer import Rates, SequenceTrainer
from unmt.tasks.neural_data import NeuralData, prepare
from unmt.tasks.neural_rounds import Rounds, Student
from unmt.tasks.neural_settings import NeuralSettings, Objectives
from unmt.tasks.sides import side_of
from unmt.tasks.training_settings import Text
from unmt.text.pieces import END_ID

CAUSAL_ALONE = Objectives(start_pairs=0.0, forward=0.0, denoising=0.0, causal=1.0, back_translation=False)
BATCH = 64
ORDER = 2
"""Of the n-grams that a side comes with, which take no part here."""


@dataclass(frozen=True)
class JointSettings:
    """How the nets are trained. steps: of Adam; tokens: pieces of each language in a step; looks: steps after which
    the held-out sentences are coded; pieces: symbols of the vocabulary that both texts share, at most.
    """

    steps: int = 400
    tokens: int = 200
    looks: tuple[int, ...] = (25, 50, 100, 200, 400)
    pieces: int = 2000
    width: int = 64
    heads: int = 4
    inner: int = 256
    layers: int = 2
    dropout: float = 0.1
    rate: float = 3e-3
    warm_up: int = 50
    held_out: int = 300
    seed: int = 0


def joint_likelihood(
    source: Text, target: Text, settings: JointSettings, told: Callable[[str, float], None] = lambda *_: None
) -> dict[str, Any]:
    """The curve of held-out bits a word of both texts, by the joint net and by one of each text alone.

    told: what is being done and the share of it all, every few steps. What comes back: `curve`, a list with, after so
    many `steps`, `joint` and `apart` (bits a word of each language, ends of sentences counted) and `gap`
    (apart - joint, bits a word of each: positive where learning both at once pays); `parameters` of one net; `pieces`
    and `shared_pieces` of the vocabulary. Raises InputError as side_of and prepare do.
    """
    neural = NeuralSettings(
        pieces=settings.pieces, width=settings.width, steps=settings.steps, tokens=settings.tokens, smoothing=0.0,
        objectives=CAUSAL_ALONE, start="none", seed=settings.seed, threads=1,
    )  # fmt: skip
    texts = source, target
    sides = [side_of(text.language, text.lines, settings.held_out, ORDER) for text in texts]
    with TemporaryDirectory() as folder:
        data = prepare(texts, sides, Path(folder), neural.pieces, neural.longest, None, told)
        rounds = Rounds(data, neural, torch.device("cpu"), threads=1)
        told("both texts", 0.0)
        joint = _curve(rounds, (0, 1), settings, lambda share: told("both texts", 0.5 * share))
        alone = [_curve(rounds, (0,), settings, lambda share: told(f"{source.language} alone", 0.5 + 0.25 * share))]
        alone += [_curve(rounds, (1,), settings, lambda share: told(f"{target.language} alone", 0.75 + 0.25 * share))]
    curve = []
    for steps, bits in joint.items():
        apart = [alone[place][steps][0] for place in (0, 1)]
        gap = [one - both for one, both in zip(apart, bits, strict=True)]
        curve.append({"steps": steps, "joint": bits, "apart": apart, "gap": gap})
    return {
        "curve": curve,
        "parameters": sum(weight.numel() for weight in _net(data, settings).parameters()),
        "pieces": [len(ids) for ids in data.allowed],
        "shared_pieces": len(np.intersect1d(data.allowed[0], data.allowed[1])),
    }


def _net(data: NeuralData, settings: JointSettings) -> Transformer:
    """A net with the weights that all three begin with. The encoder reads nothing, and has the one layer it must."""
    shape = Shape(
        len(data.pieces), settings.width, settings.heads, settings.inner, encoder_layers=1,
        decoder_layers=settings.layers, dropout=settings.dropout,
    )  # fmt: skip
    return Transformer(shape, torch.Generator().manual_seed(settings.seed))


def _curve(
    rounds: Rounds, languages: Sequence[int], settings: JointSettings, told: Callable[[float], None]
) -> dict[int, list[float]]:
    """Held-out bits a word of each of these languages, by the steps of one net that learned them."""
    student = Student(_net(rounds.data, settings), None)
    rates = Rates(peak=settings.rate, warm_up=settings.warm_up)
    trainer = SequenceTrainer(student, rates, dropout=settings.dropout, seed=settings.seed)
    found = {}
    # The shards are a function of the round alone, so each net is given the very batches that the others are.
    for step, shards in enumerate(rounds.shards(0, student.net), start=1):
        trainer.step([shards[language] for language in languages])
        if step in settings.looks:
            averaged = trainer.averaged
            assert isinstance(averaged, Student)
            found[step] = [held_out_bits(averaged.net, rounds, language) for language in languages]
        if step % 20 == 0:
            told(step / settings.steps)
    return found


def held_out_bits(net: SequenceNet, rounds: Rounds, language: int) -> float:
    """What a word of the held-out sentences of a language costs after those before it, in bits, ends counted."""
    data = rounds.data
    output, corpus, side = data.outputs(rounds.device)[language], data.held_out[language], data.sides[language]
    tag = data.pieces.language_id(side.language)
    nats = 0.0
    order = np.argsort(corpus.lengths, kind="stable")
    for first in range(0, len(order), BATCH):
        rows = [corpus[int(place)] for place in order[first : first + BATCH]]
        batch = causal_batch(rows, END_ID, tag, language, data.pieces.source_id(side.language))
        nats += float(sentence_nats(net, batch, output).sum())
    return nats / math.log(2.0) / max(len(side.held_out.ids), 1)
