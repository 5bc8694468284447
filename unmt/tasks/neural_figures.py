"""How good a net is, from held-out sentences alone: code lengths, the way there and back, and the guards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from unmt.evaluation.guards import guards
from unmt.evaluation.translation import TranslationMetric
from unmt.mappings.sequence_batch import Rows, batch_of
from unmt.mappings.sequence_net import SequenceNet
from unmt.objectives.sequence_likelihood import Output, sentence_nats
from unmt.objectives.translation_code import TranslationCode
from unmt.solvers.sequence_search import search as translate
from unmt.tasks.neural_data import NeuralData
from unmt.tasks.neural_rounds import Rounds
from unmt.tasks.sides import Side
from unmt.text.pieces import END_ID
from unmt.text.word_corpus import WordCorpus

BATCH = 64
SAMPLES = 8


def neural_figures(
    net: SequenceNet, rounds: Rounds, beat: Callable[[], None] = lambda: None
) -> dict[str, dict[str, Any]]:
    """Of each direction, by name: TranslationCode's figures in bits a word, round_trip_bleu, and the guards' figures.

    beat: is called every few seconds or sooner. The way back of the code lengths is the net's own translation back,
    which is what back-translation trains.
    """
    data, outputs = rounds.data, rounds.data.outputs(rounds.device)
    search = partial(translate, net, threads=rounds.threads, told=lambda _: beat(), processes=rounds.processes)
    texts = [[data.pieces.decode(row.tolist()) for row in _rows(corpus)] for corpus in data.held_out]
    found: dict[str, dict[str, Any]] = {}
    for one in (0, 1):
        other = 1 - one
        sources = _rows(data.held_out[one])
        results = search(sources, rounds.search(other))
        translated = [result.ids for result in results]
        words = [data.pieces.decode(row.tolist()) for row in translated]
        code = _code(net, data, one, translated, words, texts, outputs[one], rounds)
        returned = search(translated, rounds.search(one))
        back = [" ".join(data.pieces.decode(result.ids.tolist())) for result in returned]
        metric = TranslationMetric(
            "bleu", [[" ".join(text) for text in texts[one]]], is_lowercase=True, tokenize="none"
        )
        trip = metric.score(metric.counts(back).sum(axis=0))
        sides = data.sides
        ratio = _mean_words(sides[other]) / max(_mean_words(sides[one]), 1e-9)
        watched = guards(texts[one], words, texts[other], ratio)
        found[f"{sides[one].language}-{sides[other].language}"] = {
            **code.to_dict(),
            "round_trip_bleu": round(trip, 2),
            "guards": watched.to_dict(),
            "tripped": watched.tripped,
            "samples": [sides[other].tokeniser.join(text) for text in words[:SAMPLES]],
        }
    return found


def _code(
    net: SequenceNet,
    data: NeuralData,
    one: int,
    translated: Rows,
    words: list[list[str]],
    texts: list[list[list[str]]],
    output: Output,
    rounds: Rounds,
) -> TranslationCode:
    source, target = data.sides[one], data.sides[1 - one]
    nats = 0.0
    tag = data.pieces.language_id(source.language)
    source_tag = data.pieces.source_id(target.language)
    wanted = _rows(data.held_out[one])
    order = np.argsort([len(row) for row in wanted], kind="stable")
    for first in range(0, len(order), BATCH):
        places = order[first : first + BATCH]
        rows = [translated[i] for i in places], [wanted[i] for i in places]
        batch = batch_of(*rows, END_ID, tag, 1 - one, one, source_tag).to(rounds.device)
        nats += float(sentence_nats(net, batch, output).sum())
    source_words = max(sum(map(len, texts[one])), 1)
    return TranslationCode(
        text_bits=_bits(target, words),
        target_bits=_bits(target, texts[1 - one]),
        way_back_bits=nats / float(np.log(2.0)) / source_words,
        source_bits=_bits(source, texts[one]),
        words_per_source_word=sum(map(len, words)) / source_words,
        source_words=sum(map(len, texts[one])),
    )


def _bits(side: Side, sentences: list[list[str]]) -> float:
    """Bits a word under the n-gram code of the language."""
    corpus = WordCorpus.of(sentences, side.vocabulary)
    return float(side.ngrams.sentence_bits(corpus.ids, corpus.starts).sum()) / max(len(corpus.ids), 1)


def _mean_words(side: Side) -> float:
    return len(side.training.ids) / max(len(side.training), 1)


def _rows(corpus: Any) -> list[Any]:
    return [corpus[i] for i in range(len(corpus))]
