"""`unmt language`: a language model from a text, in a file."""

from dataclasses import dataclass

from unmt.cli.command import Command
from unmt.cli.interruption import stop_on_interrupt
from unmt.cli.output import write
from unmt.cli.progress import Progress
from unmt.errors import InputError
from unmt.text.paths import expanded

SUFFIX = ".unmtlm"
HELP = f"""
Usage: unmt language input=FILE output=FILE{SUFFIX} [key=value ...]

Makes a language model of a text, for `unmt decipher language=FILE{SUFFIX}`. Any script will do; the alphabet is
that of the text. The more text, the shorter the ciphers that it can break: a novel is good, ten are better.

  unmt language input=latin.txt output=latin{SUFFIX}
  unmt decipher input=letter.txt language=latin{SUFFIX}

  input=FILE       a text in UTF-8 (.gz too), or "-" for standard input
  output=FILE      where the model goes; what stands there is replaced once the model is whole
  name=null        what results call the language; null: the name of the output file
  quiet=false      true: nothing on standard error but errors
"""


@dataclass
class Configuration:
    """The keys of `unmt language`; HELP says what each is."""

    input: str | None = None
    output: str | None = None
    name: str | None = None
    quiet: bool = False


def run(configuration: Configuration) -> None:
    """Build the model and say what it is."""
    for key, value in (("input", configuration.input), ("output", configuration.output)):
        if not value:
            raise InputError(f"{key}= is missing. Give it, such as unmt language input=corpus.txt output=my{SUFFIX}.")
    assert configuration.input is not None
    assert configuration.output is not None
    if not configuration.output.endswith(SUFFIX):
        raise InputError(f"output={configuration.output}: the name of a language model ends in {SUFFIX}.")
    from unmt.tasks.build_language import build_language

    progress = Progress(quiet=configuration.quiet)
    with stop_on_interrupt(progress):
        try:
            learned = build_language(
                expanded(configuration.input), expanded(configuration.output), name=configuration.name, monitor=progress
            )
        finally:
            progress.clear()
    write(learned.rstrip("\n") + "\n")


COMMAND = Command(
    name="language",
    summary="a language model from a text of yours, for ciphers in that language",
    help=HELP,
    configuration=Configuration,
    run=run,
)
