"""A language as a code: n-grams with and without word spaces, and words; shipped, or made from a user's text.

    model = LanguageModel.load("en")              # or a .unmtlm file, or a text file
    model.text_bits(letters, boundaries)          # code length of a plaintext
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.coding import model_file
from unmt.coding.cache import cached
from unmt.coding.counting import NgramCounts
from unmt.coding.model_file import ModelFile
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import SmoothedNgrams
from unmt.coding.words import WordCounts, WordTables, build_word_tables
from unmt.errors import InputError
from unmt.text.alphabet import fold

SHIPPED = ("en", "de", "fr", "es", "it")
USUAL_DEVIATION = 0.25
"""Bits a letter: what the shipped languages have, a little more for a model whose text was too short to measure it."""


@dataclass(frozen=True)
class LanguageModel:
    """A model file in memory. name is what the user calls it; sha256 is of the file's bytes."""

    name: str
    file: ModelFile
    sha256: str

    @classmethod
    def load(cls, name_or_path: str | Path) -> LanguageModel:
        """A shipped model by its code (SHIPPED), or a .unmtlm file, or a model made from a text file.

        Raises InputError where there is no such language or file, or the file is no model and no text.
        """
        name = str(name_or_path)
        if name in SHIPPED:
            path = Path(__file__).parent / "languages" / (name + model_file.SUFFIX)
            if not path.is_file():
                raise InputError(f"The language model {path.name} is missing from this installation. Install unmt again.")
            return cls.from_bytes(path.read_bytes(), name, path)
        path = Path(name)
        if not path.exists():
            known = ", ".join(SHIPPED)
            raise InputError(f"language={name}: no such language ({known}) and no such file. Give one of them, or a text.")
        if path.suffix == model_file.SUFFIX:
            if not path.is_file():
                raise InputError(f"language={name} is not a file. Give a .unmtlm file or a text file.")
            return cls.from_bytes(path.read_bytes(), path.stem, path)
        from unmt.coding.build import model_from_file

        return model_from_file(path)

    @classmethod
    def from_bytes(cls, data: bytes, name: str, path: Path | str) -> LanguageModel:
        """The model in the bytes of a file; path is for messages."""
        return cls(name, model_file.parse(data, path), hashlib.sha256(data).hexdigest())

    @property
    def alphabet(self) -> str:
        """The letters, without the space; ids index it, and the space, where there is one, is len(alphabet)."""
        return str(self.file.header["alphabet"])

    @property
    def has_words(self) -> bool:
        """False for text without word divisions."""
        return self.file.header["words"] is not None

    def letters(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """A text folded onto the alphabet: letter ids (N,), and the places before which words divide."""
        words = fold(text, self.alphabet).split()
        number = {letter: i for i, letter in enumerate(self.alphabet)}
        ids = np.array([number[letter] for word in words for letter in word], np.int32)
        return ids, np.cumsum([len(word) for word in words], dtype=np.int64)[:-1]

    def ngrams(self, spaces: bool) -> SmoothedNgrams:
        """The exact n-gram model, of text with word spaces or without."""
        return self._spaced if spaces else self._plain

    @cached_property
    def _plain(self) -> SmoothedNgrams:
        return self._read_ngrams("plain", len(self.alphabet))

    @cached_property
    def _spaced(self) -> SmoothedNgrams:
        if not self.has_words:
            raise InputError(f"The language model {self.name} knows no word spaces: its text has none. Use spaces=ignore.")
        return self._read_ngrams("spaced", len(self.alphabet) + 1)

    def _read_ngrams(self, kind: str, letters: int) -> SmoothedNgrams:
        about, sections = self.file.header[kind], self.file.sections
        keys = model_file.unpack_keys(sections[f"{kind}.gaps"], sections[f"{kind}.large"])
        counts = NgramCounts(about["order"], letters, keys, model_file.unpack_counts(sections[f"{kind}.counts"]))
        return SmoothedNgrams(counts.all_orders(), about["discounts"], about["extras"])

    def table(self, spaces: bool) -> NgramTable:
        """The dense table for searches, kept in the cache."""
        return self._spaced_table if spaces else self._plain_table

    @cached_property
    def _plain_table(self) -> NgramTable:
        return self._cached_table(False)

    @cached_property
    def _spaced_table(self) -> NgramTable:
        return self._cached_table(True)

    def _cached_table(self, spaces: bool) -> NgramTable:
        letters = len(self.alphabet) + spaces

        def build() -> dict[str, NDArray[np.uint8] | NDArray[np.int64]]:
            model = self.ngrams(spaces)
            table = build_table(model, model.order)
            return {"costs": table.costs, "offsets": table.offsets}

        kind = "spaced" if spaces else "plain"
        arrays = cached(f"{self.sha256[:16]}-{kind}", build)
        return NgramTable(len(arrays["offsets"]) - 1, letters, arrays["costs"], np.array(arrays["offsets"]))

    @cached_property
    def words(self) -> WordTables:
        """The tables of the word code, kept in the cache. Raises InputError where the language has no word divisions."""
        if not self.has_words:
            raise InputError(f"The language model {self.name} knows no words: its text has no word divisions.")

        def build() -> dict[str, NDArray[np.int32] | NDArray[np.float32] | NDArray[np.int64]]:
            t = build_word_tables(self.word_counts, self.alphabet)
            return {
                "child": t.child,
                "word": t.word,
                "below": t.below,
                "single": t.single,
                "backoff": t.backoff,
                "pair_key": t.pair_key,
                "pair_probability": t.pair_probability,
            }

        return WordTables(len(self.alphabet), **cached(f"{self.sha256[:16]}-words", build))

    @cached_property
    def word_counts(self) -> WordCounts:
        """The vocabulary with its counts and pairs."""
        sections = self.file.sections
        spellings = bytes(sections["words.spellings"]).decode().split("\n")
        return WordCounts(
            tuple(spellings) if spellings != [""] else (),
            model_file.unpack_counts(sections["words.counts"]),
            model_file.unpack_keys(sections["words.pairs"], sections["words.large"]),
            model_file.unpack_counts(sections["words.pair_counts"]),
            float(self.file.header["words"]["total"]),
        )

    @cached_property
    def frequencies(self) -> NDArray[np.float64]:
        """How often each letter is used, (letters,), summing to one."""
        return self.table(False).letter_frequencies()

    def bits_per_letter(self, spaces: bool) -> float:
        """What held-out text costs, in bits a letter (spaces are not counted as letters), as measured at the build."""
        words, kind = self.file.header["words"], "spaced" if spaces else "plain"
        best: float = self.file.header[kind]["bits_per_letter"][-1]
        return min(best, words["bits_per_letter"][kind]) if words and "bits_per_letter" in words else best

    def deviation(self, spaces: bool) -> float:
        """Standard deviation of the bits a letter over held-out pieces of about 250 letters."""
        words, kind = self.file.header["words"], "spaced" if spaces else "plain"
        measured: float | None = (words or {}).get("bits_per_letter", {}).get(f"{kind}_deviation")
        return measured if measured is not None else USUAL_DEVIATION
