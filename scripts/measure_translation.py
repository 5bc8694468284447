"""Train on two unpaired texts, several seeds, then score every round on a test set that training never saw.

    python scripts/measure_translation.py FOLDER PAIR [--seeds 3] [--output runs/measured] [--vectors FOLDER]
        [--set trainer.rounds=5 ...]

FOLDER is what data_prep/multi30k.py wrote; PAIR is such as en-fr. --vectors names a folder of eltec.LANGUAGE.vec.gz.
Prints, for each seed, direction and round, BLEU and chrF beside the figures that need no reference, the rank
correlation of each of these with BLEU, and mean and spread of the rounds that the code length chose. The references are
opened after a run has ended.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from unmt.evaluation.translation import TranslationMetric
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import DecoderSettings
from unmt.tasks.translate import Translator
from unmt.tasks.translation_model import Direction, TranslationModel
from unmt.text.corpus_file import read_lines

TEST = "test_2016_flickr"
FIGURES = ("two_sided", "divergence", "text_bits", "way_back_bits")


def trained(folder: Path, pair: str, seed: int, output: Path, vectors: Path | None, extra: list[str]) -> dict[str, Any]:
    """The result of a run from raw text, by the command line, with its seconds."""
    source, target = pair.split("-")
    run = output / f"{pair}-{seed}"
    command = [
        sys.executable,
        "-c",
        "from unmt.cli.main import main; main()",
        "train",
        f"seed={seed}",
        f"run.dir={run}",
        *extra,
    ]
    for side, language in (("source", source), ("target", target)):
        command += [f"{side}.language={language}", f"{side}.train={folder / pair / f'train.{language}.txt'}"]
        command += [f"{side}.vectors={vectors / f'eltec.{language}.vec.gz'}"] if vectors else []
    seconds = run / "wall_seconds"
    if not (run / "result.json").exists():
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
        seconds.write_text(f"{time.perf_counter() - start:.1f}")
    result: dict[str, Any] = json.loads((run / "result.json").read_text(encoding="utf-8"))
    return result | {"folder": run, "wall_seconds": float(seconds.read_text())}


def scored(result: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Every round and direction of a run: figures, BLEU and chrF."""
    model = TranslationModel.load(result["folder"])
    rows = []
    for place, way in enumerate(result["directions"]):
        source, target = way.split("-")
        lines = read_lines(folder / f"{TEST}.{source}.txt")
        reference = read_lines(folder / f"{TEST}.{target}.txt")
        bleu, chrf = (TranslationMetric(name, [reference], is_lowercase=True) for name in ("bleu", "chrf"))
        for entry in result["rounds"]:
            number = entry["round"]
            table = PhraseTable.load(result["folder"] / "checkpoints" / f"round-{number}.{way}.npz")
            direction = Direction(source, target, table, DecoderSettings.from_dict(entry["settings"][place]))
            done = Translator(TranslationModel(model.languages, {way: direction}), way).translate(lines)
            texts = [translation.text for translation in done]
            rows.append(
                {
                    "way": way,
                    "seed": result["seed"],
                    "round": number,
                    "is_chosen": result["chosen_round"][way] == number,
                    "bleu": float(bleu.score(bleu.counts(texts).sum(axis=0))),
                    "chrf": float(chrf.score(chrf.counts(texts).sum(axis=0))),
                    **{name: entry["figures"][way][name] for name in FIGURES},
                }
            )
    return rows


def main() -> None:
    """Train, score, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pair")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("runs/measured"))
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--set", nargs="*", default=[])
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    print("direction seed round  BLEU  chrF   " + "  ".join(f"{name:>13}" for name in FIGURES))
    for seed in range(given.seeds):
        result = trained(given.folder, given.pair, seed, given.output, given.vectors, given.set)
        for row in scored(result, given.folder):
            rows.append(row)
            figures = "  ".join(f"{row[name]:13.3f}" for name in FIGURES)
            mark = "*" if row["is_chosen"] else " "
            print(
                f"{row['way']:9} {seed:4} {row['round']:4}{mark}  {row['bleu']:5.2f} {row['chrf']:5.2f}   {figures}",
                flush=True,
            )
        print(f"seed {seed}: {result['wall_seconds']:.0f} s from raw text to translator", flush=True)
    for way in dict.fromkeys(row["way"] for row in rows):
        part = [row for row in rows if row["way"] == way]
        chosen = [row["bleu"] for row in part if row["is_chosen"]]
        best = defaultdict(float)
        for row in part:
            best[row["seed"]] = max(best[row["seed"]], row["bleu"])
        print(
            f"{way}: chosen BLEU {np.mean(chosen):.2f} (spread {min(chosen):.2f} to {max(chosen):.2f}); "
            f"best round {np.mean(list(best.values())):.2f}"
        )
        for name in FIGURES:
            correlation = spearmanr([-row[name] for row in part], [row["bleu"] for row in part]).statistic
            print(f"  rank correlation of -{name} with BLEU over {len(part)} rounds: {correlation:.3f}")


if __name__ == "__main__":
    main()
