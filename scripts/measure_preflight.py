"""A grid of pairs of texts: what is known of each early, and the BLEU that a translator of it comes to in the end.

    python scripts/measure_preflight.py train DATA PUD OUTPUT [--only NAME ...]
    python scripts/measure_preflight.py joint DATA PUD OUTPUT [--only NAME ...]
    python scripts/measure_preflight.py table DATA PUD OUTPUT
    python scripts/measure_preflight.py fit   DATA PUD OUTPUT
    python scripts/measure_preflight.py check DATA PUD OUTPUT

DATA holds multi30k/ and novels/ as data_prep/multi30k.py and data_prep/novels.py cut them (2 megabytes of each
language), PUD the files pud.dev.LANGUAGE. `train`: of each cell a lexicon model of two rounds without word vectors, and
its BLEU on a test set that no training saw (the first 500 captions of test_2016_flickr, or the 505 sentences of pud),
13a, lower-cased, of both directions; and what `unmt compress preflight` says of the two texts. `joint`: the curve of
one Transformer for both texts against one for each (scripts/measure_joint_likelihood.py). What is measured is kept in
OUTPUT and not measured again. `table`: all figures, and the rank correlation of each with BLEU. `fit`: writes
unmt/tasks/forecast.json, by which the pre-flight says what to expect. `check`: what that law says of the cells that are
no part of the fit (captions en-cs, novels of Italian; `train --only` them first) beside their BLEU. References are
opened after a run has ended.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure_joint_likelihood import LOOKS, controlled
from scipy.stats import spearmanr

from unmt.evaluation.translation import TranslationMetric
from unmt.tasks.forecast import early_figures, fit, forecast
from unmt.tasks.models import load_model, translator_of
from unmt.tasks.train_lexicon import train_lexicon
from unmt.tasks.training_settings import Settings, Text
from unmt.text.corpus_file import read_lines

MOST_LINES = 14_500
"""Of a file that are drawn from: of German captions these are the translations, not the further descriptions."""
TEST_LINES = 505
SETTINGS = Settings(rounds=2, held_out=300, force=True, threads=1)
FORECAST = Path(__file__).parents[1] / "unmt" / "tasks" / "forecast.json"
ABOUT = "log2(1 + BLEU) of a lexicon model of two rounds, linear; made by scripts/measure_preflight.py"
LAWS = (
    ("saved",), ("redundancy",), ("log2_lines",), ("saved", "log2_lines"), ("saved", "redundancy"),
    ("redundancy", "log2_lines"), ("saved", "redundancy", "log2_lines"),
)  # fmt: skip
"""Figures that a law may go by: few, as there are few cells."""
EARLY = LOOKS[:-1]
"""Steps after which the joint likelihood is looked at."""
SIZES = (1000, 3000, 10_000)


@dataclass(frozen=True)
class Cell:
    """A pair of texts. source, target: (kind, language); test: kind of the test set; is_check: no part of the fit."""

    name: str
    source: tuple[str, str]
    target: tuple[str, str]
    lines: int
    test: str
    is_shuffled: bool = False
    is_check: bool = False


def cells() -> list[Cell]:
    """The grid, the cheapest first."""
    plans: list[tuple[str, tuple[str, str], tuple[str, str], tuple[int, ...], str, bool]] = [
        ("captions en-fr", ("captions", "en"), ("captions", "fr"), SIZES, "flickr", False),
        ("captions en-de", ("captions", "en"), ("captions", "de"), SIZES, "flickr", False),
        ("novels en-fr", ("novels", "en"), ("novels", "fr"), SIZES[:2], "pud", False),
        ("novels en-de", ("novels", "en"), ("novels", "de"), SIZES[:2], "pud", False),
        ("captions en, novels fr", ("captions", "en"), ("novels", "fr"), SIZES[:2], "flickr", False),
        ("captions en-fr, fr shuffled", ("captions", "en"), ("captions", "fr"), SIZES[1:2], "flickr", True),
    ]
    found = [
        Cell(f"{name}, {lines}", source, target, lines, test, is_shuffled)
        for name, source, target, sizes, test, is_shuffled in plans
        for lines in sizes
    ]
    checks = [
        Cell(f"{name}, {lines}", source, target, lines, test, is_check=True)
        for name, source, target, sizes, test in (
            ("captions en-cs", ("captions", "en"), ("captions", "cs"), SIZES, "flickr"),
            ("novels en-it", ("novels", "en"), ("novels", "it"), SIZES[1:2], "pud"),
            ("novels es-it", ("novels", "es"), ("novels", "it"), SIZES[1:2], "pud"),
        )
        for lines in sizes
    ]
    return [*sorted(found, key=lambda cell: cell.lines), *checks]


def text_of(cell: Cell, side: tuple[str, str], data: Path) -> Text:
    """Lines of a file, evenly spaced; words in random order within each line of a shuffled target."""
    kind, language = side
    if kind == "captions":
        other = cell.target[1] if cell.target[0] == "captions" else "fr"
        path = data / "multi30k" / f"en-{other}" / f"train.{language}.txt"
    else:
        path = data / "novels" / f"{language}.2.txt"
    lines = read_lines(path)[:MOST_LINES]
    lines = [lines[place] for place in np.linspace(0, len(lines) - 1, cell.lines).astype(int)]
    if cell.is_shuffled and side == cell.target:
        lines = controlled([], lines, "shuffled")[1]
    return Text(language, f"{cell.name}.{language}", lines)


def test_of(cell: Cell, language: str, data: Path, pud: Path) -> list[str]:
    """A side of the test set."""
    if cell.test == "flickr":
        return read_lines(data / "multi30k" / f"test_2016_flickr.{language}.txt")[:500]
    return read_lines(pud / f"pud.dev.{language}")[:TEST_LINES]


def once(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a file holds, made where it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        start = time.process_time()
        made = make()
        path.write_text(json.dumps({**made, "cpu_seconds": time.process_time() - start}), encoding="utf-8")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def trained(cell: Cell, given: argparse.Namespace) -> dict[str, Any]:
    """BLEU of both directions, and the pre-flight of the run."""
    texts = text_of(cell, cell.source, given.data), text_of(cell, cell.target, given.data)
    folder = given.output / cell.name / "lexicon"
    result = train_lexicon(*texts, SETTINGS, folder)
    assert result is not None
    model, bleu = load_model(folder), {}
    for way in result["directions"]:
        source, target = (test_of(cell, language, given.data, given.pud) for language in way.split("-"))
        done = [one.text for one in translator_of(model, way, beam=SETTINGS.beam, threads=1).translate(source)]
        metric = TranslationMetric("bleu", [target], is_lowercase=True)
        bleu[way] = float(metric.score(metric.counts(done).sum(axis=0)))
    return {
        "bleu": bleu,
        "preflight": result["preflight"],
        "seconds": result["seconds"],
        "chosen": result["chosen_round"],
    }


def looked_at(cell: Cell, given: argparse.Namespace) -> dict[str, Any]:
    """What `unmt compress preflight` says of the texts; where it looks at all of them, that is what training said."""
    from unmt.tasks.compress_preflight import compress_preflight, sample

    texts = text_of(cell, cell.source, given.data), text_of(cell, cell.target, given.data)
    if all(sample(text.lines, None) == [line for line in text.lines if line.strip()] for text in texts):
        trained_ = json.loads((given.output / cell.name / "trained.json").read_text(encoding="utf-8"))
        return {"preflight": trained_["preflight"]}
    return {"preflight": compress_preflight(*texts, threads=1)["preflight"]}


def fitted(wanted: list[Cell], given: argparse.Namespace) -> dict[str, Any]:
    """The law of unmt/tasks/forecast.py on the figures that leave least over where each cell is left out."""
    rows: list[dict[str, Any]] = []
    for cell in wanted:
        path = given.output / cell.name
        if cell.is_check or not (path / "trained.json").exists():
            continue
        bleu = float(np.mean(list(json.loads((path / "trained.json").read_text())["bleu"].values())))
        found = once(path / "preflight.json", lambda cell=cell: looked_at(cell, given))["preflight"]
        values = {name: round(value, 4) for name, value in early_figures(found, cell.lines).items()}
        rows.append({"name": cell.name, **values, "bleu": round(bleu, 2), "verdict": found["verdict"]})
    laws = []
    for names in LAWS:
        law = fit(rows, names)
        print(f"{', '.join(names)}: {law['spread']:.3f} of log2(1 + BLEU) left over")
        laws.append(law)
    return min(laws, key=lambda law: law["spread"])


def checked(wanted: list[Cell], given: argparse.Namespace) -> None:
    """Print what the law in use says of the cells that are no part of it, and what they came to."""
    for cell in wanted:
        path = given.output / cell.name
        if not cell.is_check or not (path / "trained.json").exists():
            continue
        bleu = json.loads((path / "trained.json").read_text(encoding="utf-8"))["bleu"]
        found = once(path / "preflight.json", lambda cell=cell: looked_at(cell, given))["preflight"]
        told = forecast(found, cell.lines)
        came = ", ".join(f"{way} {value:.1f}" for way, value in bleu.items())
        mean = float(np.mean(list(bleu.values())))
        where = "inside" if told["low"] <= mean <= told["high"] else "outside"
        beyond = ", beyond the pairs" if told["is_outside"] else ""
        print(
            f"{cell.name}: saved {told['score']:.2f}, {found['verdict']}; {told['low']} to {told['high']} expected,"
            f" middle {told['bleu']}{beyond}; {came}, mean {mean:.1f}: {where}"
        )


def joint(cell: Cell, given: argparse.Namespace) -> dict[str, Any]:
    """The curve of the joint likelihood."""
    import torch

    from unmt.tasks.joint_likelihood import JointSettings, joint_likelihood

    torch.set_num_threads(1)
    texts = text_of(cell, cell.source, given.data), text_of(cell, cell.target, given.data)
    return joint_likelihood(*texts, JointSettings(steps=EARLY[-1], looks=EARLY))


def figures(cell: Cell, given: argparse.Namespace) -> dict[str, float] | None:
    """All that is known of a cell, BLEU last; None where it was not trained."""
    path = given.output / cell.name
    if not (path / "trained.json").exists():
        return None
    trained_, found = json.loads((path / "trained.json").read_text()), {}
    before = trained_["preflight"]
    found["saved"] = float(np.mean(before["saved_bits_per_word"]))
    found["redundancy"] = float(np.mean(before["redundancy_bits_per_word"]))
    found["context cosine"] = before["lexicon"]["context_cosine"]
    found["mutual share"] = before["lexicon"]["mutual_share"]
    found["log2 lines"] = float(np.log2(cell.lines))
    if (path / "joint.json").exists():
        for row in json.loads((path / "joint.json").read_text())["curve"]:
            found[f"joint gap, {row['steps']} steps"] = float(np.mean(row["gap"]))
            if row["steps"] == EARLY[-1]:
                found["bits a word apart, last step"] = float(np.mean(row["apart"]))
    found["bleu"] = float(np.mean(list(trained_["bleu"].values())))
    return found


def tabled(wanted: list[Cell], given: argparse.Namespace) -> None:
    """Print every cell, and rank correlations with BLEU over all cells and within one kind of text or one size."""
    rows = {cell: found for cell in wanted if not cell.is_check and (found := figures(cell, given)) is not None}
    names = list(dict.fromkeys(name for found in rows.values() for name in found))
    print("  ".join(["cell".ljust(34), *names]))
    for cell, found in rows.items():
        print("  ".join([cell.name.ljust(34), *(f"{found[name]:.2f}" if name in found else "-" for name in names)]))
    groups: dict[str, Callable[[Cell], bool]] = {
        "all": lambda _: True,
        "all but the shuffled": lambda cell: not cell.is_shuffled,
        "captions": lambda cell: cell.source[0] == cell.target[0] == "captions" and not cell.is_shuffled,
        "novels": lambda cell: cell.source[0] == cell.target[0] == "novels",
        **{f"{lines} lines": (lambda cell, lines=lines: cell.lines == lines) for lines in SIZES},
    }
    for group, belongs in groups.items():
        part = [found for cell, found in rows.items() if belongs(cell)]
        shown = [
            f"{name} {spearmanr([one[name] for one in part], [one['bleu'] for one in part]).statistic:.2f}"
            for name in names[:-1]
            if all(name in one for one in part) and len({one[name] for one in part}) > 1
        ]
        print(f"rank correlation with BLEU, {group} ({len(part)} cells): {', '.join(shown)}")


def main() -> None:
    """Do what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("train", "joint", "table", "fit", "check"))
    for name in ("data", "pud", "output"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--only", nargs="*")
    given = parser.parse_args()
    wanted = [cell for cell in cells() if not given.only or cell.name in given.only]
    if given.what == "train":
        for cell in wanted:
            found = once(given.output / cell.name / "trained.json", lambda cell=cell: trained(cell, given))
            bleu = ", ".join(f"{way} {value:.1f}" for way, value in found["bleu"].items())
            print(f"{cell.name}: {bleu}; {found['preflight']['sentence']} {found['cpu_seconds']:.0f} s", flush=True)
    if given.what == "joint":
        for cell in wanted:
            found = once(given.output / cell.name / "joint.json", lambda cell=cell: joint(cell, given))
            gaps = ", ".join(f"{row['steps']}: {row['gap'][0]:.3f} {row['gap'][1]:.3f}" for row in found["curve"])
            print(f"{cell.name}: {gaps}; {found['cpu_seconds']:.0f} s", flush=True)
    if given.what == "check":
        checked(wanted, given)
    if given.what == "table":
        tabled(wanted, given)
    if given.what == "fit":
        law = {"about": ABOUT, **fitted(wanted, given)}
        FORECAST.write_text(json.dumps(law, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
