"""Which figure that needs no reference ranks translators as BLEU does: many trainings, good and bad, each round scored.

    python scripts/measure_selectors.py FOLDER PAIR [--vectors FOLDER] [--output runs/selectors] [--full RUN ...]

FOLDER is what data_prep/multi30k.py wrote; PAIR is such as en-fr. --vectors names a folder of eltec.LANGUAGE.vec.gz; it
is needed for the settings that have vectors. --full adds finished runs of `unmt train` on the whole texts, such as
those of scripts/measure_translation.py; a run that is there is not made again.

Trains every setting of GRID, spoiled lexicons among them, then opens the references and scores each round of both
directions on the first TEST_LINES lines of the test set. Prints every round, and for each selector its rank correlation
with BLEU, over all rounds of a direction and within each setting, and what BLEU it loses by choosing. On one core the
grid takes nine minutes.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from measure_translation import TEST
from selector_table import groups_of

from unmt.evaluation.selection import Group
from unmt.evaluation.translation import TranslationMetric
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import DecoderSettings
from unmt.tasks import train_lexicon as training
from unmt.tasks.lexicon_stage import lexicons, null_lexicon
from unmt.tasks.training_settings import Settings, Text
from unmt.tasks.translate import Translator
from unmt.tasks.translation_model import Direction, TranslationModel
from unmt.text.corpus_file import read_lines

TEST_LINES = 500
SELECTORS = ("two_sided", "total_bits", "divergence", "code_bits", "way_back_bits", "text_bits", "round_trip")


@dataclass(frozen=True)
class Setting:
    """A training: lines of each text, whether vectors are given, the lexicon's weight in round 0, rounds.

    spoiled: share of the words whose translations are those of a shuffled lexicon.
    """

    lines: int
    vectors: bool
    weight: float = 0.5
    spoiled: float = 0.0
    rounds: int = 2

    @property
    def name(self) -> str:
        """Of its folder."""
        parts = [f"{self.lines}", "vectors" if self.vectors else "alone", f"w{self.weight:g}"]
        return "-".join([*parts, f"spoiled{self.spoiled:g}"] if self.spoiled else parts)


GRID = (
    Setting(2000, vectors=True, rounds=3),
    Setting(2000, vectors=False),
    Setting(5000, vectors=True),
    Setting(2000, vectors=True, weight=1.5),
    Setting(2000, vectors=False, weight=1.5),
    Setting(2000, vectors=True, spoiled=0.5),
    Setting(2000, vectors=True, spoiled=1.0, rounds=1),
)


def spoiled(pair: tuple[Lexicon, Lexicon], share: float, seed: int = 0) -> tuple[Lexicon, Lexicon]:
    """Lexicons whose options are, with this probability a word, those of a shuffled lexicon."""
    mixed = []
    for one, null in zip(pair, null_lexicon(pair, seed), strict=True):
        is_null = np.random.default_rng(seed).random(len(one.source)) < share
        is_null = np.repeat(is_null, np.diff(one.option_start))
        targets = np.where(is_null, null.targets, one.targets)
        mixed.append(Lexicon(one.source, one.target, one.option_start, targets, one.log_probability))
    return mixed[0], mixed[1]


def share_lexicon(setting: Setting, run: Path) -> None:
    """Settings of the same texts and vectors have the same lexicon: take that of another run, where there is one."""
    alike = "vectors" if setting.vectors else "alone"
    for other in sorted(run.parent.glob(f"{setting.lines}-{alike}-*/checkpoints")):
        if (other / "round-0.json").exists() and not (run / "checkpoints").exists():
            (run / "checkpoints").mkdir(parents=True)
            for path in (other / "data.json", *other.glob("lexicon.*")):
                shutil.copy(path, run / "checkpoints")


def trained(setting: Setting, folder: Path, pair: str, vectors: Path | None, run: Path) -> Path:
    """The run directory of a setting, trained now where it is not there."""
    if (run / "result.json").exists():
        return run
    texts = []
    for language in pair.split("-"):
        path = folder / pair / f"train.{language}.txt"
        given = str(vectors / f"eltec.{language}.vec.gz") if setting.vectors and vectors else None
        texts.append(Text(language, str(path), read_lines(path)[: setting.lines], given))

    def made(*given: Any) -> Any:
        found, report = lexicons(*given)
        return spoiled(found, setting.spoiled), report

    settings = Settings(rounds=setting.rounds, force=True, threads=1)
    share_lexicon(setting, run)
    with patch.object(training, "LEXICON_WEIGHT", setting.weight), patch.object(training, "lexicons", made):
        result = training.train_lexicon(texts[0], texts[1], settings, run)
    (run / "result.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return run


def scored(run: Path, folder: Path, lines_learned: int) -> list[dict[str, Any]]:
    """Every round and direction of a run: figures, BLEU, and BLEU of the same lines translated there and back."""
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    languages = TranslationModel.load(run).languages
    rows = []
    for entry in result["rounds"]:
        ways = {}
        for way, settings in zip(result["directions"], entry["settings"], strict=True):
            table = PhraseTable.load(run / "checkpoints" / f"round-{entry['round']}.{way}.npz")
            ways[way] = Direction(*way.split("-"), table, DecoderSettings.from_dict(settings))
        model = TranslationModel(languages, ways)
        for way in ways:
            source, target = way.split("-")
            lines, reference = (read_lines(folder / f"{TEST}.{side}.txt")[:TEST_LINES] for side in (source, target))
            texts = translated(model, way, lines)
            returned = translated(model, f"{target}-{source}", texts)
            rows.append(
                {
                    "run": run.name,
                    "way": way,
                    "round": entry["round"],
                    "bleu": bleu(texts, reference),
                    "lines": lines_learned,
                    **(figures := entry["figures"][way]),
                    "total_bits": figures["two_sided"] + figures["target_bits"],  # which older runs do not have
                    "round_trip": -bleu(returned, lines),
                }
            )
    return rows


def translated(model: TranslationModel, way: str, lines: Sequence[str]) -> list[str]:
    """The translations."""
    return [one.text for one in Translator(model, way, beam=10).translate(lines)]


def bleu(texts: Sequence[str], reference: Sequence[str]) -> float:
    """Lower-cased."""
    metric = TranslationMetric("bleu", [list(reference)], is_lowercase=True)
    return float(metric.score(metric.counts(list(texts)).sum(axis=0)))


def groups(rows: Sequence[dict[str, Any]], selector: str, keys: Sequence[str]) -> list[Group]:
    """What to choose from, rounds that have these keys in common: a selector's figure, less being better, and BLEU.

    Left out are groups of one setting where there is a choice among settings, and rounds that nothing stands beside.
    """
    named = [{**row, "group": tuple(row[key] for key in keys), "score": row["bleu"]} for row in rows]
    runs = Counter(group for group, _ in {(row["group"], row["run"]) for row in named})
    least = 1 if "run" in keys else 2
    found = groups_of([row for row in named if runs[row["group"]] >= least], selector)
    return [group for group in found if len(group.costs) > 1]


def table(rows: Sequence[dict[str, Any]], selectors: Sequence[str]) -> str:
    """One line a selector."""
    ways = "  ".join(dict.fromkeys(row["way"] for row in rows))
    lines = [f"selector       {ways}   mean   BLEU lost  same texts  BLEU lost  within runs  BLEU lost"]
    for selector in selectors:
        overall, alike, within = (
            groups(rows, selector, keys) for keys in (("way",), ("way", "lines"), ("way", "lines", "run"))
        )
        each = "  ".join(f"{one.correlation or 0.0:5.2f}" for one in overall)
        columns = "  ".join(
            f"{np.mean([one.correlation or 0.0 for one in held]):5.2f}   {np.mean([one.loss for one in held]):5.2f}    "
            for held in (overall, alike, within)
        )
        lines.append(f"{selector:14} {each}  {columns}")
    return "\n".join(lines)


def main() -> None:
    """Train, score, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pair")
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--output", type=Path, default=Path("runs/selectors"))
    parser.add_argument("--full", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    grid = [setting for setting in GRID if given.vectors or not setting.vectors]
    folder = given.output / given.pair
    runs = [(trained(one, given.folder, given.pair, given.vectors, folder / one.name), one.lines) for one in grid]
    whole = len(read_lines(given.folder / given.pair / f"train.{given.pair.split('-')[0]}.txt"))
    rows: list[dict[str, Any]] = []
    print("setting                       direction round  BLEU   " + "  ".join(f"{name:>13}" for name in SELECTORS))
    for run, lines in [*runs, *((run, whole) for run in given.full)]:
        for row in scored(run, given.folder, lines):
            rows.append(row)
            figures = "  ".join(f"{row[name]:13.3f}" for name in SELECTORS)
            print(f"{row['run']:29} {row['way']:9} {row['round']:4}  {row['bleu']:5.2f}   {figures}", flush=True)
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    print(table(rows, SELECTORS))


if __name__ == "__main__":
    main()
