"""Words into pieces of words and back: one sentencepiece model for all the languages of a translator.

Byte-pair encoding (Sennrich, Haddow and Birch, "Neural machine translation of rare words with subword units", 2016) on
text that the languages' own tokenisers have cut and folded, so that the model itself normalises nothing and loses
nothing: what it has no piece for is spelled in bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError

PAD, UNKNOWN, END, BLANK = "<pad>", "<unk>", "</s>", "<blank>"
SPECIAL = (PAD, UNKNOWN, END, BLANK)
PAD_ID, UNKNOWN_ID, END_ID, BLANK_ID = range(4)

MARK, STAND_IN = "\u2581", "\u2582"
"""Sentencepiece's own sign of a space does not come back; where a text has it, its neighbour stands for it."""


class Vocabulary(Protocol):
    """Symbols of all languages of a translator. PAD_ID to BLANK_ID stand first, then one symbol for each language."""

    @property
    def languages(self) -> tuple[str, ...]:
        """By name, in the order of their symbols."""

    def __len__(self) -> int: ...

    def language_id(self, language: str) -> int:
        """The symbol that the decoder begins with to write in this language."""

    def source_id(self, language: str) -> int | None:
        """The symbol that a source in this language begins with, where the encoder is told."""

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Ids of the pieces of tokens, without an end."""

    def decode(self, ids: Sequence[int]) -> list[str]:
        """The tokens of ids; symbols that are no text are passed over."""

    @property
    def begins_word(self) -> NDArray[np.bool_]:
        """(V,) whether a piece is the first of a word."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """A vocabulary of pieces. model: sentencepiece's own file. languages: each has a symbol that tells the decoder.

    Ids: PAD_ID, UNKNOWN_ID, END_ID, BLANK_ID (a word that noise hid), one for each language, then pieces.
    """

    model: bytes = field(repr=False)
    languages: tuple[str, ...]

    @classmethod
    def learn(cls, sentences: Iterable[Sequence[str]], languages: Sequence[str], size: int = 4000) -> Pieces:
        """At most `size` symbols, bytes and languages among them, from sentences of tokens. Raises InputError."""
        import sentencepiece

        lines = (" ".join(tokens).replace(MARK, STAND_IN) for tokens in sentences)
        written = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=(line for line in lines if line),
                model_writer=written,
                model_type="bpe",
                vocab_size=size,
                hard_vocab_limit=False,
                character_coverage=0.9999,
                byte_fallback=True,
                normalization_rule_name="identity",
                remove_extra_whitespaces=False,
                add_dummy_prefix=True,
                pad_id=PAD_ID,
                unk_id=UNKNOWN_ID,
                eos_id=END_ID,
                bos_id=-1,
                pad_piece=PAD,
                unk_piece=UNKNOWN,
                eos_piece=END,
                control_symbols=[BLANK, *(tag(name) for name in languages)],
                num_threads=1,
                minloglevel=2,
            )
        except (RuntimeError, ValueError, OverflowError) as error:
            raise InputError(
                f"network.pieces={size}: sentencepiece refuses it ({_reason(error)}). Give a number between 400 and"
                " what the text has."
            ) from None
        return cls(written.getvalue(), tuple(languages))

    @cached_property
    def _processor(self) -> Any:
        import sentencepiece

        return sentencepiece.SentencePieceProcessor(model_proto=self.model)

    def __len__(self) -> int:
        return int(self._processor.vocab_size())

    def language_id(self, language: str) -> int:
        """The symbol that the decoder begins with to write in this language."""
        return BLANK_ID + 1 + self.languages.index(language)

    def source_id(self, language: str) -> int | None:
        """The symbol that a source in this language begins with: none, for the encoder is told no language."""
        return None

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Ids of the pieces of tokens, without an end."""
        return list(self._processor.encode(" ".join(tokens).replace(MARK, STAND_IN)))

    def decode(self, ids: Sequence[int]) -> list[str]:
        """The tokens of ids; symbols that are no text are passed over."""
        first = BLANK_ID + 1 + len(self.languages)
        text = self._processor.decode([int(id_) for id_ in ids if id_ >= first])
        return str(text).split(" ") if text else []

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of all symbols, by id, as sentencepiece writes them."""
        return tuple(str(self._processor.id_to_piece(id_)) for id_ in range(len(self)))

    @cached_property
    def begins_word(self) -> NDArray[np.bool_]:
        """(V,) whether a piece is the first of a word."""
        return np.array([name.startswith(MARK) for name in self.names])


def tag(language: str) -> str:
    """The symbol of a language."""
    return f"<to:{language}>"


def _reason(error: Exception) -> str:
    return str(error).splitlines()[-1][-200:].strip() if str(error) else type(error).__name__
