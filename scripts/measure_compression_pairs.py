"""The tables of docs/compression.md: what pairs of texts share, by every code, with and without a mapping.

    python scripts/measure_compression_pairs.py DATA OUTPUT [--lines 4000] [--bytes 300000] [--only letters,words]

DATA has multi30k/train.LANGUAGE.gz and mono/eltec.LANGUAGE.gz (data_prep/ says where they come from). Each measurement
is kept in OUTPUT as JSON, so that a run that was stopped goes on; --only names groups (letters, words, languages) or
single cases. Then all tables, and the tree of the five languages as an SVG, are made of what is there. Halves share no
caption: one is of the first 14,500 lines, one of those from line 14,501 on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import string
import time
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from unmt.coding.codes import Code
from unmt.coding.local_mixture import local_bits
from unmt.coding.nulls import drawn, shuffled
from unmt.report.language_tree import tree_of, tree_svg
from unmt.solvers.context_lexicon import build_lexicon
from unmt.tasks.compress import compress, installed_codes
from unmt.tasks.compress_interval import interval
from unmt.tasks.compress_lengths import OnlineCosts, by_block, costs_of, is_online
from unmt.tasks.compress_words import TABLE_WORDS, KnownCosts, token_texts
from unmt.tasks.lexicon_stage import null_lexicon
from unmt.text.word_corpus import WordCorpus

HALF = 14_500
LANGUAGES = ("en", "de", "fr", "es", "it")
CAPTION_BYTES = 63
LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
SKIPPED_BYTES = 200_000
"""Of each novel collection, so that the title pages of the first novel have no part."""


def captions(data: Path, language: str, half: int, lines: int) -> str:
    """The first lines of one half (1 or 2) of the training captions."""
    with gzip.open(data / "multi30k" / f"train.{language}.gz", "rt", encoding="utf-8") as file:
        every = file.read().split("\n")
    return "\n".join(every[HALF * (half - 1) :][: min(lines, HALF)]) + "\n"


def novels(data: Path, language: str, size: int) -> bytes:
    """`size` bytes of the novels, spread over the collection in ten pieces of whole lines."""
    with gzip.open(data / "mono" / f"eltec.{language}.gz", "rb") as file:
        text = file.read()[SKIPPED_BYTES:]
    pieces = []
    for number in range(10):
        start = text.find(b"\n", len(text) * number // 10) + 1
        pieces.append(text[start : text.rfind(b"\n", start, start + size // 10) + 1])
    return b"".join(pieces)


def enciphered(text: str, rng: np.random.Generator) -> str:
    """Under one substitution of a to z, capitals as capitals."""
    key = "".join(LOWER[place] for place in rng.permutation(26))
    return text.translate(str.maketrans(LOWER + UPPER, key + key.upper()))


def without_function(text: str, rng: np.random.Generator) -> str:
    """Every line under a key of its own: no f takes the whole text anywhere."""
    return "".join(enciphered(line, rng) for line in text.splitlines(keepends=True))


def letters(data: Path, lines: int, codes: list[Code]) -> dict[str, Callable[[], dict[str, Any]]]:
    """English captions beside others: plain, enciphered, and what must share nothing."""
    x, y = captions(data, "en", 1, lines), captions(data, "en", 2, lines)
    made = {
        "plain": (x, "none"),
        "cipher": (enciphered(x, np.random.default_rng(1)), "auto"),
        "cipher of no function": (without_function(x, np.random.default_rng(2)), "auto"),
        "shuffled": ("".join(shuffled(x, 1, np.random.default_rng(3))), "auto"),
        "random": (drawn(x, np.random.default_rng(4)), "auto"),
    }
    return {
        name: lambda text=text, mapping=mapping, null=name in {"plain", "cipher"}: compress(  # type: ignore[misc]
            text, y, mapping=mapping, codes=codes, samples=2 if mapping == "none" else 1, null=null
        ).to_dict()
        for name, (text, mapping) in made.items()
    }


def words(data: Path, lines: int, codes: list[Code]) -> dict[str, Callable[[], dict[str, Any]]]:
    """English captions beside others of French and German that are no translations of them, by the lexicon.

    `lines` of each, and all of both halves; English novels beside Italian ones, as many bytes as the captions have.
    """

    def measure(x: Callable[[], str], y: Callable[[], str]) -> dict[str, Any]:
        return compress(x(), y(), mapping="lexicon", codes=codes[-1:], samples=3).to_dict()

    def side(language: str, half: int, count: int) -> Callable[[], str]:
        return lambda: captions(data, language, half, count)

    def prose(language: str) -> Callable[[], str]:
        return lambda: novels(data, language, CAPTION_BYTES * lines).decode()

    def in_other_order() -> str:
        words_ = captions(data, "en", 1, lines).replace("\n", " \n ").split(" ")
        return " ".join(shuffled(words_, 1, np.random.default_rng(5))).replace(" \n ", "\n")

    cases = {
        "lexicon en-fr": (side("en", 1, lines), side("fr", 2, lines)),
        "lexicon en-de": (side("en", 1, lines), side("de", 2, lines)),
        "lexicon en-it": (prose("en"), prose("it")),
        "lexicon en-fr of shuffled words": (in_other_order, side("fr", 2, lines)),
        "lexicon en-fr of all lines": (side("en", 1, HALF), side("fr", 2, HALF)),
        "lexicon en-de of all lines": (side("en", 1, HALF), side("de", 2, HALF)),
    }
    return {name: lambda texts=texts: measure(*texts) for name, texts in cases.items()}  # type: ignore[misc]


def long_words(data: Path, lines: int, codes: list[Code]) -> dict[str, Callable[[], dict[str, Any]]]:
    """All captions of both halves, with a table paid for, of a lexicon that is made of the first `lines` of each."""

    def measure(language: str) -> dict[str, Any]:
        code = codes[-1]
        assert is_online(code)
        x, y = (captions(data, which, half, HALF).encode() for which, half in (("en", 1), (language, 2)))
        x, y = token_texts(x, y)
        first = [WordCorpus.of(line.split(" ") for line in text.decode().splitlines()[:lines]) for text in (x, y)]
        lexicon = build_lexicon(*first, seed=0)[0]
        known = KnownCosts.of(code, x, y, OnlineCosts.of(code, x, y))
        y_bits = float(known.alone.sum())
        apart = known.x_bits + y_bits
        without_f = by_block(known.alone - local_bits([known.alone, known.after]))
        found: dict[str, Any] = {
            "y": y_bits,
            "x alone": sum(without_f),
            "table_bits": {size: known.table_bits(lexicon, size) for size in TABLE_WORDS},
        }
        exchanged = null_lexicon((lexicon, lexicon), 0)[0]
        for name, one, sizes in (("saved", lexicon, TABLE_WORDS), ("null", exchanged, TABLE_WORDS[-1:])):
            ways = {size: known.with_table(one, size, found["table_bits"][size], apart) for size in sizes}
            found[name] = {size: way.saved for size, way in ways.items()}
            # Block by block against x alone, so that what both share of the text's ups and downs is gone.
            more = {size: np.subtract(way.blocks, without_f) for size, way in ways.items()}
            found[f"{name}, more than x alone, table not counted"] = {
                size: [blocks.sum(), *(blocks.sum() + bound for bound in interval(blocks, float, seed=0))]
                for size, blocks in more.items()
            }
        return found

    return {f"long {language}": lambda language=language: measure(language) for language in ("fr", "de")}  # type: ignore[misc]


def languages(data: Path, size: int, codes: list[Code]) -> dict[str, Callable[[], dict[str, Any]]]:
    """Every two of the five languages by the last of the codes, which is online; both orders."""

    def all_pairs() -> dict[str, Any]:
        code = codes[-1]
        assert is_online(code)
        texts = {language: novels(data, language, size) for language in LANGUAGES}
        states = {language: code.state() for language in LANGUAGES}
        alone = {language: costs_of(code, texts[language], states[language]) for language in LANGUAGES}
        pairs = []
        for first, second in permutations(LANGUAGES, 2):
            after = costs_of(code, texts[second], states[first].copy())
            own = alone[second]
            mixed = local_bits([own, after])
            low, high = interval(by_block(own - mixed), lambda more: more, seed=0)
            pairs.append(
                {
                    "pair": [first, second],
                    "alone": float(own.sum()),
                    "plain": float((own - after).sum()),
                    "mixed": float((own - mixed).sum()),
                    "interval": [float((own - mixed).sum()) + bound for bound in (low, high)],
                }
            )
        return {"pairs": pairs, "bytes": {language: len(text) for language, text in texts.items()}}

    return {"languages": all_pairs}


def kept(folder: Path, name: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A measurement from its file, or made now."""
    path = folder / f"{name.replace(' ', '_')}.json"
    if not path.exists():
        start = time.process_time()
        result = measure()
        path.write_text(json.dumps({**result, "cpu_seconds": time.process_time() - start}), encoding="utf-8")
    result = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(result, dict)
    return result


def letter_table(results: dict[str, dict[str, Any]]) -> str:
    """Shared bits in per cent of C(y): a row a case, a column a code, then ours with f."""
    names = list(next(iter(results.values()))["shared_bits_by_code"])
    lines = [
        "| x | " + " | ".join(names) + " | with f | mixture, 95 % | null | verdict |",
        "|---" * (len(names) + 5) + "|",
    ]
    for case, result in results.items():
        y = result["bits"]["y"]
        cells = [f"{100 * result['shared_bits_by_code'][name] / y[name]:.2f}" for name in names]
        with_f = [100 * bits / y[code] for code, bits in result["shared_bits_with_mapping"].items()]
        low, high = (100 * bits / y["mixture"] for bits in result["shared_interval"])
        null = result["null_interval"]
        null_text = "" if null is None else " to ".join(f"{100 * bits / y['mixture']:.2f}" for bits in null)
        cells += [f"{max(with_f):.2f}" if with_f else "", f"{low:.2f} to {high:.2f}", null_text, result["verdict"]]
        lines.append(f"| {case} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def conditional_table(result: dict[str, Any]) -> str:
    """C(xy) - C(x) beside C(y | x), by code."""
    lines = ["| code | C(y) | C(xy) − C(x) | C(y\\|x) | C(y\\|x) / (C(xy) − C(x)) | how |", "|---" * 6 + "|"]
    for code, one in result["conditional"].items():
        joint, given = one["joint_less_alone"], one["conditional"]
        y = result["bits"]["y"][code]
        lines.append(f"| {code} | {y:,.0f} | {joint:,.0f} | {given:,.0f} | {given / joint:.4f} | {one['how']} |")
    return "\n".join(lines)


def word_table(results: dict[str, dict[str, Any]]) -> str:
    """What each way to code a pair with a lexicon saves against apart by the same code, and what f tells."""
    lines = []
    for case, result in results.items():
        apart = {member["code"]: member["bits"] for member in result["members"] if member["way"] == "apart"}
        y, found = result["bits"]["y"], result["mapping"]
        low, high = result["shared_interval"]
        lines.append(f"{case}: verdict {result['verdict']}, shared {low:,.0f} to {high:,.0f}")
        for member in result["members"]:
            code = member["code"]
            saved = apart[code] - member["bits"]
            lines.append(f"    {code:8}{member['way']:45} {saved:10,.0f} bits {100 * saved / y[code]:6.2f} %")
        null = ", ".join(f"{bits:,.0f}" for bits in found["beyond_nulls"])
        low, high = found["beyond_interval"]
        lines.append(f"    f beyond x: {found['beyond_bits']:,.0f} bits ({low:,.0f} to {high:,.0f}); exchanged {null}")
        low, high = found["right_interval"]
        lines.append(f"    beyond those: {found['right_bits']:,.0f} bits ({low:,.0f} to {high:,.0f})")
    return "\n".join(lines)


def language_tables(result: dict[str, Any], output: Path) -> str:
    """What the language of a row saves of that of a column, in per cent of the latter, and the trees of the means."""
    lines = []
    for name in ("plain", "mixed"):
        saved = np.zeros((len(LANGUAGES), len(LANGUAGES)))
        for pair in result["pairs"]:
            a, b = (LANGUAGES.index(language) for language in pair["pair"])
            saved[a, b] = pair[name] / pair["alone"]
        lines += [f"{name}, per cent of C(column)", "| |" + "|".join(LANGUAGES) + "|", "|---" * 6 + "|"]
        for place, language in enumerate(LANGUAGES):
            cells = ["" if other == place else f"{100 * saved[place, other]:.2f}" for other in range(len(LANGUAGES))]
            lines.append(f"| {language} | " + " | ".join(cells) + " |")
        distances = 1.0 - (saved + saved.T) / 2
        lines.append(f"tree: {tree_of(distances, LANGUAGES)}")
        (output / f"tree.{name}.svg").write_text(tree_svg(distances, LANGUAGES), encoding="utf-8")
    widest = max((pair["interval"][1] - pair["interval"][0]) / pair["alone"] for pair in result["pairs"])
    lines.append(f"widest 95 % interval of a mixed entry: {100 * widest:.2f} points")
    return "\n".join(lines)


def main() -> None:
    """Measure what is not there yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--lines", type=int, default=4000)
    parser.add_argument("--bytes", type=int, default=300_000)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    codes = list(installed_codes(4 * max(given.bytes, 75 * given.lines)))
    groups = {
        "letters": letters(given.data, given.lines, codes),
        "words": words(given.data, given.lines, codes),
        "long words": long_words(given.data, given.lines, codes),
        "languages": languages(given.data, given.bytes, codes),
    }
    results: dict[str, dict[str, dict[str, Any]]] = {}
    for group, cases in groups.items():
        asked = given.only.split(",")
        results[group] = {}
        for name, measure in cases.items():
            if (
                not given.only
                or group in asked
                or name in asked
                or (given.output / f"{name.replace(' ', '_')}.json").exists()
            ):
                results[group][name] = kept(given.output, name, measure)
                print(f"{name}: {results[group][name]['cpu_seconds']:.1f} s of processor time", flush=True)
    if results["letters"]:
        print("\n" + letter_table(results["letters"]))
        if "plain" in results["letters"]:
            print("\n" + conditional_table(results["letters"]["plain"]))
    if results["words"]:
        print("\n" + word_table(results["words"]))
    for name, result in results["long words"].items():
        print(f"\n{name}: {json.dumps(result, indent=1)}")
    if results["languages"]:
        print("\n" + language_tables(results["languages"]["languages"], given.output))


if __name__ == "__main__":
    main()
