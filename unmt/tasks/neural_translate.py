"""Text in, text out, with a Transformer; each line alone, so that its neighbours change nothing."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import torch

from unmt.solvers.sequence_search import Found, search
from unmt.tasks.carried import carried
from unmt.tasks.cores import cores
from unmt.tasks.monitor import Monitor
from unmt.tasks.neural_model import BEAM, NGRAMS, NeuralModel
from unmt.tasks.rescoring import rescored
from unmt.tasks.sides import VOCABULARY_WORDS
from unmt.tasks.translation import LONG_LINE, SENTENCE_END, Translation, by_blocks, is_copy
from unmt.text.casing import START
from unmt.text.tokeniser import Tokeniser


class NeuralTranslator:
    """A direction of a model, made ready once."""

    def __init__(
        self,
        model: NeuralModel,
        direction: str,
        *,
        beam: int | None = None,
        ngrams: float | None = None,
        threads: int | None = None,
    ) -> None:
        """beam: None for BEAM; ngrams: weight of the target's n-grams in the choice among what it ends with, None for
        NGRAMS, 0 for the net alone, which then spells unknown words as it can. Raises InputError where the model
        does not know the direction.
        """
        way = model.direction(direction)
        self._model = model
        self._source = model.languages[way.source].tokeniser
        self._known = model.languages[way.source].vocabulary
        self._language = model.languages[way.target]
        self._target = self._language.tokeniser
        self._ngrams = NGRAMS if ngrams is None else ngrams
        how = model.search(way.target, beam or BEAM, source=way.source)
        self._search = replace(how, others=how.beam > 1 and self._ngrams > 0.0)
        self._threads = cores(threads)
        if model.net.device.type == "cpu":
            torch.set_num_threads(1)  # batches run side by side instead

    def translate(self, lines: Sequence[str], monitor: Monitor | None = None) -> Iterator[Translation]:
        """The translation of each line, in order; a blank line stays empty. Ends early where the monitor asks it to."""
        yield from by_blocks(lines, self._block, monitor)

    def _block(self, lines: Sequence[str]) -> Iterator[Translation]:
        parts = [self._parts(line) for line in lines]
        flat = [part for line in parts for part in line]
        pieces = self._model.pieces
        folded = [[self._source.fold(token) for token in part] for part in flat]
        sources = [np.array(pieces.encode(tokens)[: self._room], np.int32) for tokens in folded]
        results = search(self._model.net, sources, self._search, threads=self._threads)
        if self._search.others:
            results = rescored(results, pieces, self._language, self._ngrams, self._threads)
        found = zip(folded, results, self._carried(flat, folded, results), strict=True)
        for line, tokens in zip(lines, parts, strict=True):
            texts, nats, words, copied = [], 0.0, 0, 0
            for part in tokens:
                source, result, put = next(found)
                said = pieces.decode(result.ids.tolist())
                names = with_names(said, part, self._source, self._language.vocabulary)
                for place, origin in put.items():
                    names[place] = part[origin]
                nats += result.nats
                words += len(said)
                copied += len(put) + sum(token in source for place, token in enumerate(said) if place not in put)
                texts.append(self._target.join(names))
            text = " ".join(filter(None, texts))
            yield Translation(text, nats / math.log(2) / max(words, 1), copied / max(words, 1), is_copy(text, line))

    def _carried(
        self, parts: Sequence[Sequence[str]], sources: Sequence[Sequence[str]], results: Sequence[Found]
    ) -> list[dict[int, int]]:
        """As `carried` says, of each; nothing where the net is asked alone. sources: parts, folded."""
        if self._ngrams == 0.0:
            return [{} for _ in results]

        def one(part: Sequence[str], source: Sequence[str], result: Found) -> dict[int, int]:
            unread = [place for place in range(len(part)) if self._is_unread(part[place], source[place], place)]
            return carried(self._model.net, self._search, self._model.pieces, source, unread, result.ids)

        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(one, parts, sources, results))

    def _is_unread(self, token: str, folded: str, place: int) -> bool:
        """Whether no text of training had the token at this place; of rare words of a large text, whether it is a name
        or a number: others of them the net did read, piece by piece.
        """
        if folded in self._known:
            return False
        is_all = len(self._known) < VOCABULARY_WORDS
        return is_all or any(map(str.isdigit, token)) or has_own_capital(token, place, self._source)

    def _parts(self, line: str) -> list[list[str]]:
        """The tokens of a line, as they stand there; of a long one sentence by sentence, and no part too long."""
        whole = self._source.split(line)
        if len(whole) <= LONG_LINE and self._size(whole) <= self._room:
            return [whole] if whole else []
        sentences = [self._source.split(part) for part in SENTENCE_END.split(line)]
        return [part for tokens in sentences for part in self._fitting(tokens)]

    def _fitting(self, tokens: Sequence[str]) -> Iterator[list[str]]:
        """A sentence, cut where it would fill more than half of what the net takes: its translation may be longer."""
        part: list[str] = []
        filled = 0
        for token in tokens:
            size = self._size([token])
            if part and filled + size > self._room // 2:
                yield part
                part, filled = [], 0
            part.append(token)
            filled += size
        if part:
            yield part

    @property
    def _room(self) -> int:
        """Pieces of a sentence that the net takes."""
        return self._model.net.longest - 2

    def _size(self, tokens: Sequence[str]) -> int:
        """In pieces."""
        return len(self._model.pieces.encode([self._source.fold(token) for token in tokens]))


def has_own_capital(token: str, place: int, tokeniser: Tokeniser) -> bool:
    """Whether a token has a capital that is not that of a sentence's first word. tokeniser: of its language."""
    return token != token.lower() and not (place == 0 and token.istitle() and tokeniser.casing.is_start((START,)))


def with_names(
    said: Sequence[str], source: Sequence[str], tokeniser: Tokeniser, known: Container[str] = ()
) -> list[str]:
    """Tokens of a translation, those that also stand in the source with a capital of their own written as there.

    tokeniser: of the source. known: words whose case the target's text tells: German writes "Ball" of what is "ball".
    """
    forms: dict[str, str] = {}
    for place, token in enumerate(source):
        if has_own_capital(token, place, tokeniser):
            forms[tokeniser.fold(token)] = token
    return [token if token in known else forms.get(token, token) for token in said]
