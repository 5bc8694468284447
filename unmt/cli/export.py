"""`unmt export`: a Transformer in the format of another program."""

from dataclasses import dataclass

from unmt.cli.command import Command
from unmt.cli.output import note
from unmt.errors import InputError
from unmt.text.paths import expanded

HELP = """
Usage: unmt export model=RUN format=transformers|ctranslate2 output=FOLDER

Writes a Transformer that `unmt train network=transformer` trained as another program loads it.

  unmt export model=runs/mine format=transformers output=mine.hf
  unmt export model=runs/mine format=ctranslate2 output=mine.ct2
  python mine.ct2/translate.py en-fr < in.txt > out.txt

  model=RUN        a run directory of `unmt train network=transformer`
  format=          transformers: weights, configuration, and settings of `generate` for each direction;
                   ctranslate2: a folder for each direction
  output=FOLDER    a new folder, or an empty one
  quiet=false      true: nothing on standard error but errors

Both give the translations of `unmt translate ngrams=0`, symbol for symbol; the n-grams that it asks beside the net by
itself stay here. README.md in the folder says how to cut text, and translate.py there does it (but for a
pretrained net, which has its own tokenizer). format=ctranslate2 needs
`pip install 'unmt[export]'`. A net of network=pretrained is written for transformers alone.
"""


@dataclass
class Configuration:
    """The keys of `unmt export`; HELP says what each is."""

    model: str | None = None
    format: str | None = None
    output: str | None = None
    quiet: bool = False


def run(configuration: Configuration) -> None:
    """Write the folder that the configuration names."""
    if configuration.model is None:
        raise InputError("model= is missing. Give a run directory of `unmt train network=transformer`.")
    if configuration.format is None:
        raise InputError("format= is missing. Give format=transformers or format=ctranslate2.")
    if configuration.output is None:
        raise InputError(f"output= is missing. Give a new folder, such as output=mine.{configuration.format}.")
    from unmt.tasks.export import export

    output = expanded(configuration.output)
    model = export(expanded(configuration.model), configuration.format, output)
    if not configuration.quiet:
        note(f"{output}: {configuration.format}, {', '.join(model.directions)}. README.md there says how to use it.")


COMMAND = Command(
    name="export",
    summary="a Transformer of `unmt train` for transformers or CTranslate2",
    help=HELP,
    configuration=Configuration,
    run=run,
)
