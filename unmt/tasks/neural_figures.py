"""How good a net is, from held-out sentences alone: code lengths, the way there and back, and the guards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import permutations
from math import log2
from typing import Any

import numpy as np

from unmt.evaluation.guards import guards, vocabulary_use
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
ENOUGH = 100
"""Held-out sentences of a direction, at least, where there are that many."""


def neural_figures(
    net: SequenceNet, rounds: Rounds, beat: Callable[[], None] = lambda: None
) -> dict[str, dict[str, Any]]:
    """Of each direction, by name: TranslationCode's figures in bits a word, round_trip_bleu, fluency_bits, and guards.

    fluency_bits: what the translations cost under the language's n-grams, in bits a word, less log2 of the share of its
    vocabulary that they use.

    beat: is called every few seconds or sooner. The way back of the code lengths is the net's own translation back,
    which is what back-translation trains. "samples": a few sources with what became of them.
    """
    data, outputs = rounds.data, rounds.data.outputs(rounds.device)
    search = partial(translate, net, threads=rounds.threads, told=lambda _: beat(), processes=rounds.processes)
    texts = [[data.pieces.decode(row.tolist()) for row in _rows(corpus)] for corpus in data.held_out]
    found: dict[str, dict[str, Any]] = {}
    for one, other in permutations(range(len(data.sides)), 2):
        places = _places(data, one, other)
        sources, said = [data.held_out[one][i] for i in places], [texts[one][i] for i in places]
        results = search(sources, rounds.search(other, one))
        translated = [result.ids for result in results]
        words = [data.pieces.decode(row.tolist()) for row in translated]
        code = _code(net, rounds, (one, other), (sources, translated), (said, words, texts[other]), outputs[one])
        returned = search(translated, rounds.search(one, other))
        back = [" ".join(data.pieces.decode(result.ids.tolist())) for result in returned]
        metric = TranslationMetric("bleu", [[" ".join(text) for text in said]], is_lowercase=True, tokenize="none")
        trip = metric.score(metric.counts(back).sum(axis=0))
        sides = data.sides
        ratio = _mean_words(sides[other]) / max(_mean_words(sides[one]), 1e-9)
        watched = guards(said, words, texts[other], ratio)
        found[f"{sides[one].language}-{sides[other].language}"] = {
            **code.to_dict(),
            "round_trip_bleu": round(trip, 2),
            "fluency_bits": round(code.text_bits - log2(max(vocabulary_use(words, texts[other]), 1e-9)), 4),
            "guards": watched.to_dict(),
            "tripped": watched.tripped,
            "samples": [
                {"source": sides[one].lines[place], "hypothesis": sides[other].tokeniser.join(text)}
                for place, text in zip(places[:SAMPLES], words, strict=False)
            ],
        }
    return found


def _places(data: NeuralData, one: int, other: int) -> range:
    """The held-out sentences of a language that a direction is judged by: of many directions each has a part of them.

    So a look takes as long as the languages have sentences, and not as there are directions; but ENOUGH are kept.
    """
    count, others = len(data.held_out[one]), len(data.sides) - 1
    parts = max(1, min(others, count // ENOUGH))
    return range((other - (other > one)) % parts, count, parts)


def _code(
    net: SequenceNet,
    rounds: Rounds,
    languages: tuple[int, int],
    rows: tuple[Rows, Rows],
    texts: tuple[list[list[str]], list[list[str]], list[list[str]]],
    output: Output,
) -> TranslationCode:
    """rows: sources and translations; texts: their words, and those of true text of the target."""
    data, (one, other) = rounds.data, languages
    (wanted, translated), (said, words, true) = rows, texts
    source, target = data.sides[one], data.sides[other]
    nats = 0.0
    tag = data.pieces.language_id(source.language)
    source_tag = data.pieces.source_id(target.language)
    order = np.argsort([len(row) for row in wanted], kind="stable")
    for first in range(0, len(order), BATCH):
        places = order[first : first + BATCH]
        pairs = [translated[i] for i in places], [wanted[i] for i in places]
        batch = batch_of(*pairs, END_ID, tag, other, one, source_tag).to(rounds.device)
        nats += float(sentence_nats(net, batch, output).sum())
    source_words = max(sum(map(len, said)), 1)
    return TranslationCode(
        text_bits=_bits(target, words),
        target_bits=_bits(target, true),
        way_back_bits=nats / float(np.log(2.0)) / source_words,
        source_bits=_bits(source, said),
        words_per_source_word=sum(map(len, words)) / source_words,
        source_words=sum(map(len, said)),
    )


def _bits(side: Side, sentences: list[list[str]]) -> float:
    """Bits a word under the n-gram code of the language."""
    corpus = WordCorpus.of(sentences, side.vocabulary)
    return float(side.ngrams.sentence_bits(corpus.ids, corpus.starts).sum()) / max(len(corpus.ids), 1)


def _mean_words(side: Side) -> float:
    return len(side.training.ids) / max(len(side.training), 1)


def _rows(corpus: Any) -> list[Any]:
    return [corpus[i] for i in range(len(corpus))]
