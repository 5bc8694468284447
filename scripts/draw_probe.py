"""Tables and a picture of runs of `unmt probe`, as in docs/theory.md.

    python scripts/draw_probe.py PICTURE.svg RUN [RUN ...]

RUN is the run directory of `unmt probe`. Prints, for each, checkpoints (means over seeds), rank correlations, layers
and few labels as Markdown, and draws a panel for each, named for its folder: bits a symbol across, accuracy of the last
layer up, a line for each kind of model from the untrained one (right) on. A run without result.json, since it has not
ended, is taken from its metrics.jsonl, with the trainings that are whole; then few labels are missing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from unmt.report.probe_tables import checkpoint_rows
from unmt.tasks.probe_figures import correlations, over_seeds

KIND = ("objective", "shuffled", "width")
COLOURS = {"autoregressive": "#1f6fb4", "masked": "#c2571a"}
WIDTH, HEIGHT, MARGIN = 320, 260, 44

Row = dict[str, Any]


def read(folder: Path) -> dict[str, Any]:
    """The result, or what metrics.jsonl has of one."""
    path = folder / "result.json"
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found
    lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "bits_per_symbol" in row]
    last = max(row["step"] for row in rows)
    whole = {tuple(row[key] for key in (*KIND, "seed")) for row in rows if row["step"] == last}
    rows = [row for row in rows if tuple(row[key] for key in (*KIND, "seed")) in whole]
    return {"checkpoints": rows, "few_labels": [], "correlations": correlations(rows), "reference": {}}


def name_of(kind: tuple[Any, ...]) -> str:
    """Of a kind of model, for a person."""
    objective, is_shuffled, width = kind
    return f"{objective}, {'shuffled' if is_shuffled else 'as it is'}, {width}"


def mean(rows: Sequence[Row], key: str) -> float:
    """Over the rows."""
    return float(np.mean([row[key] for row in rows]))


def by_seed(entry: Row) -> str:
    """Rank correlations of bits with accuracy."""
    return ", ".join("–" if one is None else f"{one:+.2f}" for one in entry["by_seed"])


def tables(result: dict[str, Any]) -> str:
    """All figures as Markdown."""
    lines = ["| objective | symbols | width | step | bits | accuracy % | least to most | layer |", "|---" * 8 + "|"]
    lines += ["| " + " | ".join(cells) + " |" for cells in checkpoint_rows(result)]
    last_layer = correlations([row | {"accuracy": row["accuracy_by_layer"][-1]} for row in result["checkpoints"]])
    lines += [
        "",
        "| objective | symbols | checkpoints | by seed | at one step | last layer, by seed |",
        "|---" * 6 + "|",
    ]
    for entry, above in zip(result["correlations"], last_layer, strict=True):
        symbols = "shuffled" if entry["shuffled"] else "as it is"
        step = "" if entry["same_step"] is None else f"{entry['same_step']:+.2f}"
        cells = [entry["objective"], symbols, str(entry["points"]), by_seed(entry), step, by_seed(above)]
        lines.append("| " + " | ".join(cells) + " |")
    last = max(row["step"] for row in result["checkpoints"])
    lines += ["", "layers at the last step, per cent"]
    for kind, rows in over_seeds([row for row in result["checkpoints"] if row["step"] == last], KIND):
        layers = 100 * np.mean([row["accuracy_by_layer"] for row in rows], axis=0)
        lines.append(f"| {name_of(kind)} | " + " | ".join(f"{share:.1f}" for share in layers) + " |")
    lines += ["", "few labels, per cent"]
    for kind, rows in over_seeds(result["few_labels"], KIND):
        cells = [
            f"{labels or 'all'}: {100 * mean(of_them, 'accuracy'):.1f}"
            for (labels,), of_them in over_seeds(rows, ["labels"])
        ]
        lines.append(f"| {name_of(kind)} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", json.dumps(result["reference"])])


def panel(name: str, result: dict[str, Any], left: int) -> str:
    """Bits across, accuracy of the last layer up."""
    rows = [row | {"accuracy": row["accuracy_by_layer"][-1]} for row in result["checkpoints"]]
    bits = [row["bits_per_symbol"] for row in rows]
    low, high = min(bits), max(bits)
    top = max(row["accuracy"] for row in rows)

    def place(one: float, accuracy: float) -> tuple[float, float]:
        across = left + MARGIN + (WIDTH - MARGIN - 12) * (one - low) / (high - low)
        return across, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * accuracy / top

    marks = [f'<text x="{left + MARGIN}" y="24" font-size="15">{escape(name)}</text>']
    for tick in range(0, int(100 * top) + 1, 20):
        x, y = place(low, tick / 100)
        marks.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" font-size="11" text-anchor="end">{tick}</text>')
        marks.append(f'<path d="M{x:.0f} {y:.1f}H{left + WIDTH - 12}" stroke="currentColor" stroke-opacity="0.15"/>')
    for tick in range(int(np.ceil(low)), int(high) + 1):
        x, y = place(tick, 0)
        marks.append(f'<text x="{x:.0f}" y="{y + 16:.0f}" font-size="11" text-anchor="middle">{tick}</text>')
    for kind, of_kind in over_seeds(rows, KIND):
        objective, is_shuffled, width = kind
        colour = COLOURS[objective]
        points = [
            place(mean(one, "bits_per_symbol"), mean(one, "accuracy")) for _, one in over_seeds(of_kind, ["step"])
        ]
        line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        widest = width == max(row["width"] for row in rows)
        dashes = ' stroke-dasharray="2 3"' if is_shuffled else "" if widest else ' stroke-dasharray="7 3"'
        marks.append(f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
        marks += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}" fill-opacity="0.5"/>'
            for row in of_kind
            for x, y in [place(row["bits_per_symbol"], row["accuracy"])]
        ]
    return "\n".join(marks)


def picture(runs: dict[str, dict[str, Any]]) -> str:
    """The panels beside each other, and what lines mean."""
    panels = "\n".join(panel(name, result, WIDTH * place) for place, (name, result) in enumerate(runs.items()))
    legend = (
        "Accuracy of a probe of the last layer, per cent (up) by bits a character (across); dots: seeds, lines: means",
        "Blue: autoregressive, brown: masked; dashed: the narrower model, dotted: shuffled characters.",
    )
    told = "".join(
        f'<text x="{MARGIN}" y="{HEIGHT + 8 + 16 * place}" font-size="12">{escape(line)}</text>\n'
        for place, line in enumerate(legend)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(runs)} {HEIGHT + 32}" role="img"'
        f' aria-label="{escape(" ".join(legend))}" font-family="system-ui, sans-serif" fill="currentColor">\n'
        f"{panels}\n{told}</svg>\n"
    )


def main() -> None:
    """Print the tables and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    given = parser.parse_args()
    runs = {folder.name: read(folder) for folder in given.runs}
    for name, result in runs.items():
        print(f"## {name}\n\n{tables(result)}\n")
    given.picture.write_text(picture(runs), encoding="utf-8")


if __name__ == "__main__":
    main()
