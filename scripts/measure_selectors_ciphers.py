"""Which figure that needs no solution ranks decipherments as their error rate does: keys of all quality, each scored.

    python scripts/measure_selectors_ciphers.py TABLE.tsv.gz [--half odd] [--texts 6] [--output FOLDER]

TABLE has columns id, ciphertext and plaintext; KINDS says which cells of it are read. The even rows of a cell are to
look at, the odd ones to report. Keys of each text: runs of the search of all lengths, the same under each other
language, keys that other objectives like best, the true key with letters exchanged, and random ones. The true score is
minus the symbol error rate; the plaintext is used for it, and to make the keys that are spoiled on purpose.
Prints, for each kind and over all, the rank correlation of each selector with it, within a text and over all texts, and
what is lost by the choice. Some two minutes of CPU for all odd rows (--texts 10).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from measure_ciphers import _anneal_objective
from numpy.typing import NDArray
from selector_table import selector_table, spread

from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.substitution import Substitution
from unmt.objectives.expected_errors import expected_errors
from unmt.objectives.text_code import TextCode
from unmt.objectives.word_cut import cut_into_words
from unmt.solvers.homophonic import HomophonicSearch
from unmt.solvers.problem import Candidate
from unmt.solvers.random import kernel_state
from unmt.solvers.substitution import SubstitutionSearch, schedule
from unmt.tasks.contest import score as ranking_score
from unmt.tasks.hypotheses import Hypothesis, Setting
from unmt.text.ciphertext import Ciphertext
from unmt.text.readers import read_table

Ints = NDArray[np.int64]
KINDS = (
    "substitution-spaces-32", "substitution-spaces-128", "substitution-nospaces-32", "substitution-nospaces-128",
    "substitution-nospaces-512", "homophonic-54-nospaces-256", "homophonic-54-nospaces-408",
    "homophonic-54-nospaces-1024",
)  # fmt: skip
EFFORTS = {"substitution": (0.002, 0.01, 0.05, 0.2, 1.0), "homophonic": (0.01, 0.03, 0.1, 0.3, 1.0)}
SPOILED = (0, 1, 2, 3, 5, 8, 13)
OTHER_EFFORT = 0.3
OBJECTIVES = {"n-grams alone": (0, 0.0), "entropy factor": (2, 0.5), "frequency gap": (3, 1.0)}
OBJECTIVE_MOVES = 60_000
LEAST_WORD = 3
"""Letters of a word that counts as cover: shorter ones can be cut out of any text."""

SELECTORS = {
    "total": "code length: key, text, homophones",
    "expected": "expected errors, by the code lengths of what was found",
    "ranking": "code length, with what `decipher` adds for text that is no language's",
    "saved": "code length less that of no structure",
    "excess": "code length of the text, in deviations from the language's",
    "without_words": "code length with letters for text",
    "text": "text alone, letters and words",
    "ngrams": "n-grams of letters alone",
    "entropy_half": "n-grams with entropy factor H^0.5",
    "entropy": "n-grams with entropy factor H",
    "chi_square": "letter frequencies, chi-square",
    "coincidence": "index of coincidence",
    "cover": "letters in words",
}


@dataclass(frozen=True)
class Text:
    """A cipher under one language."""

    ciphertext: Ciphertext
    model: LanguageModel
    family: str

    @cached_property
    def setting(self) -> Setting:
        return Setting(self.ciphertext, self.model)

    @cached_property
    def search(self) -> Any:
        kind = SubstitutionSearch if self.family == "substitution" else HomophonicSearch
        return kind(self.setting.problem, self.setting.code)

    @cached_property
    def prior(self) -> NDArray[np.float64]:
        """Bits of a letter in a homophonic key."""
        return np.asarray(self.search.prior, np.float64)

    def candidate(self, key: Ints) -> Candidate:
        """The decipherment of a key, by the code of `decipher`."""
        symbols, alphabet = self.ciphertext.symbols, self.model.alphabet
        letters = key[np.asarray(self.ciphertext.ids)].astype(np.int32)
        text_bits = float(self.setting.code(letters))
        if self.family == "substitution":
            simple = Substitution.from_ids(symbols, alphabet, key[: len(symbols)])
            return Candidate(simple, letters, text_bits, simple.bits(len(letters)))
        mapping = Homophonic.from_ids(symbols, alphabet, key)
        return Candidate(mapping, letters, text_bits, float(self.prior[key].sum()), mapping.choice_bits(letters))

    def figures(self, candidate: Candidate) -> dict[str, float]:
        """Every selector: the less, the better."""
        setting, letters, count = self.setting, candidate.letters, len(candidate.letters)
        code = setting.code
        assert isinstance(code, TextCode)
        hypothesis = Hypothesis(self.family, setting, lambda *_: None)  # type: ignore[arg-type,return-value]
        ngrams = code.letter_bits(letters)
        uses = np.bincount(letters, minlength=len(self.model.alphabet)) / count
        shares = np.maximum(np.asarray(self.model.frequencies), 1e-4)
        entropy = -float((uses[uses > 0] * np.log2(uses[uses > 0])).sum())
        return {
            "total": candidate.total_bits / count,
            "ranking": ranking_score(hypothesis, candidate) / count,
            "saved": (candidate.total_bits - setting.random_bits) / count,
            "excess": setting.excess(candidate.text_bits),
            "without_words": (candidate.total_bits - candidate.text_bits + ngrams) / count,
            "text": candidate.text_bits / count,
            "ngrams": ngrams / count,
            "entropy_half": -(16 - ngrams / count) * entropy**0.5,
            "entropy": -(16 - ngrams / count) * entropy,
            "chi_square": float(((uses - shares) ** 2 / shares).sum()),
            "coincidence": abs(float(uses @ uses - shares @ shares)),
            "cover": -self._cover(letters),
        }

    def _cover(self, letters: NDArray[np.int32]) -> float:
        """Share of the letters that stand in words of the vocabulary."""
        boundaries = self.ciphertext.boundaries if self.setting.divided else cut_into_words(self.model, letters)
        text = "".join(self.model.alphabet[letter] for letter in letters)
        ends = [0, *(int(place) for place in np.asarray(boundaries)), len(text)]
        known = vocabulary(self.model)
        words = [text[a:b] for a, b in pairwise(ends)]
        return sum(len(word) for word in words if len(word) >= LEAST_WORD and word in known) / len(text)


_KNOWN: dict[str, frozenset[str]] = {}


def vocabulary(model: LanguageModel) -> frozenset[str]:
    """The words that a model knows."""
    if model.name not in _KNOWN:
        _KNOWN[model.name] = frozenset(model.word_counts.words)
    return _KNOWN[model.name]


def keys(text: Text, truth: Ints, seed: np.random.SeedSequence) -> Iterator[tuple[str, Ints]]:
    """Keys of all quality, each with where it is from. truth: the true letter of each symbol."""
    letters = len(text.model.alphabet)
    rng = np.random.default_rng(seed)
    for effort in EFFORTS[text.family]:
        for child in seed.spawn(2):
            yield "search", found_key(text, child, effort)
    yield from (("objective", key) for key in liked_by_others(text, seed.spawn(1)[0]))
    for many in SPOILED:
        yield "spoiled", spoiled(truth, many, letters, rng, swaps=text.family == "substitution")
    for _ in range(2):
        drawn = rng.permutation(letters) if text.family == "substitution" else rng.integers(letters, size=len(truth))
        yield "random", drawn.astype(np.int64)


def found_key(text: Text, seed: np.random.SeedSequence, effort: float) -> Ints:
    """What a run of the search ends at, with all letters of the alphabet where it is simple."""
    best = text.search.restart(seed, effort).candidates[0].mapping
    key = np.asarray(best.letter_of_symbol, np.int64)
    if text.family == "substitution":
        key = np.concatenate([key, np.setdiff1d(np.arange(len(text.model.alphabet)), key)])
    return key


def liked_by_others(text: Text, seed: np.random.SeedSequence) -> Iterator[Ints]:
    """Homophonic keys that other objectives come to; a simple substitution has no keys that they could cheat with."""
    if text.family != "homophonic":
        return
    table, search = text.model.table(False), text.search
    symbols = len(text.ciphertext.symbols)
    hot, cold = schedule(len(text.ciphertext) / symbols)
    for child, (kind, power) in zip(seed.spawn(len(OBJECTIVES)), OBJECTIVES.values(), strict=True):
        key = np.random.default_rng(child).choice(26, symbols, p=text.model.frequencies).astype(np.int64)
        _anneal_objective(
            key, search.ids, (table.costs, table.offsets, table.order, 26), search.proposals, search.prior, kind,
            power, hot, cold, OBJECTIVE_MOVES, kernel_state(child),
        )  # fmt: skip
        yield key


def spoiled(truth: Ints, many: int, letters: int, rng: np.random.Generator, *, swaps: bool) -> Ints:
    """The true key with pairs of letters exchanged, or with letters of symbols drawn anew."""
    key = np.concatenate([truth, np.setdiff1d(np.arange(letters), truth)]) if swaps else truth.copy()
    for _ in range(many):
        if swaps:  # one of each pair is in the text, or nothing would be spoiled
            a, b = rng.integers(len(truth)), rng.integers(len(key))
            key[a], key[b] = key[b], key[a]
        else:
            key[rng.integers(len(key))] = rng.integers(letters)
    return key


def rows_of(row: Mapping[str, str], kind: str, models: Mapping[str, LanguageModel]) -> list[dict[str, Any]]:
    """All solutions of one cipher with their figures."""
    ciphertext = Ciphertext.read(row["ciphertext"])
    plain = [letter for letter in row["plaintext"] if letter.isalpha()]
    family = kind.partition("-")[0]
    number = int(row["id"].rpartition("-")[2])
    found: dict[str, dict[str, Any]] = {}
    for place, (language, model) in enumerate(models.items()):
        text = Text(ciphertext, model, family)
        seed = np.random.SeedSequence([number, place])
        made: Iterator[tuple[str, Ints]] = iter([("language", found_key(text, seed, OTHER_EFFORT))])
        if language == "en":
            truth = np.zeros(len(ciphertext.symbols), np.int64)
            truth[np.asarray(ciphertext.ids)] = [model.alphabet.index(letter) for letter in plain]
            made = keys(text, truth, seed)
        for source, key in made:
            candidate = text.candidate(key)
            letters = "".join(model.alphabet[letter] for letter in candidate.letters)
            wrong = float(np.mean([a != b for a, b in zip(letters, plain, strict=True)]))
            entry = {"group": row["id"], "kind": kind, "source": source, "language": language, "score": -wrong}
            found.setdefault(letters, entry | text.figures(candidate))
    texts = np.array([[ord(letter) for letter in letters] for letters in found])
    entries = list(found.values())
    # What was made from the true key is judged, and is not among what judges.
    rivals = [place for place, entry in enumerate(entries) if entry["source"] != "spoiled"]
    bits = [entries[place]["total"] * len(plain) for place in rivals]
    nothing = Setting(ciphertext, models["en"]).random_bits
    for entry, errors in zip(entries, expected_errors(texts, texts[rivals], bits, nothing), strict=True):
        entry["expected"] = float(errors)
    return entries


def tables(rows: list[dict[str, Any]]) -> str:
    """All kinds together, those without a key that was made from the true one, then each kind by itself."""
    found = [row for row in rows if row["source"] != "spoiled"]
    views = {"all": rows, "no key made from the true one": found}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        views[kind] = [row for row in rows if row["kind"] == kind]
    parts = []
    for name, inside in views.items():
        parts += [f"{name}: {spread(inside)}", "", selector_table(inside, SELECTORS, first="total", unit=100.0), ""]
    return "\n".join(parts)


def main() -> None:
    """Score, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--half", choices=("even", "odd"), default="odd")
    parser.add_argument("--texts", type=int, default=6)
    parser.add_argument("--output", type=Path, default=Path("runs/selectors"))
    given = parser.parse_args()
    models = {name: LanguageModel.load(name) for name in SHIPPED}
    table = read_table(given.table, required=("id", "ciphertext", "plaintext"))
    rows: list[dict[str, Any]] = []
    for kind in KINDS:
        cell = [row for row in table if row["id"].rpartition("-")[0] == f"en-{kind}"]
        for row in cell[given.half == "odd" :: 2][: given.texts]:
            rows += rows_of(row, kind, models)
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / f"ciphers.{given.half}.json").write_text(json.dumps(rows), encoding="utf-8")
    print(tables(rows))


if __name__ == "__main__":
    main()
