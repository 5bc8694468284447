"""What a trained model says of a text, before any reference is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from unmt.errors import InputError
from unmt.evaluation.translation import TranslationMetric, percentile_interval, resampled_sums
from unmt.objectives.translation_code import TranslationCode
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.way_back import WayBack
from unmt.tasks.evaluate_translations import Resampling
from unmt.tasks.models import Model, load_model, translator_of
from unmt.tasks.monitor import Monitor
from unmt.tasks.translation import Translation
from unmt.tasks.translation_model import Language
from unmt.text.word_corpus import WordCorpus


def model_figures(
    model: str, lines: Sequence[str], direction: str | None, resampling: Resampling, monitor: Monitor
) -> tuple[list[str], dict[str, Any]]:
    """Translations of the lines, and figures that need no reference.

    model: a run directory. direction: such as "en-fr"; None for the one
    whose source language knows the most words of the text.
    The figures are numbers or text by name, in groups by name: "round_trip", BLEU of the text translated there and
    back against the text itself, with its interval; "code_lengths", in bits a word, as TranslationCode has them.
    Raises InputError where the model cannot translate the text.
    """
    loaded = load_model(model)
    way = loaded.direction(direction or _fitting(loaded, lines))
    there = _translated(loaded, way.name, lines, monitor)
    hypotheses = [translation.text for translation in there]
    languages = loaded.languages[way.source], loaded.languages[way.target]
    figures: dict[str, Any] = {
        "direction": {"name": way.name, "copied_share": float(np.mean([translation.copied for translation in there]))},
        "code_lengths": _code_lengths(languages, lines, hypotheses),
    }
    back = f"{way.target}-{way.source}"
    if back in loaded.directions:
        returned = [translation.text for translation in _translated(loaded, back, hypotheses, monitor)]
        figures["round_trip"] = _round_trip(returned, lines, resampling)
    return hypotheses, figures


def _fitting(model: Model, lines: Sequence[str]) -> str:
    """The direction whose source vocabulary has the most tokens of the text."""

    def known(name: str) -> float:
        language = model.languages[model.directions[name].source]
        return float(np.mean(_corpus(language, lines).ids >= 0))

    return max(model.directions, key=known)


def _translated(model: Model, way: str, lines: Sequence[str], monitor: Monitor) -> list[Translation]:
    done = list(translator_of(model, way).translate(lines, monitor))
    if len(done) < len(lines):
        raise InputError(f"{way} was interrupted after {len(done)} of {len(lines)} lines, which is nothing to score.")
    return done


def _round_trip(returned: Sequence[str], lines: Sequence[str], resampling: Resampling) -> dict[str, Any]:
    """BLEU, lower-case, of the lines that are not blank."""
    kept = [(one, line) for one, line in zip(returned, lines, strict=True) if line]
    metric = TranslationMetric("bleu", [[line for _, line in kept]], is_lowercase=True)
    counts = metric.counts([one for one, _ in kept])
    drawn = metric.scores(resampled_sums(counts, seed=resampling.seed, resamples=resampling.resamples))
    interval = percentile_interval(metric.score(counts.sum(axis=0)), drawn)
    return {"score": interval.estimate, "low": interval.low, "high": interval.high, "signature": metric.signature}


def _code_lengths(
    languages: tuple[Language, Language], lines: Sequence[str], hypotheses: Sequence[str]
) -> dict[str, float]:
    """Bits of text, source and way back; the way back of each half of the lines is learned from the other half.

    Without target text of its own nothing says how many bits true text has, which two_sided would need.
    """
    source, target = (_corpus(language, text) for language, text in zip(languages, (lines, hypotheses), strict=True))
    bits = [
        float(language.ngrams.sentence_bits(corpus.ids, corpus.starts).sum()) / max(len(corpus.ids), 1)
        for language, corpus in zip(languages, (source, target), strict=True)
    ]
    way_back = 0.0
    for half in (0, 1):
        coded, read = np.arange(half, len(lines), 2), np.arange(1 - half, len(lines), 2)
        back = WayBack.learn(SentencePairs.of(target.subset(read), source.subset(read)))
        way_back += float(back.bits(SentencePairs.of(target.subset(coded), source.subset(coded))).sum())
    code = TranslationCode(
        text_bits=bits[1],
        target_bits=bits[1],
        way_back_bits=way_back / max(len(source.ids), 1),
        source_bits=bits[0],
        words_per_source_word=len(target.ids) / max(len(source.ids), 1),
        source_words=len(source.ids),
    )
    figures = code.to_dict()
    return {name: figures[name] for name in CODE_LENGTHS}


CODE_LENGTHS = (
    "text_bits", "source_bits", "way_back_bits", "words_per_source_word", "source_words", "code_bits", "divergence",
)  # fmt: skip


def _corpus(language: Language, lines: Sequence[str]) -> WordCorpus:
    return WordCorpus.of([language.tokeniser.tokens(line) for line in lines], language.vocabulary)
