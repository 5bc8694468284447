"""`unmt translate`: text in, text out, any direction that the model knows."""

import math
from dataclasses import dataclass
from typing import Any

from unmt.cli.checks import check_numbers
from unmt.cli.command import Command
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.errors import InputError
from unmt.text.paths import expanded

HELP = """
Usage: unmt translate model=RUN direction=SOURCE-TARGET [input=FILE] [key=value ...]

Translates line by line with a model of `unmt train`; lines stay in order, empty lines stay empty.

  unmt translate model=runs/mine direction=en-fr < in.txt > out.txt
  unmt translate model=runs/mine direction=fr-en input=in.txt scores=true
  unmt translate model=runs/seed-0,runs/seed-1 direction=en-fr input=in.txt

  model=RUN        a run directory of `unmt train`; several with commas between, Transformers that were trained on the
                   same texts with seeds of their own: they translate together, and better
  direction=       such as en-fr; what the model knows is said where it is missing
  pivot=null       a second model, where the first does not know both languages: with model= of en and fr and pivot= of
                   fr and de, direction=en-de goes by way of fr
  input=-          a text file in UTF-8 (.gz too), a sentence a line; "-" is standard input
  scores=false     true: each line is "translation TAB bits a word TAB share of words copied from the source"
  beam=null        hypotheses that the search keeps; fewer are faster; null: 20 of phrases, 8 of a Transformer
  ngrams=null      of a Transformer: weight of the target's n-grams in the choice among what the beam ends with, beside
                   the net's 1; null: 0.15; 0: the net alone, as exported models translate
  int8=false       true: a Transformer computes in bytes, on processors that can: faster, and a few lines differ
  threads=null     so many cores; null: all
  quiet=false      true: nothing on standard error but errors

Words that the model does not know are copied: names and numbers go through. A translation with many bits a word is
one that the model finds unlikely itself.
"""


@dataclass
class Configuration:
    """The keys of `unmt translate`; HELP says what each is."""

    model: str | None = None
    direction: str | None = None
    pivot: str | None = None
    input: str = "-"
    scores: bool = False
    beam: int | None = None
    ngrams: float | None = None
    int8: bool = False
    threads: int | None = None
    quiet: bool = False


def run(configuration: Configuration) -> None:
    """Translate what the configuration names."""
    check_numbers(configuration)
    if configuration.model is None:
        raise InputError("model= is missing. Give a run directory of `unmt train`.")
    if configuration.beam is not None and configuration.beam < 1:
        raise InputError(f"beam={configuration.beam}: too small. Give 1 or more.")
    if configuration.ngrams is not None and not 0.0 <= configuration.ngrams < math.inf:
        raise InputError(f"ngrams={configuration.ngrams}: give a weight of 0 or more.")
    from unmt.tasks.models import LineTranslator, Model, in_bytes, load_model, translator_of
    from unmt.tasks.pivot import PivotTranslator
    from unmt.text.corpus_file import read_lines

    def loaded(name: str) -> Model:
        model = load_model(expanded(name))
        return in_bytes(model, name) if configuration.int8 else model

    model = loaded(configuration.model)
    if configuration.direction is None:
        raise InputError(f"direction= is missing. The model knows {', '.join(model.directions)}.")
    how: dict[str, Any] = {"beam": configuration.beam, "ngrams": configuration.ngrams, "threads": configuration.threads}
    translator: LineTranslator
    if configuration.pivot is None:
        translator = translator_of(model, configuration.direction, **how)
    else:
        second = loaded(configuration.pivot)
        translator = PivotTranslator(model, second, configuration.direction, **how)
    lines = read_lines("-" if configuration.input == "-" else expanded(configuration.input), may_be_blank=True)
    progress = Progress(quiet=configuration.quiet, unit="lines")
    done = copies = 0
    with stop_on_interrupt(progress):
        try:
            for translation in translator.translate(lines, progress):
                write(_line(translation, scores=configuration.scores) + "\n")
                done += 1
                copies += translation.is_copy
        finally:
            progress.clear()
    if done < len(lines):
        raise Interrupted(f"Interrupted after {done} of {len(lines)} lines.")
    if copies > max(2, done // 5) and not configuration.quiet:
        note(f"{copies} of {done} lines came out as they went in. Is {configuration.direction} the right direction?")


def _line(translation: Any, *, scores: bool) -> str:
    text = str(translation.text)
    return f"{text}\t{translation.bits:.2f}\t{translation.copied:.2f}" if scores else text


COMMAND = Command(
    name="translate",
    summary="text in, text out, with a model of `unmt train`",
    help=HELP,
    configuration=Configuration,
    run=run,
)
