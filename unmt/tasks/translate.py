"""Text in, text out: lines through a trained model, each line alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from unmt.solvers.phrase_decoder import Decoder
from unmt.tasks.monitor import Monitor
from unmt.tasks.translation_model import TranslationModel
from unmt.text.word_corpus import WordCorpus

BLOCK_LINES = 512
TEST_BEAM = 20
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)")
LONG_LINE = 40
"""Words of a line from which on its sentences are translated one by one."""


@dataclass(frozen=True)
class Translation:
    """One line translated.

    bits: C_Y(f(x)) of its words and ends, in bits a word; copied: share of its words that were taken from the source as
    they stood; is_copy: whether the whole line is the source's.
    """

    text: str
    bits: float
    copied: float
    is_copy: bool


class Translator:
    """A direction of a model, made ready once."""

    def __init__(
        self, model: TranslationModel, direction: str, *, beam: int = TEST_BEAM, threads: int | None = None
    ) -> None:
        """Raises InputError where the model does not know the direction."""
        self._way = model.direction(direction)
        self._source = model.languages[self._way.source]
        self._target = model.languages[self._way.target]
        self._beam = beam
        self._threads = threads or os.cpu_count() or 1

    @cached_property
    def _decoder(self) -> Decoder:
        return Decoder(self._way.table, self._target.ngrams, replace(self._way.settings, beam=self._beam))

    def translate(self, lines: Sequence[str], monitor: Monitor | None = None) -> Iterator[Translation]:
        """The translation of each line, in order; a blank line stays empty. Ends early where the monitor asks it to."""
        for first in range(0, len(lines), BLOCK_LINES):
            block = lines[first : first + BLOCK_LINES]
            yield from self._block(block)
            if monitor is not None:
                monitor.update("lines translated", first + len(block), None, (first + len(block)) / len(lines))
                if monitor.stop_requested:
                    return

    def _block(self, lines: Sequence[str]) -> Iterator[Translation]:
        pieces = [self._pieces(line) for line in lines]
        surfaces = [surface for line in pieces for surface in line]
        tokeniser = self._source.tokeniser
        corpus = WordCorpus.of([[tokeniser.fold(t) for t in surface] for surface in surfaces], self._source.vocabulary)
        decoded = self._decoder.decode(corpus.ids, corpus.starts, self._threads)
        place = 0
        for line, parts in zip(lines, pieces, strict=True):
            texts, bits, words, copied = [], 0.0, 0, 0
            for surface in parts:
                ids, end = decoded.sentence(place), int(decoded.starts[place])
                sources = decoded.source_alignment[end : end + len(ids)]
                bits += float(decoded.language_model_bits[place])
                words += len(ids)
                copied += int((ids < 0).sum())
                names = [
                    self._target.vocabulary.words[word] if word >= 0 else self._passed(surface, int(source))
                    for word, source in zip(ids.tolist(), sources.tolist(), strict=True)
                ]
                texts.append(self._target.tokeniser.join(names))
                place += 1
            text = " ".join(filter(None, texts))
            same = bool(text) and text.casefold() == " ".join(line.split()).casefold()
            yield Translation(text, bits / max(words, 1), copied / max(words, 1), same)

    def _pieces(self, line: str) -> list[list[str]]:
        """The tokens of a line; a long one is cut into its sentences."""
        whole = self._source.tokeniser.split(line)
        if not whole:
            return []
        if len(whole) <= LONG_LINE:
            return [whole]
        parts = (self._source.tokeniser.split(part) for part in SENTENCE_END.split(line))
        return [part for part in parts if part]

    def _passed(self, surface: Sequence[str], place: int) -> str:
        """A source token as it goes into the target text: without the capital of a sentence's first word."""
        token = surface[place]
        return self._source.tokeniser.casing.form(token.lower()) if place == 0 and token.istitle() else token


def translate(model: TranslationModel, direction: str, lines: Sequence[str], threads: int | None = None) -> list[str]:
    """The translations of lines, for use from Python."""
    return [done.text for done in Translator(model, direction, threads=threads).translate(lines)]


def mean_bits(translations: Sequence[Translation]) -> float:
    """Mean of the bits a word over the lines that are not empty; 0 where all are."""
    bits = [done.bits for done in translations if done.text]
    return float(np.mean(bits)) if bits else 0.0
