"""`unmt bench`: the standing benchmarks."""

from dataclasses import dataclass, field
from pathlib import Path

from unmt.cli.checks import check_numbers, touched
from unmt.cli.command import Command
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunSettings, run_directory
from unmt.errors import InputError
from unmt.text.paths import expanded

BENCHMARKS = ("ciphers", "objectives")
ONLY = {
    "ciphers": ("language", "limit", "peers", "seconds", "threads"),
    "objectives": ("vectors", "symbols", "seeds"),
}
"""The keys that one benchmark has and the other has not."""

HELP = """
Usage: unmt bench ciphers [key=value ...]
       unmt bench objectives [key=value ...]

ciphers: breaks a table of ciphers and compares with their plaintexts: error, exact keys, seconds and keys a second by
family and length, and whether the stated probabilities hold. The plaintexts are used for that only.

  unmt bench ciphers
  unmt bench ciphers data=mine.tsv.gz language=auto
  unmt bench ciphers limit=20 peers=false

  data=null        a table (.tsv, .tsv.gz, .jsonl) with columns id, kind, length, ciphertext, plaintext;
                   and, if you like, language; null: ciphers made on the spot
  language=named   each row's own where the table has one; auto: find it out; or en, de, fr, es, it, or a file for all
  limit=null       at most so many ciphers of each kind and length
  peers=true       also run other programs that are installed (subbreaker, cipher-solver), for ratios
  seconds=null     stop each search after that many seconds; null: it ends by itself
  threads=null     so many cores; null: all
  seed=0           same seed, same answer

objectives: code length, n-gram matching, a discriminator, optimal transport and likelihood, each on every family of
mappings that it fits: substitution and Vigenère on characters and on words, a rotation of word vectors, translators of
sentences. One half of a text is enciphered, the other is the language; a control whose target is shuffled stands beside
each. Some ten minutes of one core.

  unmt bench objectives
  unmt bench objectives data=novel.txt seeds=10

  data=null        a text of some thousand words; null: the English sample text
  vectors=null     word vectors (.vec, .txt, .gz) to plant a rotation in; null: learned from the text
  symbols=null     so many characters, or words, are enciphered at most, and ten times as many are the language;
                   null: 20,000 characters, 10,000 words
  seeds=3          so many keys and searches for each cell, from seed= on

Where things go
  standard output  the tables of results
  run.dir=null     folder for config.yaml, metrics.jsonl, result.json and report.html; null: a dated one under runs/
                   A benchmark that was stopped goes on where it was with the same run.dir.
  quiet=false      true: nothing on standard error but errors
"""


@dataclass
class Configuration:
    """The keys of `unmt bench`; HELP says what each is."""

    benchmark: str | None = None
    data: str | None = None
    language: str = "named"
    limit: int | None = None
    peers: bool = True
    seconds: float | None = None
    threads: int | None = None
    vectors: str | None = None
    symbols: int | None = None
    seeds: int = 3
    seed: int = 0
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Run the benchmark that the configuration names."""
    if configuration.benchmark not in BENCHMARKS:
        asked = f"no benchmark {configuration.benchmark!r}" if configuration.benchmark else "no benchmark is named"
        raise InputError(f"{asked}. Give one of: {', '.join(BENCHMARKS)}, such as `unmt bench ciphers`.")
    check_numbers(configuration)
    _check_keys(configuration)
    with run_directory("bench", configuration) as directory:
        progress = Progress(directory.append_metrics, quiet=configuration.quiet)
        with stop_on_interrupt(progress):
            try:
                result = _measured(configuration, directory.path, progress)
            finally:
                progress.clear()
            text = str(result["text"])
            directory.write_json("result.json", result)
            directory.write_text("report.html", _page(configuration, result))
            write(text.rstrip("\n") + "\n")
    if progress.stop_requested:
        again = f"the same command with run.dir={directory.path}"
        raise Interrupted(f"Interrupted. What was measured is in {directory.path}; {again} goes on from there.")
    if not configuration.quiet:
        note(f"\nreport    {directory.file('report.html')}")


def _check_keys(configuration: Configuration) -> None:
    """Raises InputError for a key of the other benchmark, and for seeds that are none."""
    others = [key for benchmark, keys in ONLY.items() for key in keys if benchmark != configuration.benchmark]
    for key, value in touched(configuration, others):
        raise InputError(f"{key}={value}: `unmt bench {configuration.benchmark}` has no such key. Leave it out.")
    if configuration.seeds < 1:
        raise InputError(f"seeds={configuration.seeds}: too small. Give 1 or more.")
    if configuration.symbols is not None:
        from unmt.tasks.objective_pairs import LEAST_SYMBOLS

        if configuration.symbols < LEAST_SYMBOLS:
            raise InputError(f"symbols={configuration.symbols}: too few. Give {LEAST_SYMBOLS} or more, or null.")


def _measured(configuration: Configuration, output: Path, progress: Progress) -> dict[str, object]:
    data = None if configuration.data is None else Path(expanded(configuration.data))
    if configuration.benchmark == "objectives":
        from unmt.tasks.bench_objectives import run as run_objectives

        return run_objectives(
            data,
            vectors=None if configuration.vectors is None else Path(expanded(configuration.vectors)),
            seed=configuration.seed,
            seeds=configuration.seeds,
            symbols=configuration.symbols,
            output=output,
            monitor=progress,
        )
    from unmt.coding.language_model import check_language
    from unmt.tasks.bench_ciphers import run as run_ciphers

    if configuration.language not in {"named", "auto"}:
        check_language(expanded(configuration.language))

    return run_ciphers(
        data,
        limit=configuration.limit,
        seed=configuration.seed,
        language=expanded(configuration.language),
        peers=configuration.peers,
        threads=configuration.threads,
        seconds=configuration.seconds,
        output=output,
        monitor=progress,
    )


def _page(configuration: Configuration, result: dict[str, object]) -> str:
    if configuration.benchmark == "objectives":
        from unmt.report.objectives_page import objectives_page

        return objectives_page(result)
    from unmt.report.page import bench_page

    return bench_page(result)


COMMAND = Command(
    name="bench",
    summary="the standing benchmarks: ciphers, and objectives against families",
    help=HELP,
    configuration=Configuration,
    run=run,
    positional="benchmark",
)
