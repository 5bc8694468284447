"""`unmt decipher`: key and plaintext of one text. A table of texts is in decipher_table.py."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from unmt.cli.checks import check_numbers
from unmt.cli.command import Command
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, RunSettings, run_directory
from unmt.errors import InputError
from unmt.tasks.monitor import Monitor
from unmt.tasks.solution import Solution
from unmt.text.paths import expanded

HELP = """
Usage: unmt decipher input=FILE | text=TEXT [key=value ...]

Finds the key and the plaintext of a ciphertext, and says how sure it is. Cipher family and language are found too.

  unmt decipher input=letter.txt
  unmt decipher text="Gsv jfrxp yildm ulc" language=en
  unmt decipher input=numbers.txt family=homophonic language=fr seconds=60
  unmt decipher input=ciphers.tsv run.dir=runs/mine > plain.tsv
  unmt decipher input=letter.txt language=latin.txt        (the language is learned from that text)

What to decipher
  input=FILE       a text in UTF-8 (.gz too), "-" for standard input, or a table: .tsv, .tsv.gz or .jsonl with
                   columns id, ciphertext and, if you like, language
  text=TEXT        the ciphertext itself

What is known of it (all found out by default)
  language=auto    en, de, fr, es, it, or a file: plain text, or a model made by `unmt language`
  family=auto      substitution, homophonic, caesar, affine, vigenere, beaufort, columnar, double-columnar,
                   rail-fence, route, period, grid-sections, ...
  symbols=auto     characters: each is a symbol; tokens: what stands between spaces is one, such as numbers
  spaces=auto      words: spaces divide words; ignore: they do not

How to search
  seconds=null     stop after that many seconds a text; null: the search ends by itself
  restarts=null    so many starts; null: as the text needs
  threads=null     so many cores; null: all
  seed=0           same seed, same answer
  null=true        also search shuffled text, to know what chance finds; false saves that time

Where things go
  standard output  the plaintext, in the layout of the ciphertext; for a table a TSV, row by row as each is done
  run.dir=null     folder for config.yaml, metrics.jsonl, result.json and report.html; null: a dated one under runs/
                   A table that was stopped goes on where it was with the same run.dir.
  quiet=false      true: nothing on standard error but errors

Ctrl-C keeps the best so far. -m with key=a,b,c runs once for each value.
"""


@dataclass
class Configuration:
    """The keys of `unmt decipher`; HELP says what each is."""

    input: str | None = None
    text: str | None = None
    language: str = "auto"
    family: str = "auto"
    symbols: str = "auto"
    spaces: str = "auto"
    seed: int = 0
    seconds: float | None = None
    restarts: int | None = None
    threads: int | None = None
    null: bool = True
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Decipher what the configuration names."""
    check(configuration)
    from unmt.text.readers import is_table, read_text

    if configuration.input is None:
        decipher_text(configuration, _not_blank(configuration.text or ""))
        return
    path = expanded(configuration.input)
    if is_table(path):
        from unmt.cli.decipher_table import decipher_table

        decipher_table(configuration, path)
    else:
        decipher_text(configuration, _no_table(read_text(path), configuration.input))


def check(configuration: Configuration) -> None:
    """Raises InputError for what no text could make right."""
    if (configuration.input is None) == (configuration.text is None):
        both = "input= and text= are both given" if configuration.input is not None else "there is nothing to decipher"
        raise InputError(f"{both}. Give input=FILE (input=- is standard input) or text=TEXT.")
    check_numbers(configuration)


def search(configuration: Configuration, ciphertext: Any, language: str, seed: int, monitor: Monitor) -> dict[str, Any]:
    """The solution of one ciphertext as result.json holds it."""
    from unmt.tasks.decipher import decipher

    settings = configuration
    solution: Solution = decipher(
        ciphertext,
        language=expanded(language),
        family=settings.family,
        symbols=settings.symbols,
        spaces=settings.spaces,
        seed=seed,
        seconds=settings.seconds,
        restarts=settings.restarts,
        threads=settings.threads,
        null=settings.null,
        monitor=monitor,
    )
    return solution.to_dict()


def decipher_text(configuration: Configuration, text: str) -> None:
    """One text: plaintext to standard output, the rest to the run directory and standard error."""
    from unmt.text.ciphertext import Ciphertext

    # Before a folder is made: most bad input ends here.
    ciphertext = Ciphertext.read(text, symbols=configuration.symbols, spaces=configuration.spaces)
    with run_directory("decipher", configuration) as directory:
        directory.begin_metrics()
        progress = Progress(directory.append_metrics, quiet=configuration.quiet)
        with stop_on_interrupt(progress):
            try:
                result = search(configuration, ciphertext, configuration.language, configuration.seed, progress)
            finally:
                progress.clear()
            # The plaintext reaches the user even where its files do not reach the disk.
            in_any_case(
                lambda: _keep(directory, progress, result),
                lambda: _tell(result, directory, quiet=configuration.quiet),
            )
    if result["stopped"] == "interrupted":
        raise Interrupted(
            f"Interrupted. The best key so far is in {directory.path}. The same command searches again from the start."
        )


def in_any_case(first: Callable[[], None], then: Callable[[], None]) -> None:
    """Do both, the second also where the first raises."""
    try:
        first()
    finally:
        then()


def _keep(directory: RunDirectory, progress: Progress, result: dict[str, Any]) -> None:
    from unmt.report.page import decipher_page

    directory.write_json("result.json", result)
    progress.finish("done", result["keys"], result["total_bits"])
    directory.write_text("report.html", decipher_page(result))


def _tell(result: dict[str, Any], directory: RunDirectory, *, quiet: bool) -> None:
    from unmt.cli.summary import summary

    write(result["plaintext"].rstrip("\n") + "\n")
    if not quiet:
        note("\n" + summary(result, directory.file("report.html")))


def _no_table(text: str, name: str) -> str:
    """The text. Raises InputError where it is a table, whose header would be taken for part of a cipher."""
    cells = [cell.strip(' "{') for cell in re.split(r"[\t,;:]", text.split("\n", 1)[0])]
    if "ciphertext" in cells and len(cells) > 1:
        raise InputError(
            f"input={name} begins like a table: ciphertext is a column of its first line. Give a file of rows named"
            " .tsv or .jsonl, or the ciphertext alone."
        )
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise InputError("text= is blank. Give the ciphertext in quotes, or a file by input=FILE.")
    return text


COMMAND = Command(
    name="decipher",
    summary="key and plaintext of a cipher, or of each cipher in a table",
    help=HELP,
    configuration=Configuration,
    run=run,
)
