"""`unmt compress`: what two texts share, in bits; what a translator could make of it; and files coded, and back."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unmt import __version__
from unmt.cli.checks import check_numbers, check_untouched
from unmt.cli.command import Command
from unmt.cli.decipher import in_any_case
from unmt.cli.interruption import stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, RunSettings, run_directory, typed_arguments
from unmt.errors import InputError
from unmt.text.paths import expanded

if TYPE_CHECKING:
    from unmt.coding.codes import Code

MEASURE, PREFLIGHT, ENCODE, DECODE = "measure", "preflight", "encode", "decode"
MIXING, TRANSFORMER = "mixing", "transformer"
MEASURED_ALONE = ("mapping", "codes", "null", "samples", "null_order", "unrelated")
CODED_ALONE = ("mapping", "null", "samples", "null_order", "unrelated", "limit", "seed", "threads", "run.dir")
UNUSED = {MEASURE: (), PREFLIGHT: MEASURED_ALONE, ENCODE: CODED_ALONE, DECODE: CODED_ALONE}
"""Keys that an action has no use for."""

HELP = """
Usage: unmt compress x=FILE y=FILE [key=value ...]
       unmt compress preflight x=FILE y=FILE [key=value ...]
       unmt compress encode|decode input=FILE output=FILE

Code lengths of two texts, apart and together, and how many bits they share: C(x) + C(y) - C(x, y). Each figure stands
beside the same measurement with texts that share nothing. Or, in a minute and before hours of unmt train: whether two
texts in two languages share enough to learn a translator from. Or: a file coded by our own code, and back.

  unmt compress x=a.txt y=b.txt
  unmt compress x=letter.txt y=novel.txt mapping=auto     (is letter.txt enciphered, in the language of novel.txt?)
  unmt compress x=a.en.txt y=b.fr.txt mapping=lexicon     (words; a sentence a line)
  unmt compress preflight x=a.en.txt y=b.fr.txt           (shall I train? a sentence a line)
  unmt compress encode input=a.txt output=a.unmtz
  unmt compress decode input=a.unmtz output=a.txt

The two texts
  x=FILE           any files (.gz is unpacked); "-" for standard input
  y=FILE
  mapping=none     auto: search for a cipher f, so that f(x) is in the language of y, or f(y) in that of x;
                   substitution, homophonic, caesar, vigenere, ...: of that family alone; lexicon: words become words,
                   and the table has one more code, of words. The bits of f are counted.
  codes=null       with commas: gzip, xz, zstd, ppmd, zpaq, mixing (our own), transformer (trained as it codes:
                   about 1 kB a second, and each text is read four times); null: all that are installed but zpaq
                   and transformer, which are slow
  limit=null       at most so many lines of each text; of binary files, kB. A preflight takes them evenly from the
                   whole text, and 3000 of them by itself

How sure
  null=true        also measure texts that share nothing; false saves that time
  samples=3        texts of each kind of null
  null_order=2     the first kind keeps the n-grams of x of so many characters
  unrelated=null   a file of unrelated text, as one more null; it is cut to the length of x
  threads=null     so many cores for a search; null: all. Codes have one thread.
  seed=0           same seed, same answer
  A preflight has its own null, and takes limit=, threads= and seed= alone of the keys so far.

Where things go
  standard output  the table of code lengths; of a preflight, of bits saved
  run.dir=null     folder for config.yaml, metrics.jsonl, result.json and report.html; null: a dated one under runs/
  quiet=false      true: nothing on standard error but errors

encode and decode write output= and nothing else; what stands there is replaced once it is whole. The decoded file is
the one that was encoded, byte for byte.
"""


@dataclass
class Configuration:
    """The keys of `unmt compress`; HELP says what each is."""

    action: str = MEASURE
    x: str | None = None
    y: str | None = None
    input: str | None = None
    output: str | None = None
    mapping: str = "none"
    codes: str | None = None
    limit: int | None = None
    null: bool = True
    samples: int = 3
    null_order: int = 2
    unrelated: str | None = None
    seed: int = 0
    threads: int | None = None
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Measure, look ahead, encode or decode."""
    check(configuration)
    works = {MEASURE: _measure, PREFLIGHT: _preflight, ENCODE: _transfer, DECODE: _transfer}
    works[configuration.action](configuration)


def check(configuration: Configuration) -> None:
    """Raises InputError for keys that do not go together, whatever is in the files."""
    action = configuration.action
    if action not in (MEASURE, PREFLIGHT, ENCODE, DECODE):
        raise InputError(
            f"there is nothing called {action!r} to do. Give x=FILE y=FILE, or begin with preflight, encode or decode."
        )
    _check_files(configuration, is_pair=action in (MEASURE, PREFLIGHT))
    if action in (ENCODE, DECODE) and configuration.codes not in (None, MIXING):
        raise InputError(
            f"codes={configuration.codes}: unmt compress {action} has one code, {MIXING}. Leave codes= out."
        )
    check_untouched(configuration, UNUSED[action], f"unmt compress {action} has no use for it")
    check_numbers(configuration)


def _check_files(configuration: Configuration, *, is_pair: bool) -> None:
    """That the files of the action are named, and no others."""
    action = configuration.action
    word = "" if action == MEASURE else f"{action} "
    wanted, others = (("x", "y"), ("input", "output")) if is_pair else (("input", "output"), ("x", "y"))
    for key in wanted:
        if not getattr(configuration, key):
            example = "x=a.txt y=b.txt" if is_pair else "input=a.txt output=b.txt"
            raise InputError(f"{key}= is missing. Give both files, such as unmt compress {word}{example}.")
    for key in others:
        if getattr(configuration, key) is not None:
            what = f"{word}compares x= and y=; input= and output= go with encode or decode" if is_pair else (
                f"{action} takes input= and output= alone")  # fmt: skip
            raise InputError(f"{key}= is given, but unmt compress {what}. Leave it out.")
    if configuration.output == "-":
        raise InputError("output=-: a file is written, and nothing to standard output. Name a file.")
    if [configuration.x, configuration.y, configuration.unrelated].count("-") > 1:
        raise InputError("standard input can be read once only. Name a file for all keys but one.")


def _transfer(configuration: Configuration) -> None:
    """Encode or decode a file, and say what came of it."""
    from unmt.tasks.encode_text import decode_file, encode_file

    assert configuration.input is not None
    assert configuration.output is not None
    work = encode_file if configuration.action == ENCODE else decode_file
    progress = Progress(quiet=configuration.quiet)

    def show(so_far: int, whole: int) -> None:
        progress.update(f"{configuration.action[:-1]}ing", 0, None, so_far / max(whole, 1))

    try:
        done = work(expanded(configuration.input), expanded(configuration.output), show)
    finally:
        progress.clear()
    if configuration.quiet:
        return
    rate = 8.0 * done.file_bytes / max(done.text_bytes, 1)
    note(
        f"{configuration.output}: {done.text_bytes:,} bytes of text, {done.file_bytes:,} encoded,"
        f" {rate:.3f} bits a byte, {done.seconds:.1f} seconds"
    )


def _measure(configuration: Configuration) -> None:
    from unmt.tasks.compress import compress
    from unmt.tasks.compress_files import head_of, read_file

    assert configuration.x is not None
    assert configuration.y is not None
    texts = [head_of(read_file(expanded(path)), configuration.limit) for path in (configuration.x, configuration.y)]
    codes = chosen_codes(configuration.codes, 2 * sum(map(len, texts)))
    unrelated = None if configuration.unrelated is None else read_file(expanded(configuration.unrelated))
    with run_directory("compress", configuration) as directory:
        directory.begin_metrics()
        progress = Progress(directory.append_metrics, quiet=configuration.quiet)
        with stop_on_interrupt(progress):
            try:
                found = compress(
                    *texts,
                    mapping=configuration.mapping,
                    codes=codes,
                    null=configuration.null,
                    samples=configuration.samples,
                    null_order=configuration.null_order,
                    unrelated=unrelated,
                    seed=configuration.seed,
                    threads=configuration.threads,
                    monitor=progress,
                )
            finally:
                progress.clear()
        names = {"x": configuration.x, "y": configuration.y}
        result = {**found.to_dict(), "files": names, "arguments": typed_arguments(configuration)}
        in_any_case(
            lambda: _keep(directory, progress, result), lambda: _tell(directory, result, quiet=configuration.quiet)
        )


def _preflight(configuration: Configuration) -> None:
    """Look at a sample of two texts, and say what a translator could come to."""
    from unmt.tasks.compress_preflight import MOST_BYTES, compress_preflight
    from unmt.tasks.training_settings import Text
    from unmt.text.corpus_file import read_first_lines

    assert configuration.x is not None
    assert configuration.y is not None
    names = {"x": configuration.x, "y": configuration.y}
    read = {side: read_first_lines(expanded(path), MOST_BYTES) for side, path in names.items()}
    with run_directory("compress", configuration) as directory:
        directory.begin_metrics()
        progress = Progress(directory.append_metrics, quiet=configuration.quiet)
        with stop_on_interrupt(progress):
            try:
                found = compress_preflight(
                    *(Text(side, names[side], lines) for side, (lines, _) in read.items()),
                    lines=configuration.limit,
                    is_whole=(read["x"][1], read["y"][1]),
                    seed=configuration.seed,
                    threads=configuration.threads,
                    monitor=progress,
                )
            finally:
                progress.clear()
        result = {**found, "files": names, "arguments": typed_arguments(configuration), "version": __version__}
        in_any_case(
            lambda: _keep_preflight(directory, progress, result),
            lambda: _tell_preflight(directory, result, quiet=configuration.quiet),
        )


def chosen_codes(value: str | None, size: int) -> "list[Code] | None":
    """The codes of codes=, in that order, for so many bytes; None for all. Raises InputError for unknown ones."""
    if value is None:
        return None
    from unmt.coding.context_mixing import ContextMixing
    from unmt.coding.general_codes import COMPRESSORS, general_code
    from unmt.tasks.compress import own_code

    names = list(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    known = (*COMPRESSORS, MIXING, TRANSFORMER)
    for name in names:
        if name not in known:
            raise InputError(f"codes={value}: there is no code {name!r}. Choose of {', '.join(known)}.")
    if not names:
        raise InputError(f"codes={value}: no code is named. Choose of {', '.join(known)}.")
    own = {MIXING: lambda: own_code(size, ContextMixing), TRANSFORMER: _transformer}
    return [own[name]() if name in own else general_code(name) for name in names]


def _transformer() -> "Code":
    from unmt.coding.transformer_code import TransformerCode  # loads torch

    return TransformerCode()


def _keep(directory: RunDirectory, progress: Progress, result: dict[str, Any]) -> None:
    from unmt.report.compress_page import compress_page

    directory.write_json("result.json", result)
    progress.finish("done", 0, result["bits"]["joint"]["mixture"])
    directory.write_text("report.html", compress_page(result))


def _keep_preflight(directory: RunDirectory, progress: Progress, result: dict[str, Any]) -> None:
    from unmt.report.compress_preflight_page import compress_preflight_page

    directory.write_json("result.json", result)
    progress.finish("done", 0, None)
    directory.write_text("report.html", compress_preflight_page(result))


def _tell_preflight(directory: RunDirectory, result: dict[str, Any], *, quiet: bool) -> None:
    from unmt.report.compress_preflight_page import saved_text

    write(saved_text(result))
    if quiet:
        return
    note(f"\nverdict   {result['preflight']['sentence']}")
    note(f"forecast  {result['expected']['sentence']}")
    for warning in result["warnings"]:
        note(f"beware    {warning}")
    note(f"looked    at {_looked_at(result)}, in {result['seconds']:.0f} seconds")
    note(f"report    {directory.file('report.html')}")


def _looked_at(result: dict[str, Any]) -> str:
    texts = result["texts"].items()
    return " and ".join(f"{one['lines_looked_at']:,} of {one['lines']:,} lines of {side}" for side, one in texts)


def _tell(directory: RunDirectory, result: dict[str, Any], *, quiet: bool) -> None:
    from unmt.report.compress_tables import lengths_text

    write(lengths_text(result))
    if quiet:
        return
    note(f"\nverdict   {result['verdict']}: {result['sentence']}")
    low, high = result["shared_interval"]
    note(f"interval  {low:,.0f} to {high:,.0f} bits")
    note(f"regret    {result['regret_bits']:.2f} bits, at most {result['regret_bound_bits']:.2f}")
    if result["mapping"]:
        found = result["mapping"]
        note(f"mapping   {found['family']} of {found['side']}, {found['mapping_bits']:,.0f} bits")
    for warning in result["warnings"]:
        note(f"beware    {warning}")
    note(f"report    {directory.file('report.html')}")


COMMAND = Command(
    name="compress",
    summary="what two texts share, in bits; whether to train on them; files coded and decoded",
    help=HELP,
    configuration=Configuration,
    run=run,
    positional="action",
)
