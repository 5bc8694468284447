"""Build the language models that unmt ships, from novels of the European Literary Text Collection (ELTeC).

    python data_prep/language_models.py FOLDER [LANGUAGE ...]

Source: https://github.com/COST-ELTeC, repositories ELTeC-eng, -deu, -fra, -spa, -ita, level 1: novels of 1840 to 1920,
in the public domain (markup CC BY 4.0, removed). FOLDER holds, for each language, eltec.LANGUAGE.gz (one sentence a
line) and eltec.LANGUAGE.novels.tsv (first_line, last_line, words, file, author, title, year).

Every sixteenth novel is held out to fit the smoothing and to measure bits a letter; then all novels are counted. The
thresholds below are the smallest that keep a file within 2 MiB. Takes about two minutes and 4 GB a language.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path

import numpy as np

from unmt.coding.build import build, letter_ids
from unmt.coding.counting import count_ngrams
from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.coding.smoothing import SmoothedNgrams, fit
from unmt.objectives.text_code import TextCode
from unmt.text.alphabet import LATIN, fold

THRESHOLD = 2
WORD_THRESHOLD = 3
PAIR_THRESHOLDS = (2, 3, 4, 5, 6, 8, 10)
LARGEST_FILE = 2 * 2**20
TARGET = Path(__file__).resolve().parent.parent / "unmt" / "coding" / "languages"


def novels(folder: Path, language: str) -> list[list[str]]:
    """The novels of a language, each as its folded words."""
    lines = gzip.open(folder / f"eltec.{language}.gz", "rt", encoding="utf-8").read().split("\n")
    with open(folder / f"eltec.{language}.novels.tsv", encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [fold(" ".join(lines[int(r["first_line"]) - 1 : int(r["last_line"])]), LATIN).split() for r in rows]


def main(folder: Path, language: str) -> None:
    """Build one language; print what it costs on held-out novels, in bits a letter."""
    texts = novels(folder, language)
    counted = [w for i, t in enumerate(texts) if i % 16 != 7 for w in t]
    held_out = [w for i, t in enumerate(texts) if i % 16 == 7 for w in t]
    everything = [w for t in texts for w in t]
    thresholds = {"threshold": THRESHOLD, "word_threshold": WORD_THRESHOLD}
    for pairs in PAIR_THRESHOLDS:
        file = build(language, LATIN, counted, held_out, everything, **thresholds, pair_threshold=pairs)
        if len(file.to_bytes()) <= LARGEST_FILE:
            break
    # What the shipped form costs, without the held-out novels in its counts.
    fair_file = build(language, LATIN, counted, held_out, counted, **thresholds, pair_threshold=pairs)
    fair = LanguageModel.from_bytes(fair_file.to_bytes(), language, "memory")
    file.header["words"]["bits_per_letter"] = measured = text_bits(fair, held_out)
    TARGET.mkdir(exist_ok=True)
    data = file.write(TARGET / f"{language}.unmtlm")
    report = {
        "language": language,
        "bytes": len(data),
        "pair_threshold": pairs,
        "novels": len(texts),
        "plain_by_order": file.header["plain"]["bits_per_letter"],
        "spaced_by_order": file.header["spaced"]["bits_per_letter"],
        "letters_and_words": measured,
        "full_plain": full_bits(counted, held_out, spaces=False),
        "full_spaced": full_bits(counted, held_out, spaces=True),
    }
    print(json.dumps(report), flush=True)


def text_bits(model: LanguageModel, words: list[str], pieces: int = 300, length: int = 60) -> dict[str, object]:
    """Bits a letter of the whole code on pieces of held-out text of `length` words, and their spread over pieces."""
    found: dict[str, object] = {}
    for kind in ("plain", "spaced"):
        rates = []
        for i in range(pieces):
            at = len(words) // pieces * i
            piece = " ".join(words[at : at + length])
            letters, boundaries = model.letters(piece)
            code = TextCode(model, boundaries if kind == "spaced" else None, len(letters))
            rates.append(code(letters) / len(letters))
        found[kind] = round(float(np.mean(rates)), 4)
        found[f"{kind}_deviation"] = round(float(np.std(rates)), 4)
    return found


def full_bits(counted: list[str], held_out: list[str], *, spaces: bool) -> list[float]:
    """Bits a letter of held-out text for each order when no n-gram is dropped, orders 1 to 6."""
    letters = len(LATIN) + spaces
    text = letter_ids(held_out, LATIN, spaces=spaces)[:300_000]
    model = fit(count_ngrams(letter_ids(counted, LATIN, spaces=spaces), 6, letters).all_orders(), text)
    total = int((text < len(LATIN)).sum())
    parts = [SmoothedNgrams(model.orders[:k], model.discounts[:k], model.extras[:k]) for k in range(1, 7)]
    return [round(float(part.letter_bits(text).sum()) / total, 4) for part in parts]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for wanted in sys.argv[2:] or SHIPPED:
        main(Path(sys.argv[1]), wanted)
