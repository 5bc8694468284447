"""One Transformer language model for two texts against one for each: the gap in bits over the course of training.

    python scripts/measure_joint_likelihood.py X Y [--control KIND ...] [--steps 400] [--seeds 1] [--lines N]

X and Y are text files, a sentence a line. Prints, after so many steps, the bits a word of held-out sentences of X and Y
by the joint net and by the separate ones, and the gap: apart less joint, so that it is positive where learning both at
once pays. What is equal between them is said in unmt/tasks/joint_likelihood.py. Controls:

    shuffled     Y with its words in random order within each line: the same words and pieces, no order
    enciphered   Y with its letters replaced by Cyrillic ones: the same order, no piece in common but marks and numbers
    same         the second half of X in the place of Y, and the first in the place of X: the most that can be shared
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from unmt.tasks.joint_likelihood import JointSettings, joint_likelihood
from unmt.tasks.training_settings import Text
from unmt.text.corpus_file import read_lines

LOOKS = (25, 50, 100, 200, 400)
FIRST_LETTER = 0x430
"""Of lower-case Cyrillic, 48 letters that have capitals."""


def shuffled(lines: list[str], seed: int = 1) -> list[str]:
    """Words in random order within each line."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.permutation(line.split())) for line in lines]


def enciphered(lines: list[str]) -> list[str]:
    """Each letter replaced by another of another script, capitals by capitals."""
    letters = sorted({letter for line in lines for letter in line.lower() if letter.isalpha()})[:48]
    key = {letter: chr(FIRST_LETTER + place) for place, letter in enumerate(letters)}
    key |= {letter.upper(): other.upper() for letter, other in key.items() if len(letter.upper()) == 1}
    return [line.translate(str.maketrans(key)) for line in lines]


def controlled(x: list[str], y: list[str], kind: str) -> tuple[list[str], list[str]]:
    """The two texts of a control."""
    if kind == "shuffled":
        return x, shuffled(y)
    if kind == "enciphered":
        return x, enciphered(y)
    return (x[: len(x) // 2], x[len(x) // 2 :]) if kind == "same" else (x, y)


def main() -> None:
    """Measure, and print the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("x", type=Path)
    parser.add_argument("y", type=Path)
    parser.add_argument("--control", nargs="*", default=[], choices=("shuffled", "enciphered", "same"))
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--lines", type=int)
    given = parser.parse_args()
    torch.set_num_threads(1)
    x, y = (read_lines(path)[: given.lines] for path in (given.x, given.y))
    looks = tuple(sorted({step for step in LOOKS if step < given.steps} | {given.steps}))
    settings = JointSettings(steps=given.steps, looks=looks)
    print("texts       seed  steps   joint x  joint y   apart x  apart y     gap x    gap y")
    for kind in ("", *given.control):
        first, second = controlled(x, y, kind)
        texts = Text("x", str(given.x), first), Text("y", str(given.y), second)
        for seed in range(given.seeds):
            found = joint_likelihood(*texts, replace(settings, seed=seed))
            for row in found["curve"]:
                figures = "  ".join(f"{a:8.3f} {b:8.3f}" for a, b in (row["joint"], row["apart"], row["gap"]))
                print(f"{kind or 'as given':10}  {seed:4}  {row['steps']:5}  {figures}", flush=True)


if __name__ == "__main__":
    main()
