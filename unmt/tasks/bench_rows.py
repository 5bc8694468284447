"""The ciphers of a benchmark: read from a table, or made here from a text and a seed."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log2
from pathlib import Path

import numpy as np

from unmt.errors import InputError
from unmt.mappings.caesar import Caesar
from unmt.mappings.columnar import Columnar
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.mapping import Mapping
from unmt.mappings.substitution import Substitution
from unmt.mappings.vigenere import Vigenere
from unmt.tasks.bench_texts import PROSE
from unmt.text.readers import read_table

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
# Texts without anything to find; a solver that finds something in them is wrong.
RANDOM_KIND = "random"
# The kinds made here, each with the lengths that the text is long enough for.
MADE = {
    "caesar-nospaces": (32, 128),
    "substitution-spaces": (64, 128, 256),
    "substitution-nospaces": (64, 128, 256),
    "homophonic-54-nospaces": (408, 512, 1024),
    "vigenere-7-nospaces": (128, 256),
    "columnar-8-nospaces": (128, 256),
    "random-26-nospaces": (128, 256),
}
MADE_EACH = 4


@dataclass(frozen=True)
class BenchRow:
    """One cipher. length: of its class, in letters; plaintext: None for random text; language: None if not told."""

    id: str
    kind: str
    length: int
    ciphertext: str
    plaintext: str | None
    language: str | None


def read_rows(path: Path) -> list[BenchRow]:
    """The rows of a table with id, kind, ciphertext, plaintext, and where it has them length and language.

    Raises InputError where the table is broken, and where a row without plaintext is not of a random kind.
    """
    table = read_table(path, required=["id", "kind", "ciphertext"], optional=["length", "plaintext", "language"])
    return [_row(entry, path) for entry in table]


def _row(entry: dict[str, str], path: Path) -> BenchRow:
    plaintext = entry.get("plaintext", "").strip() or None
    if plaintext is None and not entry["kind"].startswith(RANDOM_KIND):
        raise InputError(
            f"{path}, id {entry['id']!r}: no plaintext, which is needed for scoring. "
            f"Fill it, or name its kind {RANDOM_KIND} if there is none."
        )
    stated = entry.get("length", "").strip()
    letters = int(stated) if stated.isdecimal() else sum(map(str.isalpha, plaintext or entry["ciphertext"]))
    return BenchRow(
        id=entry["id"],
        kind=entry["kind"],
        length=length_class(entry["id"], letters),
        ciphertext=entry["ciphertext"],
        plaintext=plaintext,
        language=entry.get("language", "").strip() or None,
    )


def length_class(name: str, letters: int) -> int:
    """The length that an id states before its number ("en-substitution-16-003"); else the nearest power of 2."""
    stated = re.search(r"-(\d+)-\d+$", name)
    if stated and letters and 0.5 <= int(stated[1]) / letters <= 2:
        return int(stated[1])
    return 1 << max(0, round(log2(max(1, letters))))


def first_of_each_cell(rows: Sequence[BenchRow], limit: int | None) -> list[BenchRow]:
    """The first `limit` rows of each kind and length, in their order; all of them for None."""
    seen: Counter[tuple[str, int]] = Counter()
    chosen = []
    for row in rows:
        seen[row.kind, row.length] += 1
        if limit is None or seen[row.kind, row.length] <= limit:
            chosen.append(row)
    return chosen


def made_rows(seed: int) -> list[BenchRow]:
    """Ciphers of several families and lengths over stretches of one text, MADE_EACH a cell; the same for a seed."""
    rng = np.random.default_rng(seed)
    words = "".join(c if c.isalpha() else " " for c in PROSE.lower()).split()
    return [
        _made_row(f"en-{kind}-{length}-{number:03}", kind, length, words, rng)
        for kind, lengths in MADE.items()
        for length in lengths
        for number in range(MADE_EACH)
    ]


def _made_row(name: str, kind: str, length: int, words: Sequence[str], rng: np.random.Generator) -> BenchRow:
    if kind.startswith(RANDOM_KIND):
        drawn = "".join(ALPHABET[letter] for letter in rng.integers(26, size=length))
        return BenchRow(name, kind, length, drawn, None, None)
    has_spaces = kind.endswith("-spaces")
    plaintext = _stretch(words, length, has_spaces=has_spaces, rng=rng)
    letters = np.array([ALPHABET.index(c) for c in plaintext if c != " "])
    mapping = _drawn_mapping(kind, rng)
    symbols = iter([mapping.symbols[i] for i in mapping.invert(letters, rng)])
    separator = " " if len(mapping.symbols[0]) > 1 else ""
    ciphertext = separator.join(c if c == " " else next(symbols) for c in plaintext)
    return BenchRow(name, kind, length, ciphertext, plaintext, "en")


def _stretch(words: Sequence[str], length: int, *, has_spaces: bool, rng: np.random.Generator) -> str:
    """`length` letters from the start of a word on; with spaces whole words only, so that it may be a few fewer."""
    ends = list(accumulate(map(len, words)))
    starts = [0, *ends[:-1]]
    last = sum(start + length <= ends[-1] for start in starts)
    first = int(rng.integers(last))
    if not has_spaces:
        return "".join(words[first:])[:length]
    fitting = [word for word, end in zip(words[first:], ends[first:], strict=True) if end - starts[first] <= length]
    return " ".join(fitting)


def _drawn_mapping(kind: str, rng: np.random.Generator) -> Mapping:
    """A key of the kind's family, drawn at random."""
    symbols = tuple(ALPHABET)
    family = kind.split("-", maxsplit=1)[0]
    if family == "caesar":
        return Caesar(symbols, ALPHABET, int(rng.integers(1, 26)))
    if family == "substitution":
        return Substitution.from_ids(symbols, ALPHABET, rng.permutation(26))
    if family == "vigenere":
        return Vigenere(symbols, ALPHABET, "".join(ALPHABET[i] for i in rng.integers(26, size=7)))
    if family == "columnar":
        return Columnar(symbols, ALPHABET, tuple(int(column) for column in rng.permutation(8)))
    numbers = tuple(f"{number:02}" for number in range(54))
    return Homophonic.from_ids(numbers, ALPHABET, rng.permutation(_homophones(len(numbers))))


def _homophones(symbols: int) -> list[int]:
    """(symbols,) letters, each about as often as it stands in the text and at least once."""
    counts = Counter(c for c in PROSE.lower() if c in ALPHABET)
    shares = [1] * 26
    for _ in range(symbols - 26):
        # The letter whose symbols are used most gets the next one.
        shares[max(range(26), key=lambda letter: counts[ALPHABET[letter]] / shares[letter])] += 1
    return [letter for letter, share in enumerate(shares) for _ in range(share)]
