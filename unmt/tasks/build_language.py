"""Build a language model from a text: what is learned is measured, and said in one line.

    build_language("latin.txt", "latin.unmtlm")  # a file, for language=latin.unmtlm
    language_model("latin.txt")  # a model; the second time it comes from the cache

Ctrl-C in the middle leaves nothing behind: there is no half of a model.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from unmt.coding.build import Thresholds, count_model, fit_smoothing, folded_text, folds
from unmt.coding.cache import cached
from unmt.coding.language_model import SHIPPED, LanguageModel, text_name
from unmt.coding.model_file import SUFFIX, ModelFile
from unmt.errors import InputError
from unmt.objectives.language_rate import language_rates
from unmt.tasks.monitor import Monitor
from unmt.text.atomic import write_bytes
from unmt.text.readers import read_text

BUILD = 1
"""Version of what is made of a text: another number where the same text gives another model."""


def build_language(
    input: Path | str,  # noqa: A002  # the word of the command line
    output: Path | str,
    *,
    name: str | None = None,
    monitor: Monitor | None = None,
) -> str:
    """Make a model of the text in `input` ("-": standard input) and write it to `output`; what was learned, as a line.

    name: what results call the language; the name of the output file where there is none. Any script will do. Raises
    InputError where the text is too short or cannot be read, or the file cannot be written; then nothing is written.
    """
    output = Path(output)
    if output.is_dir():
        raise InputError(f"output={output} is a folder. Name a file in it.")
    text = read_text(input)
    file = model_of_text(text, name or text_name(output), f"input={input}", monitor or Monitor())
    data = file.to_bytes()
    try:
        write_bytes(output, data)
    except OSError as error:
        raise InputError(f"output={output}: {error.strerror}. Name a file that can be written.") from None
    return f"{output}: {learned(file)}, {len(data) / 1e6:.2f} MB."


def language_model(name_or_path: str | Path, monitor: Monitor | None = None) -> LanguageModel:
    """A shipped model by its code, one in a .unmtlm file, or one made of a text file and kept in the cache.

    Raises InputError as `LanguageModel.load` does.
    """
    name = str(name_or_path)
    path = Path(name)
    if name in SHIPPED or path.suffix == SUFFIX or not path.exists():
        return LanguageModel.load(name)

    def build() -> dict[str, np.ndarray[tuple[int], np.dtype[np.uint8]]]:
        file = model_of_text(read_text(path), "", f"language={name}", monitor or Monitor())
        return {"model": np.frombuffer(file.to_bytes(), np.uint8)}

    digest = _digest(path)
    arrays = cached(f"text-{digest[:16]}-{BUILD}", build) if digest else build()
    return LanguageModel.from_bytes(arrays["model"].tobytes(), text_name(path), path)


def _digest(path: Path) -> str | None:
    """SHA-256 of a file, or None where it cannot be read or is a pipe or a device: reading will say why."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def model_of_text(text: str, name: str, where: str, monitor: Monitor) -> ModelFile:
    """The measured model of a text in any script; nothing is pruned. Raises InputError; where is for its message."""
    _begin("reading letters", 0.0, monitor)
    folded, alphabet = folded_text(text, where)
    cuts = folds(folded)
    _begin("smoothing", 0.1, monitor)
    smoothing = fit_smoothing(alphabet, cuts)
    _begin("counting", 0.5, monitor)
    file = count_model(name, alphabet, folded, smoothing, Thresholds())
    _begin("measuring", 0.7, monitor)
    models = ((count_model(name, alphabet, counted, smoothing, Thresholds()), held_out) for counted, held_out in cuts)
    file.header["rates"] = language_rates([(LanguageModel(name, model), held_out) for model, held_out in models])
    _begin("packing", 0.9, monitor)
    return file


def _begin(stage: str, fraction: float, monitor: Monitor) -> None:
    if monitor.stop_requested:
        raise KeyboardInterrupt
    monitor.update(stage, 0, None, fraction)


def learned(file: ModelFile) -> str:
    """What a model knows, in a line."""
    header = file.header
    source, rates, alphabet = header["source"], header["rates"], header["alphabet"]
    orders = header["plain"]["order"]
    parts = [f"{source['letters']:,} letters of an alphabet of {len(alphabet)}", f"n-grams of up to {orders}"]
    if header["words"] is not None:
        parts.append(f"{len(file.sections['words.counts']):,} words")
    plain, spaced = rates["plain"], rates["spaced"]
    text = ", ".join(parts) + f"; unseen text costs {plain['bits_per_letter']:.2f} bits a letter"
    return text + (f", with word divisions {spaced['bits_per_letter']:.2f}" if spaced else "")
