"""Cut novels into one text of a language, of a size that is asked for.

    python data_prep/novels.py FOLDER LANGUAGE MEGABYTES [data/novels]

FOLDER holds eltec.LANGUAGE.gz (one sentence a line) and eltec.LANGUAGE.novels.tsv (first_line, last_line, ...): novels
of the European Literary Text Collection, 1840 to 1920, in the public domain (https://github.com/COST-ELTeC, level 1,
markup removed). Each novel was first written in its language, so texts of two languages have no pair between them.

Writes data/novels/LANGUAGE.MEGABYTES.txt, or LANGUAGE.all.txt for `all`: the beginning of every novel, each the same
share of it, in the order of the collection. A megabyte is 1,000,000 bytes of UTF-8. A smaller text is part of a larger
one.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from pathlib import Path

LEAST_CHARACTERS = 2
"""A line of less is no sentence."""


def novels(folder: Path, language: str) -> list[list[str]]:
    """The novels of a language, each as its lines."""
    text, table = folder / f"eltec.{language}.gz", folder / f"eltec.{language}.novels.tsv"
    for path in (text, table):
        if not path.exists():
            sys.exit(f"{path} is not there. Give the folder of the collection.")
    with gzip.open(text, "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [lines[int(row["first_line"]) - 1 : int(row["last_line"])] for row in rows]
    return [[line for line in novel if len(line) >= LEAST_CHARACTERS] for novel in found]


def size(lines: list[str]) -> int:
    """Bytes of lines in a file."""
    return sum(len(line.encode()) + 1 for line in lines)


def beginning(lines: list[str], wanted: float) -> list[str]:
    """The first lines, up to so many bytes."""
    bytes_so_far = 0
    for place, line in enumerate(lines):
        bytes_so_far += len(line.encode()) + 1
        if bytes_so_far > wanted:
            return lines[:place]
    return lines


def main() -> None:
    """Write the text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("language")
    parser.add_argument("megabytes", help="a number, or all")
    parser.add_argument("output", type=Path, nargs="?", default=Path("data/novels"))
    given = parser.parse_args()
    found = novels(given.folder, given.language)
    sizes = [size(novel) for novel in found]
    share = 1.0 if given.megabytes == "all" else 1e6 * float(given.megabytes) / sum(sizes)
    if share > 1.0:
        sys.exit(f"The novels of {given.language} have {sum(sizes) / 1e6:.1f} MB. Ask for less, or for all.")
    kept = [line for novel, whole in zip(found, sizes, strict=True) for line in beginning(novel, share * whole)]
    given.output.mkdir(parents=True, exist_ok=True)
    path = given.output / f"{given.language}.{given.megabytes}.txt"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(f"{path}: {size(kept) / 1e6:.2f} MB, {len(kept):,} lines of {len(found)} novels")


if __name__ == "__main__":
    main()
