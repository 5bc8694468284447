"""A language as n-gram and word models, with and without word spaces; shipped, or made from a user's text.

    model = LanguageModel.load("en")  # or a .unmtlm file, or a text file
    letters, boundaries = model.letters("the moon is bright")
    TextCode(model, boundaries, len(letters))(letters)  # bits

The code of a text is in `objectives.text_code`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unmt.coding import model_file
from unmt.coding.cache import Arrays, cached, read_only
from unmt.coding.counting import NgramCounts
from unmt.coding.model_file import ModelFile
from unmt.coding.ngram_table import NgramTable, build_table
from unmt.coding.smoothing import SmoothedNgrams
from unmt.coding.words import WordCounts, WordTables, build_word_tables
from unmt.errors import InputError
from unmt.text.alphabet import fold
from unmt.text.paths import is_there
from unmt.text.readers import read_text

SHIPPED = ("en", "de", "fr", "es", "it")

TABLES = 3
"""Version of the tables in the cache: another number where the same model file gives other tables."""


def check_language(name: str) -> None:
    """Raises InputError for what is neither a shipped language nor a file or folder."""
    if name not in SHIPPED and not is_there(name):
        known = ", ".join(SHIPPED)
        raise InputError(f"language={name}: no such language ({known}) and no such file. Give one of them, or a text.")


@dataclass(frozen=True)
class LanguageModel:
    """A model file in memory.

    name is what the user calls it; sha256 is of the file's bytes, "" for a model that is in no file: its tables are not
    kept in the cache.
    """

    name: str
    file: ModelFile
    sha256: str = ""

    @classmethod
    def load(cls, name_or_path: str | Path) -> LanguageModel:
        """A shipped model by its code (SHIPPED), or a .unmtlm file, or a model made from a text file.

        For a text file `tasks.build_language.language_model` is better: it measures more, and remembers the model.
        Raises InputError where there is no such language or file, or the file is no model and no text.
        """
        name = str(name_or_path)
        if name in SHIPPED:
            path = Path(__file__).parent / "languages" / (name + model_file.SUFFIX)
            if not path.is_file():
                raise InputError(
                    f"The language model {path.name} is missing from this installation. Install unmt again."
                )
            return cls.from_bytes(path.read_bytes(), name, path)
        check_language(name)
        path = Path(name)
        if path.suffix == model_file.SUFFIX:
            if not path.is_file():
                raise InputError(f"language={name} is not a file. Give a .unmtlm file or a text file.")
            try:
                data = path.read_bytes()
            except OSError as error:
                raise InputError(f"language={name}: {error.strerror}. Give a file that can be read.") from None
            return cls.from_bytes(data, path.stem, path)
        from unmt.coding.build import model_from_text

        return model_from_text(read_text(path), text_name(path), f"language={path}")

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

    def ngrams(self, spaces: bool) -> SmoothedNgrams:  # noqa: FBT001  # model.ngrams(True): with spaces
        """The exact n-gram model, of text with word spaces or without."""
        return self._spaced if spaces else self._plain

    @cached_property
    def _plain(self) -> SmoothedNgrams:
        return self._read_ngrams("plain", len(self.alphabet))

    @cached_property
    def _spaced(self) -> SmoothedNgrams:
        if not self.has_words:
            raise InputError(
                f"The language model {self.name} knows no word spaces: its text has none. Use spaces=ignore."
            )
        return self._read_ngrams("spaced", len(self.alphabet) + 1)

    def _read_ngrams(self, kind: str, letters: int) -> SmoothedNgrams:
        about, sections = self.file.header[kind], self.file.sections
        keys = model_file.unpack_keys(sections[f"{kind}.gaps"], sections[f"{kind}.large"])
        counts = NgramCounts(about["order"], letters, keys, model_file.unpack_counts(sections[f"{kind}.counts"]))
        return SmoothedNgrams(counts.all_orders(), about["discounts"], about["extras"])

    def table(self, spaces: bool) -> NgramTable:  # noqa: FBT001  # as `ngrams`
        """The dense table for searches, kept in the cache."""
        return self._spaced_table if spaces else self._plain_table

    @cached_property
    def _plain_table(self) -> NgramTable:
        return self._cached_table(spaces=False)

    @cached_property
    def _spaced_table(self) -> NgramTable:
        return self._cached_table(spaces=True)

    def _cached_table(self, *, spaces: bool) -> NgramTable:
        letters = len(self.alphabet) + spaces

        def build() -> Arrays:
            model = self.ngrams(spaces)
            table = build_table(model, model.order)
            return {"costs": table.costs, "offsets": table.offsets}

        arrays = self._kept("spaced" if spaces else "plain", build)
        return NgramTable(len(arrays["offsets"]) - 1, letters, arrays["costs"], np.array(arrays["offsets"]))

    def _kept(self, kind: str, build: Callable[[], Arrays]) -> Arrays:
        return cached(f"{self.sha256[:16]}-{kind}-{TABLES}", build) if self.sha256 else read_only(build())

    @cached_property
    def words(self) -> WordTables:
        """The tables of the word code, kept in the cache. Raises InputError where words are not divided."""
        if not self.has_words:
            raise InputError(f"The language model {self.name} knows no words: its text has no word divisions.")

        def build() -> Arrays:
            tables = vars(build_word_tables(self.word_counts, self.alphabet))
            return {name: table for name, table in tables.items() if name != "letters"}

        return WordTables(len(self.alphabet), **self._kept("words", build))

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

    def bits_per_letter(self, spaces: bool) -> float:  # noqa: FBT001  # as `ngrams`
        """What held-out text costs, in bits a letter (spaces are not counted as letters), as measured at the build."""
        kind, rates = "spaced" if spaces else "plain", self.file.header["rates"]
        found: float = rates[kind]["bits_per_letter"] if rates else self.file.header[kind]["bits_per_letter"][-1]
        return found

    def deviation(self, spaces: bool) -> float:  # noqa: FBT001  # as `ngrams`
        """Standard deviation of the bits a letter over held-out pieces of `rates.PIECE_LETTERS`."""
        kind, rates = "spaced" if spaces else "plain", self.file.header["rates"]
        found: float = rates[kind]["deviation"] if rates else self.file.header[kind]["deviation"]
        return found


def text_name(path: Path | str) -> str:
    """What a language is called that comes from a file: the file's name without its endings."""
    name = Path(path).name
    return name.removesuffix(".gz").rpartition(".")[0] or name
