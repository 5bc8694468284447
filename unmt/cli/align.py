"""`unmt align`: word vectors of two languages into one space, and a dictionary."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmt.cli.checks import check_numbers, check_untouched
from unmt.cli.command import CHOICE, Choice, Command
from unmt.cli.decipher import in_any_case
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, RunSettings, run_directory, typed_arguments
from unmt.errors import InputError
from unmt.tasks.align_settings import ALL, CHOICES, Method
from unmt.text.paths import expanded

if TYPE_CHECKING:
    from unmt.tasks.alignment import Alignment
    from unmt.text.vectors import WordVectors

HELP = """
Usage: unmt align source.vectors=FILE target.vectors=FILE [key=value ...]

Word vectors of two languages, each made from its own texts, into one space without a pair of words that is known:
a dictionary with probabilities, and whether the two have any structure in common.

  unmt align source.vectors=en.vec target.vectors=fr.vec > en-fr.tsv
  unmt align source.train=a.txt target.train=b.txt            (vectors are learned from the texts)
  unmt align source.vectors=en.vec target.vectors=fr.vec method=all
  unmt evaluate dictionary=en-fr.tsv references=pairs.tsv

The two sides
  source.vectors=FILE  word vectors in word2vec's text format (.gz too), most frequent words first
  target.vectors=FILE
  source.train=FILE    instead: a text, a sentence a line
  target.train=FILE
  limit=20000          so many words of each

How to search
  method=similarity    where it starts: similarity (how similarities are distributed), wasserstein, gromov (optimal
                       transport), adversarial, identical, similar (words written alike), numerals, dictionary;
                       several with commas, or all: then the one that fits best is used, and all are compared
                       (it sets method.name=)
  dictionary=null      a seed dictionary for method=dictionary: lines of source, tab, target
  spelling=true        words written alike count as more alike, as far as the vectors agree; false: vectors alone
  runs=10              searches of each method that draws numbers: how many of them find something, and the best
  null=true            also search vectors that share nothing, for the verdict; false saves that time
  threads=null         so many cores; null: all
  seed=0               same seed, same answer

Of the methods, each of its own; method=adversarial method.epochs=4
  method.learning_words=2000  of any method: the most frequent words of each side, which learn from one another
  method.patience=3    rounds without a gain of method.least_gain=0.0001 until they have less noise, or end;
                       method.most_rounds=400 at most
  method.start_words=4000  of similarity: words that are compared, by means of method.rank_step=10 ranks;
                       method.first_kept=0.1, the share of similarities that counts at first, which is the noise
  method.relaxed_words=800  of wasserstein: words that the start assigns, in method.relaxed_rounds=40; then batches of
                       method.batch_words=[300,600,1200], so many of each: method.batch_rounds=[60,30,10], drawn from
                       the most frequent method.drawn_words=2000
  method.coupled_words=1000  of gromov: words that are coupled, in method.coupling_rounds=60 at most with the entropic
                       method.regularisation=0.002
  method.hidden=512    of adversarial: units of a layer; method.epochs=8 of method.batches=600 moves of the map, each
                       with method.batch=128 words a side of the most frequent method.words=5000, after method.steps=1
                       of the discriminator; method.rate=0.1 (times method.decay=0.95 an epoch),
                       method.smoothing=0.2, method.dropout=0.1, and method.beta=0.01 towards a rotation
  method.least_alike=0.6  of similar: how much alike, 0 to 1

Where things go
  standard output      lines of source, tab, target, tab, probability; best first for each source word
  translations=5       so many for each word
  run.dir=null         folder for config.yaml, metrics.jsonl, result.json, report.html, map.npz and
                       dictionary.tsv; null: a dated one under runs/
  quiet=false          true: nothing on standard error but errors

Ctrl-C keeps the best so far. -m with key=a,b,c runs once for each value.
"""


@dataclass
class SideSettings:
    """One language: vectors, or a text to learn them from."""

    vectors: str | None = None
    train: str | None = None


@dataclass
class Configuration:
    """The keys of `unmt align`; HELP says what each is."""

    source: SideSettings = field(default_factory=SideSettings)
    target: SideSettings = field(default_factory=SideSettings)
    method: Method = field(default_factory=Method, metadata={CHOICE: Choice(CHOICES, several=ALL)})
    dictionary: str | None = None
    spelling: bool = True
    limit: int = 20000
    translations: int = 5
    runs: int = 10
    null: bool = True
    seed: int = 0
    threads: int | None = None
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Align what the configuration names."""
    check(configuration)
    from unmt.tasks.align import check_options
    from unmt.text.corpus_file import read_pairs

    seeds = [] if configuration.dictionary is None else read_pairs(expanded(configuration.dictionary))
    check_options(configuration.method, seeds)
    with run_directory("align", configuration) as directory:
        directory.begin_metrics()
        progress = Progress(directory.append_metrics, quiet=configuration.quiet)
        with stop_on_interrupt(progress):
            try:
                found = _aligned(configuration, seeds, progress)
            finally:
                progress.clear()
            in_any_case(
                lambda: _keep(directory, found, configuration),
                lambda: _tell(found, directory, quiet=configuration.quiet),
            )
    if found.stopped == "interrupted":
        raise Interrupted(f"Interrupted. The best map so far is in {directory.path}. The same command starts again.")


def check(configuration: Configuration) -> None:
    """Raises InputError for what no vectors could make right."""
    check_numbers(configuration)
    for key, least in (("translations", 1), ("runs", 1)):
        if getattr(configuration, key) < least:
            raise InputError(f"{key}={getattr(configuration, key)}: too small. Give {least} or more.")
    if not {"dictionary", ALL} & set(configuration.method.names):
        check_untouched(configuration, ("dictionary",), "no method learns from it: method=dictionary does")
    for name in ("source", "target"):
        side = getattr(configuration, name)
        if (side.vectors is None) == (side.train is None):
            what = "both are given" if side.vectors is not None else "neither is given"
            raise InputError(f"{name}.vectors= and {name}.train=: {what}. Give word vectors, or a text to learn from.")


def _aligned(configuration: Configuration, seeds: list[tuple[str, str]], progress: Progress) -> "Alignment":
    from unmt.tasks.align import align
    from unmt.tasks.cores import cores

    sides = [_side(side, configuration.limit, progress) for side in (configuration.source, configuration.target)]
    return align(
        *sides,
        method=configuration.method,
        seed=configuration.seed,
        runs=configuration.runs,
        null=configuration.null,
        spelling=configuration.spelling,
        seeds=seeds,
        translations=configuration.translations,
        threads=cores(configuration.threads),
        monitor=progress,
    )


def _side(side: SideSettings, limit: int, progress: Progress) -> "WordVectors":
    from unmt.tasks.learn_vectors import learn_vectors
    from unmt.text.vectors import read_vectors

    if side.vectors is not None:
        progress.update(f"reading {side.vectors}", 0, None, None)
        return read_vectors(expanded(side.vectors), limit)
    assert side.train is not None
    progress.update(f"learning vectors from {side.train}", 0, None, None)
    return learn_vectors(expanded(side.train)).first(limit)


def _keep(directory: RunDirectory, found: "Alignment", configuration: Configuration) -> None:
    from unmt.report.align_page import align_page

    sides = [_origin(side) for side in (configuration.source, configuration.target)]
    result = {**found.to_dict(), "sides": sides, "arguments": typed_arguments(configuration)}
    directory.write_json("result.json", result)
    directory.write_text("report.html", align_page(result))
    directory.write_text("dictionary.tsv", _lines(found))
    with directory.refusals():
        found.map.save(directory.file("map.npz"))


def _origin(side: SideSettings) -> dict[str, str | None]:
    """The file of a side and its hash; a pipe cannot be read twice."""
    path = side.vectors or side.train
    assert path is not None
    file = Path(expanded(path))
    if not file.is_file():
        return {"path": path, "sha256": None}
    with file.open("rb") as opened:
        return {"path": path, "sha256": hashlib.file_digest(opened, "sha256").hexdigest()}


def _tell(found: "Alignment", directory: RunDirectory, *, quiet: bool) -> None:
    write(_lines(found))
    if not quiet:
        note("\n" + _summary(found.to_dict()) + f"\nreport    {directory.file('report.html')}")


def _lines(found: "Alignment") -> str:
    return "".join(f"{source}\t{target}\t{share:.4f}\n" for source, target, share in found.dictionary())


def _summary(result: dict[str, Any]) -> str:
    """What a person reads: the verdict and the figures that it stands on, and the methods beside each other."""
    from unmt.report.code_lengths import code_length_lines

    lines = [f"verdict   {result['verdict'] or 'not measured (null=false)'}"]
    columns = (
        "{method:<12}{seed:>5}{saved_bits_per_word:>11.3f}{objective:>11.4f}{agreement:>11}{rounds:>8}{seconds:>9.1f}"
    )
    heads = f"{'method':<12}{'seed':>5}{'bits saved':>11}{'objective':>11}{'agreement':>11}{'rounds':>8}{'seconds':>9}"
    lines.append(f"          {heads}")
    for label, rows in (("", result["methods"]), ("null", [result["null"]] if result["null"] else [])):
        for row in rows:
            shown = "" if row["agreement"] is None else f"{row['agreement']:.2f}"
            lines.append(f"{label:<10}{columns.format(**{**row, 'agreement': shown})}")
    lines += code_length_lines(result)
    lines += [f"failed    {method}: {why}" for method, why in result["failures"].items()]
    for method, (good, every) in (result["success_rate"] or {}).items():
        lines.append(f"success   {method}: {good} of {every}")
    lines.append(
        f"used      {result['method']}, spelling x {result['spelling_weight']}, {result['seconds']:.0f} seconds"
    )
    return "\n".join(lines)


COMMAND = Command(
    name="align",
    summary="word vectors of two languages into one space; a dictionary",
    help=HELP,
    configuration=Configuration,
    run=run,
    groups=("method",),
)
