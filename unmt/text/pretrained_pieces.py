"""The vocabulary of a net that somebody else trained, by the ids that unmt's own nets have (unmt/text/pieces.py).

PAD_ID to BLANK_ID stand first, then a symbol for each language, then the tokenizer's own in their order. So nothing
that trains, searches or scores knows whose symbols they are. unmt/mappings/pretrained.py gives the net its own ids.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.library_quiet import library_quiet
from unmt.text.pieces import BLANK_ID, MARK, STAND_IN, UNKNOWN_ID

TAG = -1
"""Stands in `before` and `after` where the language of a source is named."""

BYTE_MARK, INSIDE_MARK = "Ġ", "##"
"""How tokenizers of bytes write a space, and WordPiece that no word begins."""

CODE = re.compile(r"__[a-z]{2,3}__|[a-z]{2,3}_[A-Z][A-Za-z]+")
"""Symbols of languages: those of M2M100, and those of mBART and NLLB."""


@dataclass(frozen=True)
class Layout:
    """Which symbols a net has where, by its own ids.

    size: of all symbols; tags: of each language; start: what the decoder begins with ahead of the tag; before, after:
    what stands around a source, TAG where its language is named.
    """

    size: int
    pad: int
    unknown: int
    end: int
    blank: int
    tags: tuple[int, ...]
    start: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Layout:
        """From what JSON holds of one. Raises TypeError where it is none."""
        held: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in facts.items()}
        return cls(**held)

    @property
    def first(self) -> int:
        """The id, among ours, of the net's first symbol."""
        return BLANK_ID + 1 + len(self.tags)

    @property
    def table(self) -> NDArray[np.int64]:
        """(V,) the net's id of each of ours."""
        special = [self.pad, self.unknown, self.end, self.blank, *self.tags]
        return np.concatenate([special, np.arange(self.size)]).astype(np.int64)

    @property
    def names_source(self) -> bool:
        """Whether the encoder is told the language."""
        return TAG in self.before + self.after


TOKENIZER_FILES = ("tokenizer*", "vocab*", "*.model", "*.spm")
WHOLE_FOLDER = "Put the files of the net's own tokenizer beside its weights."


def load_tokenizer(folder: Path | str, key: str = "network.path") -> Any:
    """The tokenizer in a folder of `save_pretrained`; nothing is fetched, and no code of the folder is run.

    key: of the setting that named the folder. Raises InputError where there is none.
    """
    from transformers import AutoTokenizer

    # Without its files the library makes one that knows no word.
    if Path(folder).is_dir() and not any(any(Path(folder).glob(pattern)) for pattern in TOKENIZER_FILES):
        raise InputError(f"{key}={folder}: there is no tokenizer. {WHOLE_FOLDER}")
    with library_quiet():
        try:
            return AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except Exception as error:  # noqa: BLE001  # the library raises anything over a broken file
            reason = str(error).strip().splitlines()
            raise InputError(
                f"{key}={folder}: no tokenizer can be loaded from there ({reason[0][:120] if reason else error!r})."
                f" {WHOLE_FOLDER}"
            ) from None


def layout_of(tokenizer: Any, languages: Sequence[str], rows: int, start: int | None, path: Path | str) -> Layout:
    """Where everything stands. rows: symbols of the net's embedding; start: what its decoder begins with, if known.

    A language is told by the tokenizer's own code for it (`__en__`, `en_XX`, or a name that is a code, such as
    `eng_Latn`); languages without one get new symbols, from `rows` on. path: of the folder, as the user named it.
    Raises InputError where the tokenizer is of another net.
    """
    added = dict(tokenizer.get_added_vocab()) | dict(getattr(tokenizer, "lang_token_to_id", None) or {})
    tags, size, most = [], rows, len(tokenizer)
    for language in languages:
        code = _code(added, language)
        tags.append(size if code is None else code)
        size += code is None
        most = max(most, 0 if code is None else code + 1)
    if most > rows:
        raise InputError(
            f"network.path={path}: the tokenizer has {most:,} symbols, the net {rows:,}. Put the net's own tokenizer"
            " there."
        )
    end = _first(tokenizer.eos_token_id, tokenizer.sep_token_id)
    if end is None:
        raise InputError(f"network.path={path}: its tokenizer has no symbol that ends a sentence. Name another net.")
    unknown = _first(tokenizer.unk_token_id, end)
    vocabulary = tokenizer.get_vocab()
    blank = _first(tokenizer.mask_token_id, vocabulary.get("<extra_id_0>"), unknown)
    source = getattr(tokenizer, "src_lang", None)
    named = [added[name] for name in (source, f"__{source}__") if name in added]
    before, after = (tuple(TAG if id_ in named else id_ for id_ in part) for part in _around(tokenizer, (end,)))
    is_code = start in {id_ for name, id_ in added.items() if CODE.fullmatch(name)}
    begins = () if is_code or start is None else (start,)
    return Layout(size, _first(tokenizer.pad_token_id, end), unknown, end, blank, tuple(tags), begins, before, after)


def _first(*ids: int | None) -> Any:
    return next((int(id_) for id_ in ids if id_ is not None), None)


def _code(added: dict[str, int], language: str) -> int | None:
    """The symbol of a language, where exactly one can be meant."""
    for name in (language, f"__{language}__"):
        if name in added:
            return int(added[name])
    alike = [id_ for name, id_ in added.items() if name.startswith(f"{language}_") and CODE.fullmatch(name)]
    return int(alike[0]) if len(alike) == 1 else None


def _around(tokenizer: Any, otherwise: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What the tokenizer sets before and after a sentence."""
    plain = list(tokenizer("a", add_special_tokens=False)["input_ids"])
    whole = list(tokenizer("a")["input_ids"])
    for place in range(len(whole) - len(plain) + 1):
        if plain and whole[place : place + len(plain)] == plain:
            return tuple(whole[:place]), tuple(whole[place + len(plain) :])
    return (), otherwise


@dataclass(frozen=True, eq=False)
class PretrainedPieces:
    """A tokenizer of `transformers` as a Vocabulary (unmt/text/pieces.py)."""

    tokenizer: Any = field(repr=False)
    languages: tuple[str, ...]
    layout: Layout

    def __len__(self) -> int:
        return self.layout.first + self.layout.size

    def language_id(self, language: str) -> int:
        return BLANK_ID + 1 + self.languages.index(language)

    def source_id(self, language: str) -> int | None:
        return self.language_id(language) if self.layout.names_source else None

    def encode(self, tokens: Sequence[str]) -> list[int]:
        text = " ".join(tokens).replace(MARK, STAND_IN)
        if self._mark == BYTE_MARK:
            text = f" {text}"  # so that the first word has the pieces that it has elsewhere
        names = self.tokenizer.tokenize(text)
        first, special, unknown = self.layout.first, self._special, self.tokenizer.unk_token_id
        ids = self.tokenizer.convert_tokens_to_ids(names) if names else []
        return [UNKNOWN_ID if id_ == unknown else first + id_ for id_ in ids if id_ == unknown or id_ not in special]

    def decode(self, ids: Sequence[int]) -> list[str]:
        first, special = self.layout.first, self._special
        own = [int(id_) - first for id_ in ids if id_ >= first and id_ - first not in special]
        return str(self.tokenizer.decode(own, clean_up_tokenization_spaces=False)).split() if own else []

    @cached_property
    def _special(self) -> frozenset[int]:
        return frozenset(self.tokenizer.all_special_ids) | frozenset(self.layout.tags)

    @cached_property
    def _names(self) -> list[str]:
        """Of the net's symbols that the tokenizer knows."""
        known = min(len(self.tokenizer), self.layout.size)
        return [str(name) for name in self.tokenizer.convert_ids_to_tokens(range(known))]

    @cached_property
    def _mark(self) -> str | None:
        """How the tokenizer writes where words begin or do not, by what most of its symbols have."""
        counts = {mark: sum(name.startswith(mark) for name in self._names) for mark in (MARK, BYTE_MARK, INSIDE_MARK)}
        mark = max(counts, key=lambda name: counts[name])
        return mark if counts[mark] else None

    @cached_property
    def begins_word(self) -> NDArray[np.bool_]:
        if self._mark is None:
            begins = np.ones(len(self._names), bool)
        else:
            begins = np.array([name.startswith(self._mark) for name in self._names], bool)
        if self._mark == INSIDE_MARK:
            begins = ~begins
        found = np.zeros(len(self), bool)
        found[self.layout.first : self.layout.first + len(begins)] = begins
        return found
