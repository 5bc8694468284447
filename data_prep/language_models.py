"""Build the language models that unmt ships, from novels of the European Literary Text Collection (ELTeC).

    python data_prep/language_models.py FOLDER [LANGUAGE ...]

Source: https://github.com/COST-ELTeC, repositories ELTeC-eng, -deu, -fra, -spa, -ita, level 1: novels of 1840 to 1920,
in the public domain (markup CC BY 4.0, removed). FOLDER holds, for each language, eltec.LANGUAGE.gz (one sentence a
line) and eltec.LANGUAGE.novels.tsv (first_line, last_line, words, file, author, title, year).

Every sixteenth novel is held out to fit the smoothing and to measure bits a letter; then all novels are counted. The
thresholds below are the smallest that keep a file within 2 MiB. Takes about three minutes and 1.5 GB a language.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path

from unmt.coding.build import HELD_OUT_AT_MOST, Thresholds, count_model, fit_smoothing, letter_ids
from unmt.coding.counting import count_ngrams
from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.coding.model_file import SUFFIX
from unmt.coding.smoothing import fit
from unmt.objectives.language_rate import language_rates
from unmt.text.alphabet import LATIN, fold

THRESHOLD = 2
WORD_THRESHOLD = 3
PAIR_THRESHOLDS = (2, 3, 4, 5, 6, 8, 10)
LARGEST_FILE = 2 * 2**20
TARGET = Path(__file__).resolve().parent.parent / "unmt" / "coding" / "languages"


def novels(folder: Path, language: str) -> list[str]:
    """The novels of a language, each as its folded text."""
    with gzip.open(folder / f"eltec.{language}.gz", "rt", encoding="utf-8") as text:
        lines = text.read().split("\n")
    with (folder / f"eltec.{language}.novels.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [fold(" ".join(lines[int(r["first_line"]) - 1 : int(r["last_line"])]), LATIN) for r in rows]


def main(folder: Path, language: str) -> None:
    """Build one language; print what it costs on held-out novels, in bits a letter."""
    texts = novels(folder, language)
    counted = " ".join(text for i, text in enumerate(texts) if i % 16 != 7)
    held_out = " ".join(text for i, text in enumerate(texts) if i % 16 == 7)
    everything = " ".join(texts)
    smoothing = fit_smoothing(LATIN, [(counted, held_out)], THRESHOLD)
    for pairs in PAIR_THRESHOLDS:
        thresholds = Thresholds(THRESHOLD, WORD_THRESHOLD, pairs)
        file = count_model(language, LATIN, everything, smoothing, thresholds)
        if len(file.to_bytes()) <= LARGEST_FILE:
            break
    # What the shipped form costs, without the held-out novels in its counts.
    fair = LanguageModel(language, count_model(language, LATIN, counted, smoothing, thresholds))
    file.header["rates"] = language_rates([(fair, held_out)])
    TARGET.mkdir(exist_ok=True)
    data = file.write(TARGET / f"{language}{SUFFIX}")
    report = {
        "language": language,
        "bytes": len(data),
        "pair_threshold": pairs,
        "novels": len(texts),
        "plain_by_order": file.header["plain"]["bits_per_letter"],
        "spaced_by_order": file.header["spaced"]["bits_per_letter"],
        "letters_and_words": file.header["rates"],
        "full_plain": full_bits(counted, held_out, spaces=False),
        "full_spaced": full_bits(counted, held_out, spaces=True),
    }
    print(json.dumps(report), flush=True)


def full_bits(counted: str, held_out: str, *, spaces: bool) -> list[float]:
    """Bits a letter of held-out text for each order when no n-gram is dropped, orders 1 to 6."""
    text = letter_ids(held_out, LATIN, spaces=spaces)[:HELD_OUT_AT_MOST]
    letters = len(LATIN) + spaces
    model = fit(count_ngrams(letter_ids(counted, LATIN, spaces=spaces), 6, letters).all_orders(), text)
    total = int((text < len(LATIN)).sum())
    return [round(float(model.shortened(k).letter_bits(text).sum()) / total, 4) for k in range(1, 7)]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for wanted in sys.argv[2:] or SHIPPED:
        main(Path(sys.argv[1]), wanted)
