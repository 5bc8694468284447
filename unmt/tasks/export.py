"""A trained Transformer as a folder that another program loads: `transformers`, or CTranslate2."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unmt.errors import InputError
from unmt.mappings.ensemble import Ensemble
from unmt.mappings.pretrained import Pretrained
from unmt.mappings.transformer import Transformer
from unmt.tasks.export_example import EXAMPLES, INSTRUCTIONS, PRETRAINED_INSTRUCTIONS
from unmt.tasks.models import load_model
from unmt.tasks.neural_model import BEAM, LENGTH_POWER, PIECES, NeuralModel
from unmt.text import atomic
from unmt.text.library_quiet import library_quiet
from unmt.text.paths import is_there
from unmt.text.pieces import END_ID, PAD_ID, UNKNOWN_ID, Pieces
from unmt.text.pretrained_pieces import PretrainedPieces

FORMATS = ("transformers", "ctranslate2")


def export(path: Path | str, form: str, output: Path | str) -> NeuralModel:
    """Write the model of a run directory as a folder of another program, whole or not at all; give back the model.

    form: one of FORMATS. Raises InputError for a model that has no such form, a package that is not there, and a folder
    that has something in it.
    """
    check_format(form)
    output = Path(output)
    if is_there(output) and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"output={output}: there is something already. Name a new folder, or empty that one.")
    model = load_model(path)
    if not isinstance(model, NeuralModel):
        raise InputError(
            f"model={path} is a model of network=lexicon, and {form} has only Transformers. Train one by"
            " network=transformer."
        )
    if isinstance(model.net, Pretrained) and form != "transformers":
        raise InputError(
            f"model={path} is of network=pretrained: format={form} is not there. Take format=transformers."
        )
    if isinstance(model.net, Ensemble):
        raise InputError(f"model={path}: several models, and {form} has a folder for each. Export one.")
    with _beside(output) as folder:
        if isinstance(model.net, Pretrained):
            _write_pretrained(model, model.net, folder)
            return model
        if form == "transformers":
            _write_transformers(model, folder)
        else:
            _write_ctranslate2(model, folder)
        _write_text_files(model, form, folder)
    return model


def check_format(form: str) -> None:
    """Raises InputError where there is no such format, or its package is not installed."""
    if form not in FORMATS:
        raise InputError(f"format={form}: unknown. Choose {' or '.join(FORMATS)}.")
    if form == "ctranslate2":
        try:
            import ctranslate2  # noqa: F401
        except ImportError:
            raise InputError(
                "format=ctranslate2 needs the package ctranslate2. Install it by `pip install 'unmt[export]'`."
            ) from None


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """A folder that takes the place of the output once it is whole. Raises InputError where it cannot be written."""
    from safetensors import SafetensorError

    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{output.name[:50]}.", suffix=atomic.PART, dir=output.parent))
        try:
            yield folder
            output.mkdir(exist_ok=True)
            folder.chmod(output.stat().st_mode & 0o777)  # that of a folder that anybody makes here
            folder.replace(output)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0][:120]
        raise InputError(f"output={output}: {reason}. Name a folder that can be written.") from None


def _write_transformers(model: NeuralModel, folder: Path) -> None:
    from transformers import GenerationConfig

    from unmt.mappings.transformer_export import m2m100

    assert isinstance(model.net, Transformer)
    made = m2m100(model.net, END_ID, model.pieces.language_id(next(iter(model.directions.values())).target))
    ways = {way.name: GenerationConfig(**_generation(model, way.target)) for way in model.directions.values()}
    made.generation_config = next(iter(ways.values()))
    with library_quiet():
        made.save_pretrained(folder)
    for name, way in ways.items():
        way.save_pretrained(folder, config_file_name=f"generation_config.{name}.json")


def _write_pretrained(model: NeuralModel, net: Pretrained, folder: Path) -> None:
    """The library's own net and tokenizer as they are now, and how to generate each language."""
    from transformers import GenerationConfig

    assert isinstance(model.pieces, PretrainedPieces)
    layout, table = net.layout, net.table.tolist()
    net.save(folder)
    with library_quiet():
        model.pieces.tokenizer.save_pretrained(folder)
        for way in model.directions.values():
            tag = table[model.pieces.language_id(way.target)]
            allowed = {table[id_] for id_ in model.allowed[way.target].tolist()} | {tag}
            begin = {"decoder_start_token_id": layout.start[-1], "forced_bos_token_id": tag} if layout.start else {
                "decoder_start_token_id": tag
            }  # fmt: skip
            how = {name: value for name, value in _generation(model, way.target).items() if name != "bos_token_id"}
            how |= {"eos_token_id": layout.end, "pad_token_id": layout.pad, **begin}
            how["suppress_tokens"] = [id_ for id_ in range(layout.size) if id_ not in allowed]
            GenerationConfig(**how).save_pretrained(folder, config_file_name=f"generation_config.{way.name}.json")
    _write_tokenisers(model, folder)
    ways = ", ".join(model.directions)
    (folder / "README.md").write_text(PRETRAINED_INSTRUCTIONS.format(ways=ways), encoding="utf-8")


def _generation(model: NeuralModel, language: str) -> dict[str, object]:
    """How `generate` writes a language as our search does.

    Symbols of no use in it are suppressed and the rest made to sum to one again; a beam ends as ours does.
    """
    allowed = set(model.allowed[language].tolist())
    return {
        "decoder_start_token_id": model.pieces.language_id(language),
        "bos_token_id": END_ID,
        "eos_token_id": END_ID,
        "pad_token_id": PAD_ID,
        "suppress_tokens": [id_ for id_ in range(len(model.pieces)) if id_ not in allowed],
        "renormalize_logits": True,
        "do_sample": False,
        "num_beams": BEAM,
        "length_penalty": LENGTH_POWER,
        "early_stopping": True,
        "max_new_tokens": model.net.longest - 1,
    }


def _write_ctranslate2(model: NeuralModel, folder: Path) -> None:
    from unmt.mappings.transformer_export import ctranslate2_model

    assert isinstance(model.net, Transformer)
    assert isinstance(model.pieces, Pieces)
    for way in model.directions.values():
        spec = ctranslate2_model(
            model.net,
            model.pieces.names,
            model.allowed[way.target].tolist(),
            unknown=UNKNOWN_ID,
            end=END_ID,
            tag=model.pieces.language_id(way.target),
        )
        (folder / way.name).mkdir()
        spec.save(os.fspath(folder / way.name))


def _write_tokenisers(model: NeuralModel, folder: Path) -> None:
    for name, language in model.languages.items():
        tokeniser = json.dumps(language.tokeniser.to_dict(), ensure_ascii=False)
        (folder / f"{name}.tokeniser.json").write_text(tokeniser + "\n", encoding="utf-8")


def _write_text_files(model: NeuralModel, form: str, folder: Path) -> None:
    """What cuts text into symbols and puts it together again, with an example of its use."""
    assert isinstance(model.pieces, Pieces)
    (folder / PIECES).write_bytes(model.pieces.model)
    (folder / "languages.json").write_text(json.dumps(list(model.pieces.languages)) + "\n", encoding="utf-8")
    _write_tokenisers(model, folder)
    example = EXAMPLES[form].replace("LONGEST", str(model.net.longest))
    (folder / "translate.py").write_text(example, encoding="utf-8")
    (folder / "README.md").write_text(
        INSTRUCTIONS[form].format(ways=", ".join(model.directions), way=next(iter(model.directions)), beam=BEAM),
        encoding="utf-8",
    )
