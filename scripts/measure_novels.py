"""Train on novels of two languages, and score on sentences of another kind: what a text of some size comes to.

    python scripts/measure_novels.py PAIR SIZE [SIZE ...] --test NAME SOURCE REFERENCE [--test ...]
        [--novels data/novels] [--vectors FOLDER] [--output runs/novels] [--set trainer.rounds=2 ...]

SIZE is a number of megabytes or `all`, of files that data_prep/novels.py cut: data/novels/LANGUAGE.SIZE.txt. SOURCE and
REFERENCE are files, in which {source} and {target} stand for the languages; a test that a direction has no file of is
left out. --vectors names a folder of eltec.LANGUAGE.vec.gz. A run that the pre-flight refuses is forced, and its
verdict told. Prints, for each size, the verdict, seconds of CPU and of the clock, peak memory, and BLEU and chrF of
both directions, lower-cased, with 95 % intervals. The references are opened after a run has ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from unmt.evaluation.translation import TranslationMetric, percentile_interval, resampled_sums
from unmt.tasks.models import Model, load_model, translate
from unmt.text.corpus_file import read_lines

REFUSED = 2
"""Exit status of a run that its texts do not allow."""


def measured(command: list[str]) -> tuple[int, float, float, float]:
    """Exit status of a command, seconds of the clock and of CPU, and its largest memory in GB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    return process.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def trained(pair: str, size: str, given: argparse.Namespace) -> dict[str, Any]:
    """The result of a run, with what it took."""
    run = given.output / f"{pair}-{size}{'-vectors' if given.vectors else ''}"
    kept = run / "measured.json"
    if not kept.exists():
        start = "from unmt.cli.main import main; main()"
        command = [sys.executable, "-c", start, "train", f"run.dir={run}", "quiet=true", *given.set]
        for side, language in zip(("source", "target"), pair.split("-"), strict=True):
            command += [f"{side}.language={language}", f"{side}.train={given.novels / f'{language}.{size}.txt'}"]
            command += [f"{side}.vectors={given.vectors / f'eltec.{language}.vec.gz'}"] if given.vectors else []
        status, *took = measured(command)
        if status == REFUSED:
            status, *more = measured([*command, "trainer.force=true"])
            took = [took[0] + more[0], took[1] + more[1], max(took[2], more[2])]
        if status:
            sys.exit(f"{pair}, {size}: unmt train ended with status {status}.")
        kept.write_text(json.dumps(took), encoding="utf-8")
    result: dict[str, Any] = json.loads((run / "result.json").read_text(encoding="utf-8"))
    return {**result, "run": run, "took": json.loads(kept.read_text(encoding="utf-8"))}


def score(model: Model, way: str, test: tuple[str, str, str]) -> str:
    """A line: BLEU and chrF of one direction."""
    name, source, reference = test
    languages = dict(zip(("source", "target"), way.split("-"), strict=True))
    files = [Path(path.format(**languages)) for path in (source, reference)]
    if not all(map(Path.exists, files)):
        return f"  {way} {name}: no such test"
    lines, expected = map(read_lines, files)
    texts = translate(model, way, lines)
    parts = []
    for metric_name, label in (("bleu", "BLEU"), ("chrf", "chrF")):
        metric = TranslationMetric(metric_name, [expected], is_lowercase=True)
        counts = metric.counts(texts)
        drawn = metric.scores(resampled_sums(counts, seed=0, resamples=1000))
        found = percentile_interval(metric.score(counts.sum(axis=0)), drawn)
        parts.append(f"{label} {found.estimate:.1f} ({found.low:.1f} to {found.high:.1f})")
    return f"  {way} {name}: {', '.join(parts)}; {len(lines)} lines"


def main() -> None:
    """Train, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pair")
    parser.add_argument("sizes", nargs="+")
    parser.add_argument("--test", nargs=3, action="append", default=[], metavar=("NAME", "SOURCE", "REFERENCE"))
    parser.add_argument("--novels", type=Path, default=Path("data/novels"))
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--output", type=Path, default=Path("runs/novels"))
    parser.add_argument("--set", nargs="*", default=[])
    given = parser.parse_args()
    for size in given.sizes:
        result = trained(given.pair, size, given)
        seconds, cpu_seconds, gigabytes = result["took"]
        sentences = ", ".join(f"{text['sentences']:,} {text['language']}" for text in result["texts"])
        print(f"{given.pair}, {size} MB a side ({sentences} sentences): {result['preflight']['sentence']}")
        print(f"  {cpu_seconds:.0f} s of CPU, {seconds:.0f} s by the clock, {gigabytes:.2f} GB at most")
        model = load_model(result["run"])
        for way in result["directions"]:
            figures = ", ".join(f"{entry['figures'][way]['two_sided']:.2f}" for entry in result["rounds"])
            print(f"  {way}: round {result['chosen_round'][way]} chosen; bits a word by round {figures}")
            for test in given.test:
                print(score(model, way, tuple(test)), flush=True)


if __name__ == "__main__":
    main()
