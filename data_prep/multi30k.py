"""Cut Multi30k into two texts, or three, without a pair between them, and its test set apart.

    python data_prep/multi30k.py FOLDER [data/multi30k]

FOLDER is a copy of the data set: github.com/multi30k/dataset, data/task1/raw and data/task2/raw (Elliott et al.,
"Multi30K: multilingual English-German image descriptions", 2016; French: Elliott et al., 2017). Its README restricts
the images to research and education; the texts have no licence file. English is lines 1 to 14,500 of train, the other
language lines 14,501 to 29,000, so that no image is described on both sides. For German the five further descriptions
of task 2 are added, of the same images on each side, so that the sides stay disjoint. In en-fr-de are three texts:
English of lines 1 to 9,667, French of 9,668 to 19,334, German of the rest, so that no image is described twice.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from pathlib import Path

HALF = 14_500
THIRDS = {"en": slice(0, 9_667), "fr": slice(9_667, 19_334), "de": slice(19_334, None)}
TEST = "test_2016_flickr"


def lines(folder: Path, name: str) -> list[str]:
    """The lines of a file of the data set, wherever below the folder it stands."""
    found = sorted(folder.rglob(f"{name}.gz"))
    if not found:
        sys.exit(f"{folder} has no {name}.gz. Give the folder of the data set.")
    with gzip.open(found[0], "rt", encoding="utf-8") as file:
        return file.read().rstrip("\n").split("\n")


def main() -> None:
    """Write train.LANGUAGE.txt of each pair and of the three, and the test set of each language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path, nargs="?", default=Path("data/multi30k"))
    given = parser.parse_args()
    for language in ("fr", "de", "cs"):
        pair = given.output / f"en-{language}"
        pair.mkdir(parents=True, exist_ok=True)
        source, target = lines(given.folder, "train.en")[:HALF], lines(given.folder, f"train.{language}")[HALF:]
        if language == "de":
            for number in range(1, 6):
                source += lines(given.folder, f"train.{number}.en")[:HALF]
                target += lines(given.folder, f"train.{number}.de")[HALF:]
        for name, text in (("en", source), (language, target)):
            (pair / f"train.{name}.txt").write_text("\n".join(text) + "\n", encoding="utf-8")
    (given.output / "en-fr-de").mkdir(exist_ok=True)
    for language, third in THIRDS.items():
        text = "\n".join(lines(given.folder, f"train.{language}")[third]) + "\n"
        (given.output / "en-fr-de" / f"train.{language}.txt").write_text(text, encoding="utf-8")
    for language in ("en", "fr", "de", "cs"):
        text = "\n".join(lines(given.folder, f"{TEST}.{language}")) + "\n"
        (given.output / f"{TEST}.{language}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
