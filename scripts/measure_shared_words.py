"""What words of one language tell of another's, by lexicons learned on the way: the tables of docs/compression.md.

    python scripts/measure_shared_words.py DATA OUTPUT [--x 5000] [--y 2000] [--languages fr,de,it]
    python scripts/measure_shared_words.py DATA OUTPUT --tree 100000

DATA is as for scripts/measure_compression_pairs.py. x is English, y French or German captions of the other half, or
Italian novels after English ones, cut to as many bytes as so many captions have. Beside x as it is stand controls, with
the words of x and lines as long:

    shuffled      all words in another order
    random        words drawn evenly from those of x
    no function   every line with the words of x exchanged by a key of its own

Everything is searched for anew with each of them; --only names some. What is measured is what `unmt compress
mapping=lexicon` judges, and the way where words of x foretell those of y, too. --tree takes so many bytes of the novels
of each of five languages, every two of them in both orders, and draws the tree of what they share without f and with
it. Each case is kept in OUTPUT as JSON, so that a run that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from measure_compression_pairs import CAPTION_BYTES, LANGUAGES, captions, novels

from unmt.coding.context_mixing import ContextMixing
from unmt.report.language_tree import tree_of, tree_svg
from unmt.tasks.compress import own_code
from unmt.tasks.compress_interval import interval
from unmt.tasks.compress_lengths import OnlineCosts, is_online
from unmt.tasks.compress_ways import Way
from unmt.tasks.compress_word_code import Beyond, WordCode
from unmt.tasks.compress_words import KnownCosts, lexicons_on_the_way, token_texts
from unmt.tasks.lexicon_stage import null_lexicon

Lines = list[str]


def texts(data: Path, language: str, x_lines: int, y_lines: int) -> tuple[Lines, Lines]:
    """Token lines of English and of the other language."""
    if language == "it":
        x, y = novels(data, "en", CAPTION_BYTES * x_lines), novels(data, "it", CAPTION_BYTES * y_lines)
    else:
        x, y = captions(data, "en", 1, x_lines).encode(), captions(data, language, 2, y_lines).encode()
    first, second = (text.decode().splitlines() for text in token_texts(x, y))
    return first, second


def cut_as(lines: Lines, words: list[str]) -> Lines:
    """The words in lines as long as these."""
    ends = np.cumsum([len(line.split(" ")) for line in lines]).tolist()
    return [" ".join(words[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def words_shuffled(lines: Lines, rng: np.random.Generator) -> Lines:
    """All words in another order."""
    words = " ".join(lines).split(" ")
    return cut_as(lines, [words[place] for place in rng.permutation(len(words))])


def words_random(lines: Lines, rng: np.random.Generator) -> Lines:
    """Words drawn evenly from those that there are."""
    words = " ".join(lines).split(" ")
    known = sorted(set(words))
    return cut_as(lines, [known[place] for place in rng.integers(len(known), size=len(words))])


def without_function(lines: Lines, rng: np.random.Generator) -> Lines:
    """Every line under a key of its own."""
    known = sorted(set(" ".join(lines).split(" ")))
    found = []
    for line in lines:
        words = line.split(" ")
        key = dict(zip(dict.fromkeys(words), rng.choice(len(known), len(set(words)), replace=False), strict=True))
        found.append(" ".join(known[key[word]] for word in words))
    return found


CONTROLS: dict[str, Callable[[Lines, np.random.Generator], Lines]] = {
    "as it is": lambda lines, _rng: lines,
    "shuffled": words_shuffled,
    "random": words_random,
    "no function": without_function,
}


def measured(x: Lines, y: Lines, seed: int, *, samples: int) -> dict[str, Any]:
    """Bits of y by bytes and by words, without x, with it, and what f tells beyond; 95 % intervals by blocks of y.

    samples: of exchanged translations.
    """
    text = ["".join(line + "\n" for line in lines).encode() for lines in (x, y)]
    code = own_code(sum(map(len, text)), ContextMixing)
    assert is_online(code)
    costs = OnlineCosts.of(code, *text)
    words, known = WordCode.of(*text, costs, 0.0), KnownCosts.of(code, *text, costs)
    lexicons = lexicons_on_the_way(*text, seed)
    after_f, without = known.after_f(lexicons), words.without_f

    def told(way: Way, exchanged: list[Way]) -> dict[str, Any]:
        beyond = Beyond.of(without, way, exchanged, seed)
        return beyond.to_dict() | {"is_shared": beyond.is_shared}

    null: list[Way] = []
    for sample in range(samples):
        exchanged = {lines: null_lexicon(pair, seed + 1000 + sample) for lines, pair in lexicons.items()}
        null.append(words.read(known.after_f(exchanged)))
    return {
        "x_lines": len(x), "y_lines": len(y), "bytes": float(costs.y.sum()), "words": words.lengths.y,
        "saved_by_x": [without.saved, *interval(without.blocks, lambda more: without.saved + more, seed)],
        "saved_by_f": told(words.read(after_f), null),
        "foretold": told(words.foretold(after_f, lexicons), []),
        "lexicon_lines": list(lexicons),
    }  # fmt: skip


def kept(path: Path, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A measurement from its file, or made now."""
    if not path.exists():
        start = time.process_time()
        found = measure()
        path.write_text(json.dumps({**found, "cpu_seconds": time.process_time() - start}, indent=1), encoding="utf-8")
    result = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(result, dict)
    return result


def tree(data: Path, output: Path, size: int, seed: int, *, samples: int) -> None:
    """Print what the language of a row saves of that of a column, in per cent, and draw the trees.

    samples: of exchanged translations, for each entry.
    """
    saved = {name: np.zeros((len(LANGUAGES), len(LANGUAGES))) for name in ("without f", "with f", "right translations")}
    for (i, first), (j, second) in permutations(enumerate(LANGUAGES), 2):

        def measure(first: str = first, second: str = second) -> dict[str, Any]:
            pair = token_texts(novels(data, first, size), novels(data, second, size))
            x, y = (text.decode().splitlines() for text in pair)
            return measured(x, y, seed, samples=samples)

        result = kept(output / f"tree.{first}-{second}.{size}.{seed}.json", measure)
        by_x, by_f, right = (
            result["saved_by_x"][0],
            result["saved_by_f"]["beyond_bits"],
            result["saved_by_f"]["right_bits"],
        )
        for name, bits in (("without f", by_x), ("with f", by_x + by_f), ("right translations", right)):
            saved[name][i, j] = bits / result["words"]
        low, high = (100 * bits / result["words"] for bits in result["saved_by_f"]["right_interval"])
        print(
            f"{first} for {second}: right translations {low:.2f} to {high:.2f} % of {result['words']:,.0f} bits",
            flush=True,
        )
    for name, shares in saved.items():
        print(f"\n| {name} | " + " | ".join(LANGUAGES) + " |\n" + "|---" * 6 + "|")
        for i, language in enumerate(LANGUAGES):
            cells = ["" if i == j else f"{100 * share:.2f}" for j, share in enumerate(shares[i])]
            print(f"| {language} | " + " | ".join(cells) + " |")
        distances = 1.0 - (shares + shares.T) / 2
        print(f"tree: {tree_of(distances, LANGUAGES)}")
        (output / f"tree.{name.replace(' ', '_')}.svg").write_text(tree_svg(distances, LANGUAGES), encoding="utf-8")


def row(language: str, case: str, result: dict[str, Any]) -> str:
    """A row of the table: bits, and what f tells beyond x and beyond exchanged translations."""

    def told(total: float, bounds: Sequence[float]) -> str:
        return f"{total:,.0f} ({bounds[0]:,.0f} to {bounds[1]:,.0f})"

    by_f, also = result["saved_by_f"], result["foretold"]
    cells = [
        f"en-{language}", case, f"{result['bytes']:,.0f}", f"{result['words']:,.0f}",
        told(result["saved_by_x"][0], result["saved_by_x"][1:]), told(by_f["beyond_bits"], by_f["beyond_interval"]),
        ", ".join(f"{bits:,.0f}" for bits in by_f["beyond_nulls"]), told(by_f["right_bits"], by_f["right_interval"]),
        str(by_f["is_shared"]), told(also["beyond_bits"], also["beyond_interval"]),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure what is not there yet, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--x", type=int, default=5000)
    parser.add_argument("--y", type=int, default=2000)
    parser.add_argument("--languages", default="fr,de,it")
    parser.add_argument("--only", default=",".join(CONTROLS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--tree", type=int, default=0)
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    if given.tree:
        tree(given.data, given.output, given.tree, given.seed, samples=given.samples)
        return
    names = ("pair", "x", "C(y), bytes", "words", "saved by x, no f", "by f beyond", "exchanged", "right", "is shared",
             "by f that foretells")  # fmt: skip
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|")
    for language in given.languages.split(","):
        for case in given.only.split(","):
            path = given.output / f"{language}.{case.replace(' ', '_')}.{given.x}.{given.y}.{given.seed}.json"

            def measure(language: str = language, case: str = case) -> dict[str, Any]:
                x, y = texts(given.data, language, given.x, given.y)
                x = CONTROLS[case](x, np.random.default_rng(given.seed + 1))
                return measured(x, y, given.seed, samples=given.samples)

            print(row(language, case, kept(path, measure)), flush=True)


if __name__ == "__main__":
    main()
