"""A key found on N letters, on the next N letters: the finite-class bound beside what is measured.

    python scripts/measure_generalisation.py TABLE.tsv.gz [--texts 5] [--restarts 2]

TABLE has a column `plaintext` of texts of 2048 letters and more that no language model has seen, without spaces (rows
that are shorter are left out); each text is a seed. For a simple substitution and a Vigenère of seven letters, with
keys drawn at random, and N from 16 to 1024:

- bound: with probability 0.95 at once for all keys f of the family, the share of wrong letters of f in the long run is
  beyond that on N letters by at most sqrt((ln|F| + ln 20) / 2N), for letters drawn independently (Hoeffding and the
  union bound); for a key without an error on N it is at most (ln|F| + ln 20) / N.
- shown: the key of a learner who is given the plaintext of the N letters; symbols that did not occur get what letters
  are left, at random.
- found: the key that `unmt.decipher` finds on the N letters without the plaintext, with the family named.
- excess: bits a letter of the next N letters under the found key beyond those under the true one, beside log2|F| / N.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.coding.language_model import LanguageModel
from unmt.objectives.text_code import TextCode
from unmt.tasks.decipher import decipher
from unmt.text.readers import read_table

LENGTHS = (16, 32, 64, 128, 256, 512, 1024)
PERIOD, LETTERS, LONGEST = 7, 26, 2048
# For a Vigenère key the period is part of what is found, up to 30 letters.
KEY_BITS = {
    "substitution": math.log2(math.factorial(LETTERS)),
    "vigenere": math.log2(sum(LETTERS**period for period in range(1, 31))),
}
SURENESS = math.log(1 / 0.05)
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """Shares of wrong letters on the first and on the next N letters, and bits a letter beyond the true key's."""

    shown: float
    first: float
    after: float
    excess: float


def measured(family: str, plain: Ids, length: int, seed: int, restarts: int, model: LanguageModel) -> Measured:
    """One text, one key, one N."""
    rng = np.random.default_rng([seed, length])
    key = rng.permutation(LETTERS) if family == "substitution" else rng.integers(LETTERS, size=PERIOD)
    cipher = key[plain] if family == "substitution" else (plain + key[np.arange(len(plain)) % PERIOD]) % LETTERS
    text = "".join(chr(97 + symbol) for symbol in cipher[:length])
    solution = decipher(
        text, language=model, family=family, symbols="characters", spaces="ignore", seed=seed, null=False,
        restarts=restarts, threads=1,
    )  # fmt: skip
    if family == "substitution":
        shown_key = completed({int(c): int(p) for c, p in zip(cipher[:length], plain[:length], strict=True)}, rng)
        found_key = completed({ord(c) - 97: ord(p) - 97 for c, p in solution.key.items()}, rng)
        shown, found = shown_key[cipher], found_key[cipher]
    else:
        found = deciphered(cipher, str(solution.mapping["keyword"]), str(solution.mapping["tableau"]))
        shown = plain  # seven letters with their plaintext are the whole key
    assert "".join(chr(97 + letter) for letter in found[:length]) == solution.plaintext
    after = slice(length, 2 * length)
    code = TextCode(model, None, length)
    return Measured(
        float((shown[after] != plain[after]).mean()),
        float((found[:length] != plain[:length]).mean()),
        float((found[after] != plain[after]).mean()),
        (code(found[after]) - code(plain[after])) / length,
    )


def completed(known: dict[int, int], rng: np.random.Generator) -> Ids:
    """A key of all letters from one of some: the rest get what letters are left, at random."""
    key = np.full(LETTERS, -1)
    for symbol, letter in known.items():
        key[symbol] = letter
    left = rng.permutation([letter for letter in range(LETTERS) if letter not in set(known.values())])
    key[key < 0] = left
    return key


def deciphered(cipher: Ids, keyword: str, tableau: str) -> Ids:
    """The plaintext under a Vigenère key, beyond the letters that it was found on. tableau: "" for the alphabet."""
    letters = np.array([ord(letter) - 97 for letter in tableau]) if tableau else np.arange(LETTERS)
    place = np.argsort(letters)
    shift = place[[ord(letter) - 97 for letter in keyword]]
    return letters[(place[cipher] - shift[np.arange(len(cipher)) % len(shift)]) % LETTERS]


def bounds(family: str, length: int) -> tuple[float, float, float]:
    """log2|F| / N in bits, and the bounds on the share of wrong letters: of any key, and of one without an error."""
    nats = KEY_BITS[family] * math.log(2) + SURENESS
    return KEY_BITS[family] / length, math.sqrt(nats / (2 * length)), nats / length


def main() -> None:
    """Print a row for each family and N."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--texts", type=int, default=5)
    parser.add_argument("--restarts", type=int, default=2)
    given = parser.parse_args()
    model = LanguageModel.load("en")
    texts = texts_of(given.table, given.texts)
    print("| family | N | log2 F / N | excess bits, next N | bound of the gap | bound without error | "
          "shown: wrong, next N | found: wrong, first N | found: wrong, next N | gap, largest |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for family in KEY_BITS:
        for length in LENGTHS:
            rows = [measured(family, text, length, seed, given.restarts, model) for seed, text in enumerate(texts)]
            print(row_of(family, length, rows), flush=True)


def texts_of(table: Path, count: int) -> list[Ids]:
    """The first texts that are long enough, as letters 0 to 25."""
    found = []
    for row in read_table(table, required=("plaintext",)):
        letters = [ord(letter) - 97 for letter in row["plaintext"] if letter.isascii() and letter.isalpha()]
        if len(letters) >= LONGEST:
            found.append(np.array(letters))
    return found[:count]


def row_of(family: str, length: int, rows: list[Measured]) -> str:
    """Means over the texts, with least and most of the excess."""
    per_letter, gap_bound, sure_bound = bounds(family, length)
    excess: list[Any] = [row.excess for row in rows]
    gap = max(row.after - row.first for row in rows)
    cells = [
        family, str(length), f"{per_letter:.2f}", f"{np.mean(excess):.2f} ({min(excess):.2f} to {max(excess):.2f})",
        share(gap_bound), share(sure_bound), *(share(float(np.mean([getattr(row, name) for row in rows])))
        for name in ("shown", "first", "after")), share(gap),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def share(value: float) -> str:
    """Per cent; a bound beyond 100 says nothing."""
    return "none" if value >= 1 else f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
