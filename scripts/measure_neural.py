"""Train Transformers on two unpaired texts, then score every round on a test set that training never saw.

    python scripts/measure_neural.py seeds     SOURCE TARGET TEST_SOURCE TEST_TARGET OUTPUT [--seeds 3] [--set K=V]
    python scripts/measure_neural.py ablation  SOURCE TARGET TEST_SOURCE TEST_TARGET OUTPUT [--seeds 1] [--set K=V]
    python scripts/measure_neural.py first     SOURCE TARGET TEST_SOURCE TEST_TARGET OUTPUT [--seeds 2] [--set K=V]

Files are text, a sentence a line; languages are called by the names before the last ".txt" of SOURCE and TARGET, such
as en and fr of a.en.txt and b.fr.txt. --set changes a value of NeuralSettings, in JSON, such as --set rounds=40.
`ablation` leaves each objective out in turn, and adds others. `first` begins with --alone rounds of language modelling,
as initialisation, against none, for the same number of rounds in all. Seeds are --seeds many, from --first-seed on.
Prints BLEU (13a, lower-case) of the chosen round and of the best, and the rank correlation of each label-free figure
with BLEU over all rounds. References are opened after a run has ended.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from unmt.evaluation.translation import TranslationMetric
from unmt.tasks.neural_model import NeuralModel
from unmt.tasks.neural_settings import NeuralSettings, Objectives
from unmt.tasks.neural_translate import NeuralTranslator
from unmt.tasks.tensor_file import load_tensors
from unmt.tasks.train_transformer import train_transformer
from unmt.tasks.training_settings import Text
from unmt.text.corpus_file import read_lines

FIGURES = ("two_sided", "code_bits", "divergence", "way_back_bits", "text_bits", "fluency_bits", "round_trip_bleu")
RISING = {"round_trip_bleu"}
ALONE = {"causal": 0.0, "masked": 0.0, "spans": 0.0, "denoising": 0.0}
ABLATIONS: dict[str, dict[str, Any]] = {
    "default": {},
    "no denoising": {"denoising": 0.0},
    "no back-translation": {"back_translation": False},
    "no forward pairs": {"forward": 0.0},
    "no pairs of the start after the first rounds": {"start_pairs": 0.0},
    "with hidden spans": {"spans": 0.1},
    "with causal language modelling": {"causal": 0.1},
    "with masked language modelling": {"masked": 0.1},
    "with the adversary": {"adversarial": 0.1},
    "back-translation by sampling": {"sampled": 1.0},
    "back-translation alone after the first rounds": {"start_pairs": 0.0, "denoising": 0.0},
    "pairs of the start alone": {"forward": 0.0, "denoising": 0.0, "back_translation": False},
    "forward pairs alone": {"forward": 1.0, "denoising": 0.0, "back_translation": False},
}
FIRST: dict[str, dict[str, Any]] = {
    "off": {},
    "causal first": {"causal": 0.1},
    "spans first": {"spans": 0.1},
    "causal and spans, in all rounds": {"causal": 0.1, "spans": 0.1, "alone_rounds": 0},
    "masked first": {"masked": 0.1},
}
"""Of language modelling as initialisation; nothing else is of one language alone in them."""
NOTHING_ELSE = {"denoising": 0.0, "back_translation": False, "alone_rounds": 10**6}
WITHOUT_START: dict[str, dict[str, Any]] = {
    "no start: denoising and back-translation": {"denoising": 0.3},
    "no start: and the adversary": {"denoising": 0.3, "adversarial": 0.1},
    "no start: denoising alone": {"denoising": 1.0, "back_translation": False},
    "no start: back-translation alone": {"denoising": 0.0},
    "no start: causal alone": {"causal": 1.0} | NOTHING_ELSE,
    "no start: masked alone": {"masked": 1.0} | NOTHING_ELSE,
    "no start: spans alone": {"spans": 1.0} | NOTHING_ELSE,
}
"""The adversary is not among those alone: it matches states, and teaches nobody to write."""


def text_of(path: Path) -> Text:
    """The text of a file, its language by its name."""
    return Text(path.name.removesuffix(".txt").rsplit(".", 1)[-1], str(path), read_lines(str(path)))


def scored(folder: Path, result: dict[str, Any], tests: tuple[list[str], list[str]]) -> list[dict[str, Any]]:
    """BLEU and figures of every round that was looked at, in both directions."""
    model = NeuralModel.load(folder)
    rows = []
    for entry in result["rounds"]:
        tensors, _ = load_tensors(folder / "checkpoints" / f"round-{entry['round']}.safetensors")
        model.net.load_state_dict(tensors, strict=False)
        for place, way in enumerate(result["directions"]):
            done = NeuralTranslator(model, way, beam=1).translate(tests[place])
            metric = TranslationMetric("bleu", [tests[1 - place]], is_lowercase=True)
            bleu = metric.score(metric.counts([one.text for one in done]).sum(axis=0))
            figures = {name: entry["figures"][way][name] for name in FIGURES}
            is_well = not any(entry["guards"].values())
            rows.append({"way": way, "round": entry["round"], "bleu": bleu, "is_well": is_well, **figures})
    return rows


def trained(given: argparse.Namespace, settings: NeuralSettings, folder: Path) -> list[dict[str, Any]]:
    """Rows of one run; a run that was measured is not made again."""
    kept = folder / "measured.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        texts = text_of(given.source), text_of(given.target)
        start = time.process_time()
        result = train_transformer(*texts, replace(settings, keep=10**6), folder)
        assert result is not None
        spent = time.process_time() - start
        tests = read_lines(str(given.test_source)), read_lines(str(given.test_target))
        rows = scored(folder, result, tests)
        chosen = next(iter(result["chosen_round"].values()))
        verdict, steps = result["verdict"], result["steps"]
        held = {"rows": rows, "chosen": chosen, "cpu_minutes": spent / 60, "verdict": verdict, "steps": steps}
        kept.write_text(json.dumps(held), encoding="utf-8")
    held = json.loads(kept.read_text(encoding="utf-8"))
    for way in dict.fromkeys(row["way"] for row in held["rows"]):
        mine = [row for row in held["rows"] if row["way"] == way]
        chosen = next(row["bleu"] for row in mine if row["round"] == held["chosen"])
        print(
            f"{folder.name:48} {way}  chosen {chosen:5.2f} (round {held['chosen']})  best"
            f" {max(row['bleu'] for row in mine):5.2f}  {held['cpu_minutes']:5.1f} CPU-min  {held['verdict']}",
            flush=True,
        )
    return [{**row, "run": folder.name, "chosen": row["round"] == held["chosen"]} for row in held["rows"]]


def correlations(rows: list[dict[str, Any]]) -> None:
    """Rank correlation of each figure with BLEU, within a direction, over all rounds of all runs."""
    for way in dict.fromkeys(row["way"] for row in rows):
        mine = [row for row in rows if row["way"] == way]
        found = []
        for name in FIGURES:
            sign = 1.0 if name in RISING else -1.0
            rank = spearmanr([sign * row[name] for row in mine], [row["bleu"] for row in mine]).statistic
            found.append(f"{name} {rank:.2f}")
        print(f"{way}, {len(mine)} rounds: {', '.join(found)}")


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("seeds", "ablation", "first"))
    for name in ("source", "target", "test_source", "test_target", "output"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--alone", type=int, default=2)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--set", nargs="*", default=[])
    given = parser.parse_args()
    values = {key: json.loads(value) for key, value in (pair.split("=", 1) for pair in given.set)}
    plain = NeuralSettings(**values)
    rows = []
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        if given.what == "seeds":
            rows += trained(given, replace(plain, seed=seed), given.output / f"seed {seed}")
            continue
        variants = {**ABLATIONS, **WITHOUT_START}
        if given.what == "first":
            variants = {name: {**ALONE, "alone_rounds": given.alone, **changes} for name, changes in FIRST.items()}
        for name, changes in variants.items():
            if given.only and name not in given.only:
                continue
            objectives = Objectives(**{**asdict(plain.objectives), **changes})
            start = "none" if name in WITHOUT_START else plain.start
            settings = replace(plain, seed=seed, objectives=objectives, start=start)
            rows += trained(given, settings, given.output / f"{name}, seed {seed}")
    correlations(rows)
    if given.what == "seeds":
        for way in dict.fromkeys(row["way"] for row in rows):
            scores = [row["bleu"] for row in rows if row["way"] == way and row["chosen"]]
            print(f"{way}: {np.mean(scores):.2f} ({min(scores):.2f} to {max(scores):.2f}) over {len(scores)} seeds")


if __name__ == "__main__":
    main()
