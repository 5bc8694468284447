"""`unmt evaluate`: how good translations, decipherments and dictionaries are, with the receipt of each number."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unmt.cli.checks import check_numbers, check_untouched
from unmt.cli.command import Command
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunSettings, run_directory
from unmt.errors import InputError
from unmt.tasks.checks import check_choice
from unmt.text.paths import expanded, is_file

if TYPE_CHECKING:
    from unmt.tasks.evaluate import Files, Scoring

FEWEST_RESAMPLES = 100
HELP = """
Usage: unmt evaluate hypotheses=FILE references=FILE [key=value ...]

Says how good translations are: BLEU and chrF as sacrebleu computes them, with its signatures, 95 % intervals, and
tests of whether one system is better than another. Decipherments and dictionaries are scored too.

  unmt evaluate hypotheses=out.txt references=ref.txt
  unmt evaluate hypotheses=baseline.txt,mine.txt references=ref1.txt,ref2.txt source=in.txt
  unmt translate model=RUN direction=en-fr < in.txt | unmt evaluate hypotheses=- references=ref.txt
  unmt evaluate hypotheses=plain.txt references=solution.txt metric=ser
  unmt evaluate dictionary=align.tsv references=pairs.tsv metric=p@1

What is scored
  hypotheses=FILE  translations, a line each (UTF-8, .gz too; "-" for standard input); an empty line counts as nothing
                   translated. Several files with commas between them: the first is the baseline, and each other one is
                   tested against it. For metric=ser: plaintexts, or tables with columns id and plaintext.
  dictionary=FILE  lines of source, tab, target (and what follows), best first for each source word; several with commas
  model=RUN        translate source=FILE with this model and score that; without references: round trip and code
                   lengths; several with commas between translate together
  direction=null   of the model, such as en-fr

Against what
  references=FILE  line i is a translation of the sentence of line i; several files with commas: several references, and
                   a blank line of one counts as absent. For a dictionary: pairs of words, a tab between them.
  source=FILE      what was translated: shown beside examples, and to see lines that were left as they were

How
  metric=null      bleu, chrf, chrf++, several with commas; null: bleu,chrf
                   ser: symbol error rate; p@1, p@5, mrr: of a dictionary, null: all three
  lowercase=both   both: case counts, and it does not; true or false: one of them
  tokenize=13a     BLEU's tokens: 13a, intl, char, zh, none
  resamples=1000   of the bootstrap that gives the intervals
  trials=10000     of the approximate randomisation that gives p-values
  seed=0           same seed, same intervals and p-values

Where things go
  standard output  the table of scores
  run.dir=null     folder for config.yaml, result.json and report.html; null: a dated one under runs/
  quiet=false      true: nothing on standard error but errors
"""


@dataclass
class Configuration:
    """The keys of `unmt evaluate`; HELP says what each is."""

    hypotheses: str | None = None
    references: str | None = None
    source: str | None = None
    dictionary: str | None = None
    model: str | None = None
    direction: str | None = None
    metric: str | None = None
    lowercase: str = "both"
    tokenize: str = "13a"
    resamples: int = 1000
    trials: int = 10000
    seed: int = 0
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Score what the configuration names."""
    check(configuration)
    files, scoring = _files(configuration), _scoring(configuration)
    with run_directory("evaluate", configuration) as directory:
        progress = Progress(quiet=configuration.quiet)
        try:
            result = _scored(files, scoring, progress)
        finally:
            progress.clear()
        from unmt.report.evaluate_page import evaluate_page
        from unmt.report.evaluate_tables import evaluate_text

        directory.write_json("result.json", result)
        directory.write_text("report.html", evaluate_page(result))
        write(evaluate_text(result))
    if not configuration.quiet:
        for warning in result.get("warnings", ()):
            note(f"beware    {warning}")
        note(f"\nreport    {directory.file('report.html')}")


def check(configuration: Configuration) -> None:
    """Raises InputError for keys that do not go together, whatever is in the files."""
    given = [key for key in ("hypotheses", "dictionary", "model") if getattr(configuration, key) is not None]
    if len(given) != 1:
        what = f"{given[0]}= and {given[1]}= are both given" if given else "there is nothing to score"
        raise InputError(f"{what}. Give one of hypotheses=FILE, dictionary=FILE and model=RUN.")
    if given == ["model"]:
        if configuration.source is None:
            raise InputError("model= needs a text to translate. Add source=FILE.")
    else:
        check_untouched(configuration, ("direction",), "it is of model=, which translates")
    if given != ["model"] and configuration.references is None:
        raise InputError("there is nothing to score against. Add references=FILE.")
    check_numbers(configuration)
    if configuration.resamples < FEWEST_RESAMPLES:
        raise InputError(
            f"resamples={configuration.resamples}: too few for an interval. Give {FEWEST_RESAMPLES} or more."
        )
    if configuration.trials < FEWEST_RESAMPLES:
        raise InputError(f"trials={configuration.trials}: too few for a test. Give {FEWEST_RESAMPLES} or more.")


def file_list(value: str | None, key: str) -> tuple[str, ...]:
    """The files of a key: the value as one file where there is such a file, else its parts between commas."""
    if value is None:
        return ()
    if is_file(expanded(value)):
        return (expanded(value),)
    bare = value.removeprefix("[").removesuffix("]") if value.startswith("[") and value.endswith("]") else value
    parts = [part.strip() for part in bare.split(",")]
    if not all(parts):
        raise InputError(f"{key}={value}: a file name is missing. Give names with single commas between them.")
    if parts.count("-") > 1:
        raise InputError(f"{key}={value}: standard input can be read once only. Name a file.")
    return tuple(expanded(part) for part in parts)


def _files(configuration: Configuration) -> "Files":
    from unmt.tasks.evaluate import Files

    source, model = configuration.source, configuration.model
    files = Files(
        hypotheses=file_list(configuration.hypotheses, "hypotheses"),
        references=file_list(configuration.references, "references"),
        source=None if source is None else expanded(source),
        dictionaries=file_list(configuration.dictionary, "dictionary"),
        model=None if model is None else expanded(model),
        direction=configuration.direction,
    )
    if [*files.hypotheses, *files.references, *files.dictionaries, files.source].count("-") > 1:
        raise InputError("standard input can be read once only. Name a file for all keys but one.")
    return files


def _scoring(configuration: Configuration) -> "Scoring":
    from unmt.evaluation.translation import TOKENIZERS
    from unmt.tasks.evaluate import LOWERCASE, METRICS, Scoring
    from unmt.tasks.evaluate_translations import Resampling

    metrics = tuple(part.strip().lower() for part in (configuration.metric or "").split(",") if part.strip())
    for metric in metrics:
        check_choice("metric", metric, METRICS)
    check_choice("lowercase", configuration.lowercase, tuple(LOWERCASE))
    check_choice("tokenize", configuration.tokenize, TOKENIZERS)
    return Scoring(
        metrics=tuple(dict.fromkeys(metrics)),
        lowercase=configuration.lowercase,
        tokenize=configuration.tokenize,
        resampling=Resampling(configuration.seed, configuration.resamples, configuration.trials),
    )


def _scored(files: "Files", scoring: "Scoring", progress: Progress) -> dict[str, Any]:
    from unmt.tasks.evaluate import evaluate

    return evaluate(files, scoring, progress)


COMMAND = Command(
    name="evaluate",
    summary="scores of translations, plaintexts and dictionaries, with intervals and tests",
    help=HELP,
    configuration=Configuration,
    run=run,
)
