"""A trained model of two languages: words, n-gram codes and phrase tables, in a folder that `translate` loads."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import DecoderSettings
from unmt.text import atomic
from unmt.text.paths import is_folder
from unmt.text.tokeniser import Tokeniser
from unmt.text.vocabulary import Vocabulary

FORMAT, VERSION = "unmt-phrase-model", 1
HEADER = "model.json"


@dataclass(frozen=True, eq=False)
class Language:
    """What is known of one language: how its text is cut and written, its words, and their n-gram code."""

    name: str
    tokeniser: Tokeniser
    vocabulary: Vocabulary
    ngrams: WordNgrams

    def save(self, folder: Path) -> None:
        """Two files that begin with its name."""
        buffer = io.BytesIO()
        np.savez(buffer, **self.ngrams.to_arrays())  # type: ignore[arg-type]
        atomic.write_bytes(folder / f"{self.name}.ngrams.npz", buffer.getvalue())
        words = {"tokeniser": self.tokeniser.to_dict(), "vocabulary": self.vocabulary.to_dict()}
        atomic.write_text(folder / f"{self.name}.words.json", json.dumps(words, ensure_ascii=False))

    @classmethod
    def load(cls, folder: Path, name: str) -> Language:
        """What save wrote. Raises OSError, KeyError, TypeError, ValueError or AttributeError where it is not whole."""
        words = json.loads((folder / f"{name}.words.json").read_text(encoding="utf-8"))
        data = (folder / f"{name}.ngrams.npz").read_bytes()
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                arrays = {entry: file[entry] for entry in file.files}
        except Exception as error:  # noqa: BLE001  # numpy and zipfile raise whatever they meet first in a damaged file
            raise ValueError(f"{name}.ngrams.npz: {type(error).__name__}") from None
        vocabulary = Vocabulary.from_dict(words["vocabulary"])
        ngrams = WordNgrams.from_arrays(arrays)
        if ngrams.vocabulary_size != len(vocabulary):
            raise ValueError(f"{name}: n-grams of other words")
        return cls(name, Tokeniser.from_dict(words["tokeniser"]), vocabulary, ngrams)


@dataclass(frozen=True, eq=False)
class Direction:
    """How to get from one language to the other: a phrase table, and how it is weighted and searched."""

    source: str
    target: str
    table: PhraseTable
    settings: DecoderSettings

    @property
    def name(self) -> str:
        """Such as "en-fr"."""
        return f"{self.source}-{self.target}"


@dataclass(frozen=True, eq=False)
class TranslationModel:
    """Two languages and both directions between them, by name."""

    languages: dict[str, Language]
    directions: dict[str, Direction]

    def direction(self, name: str) -> Direction:
        """Raises InputError where the model does not know it."""
        if name not in self.directions:
            raise InputError(f"direction={name}: the model has {', '.join(self.directions)}. Choose one of them.")
        return self.directions[name]

    def save(self, folder: Path) -> None:
        """Write the model's files; the header last, so that a folder without one is no model yet."""
        begin_save(folder)
        for language in self.languages.values():
            language.save(folder)
        for direction in self.directions.values():
            direction.table.save(folder / f"{direction.name}.phrases.npz")
        header = {
            "format": FORMAT,
            "version": VERSION,
            "languages": list(self.languages),
            "directions": [
                {
                    "source": direction.source,
                    "target": direction.target,
                    "settings": asdict(direction.settings),
                }
                for direction in self.directions.values()
            ],
        }
        atomic.write_text(folder / HEADER, json.dumps(header, indent=1) + "\n")

    @staticmethod
    def load(path: Path | str) -> TranslationModel:
        """The model in a run directory, or in the folder `model` of it.

        Raises InputError where there is none, it is broken, or of another version.
        """
        folder = model_folder(path)
        header = read_header(folder, path, FORMAT, VERSION)
        try:
            languages = {name: Language.load(folder, name) for name in header["languages"]}
            directions = [_direction(folder, stored, languages) for stored in header["directions"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"model={path} is damaged ({error}). Train it again.") from None
        except OSError as error:
            raise InputError(
                f"model={path} is not whole: {error.filename or folder}: {error.strerror or error}. Train it again."
            ) from None
        return TranslationModel(languages, {direction.name: direction for direction in directions})


def begin_save(folder: Path) -> None:
    """Make the folder that a model's files are written to, the header last; it holds no model until then."""
    folder.mkdir(parents=True, exist_ok=True)
    atomic.sweep_up(folder)
    (folder / HEADER).unlink(missing_ok=True)


def model_folder(path: Path | str) -> Path:
    """The folder of the model of a run directory, or the path itself."""
    folder = Path(path)
    return folder / "model" if is_folder(folder / "model") else folder


def read_header(folder: Path, path: Path | str, kind: str, version: int) -> dict[str, Any]:
    """What the header of a model of this kind holds. path: as the user named it. Raises InputError."""
    try:
        header = json.loads((folder / HEADER).read_text(encoding="utf-8"))
    except OSError:
        hint = "Name a run of `unmt train`."
        if _is_training(Path(path) / "config.yaml"):
            hint = "Its training has not ended: go on with `unmt train`."
        raise InputError(f"model={path} holds no model. {hint}") from None
    except ValueError:
        raise InputError(f"model={path}: {HEADER} is broken. Train it again.") from None
    if not isinstance(header, dict) or header.get("format") != kind:
        raise InputError(f"model={path} is no translation model of unmt. Name a run of `unmt train`.")
    if header.get("version") != version:
        raise InputError(
            f"model={path} is of version {header.get('version')}, this unmt reads {version}. Train it again."
        )
    return header


def _is_training(config: Path) -> bool:
    """Whether it is the config.yaml of `unmt train`, which alone has a trainer."""
    try:
        return "trainer:" in config.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return False


def _direction(folder: Path, stored: dict[str, Any], languages: dict[str, Language]) -> Direction:
    source, target = str(stored["source"]), str(stored["target"])
    table = PhraseTable.load(folder / f"{source}-{target}.phrases.npz")
    # A kernel would read beyond the end of an array for a word that is none.
    if table.sources.max(initial=-1) >= len(languages[source].vocabulary):
        raise ValueError(f"{source}-{target}: phrases of other words")
    if table.target_words.max(initial=-1) >= len(languages[target].vocabulary):
        raise ValueError(f"{source}-{target}: phrases of other words")
    settings = DecoderSettings.from_dict(stored["settings"])
    if settings.weights is not None and len(settings.weights) != len(table.feature_names):
        raise ValueError("a weight for each feature")
    return Direction(source, target, table, settings)
