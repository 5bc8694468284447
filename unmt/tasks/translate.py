"""Text in, text out: lines through a trained model, each line alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from unmt.solvers.phrase_decoder import Decoder
from unmt.tasks.cores import cores
from unmt.tasks.monitor import Monitor
from unmt.tasks.translation import LONG_LINE, SENTENCE_END, Translation, by_blocks, is_copy
from unmt.tasks.translation_model import TranslationModel
from unmt.text.casing import START
from unmt.text.tokeniser import Tokeniser
from unmt.text.word_corpus import WordCorpus

TEST_BEAM = 20


@dataclass(frozen=True)
class _Piece:
    """A line or a sentence of it: tokens as they stand there, and whether nothing stands between each and the last."""

    tokens: list[str]
    is_attached: list[bool]

    @classmethod
    def of(cls, text: str, tokeniser: Tokeniser) -> _Piece:
        tokens, place, attached = tokeniser.split(text), 0, []
        for token in tokens:
            start = text.index(token, place)
            attached.append(start == place)
            place = start + len(token)
        return cls(tokens, attached)


class Translator:
    """A direction of a model, made ready once."""

    def __init__(
        self, model: TranslationModel, direction: str, *, beam: int | None = None, threads: int | None = None
    ) -> None:
        """beam: None for TEST_BEAM. Raises InputError where the model does not know the direction."""
        self._way = model.direction(direction)
        self._source = model.languages[self._way.source]
        self._target = model.languages[self._way.target]
        self._beam = beam or TEST_BEAM
        self._threads = cores(threads)

    @cached_property
    def _decoder(self) -> Decoder:
        return Decoder(self._way.table, self._target.ngrams, replace(self._way.settings, beam=self._beam))

    def translate(self, lines: Sequence[str], monitor: Monitor | None = None) -> Iterator[Translation]:
        """The translation of each line, in order; a blank line stays empty. Ends early where the monitor asks it to."""
        yield from by_blocks(lines, self._block, monitor)

    def _block(self, lines: Sequence[str]) -> Iterator[Translation]:
        pieces = [self._pieces(line) for line in lines]
        fold = self._source.tokeniser.fold
        folded = [[fold(token) for token in piece.tokens] for line in pieces for piece in line]
        corpus = WordCorpus.of(folded, self._source.vocabulary)
        decoded = self._decoder.decode(corpus.ids, corpus.starts, self._threads)
        place = 0
        for line, parts in zip(lines, pieces, strict=True):
            texts, bits, words, copied = [], 0.0, 0, 0
            for piece in parts:
                ids, end = decoded.sentence(place), int(decoded.starts[place])
                sources = decoded.source_alignment[end : end + len(ids)]
                bits += float(decoded.language_model_bits[place])
                words += len(ids)
                copied += int((ids < 0).sum())
                names = self._names(piece, ids.tolist(), sources.tolist())
                texts.append(self._target.tokeniser.join(names))
                place += 1
            text = " ".join(filter(None, texts))
            yield Translation(text, bits / max(words, 1), copied / max(words, 1), is_copy(text, line))

    def _pieces(self, line: str) -> list[_Piece]:
        """A line; a long one is cut into its sentences."""
        whole = _Piece.of(line, self._source.tokeniser)
        if len(whole.tokens) <= LONG_LINE:
            return [whole] if whole.tokens else []
        parts = (_Piece.of(part, self._source.tokeniser) for part in SENTENCE_END.split(line))
        return [part for part in parts if part.tokens]

    def _names(self, piece: _Piece, ids: Sequence[int], sources: Sequence[int]) -> list[str]:
        """The target tokens; copies of tokens that stood together in the source stand together, as one token."""
        names: list[str] = []
        last = -2
        for word, place in zip(ids, sources, strict=True):
            if word >= 0:
                names.append(self._target.vocabulary.words[word])
            elif place == last + 1 and piece.is_attached[place]:
                names[-1] += piece.tokens[place]
            else:
                names.append(self._passed(piece.tokens, place))
            last = place if word < 0 else -2
        return names

    def _passed(self, surface: Sequence[str], place: int) -> str:
        """A source token as it goes into the target text: without the capital that every sentence begins with."""
        token, casing = surface[place], self._source.tokeniser.casing
        is_start = place == 0 and token.istitle() and casing.is_start((START,))
        return casing.form(token.lower()) if is_start else token
