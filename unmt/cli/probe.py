"""`unmt probe`: bits a symbol of small models against what a linear probe reads off them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from unmt.cli.checks import check_numbers
from unmt.cli.command import Command
from unmt.cli.evaluate import file_list
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, RunSettings, run_directory, typed_arguments
from unmt.cli.train import resolved
from unmt.errors import InputError
from unmt.tasks.checks import check_choice
from unmt.text.paths import expanded

if TYPE_CHECKING:
    from unmt.tasks.probe import ProbeSettings
    from unmt.tasks.probe_data import LabelledSequences

SAMPLES = "sample:harbour.en.txt,sample:harbour.fr.txt"
HELP = """
Usage: unmt probe [data=digits | data=text | data=FILE,FILE] [key=value ...]

Prediction is compression is representation: trains small Transformers to predict symbols, without labels, and asks at
every checkpoint how many bits a symbol costs on held-out data and how well a linear classifier reads labels off the
states of each layer. Needs scikit-learn: pip install unmt[probe].

  unmt probe
  unmt probe data=text objective=autoregressive
  unmt probe data=trollope.txt,hardy.txt,wells.txt window=64
  unmt probe data=words.tsv pooling=last

Data
  data=digits      digits: 1,797 images of 8 by 8 pixels, ten classes; text: the two sample texts of unmt, or texts=;
                   FILE,FILE,...: text files, a class each; FILE.tsv: a table with columns text and label, and split
                   (train or test) where you know which rows to keep apart
  texts=null       the files of data=text
  levels=8         levels of grey of a pixel, 2 to 17: the alphabet of data=digits
  window=32        characters of a sequence of text
  examples=2000    sequences of text at most, all classes together; a quarter is the test where no split is given

Models
  objective=both   autoregressive: each symbol from those before it; masked: from any others; both
  sizes=8,16       widths, multiples of 8
  layers=3         layers of each
  steps=128        steps of training, of 32 sequences each
  rate=0.01        size of a step at width 16; it falls with the root of the width. Masked models of text need 0.003
  checkpoints=6    looks at each training: untrained, and then each at twice the steps of the one before
  seeds=3          trainings of each kind
  control=true     train the largest size on shuffled symbols too, each sequence in an order of its own
  seed=0           same seed, same numbers

Probes
  pooling=mean     the features of a sequence: the mean state of its symbols, or the last one's
  labels=1,3,10,30 labelled examples of each class at the last checkpoint; all of them are tried too

Where things go
  standard output  a table of bits and accuracy, a row for each objective, size and step
  run.dir=null     folder for config.yaml, metrics.jsonl, result.json and report.html; null: a dated one under runs/
  quiet=false      true: nothing on standard error but errors

Ctrl-C keeps the checkpoints so far. -m with key=a,b,c runs once for each value.
"""


@dataclass
class Configuration:
    """The keys of `unmt probe`; HELP says what each is."""

    data: str = "digits"
    texts: str | None = None
    levels: int = 8
    window: int = 32
    examples: int = 2000
    objective: str = "both"
    sizes: str = "8,16"
    layers: int = 3
    steps: int = 128
    rate: float = 0.01
    checkpoints: int = 6
    seeds: int = 3
    control: bool = True
    pooling: str = "mean"
    labels: str = "1,3,10,30"
    seed: int = 0
    quiet: bool = False
    run: RunSettings = field(default_factory=RunSettings)


def run(configuration: Configuration) -> None:
    """Train and probe what the configuration names."""
    settings = check(configuration)
    progress = Progress(quiet=configuration.quiet)
    progress.update("reading the data", 0, None, None)
    data = _data(configuration)
    from unmt.tasks.probe import probe

    with run_directory("probe", configuration) as directory, stop_on_interrupt(progress):
        try:
            directory.begin_metrics()
            result = probe(data, settings, record=directory.append_metrics, monitor=progress)
        finally:
            progress.clear()
        if result["checkpoints"]:
            _keep(directory, {**result, "arguments": typed_arguments(configuration)})
            _tell(result, directory, quiet=configuration.quiet)
    if result["stopped"] == "interrupted":
        raise Interrupted(
            f"Interrupted. The checkpoints so far are in {directory.path}. The same command starts again."
        )


def check(configuration: Configuration) -> "ProbeSettings":
    """The settings of the task. Raises InputError for what no data could make right."""
    check_numbers(configuration)
    for key, least in (
        ("window", 2), ("examples", 32), ("layers", 1), ("steps", 1), ("checkpoints", 2), ("seeds", 1)
    ):  # fmt: skip
        if getattr(configuration, key) < least:
            raise InputError(f"{key}={getattr(configuration, key)}: too small. Give {least} or more.")
    if not 0 < configuration.rate <= 1:
        raise InputError(f"rate={configuration.rate}: give a number above 0, at most 1, such as 0.003.")
    if not 2 <= configuration.levels <= 17:
        raise InputError(f"levels={configuration.levels}: pixels have 17 levels. Give 2 to 17.")
    from unmt.tasks.probe import OBJECTIVES, ProbeSettings

    check_choice("objective", configuration.objective, (*OBJECTIVES, "both"))
    check_choice("pooling", configuration.pooling, ("mean", "last"))
    sizes = numbers(configuration.sizes, "sizes")
    for size in sizes:
        if size % 8:
            raise InputError(f"sizes={configuration.sizes}: {size} is no multiple of 8. Give widths such as 8,16,32.")
    return ProbeSettings(
        objectives=OBJECTIVES if configuration.objective == "both" else (configuration.objective,),
        sizes=sizes,
        layers=configuration.layers,
        steps=configuration.steps,
        checkpoints=configuration.checkpoints,
        seeds=configuration.seeds,
        labels=numbers(configuration.labels, "labels"),
        control=configuration.control,
        pooling=configuration.pooling,
        rate=configuration.rate,
        seed=configuration.seed,
    )


def numbers(value: str, key: str) -> tuple[int, ...]:
    """The whole numbers above 0 of a key, with commas between them, least first; brackets around them may stand."""
    parts = [part.strip() for part in value.strip().removeprefix("[").removesuffix("]").split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise InputError(f"{key}={value}: give whole numbers above 0 with commas between them, such as {key}=8,16.")
    return tuple(sorted({int(part) for part in parts}))


def _data(configuration: Configuration) -> "LabelledSequences":
    import numpy as np

    from unmt.tasks.probe_data import digits, text_windows

    seed = np.random.SeedSequence([configuration.seed, 0])
    if configuration.data != "text" and configuration.texts is not None:
        raise InputError(f"texts= goes with data=text, not with data={configuration.data}. Leave one of them out.")
    if configuration.data == "digits":
        return digits(configuration.levels, seed)
    given = (configuration.texts or SAMPLES) if configuration.data == "text" else configuration.data
    paths = [resolved(expanded(path)) for path in file_list(given, "texts" if configuration.texts else "data")]
    if not paths:
        raise InputError("data= names nothing. Give data=digits, data=text, or files with commas between them.")
    return text_windows(paths, configuration.window, configuration.examples, seed)


def _keep(directory: RunDirectory, result: dict[str, Any]) -> None:
    from unmt.report.probe_page import probe_page

    directory.write_json("result.json", result)
    directory.write_text("report.html", probe_page(result))


def _tell(result: dict[str, Any], directory: RunDirectory, *, quiet: bool) -> None:
    from unmt.report.probe_tables import probe_text

    write(probe_text(result))
    if not quiet:
        note("\n" + str(result["summary"]))
        note(f"report    {directory.file('report.html')}")


COMMAND = Command(
    name="probe",
    summary="prediction is representation: bits a symbol against linear-probe accuracy",
    help=HELP,
    configuration=Configuration,
    run=run,
)
