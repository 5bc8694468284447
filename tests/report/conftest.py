"""Results as a search stores them, made up here: a homophonic grid, a letter with word divisions, and others."""

import hashlib
import random
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

PROSE = (
    "The lamp in the upper window burned until morning, and nobody in the village asked why. "
    "When the ferry came in with the first grey light, Marta carried the box down to the quay herself; "
    "it weighed almost nothing, yet she set it on the planks as if it might break the boat. "
    "Keep it dry, she said, and do not open it before you have passed the lighthouse. "
    "The boy nodded, and looked only at the rope in his hands."
)
EVIL = '"><script>alert(1)</script>&amp;<!--'
SIGNS = [chr(code) for code in range(33, 126)]


def code_lengths(total: float, gain: float) -> dict[str, Any]:
    draw = random.Random(1)
    samples = [total + gain + draw.gauss(0, 9) for _ in range(8)]
    return {
        "null_bits": sum(samples) / 8,
        "null_samples": samples,
        "gain_bits": sum(samples) / 8 - total,
        "total_bits": total,
        "random_bits": total + gain * 0.8,
    }


def search(total: float, family: str) -> dict[str, Any]:
    draw = random.Random(2)
    history = []
    for step in range(24):
        bits = total + 900 * 0.6**step + draw.random() * 40 * (step < 12)
        history.append({"seconds": 0.012 * 1.25**step, "keys": 40_000 * (step + 1), "bits": bits,
                        "family": family, "language": "en"})  # fmt: skip
    return {
        "history": history, "seconds": 2.4, "keys": 5_120_000, "keys_per_second": 2.13e6, "seed": 0, "restarts": 12,
        "stopped": "certified", "version": "0.1.0", "model_sha256": "5f" * 32,
    }  # fmt: skip


def preflight(count: int, distinct: int) -> dict[str, Any]:
    payable = 2.31 * count
    families = [
        {"family": family, "key_bits": bits, "unicity_symbols": bits / 2.31, "enough": payable > bits}
        for family, bits in [
            ("caesar", 4.7),
            ("substitution", 88.4),
            ("vigenere", 99.0),
            ("homophonic", 4.7 * distinct),
        ]
    ]
    return {
        "symbols": count, "distinct_symbols": distinct, "redundancy_bits_per_symbol": 2.31, "payable_bits": payable,
        "families": families,
        "sentence": "Enough for a simple substitution and for a homophonic key of this many symbols.",
    }  # fmt: skip


def alternatives(total: float, plaintext: str) -> list[dict[str, Any]]:
    rivals = [
        ("homophonic", "en", 0.0),
        ("homophonic", "de", 212.4),
        ("vigenere", "en", 486.0),
        ("columnar", "fr", 799.3),
    ]
    return [
        {"family": family, "language": language, "total_bits": total + more, "text_bits": total * 0.7 + more,
         "mapping_bits": total * 0.3, "homophone_bits": 0.0, "plaintext": plaintext[:60]}
        for family, language, more in rivals
    ]  # fmt: skip


@pytest.fixture
def homophonic() -> dict[str, Any]:
    """A grid of signs, 17 a row, whose symbols include < > & and quotes."""
    draw = random.Random(7)
    letters = "".join(character for character in PROSE.lower() if character.isalpha())
    pool = iter(draw.sample(SIGNS, len(SIGNS)))
    table = {letter: [next(pool) for _ in range(max(1, letters.count(letter) // 9))] for letter in sorted(set(letters))}
    symbols = [draw.choice(table[letter]) for letter in letters]
    used = set(symbols)
    confidence = {symbol: 1 - 0.999 * draw.random() ** 12 for symbol in sorted(used)}
    rows = range(0, len(letters), 17)
    words = " ".join("".join(c if c.isalpha() else " " for c in PROSE.lower()).split())
    ciphertext = "\n".join("".join(symbols[row : row + 17]) for row in rows)
    total = 2036.4
    return {
        "plaintext": "\n".join(letters[row : row + 17] for row in rows), "plaintext_words": words, "letters": letters,
        "key": {symbol: letter for letter, own in table.items() for symbol in own if symbol in used},
        "family": "homophonic", "language": "en", "verdict": "identified", "probability_correct": 0.9962,
        "mapping_bits": 253.8, "text_bits": 1012.2, "homophone_bits": total - 253.8 - 1012.2,
        "preflight": preflight(len(letters), len(used)), "alternatives": alternatives(total, letters),
        "key_confidence": confidence, "letter_confidence": [confidence[symbol] for symbol in symbols],
        "ciphertext": ciphertext, "ciphertext_symbols": symbols,
        "data_sha256": hashlib.sha256(ciphertext.encode()).hexdigest(),
    } | code_lengths(total, 618) | search(total, "homophonic")  # fmt: skip


@pytest.fixture
def letter() -> dict[str, Any]:
    """A simple substitution with word divisions, capitals and punctuation."""
    draw = random.Random(3)
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    mixed = "".join(draw.sample(alphabet, 26))
    table = str.maketrans(alphabet + alphabet.upper(), mixed + mixed.upper())
    letters = "".join(character for character in PROSE.lower() if character.isalpha())
    confidence = {symbol: draw.choice([1.0, 1.0, 1.0, 0.97, 0.9, 0.6, 0.3]) for symbol in sorted(mixed)}
    symbols = letters.translate(table)
    total = 818.2
    return {
        "plaintext": PROSE, "plaintext_words": PROSE, "letters": letters,
        "key": {symbol: letter for letter, symbol in zip(alphabet, mixed, strict=True) if letter in letters},
        "family": "substitution", "language": "en", "verdict": "ambiguous", "probability_correct": 0.62,
        "mapping_bits": 88.4, "text_bits": total - 88.4, "homophone_bits": 0.0,
        "preflight": preflight(len(letters), 24), "alternatives": alternatives(total, PROSE),
        "key_confidence": confidence, "letter_confidence": [confidence[symbol] for symbol in symbols],
        "ciphertext": PROSE.translate(table), "data_sha256": "ab" * 32,
    } | code_lengths(total, 301) | search(total, "substitution")  # fmt: skip


@pytest.fixture
def nothing(letter: dict[str, Any]) -> dict[str, Any]:
    """A result that says that there is nothing to find, with what is optional missing."""
    return letter | {
        "verdict": "no structure found", "probability_correct": 0.004, "null_bits": None, "null_samples": [],
        "gain_bits": None, "history": [], "alternatives": [], "letter_confidence": [], "key_confidence": {},
    }  # fmt: skip


@pytest.fixture
def benchmark() -> dict[str, Any]:
    """A benchmark of three kinds with a peer measured and one absent."""
    cells = [
        {
            "kind": kind, "length": length, "ciphers": 20, "scored": 20,
            "symbol_error_rate": {"mean": error, "low": error * 0.6, "high": min(1.0, error * 1.5 + 0.002)},
            "exact": round(20 * (1 - error)), "within_2_percent": round(20 * (1 - error / 2)),
            "seconds": {"mean": 1.2, "median": 1.1, "max": 2.0}, "keys_per_second": 2.2e6, "family_right": 20,
            "language_right": 19, "language_known": 20,
            "verdicts": {"identified": 17, "ambiguous": 2, "no structure found": 1},
        }
        for kind, errors in [
            ("substitution-nospaces", {16: 0.66, 32: 0.21, 64: 0.004, 128: 0.0005, 256: 0.0}),
            ("substitution-spaces", {16: 0.31, 32: 0.042, 64: 0.003, 128: 0.0003, 256: 0.0}),
            ("homophonic-54-nospaces", {256: 0.04, 408: 0.0005, 512: 0.0}),
        ]
        for length, error in errors.items()
    ]  # fmt: skip
    overall = {**cells[0], "kind": "all", "length": None, "ciphers": 260, "scored": 260, "exact": 214,
               "expected_calibration_error": 0.031, "brier_score": 0.041}  # fmt: skip
    reliability = [
        {"low": b / 10, "high": (b + 1) / 10, "cases": n, "mean_probability": b / 10 + 0.05, "share_right": right,
         "share_low": max(0.0, right - 0.15), "share_high": min(1.0, right + 0.12)}
        for b, n, right in [(0, 40, 0.03), (2, 8, 0.2), (5, 9, 0.62), (8, 14, 0.81), (9, 189, 0.975)]
    ]  # fmt: skip
    ratio = {"estimate": 0.21, "low": 0.1, "high": 0.4}
    peer_cell = {
        "kind": "substitution-nospaces", "length": 64, "ciphers": 20, "symbol_error_rate": 0.063,
        "our_symbol_error_rate": 0.004, "error_ratio": ratio, "seconds": 6.3, "our_seconds": 1.2, "time_ratio": ratio,
    }  # fmt: skip
    return {
        "cells": cells, "overall": overall, "reliability": reliability, "rows": "rows.jsonl", "seed": 0,
        "language": "named", "data": "synthetic.en.tsv.gz", "data_sha256": "cd" * 32, "version": "0.1.0",
        "peers": [
            {"name": "subbreaker", "version": "1.2.0", "cells": [peer_cell], "reason": None},
            {"name": "cipher-solver", "version": None, "cells": [], "reason": "not installed"},
        ],
    }  # fmt: skip


@pytest.fixture
def evaluation() -> dict[str, Any]:
    """Two systems scored by two metrics, with a test, examples, lengths and a warning."""
    signatures = {
        "BLEU": "nrefs:1|case:lc|eff:no|tok:13a|smooth:exp|version:2.6.0",
        "chrF2": "nrefs:1|case:lc|eff:yes|nc:6|nw:0|space:no|version:2.6.0",
    }
    scores = [
        {"system": system, "metric": metric, "case": "lower-case", "score": score, "low": score - 1.2,
         "high": score + 1.3, "signature": signatures[metric], "details": {}}
        for metric, pair in [("BLEU", (30.0, 32.9)), ("chrF2", (51.2, 53.4))]
        for system, score in zip(("base.txt", "mine.txt"), pair, strict=True)
    ]  # fmt: skip
    comparisons = [
        {"system": "mine.txt", "baseline": "base.txt", "metric": metric, "case": "lower-case", "difference": by,
         "low": by - 1, "high": by + 1, "p_value": 0.004, "test": "approximate randomisation"}
        for metric, by in [("BLEU", 2.9), ("chrF2", 2.2)]
    ]  # fmt: skip
    by_length = [
        {"metric": "BLEU", "case": "lower-case", "words_from": low, "words_to": high, "lines": lines,
         "scores": {"base.txt": 33.0 - place, "mine.txt": 34.0 - place}}
        for place, (low, high, lines) in enumerate([(1, 8, 160), (9, 12, 440), (13, None, 400)])
    ]  # fmt: skip
    examples = [
        {"line": line, "metric": "chrF2", "case": "lower-case", "score": 11.0 * line, "source": "Un chien court.",
         "hypotheses": {"base.txt": "A dog.", "mine.txt": "" if line == 3 else "A dog runs over a field."},
         "references": ["A dog runs over the field."]}
        for line in (3, 5, 8)
    ]  # fmt: skip
    return {
        "kind": "translations", "lines": 1000, "references": 1, "systems": ["base.txt", "mine.txt"],
        "scores": scores, "comparisons": comparisons, "by_length": by_length, "examples": examples,
        "warnings": ["base.txt: 90 of 1,000 lines are empty."], "level": 0.95, "seed": 0, "resamples": 1000,
        "trials": 10_000, "settings": {"metric": None, "lowercase": "true", "tokenize": "13a"}, "seconds": 4.2,
        "data": [{"role": role, "file": name, "sha256": sign * 32} for role, name, sign in
                 [("hypotheses", "base.txt", "ab"), ("hypotheses", "mine.txt", "cd"), ("references", "ref.txt", "ef")]],
        "version": "0.1.0", "versions": {"python": "3.11.7", "numpy": "2.4.6", "sacrebleu": "2.6.0"},
    }  # fmt: skip


class Page(HTMLParser):
    """A page taken apart; fails where tags are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "br", "path", "circle", "polyline"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="session")
def page_of() -> type[Page]:
    """Takes a page apart."""
    return Page


@pytest.fixture(scope="session")
def self_contained() -> Callable[[str], Page]:
    """Takes a page apart that is to fetch nothing."""
    style = files("unmt.report").joinpath("page.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style

    def checked(page: str) -> Page:
        parsed = Page(page)
        for tag, attributes in parsed.tags:
            assert tag not in {"script", "img", "iframe", "object", "embed", "base", "form"}
            assert not {"src", "srcset", "action", "onload", "onclick"} & set(attributes)
            assert attributes.get("href", "data:,") == "data:,"
        return parsed

    return checked


@pytest.fixture(scope="session")
def evil() -> str:
    """Text of a user's that would be markup if it were not escaped."""
    return EVIL


@pytest.fixture(scope="session")
def markup_is_text() -> Callable[..., None]:
    """Fails where a page of a result whose texts are all markup has tags that the page of the result has not.

    Called with what makes a page, a result, how often the markup is to be read, and which keys are texts of the user's.
    """

    def spoilt(value: Any, is_text: Callable[[str], bool]) -> Any:
        if isinstance(value, dict):
            return {EVIL if is_text(key) else key: spoilt(entry, is_text) for key, entry in value.items()}
        if isinstance(value, list):
            return [spoilt(entry, is_text) for entry in value]
        return EVIL if isinstance(value, str) else value

    def check(
        make: Callable[[Any], str], result: Any, least: int, is_text: Callable[[str], bool] = lambda _: False
    ) -> None:
        page = Page(make(spoilt(result, is_text)))
        assert {tag for tag, _ in page.tags} <= {tag for tag, _ in Page(make(result)).tags}
        assert "".join(page.text).count("<script>") >= least

    return check


def translation_code(text: float, back: float) -> dict[str, float]:
    return {
        "text_bits": text, "target_bits": 3.5, "way_back_bits": back, "source_bits": 3.3,
        "words_per_source_word": 0.97, "code_bits": text + back, "two_sided": abs(text - 3.5) + back,
        "total_bits": 3.5 + abs(text - 3.5) + back, "divergence": 8.0,
    }  # fmt: skip


@pytest.fixture
def training() -> dict[str, Any]:
    """A training of two rounds after the lexicon, of which each direction chose another."""
    ways = ("en-fr", "fr-en")
    codes = {way: [translation_code(2.5, 5.0 + n), translation_code(3.0, 4.2 + n), translation_code(3.1, 4.3 - n)]
             for n, way in enumerate(ways)}  # fmt: skip
    made = {
        "en-fr": ["Un homme court.", "Un chien court.", "Un chien court."],
        "fr-en": ["A man.", "A girl sings.", ""],
    }
    rounds = [
        {
            "round": number, "settings": [{"beam": 10}, {"beam": 10}], "seconds": 3.0 + number,
            "figures": {way: codes[way][number] for way in ways},
            "samples": {way: [{"source": f"{way} {n}: a dog.", "hypothesis": made[way][number]} for n in range(6)]
                        for way in ways},
        }
        for number in range(3)
    ]  # fmt: skip
    return {
        "directions": list(ways), "chosen_round": {"en-fr": 1, "fr-en": 2}, "rounds": rounds,
        "preflight": {
            "verdict": "shared structure", "sentence": "they share structure: the lexicon saves 1.25 and 1.50 bits.",
            "saved_bits_per_word": [1.25, 1.5], "redundancy_bits_per_word": [2.94, 3.17],
            "null": {way: translation_code(4.0, 7.0) for way in ways},
            "lexicon": {"pairs": [91, 88], "agreement": [0.4, 0.5], "context_cosine": 0.82, "mutual_share": 0.75},
        },
        "verdict": "shared structure",
        "dictionary": [[[f"dog{n}", [["chien", 0.875], ["chat", 0.1], ["loup", 0.001]]] for n in range(30)],
                       [[f"chien{n}", [["dog", 0.999]]] for n in range(5)] + [["x", []]]],
        "texts": [{"language": name, "path": f"{name}.txt", "sha256": sign * 32, "sentences": 2800, "words": 25232,
                   "vocabulary": 141, "held_out": 200} for name, sign in (("en", "ab"), ("fr", "cd"))],
        "settings": {"rounds": 2, "minutes": None, "held_out": 200, "force": False, "seed": 7}, "seed": 7,
        "arguments": {"source.language": "en", "source.train": "my text.txt", "seed": "7"},
        "samples": {}, "seconds": 12.0, "version": "0.1.0", "summary": "",
    }  # fmt: skip


@pytest.fixture
def net_training(training: dict[str, Any]) -> dict[str, Any]:
    """A net of forty looks, of which the last two passed a guard."""
    ways = ("en-fr", "fr-en")
    rounds = [
        {
            "round": 5 * n + 4, "steps": 1000 * (n + 1), "loss_bits": 5.0 - 0.05 * n, "tokens": 9000, "seconds": 3.0,
            "figures": {way: translation_code(2.5, 6.0 - 0.05 * n) | {"round_trip_bleu": 10.0 + n, "fluency_bits": 7.0}
                        for way in ways},
            "guards": {"en-fr": ["too short"] if n >= 38 else [], "fr-en": []},
            "guard_figures": {way: {"copied": 0.01, "distinct": 0.9, "length": 0.5, "entropy": 0.95} for way in ways},
            "samples": {way: [{"source": f"{way} {k}: a dog.", "hypothesis": f"chien {n}"} for k in range(6)]
                        for way in ways},
        }
        for n in range(40)
    ]  # fmt: skip
    return training | {
        "network": "transformer", "rounds": rounds, "chosen_round": dict.fromkeys(ways, 94), "verdict": "collapsed",
        "lexicon_rounds": training["rounds"], "device": "cpu", "steps": 40000, "parameters": 1234567,
        "collapsed": True, "samples": rounds[18]["samples"],
        "turns": [{"round": 30, "is_made": True, "two_sided": {"en-fr": 3.25, "fr-en": 3.5}},
                  {"round": 60, "is_made": False, "two_sided": {}}],
    }  # fmt: skip


@pytest.fixture
def many_training(net_training: dict[str, Any]) -> dict[str, Any]:
    """A net of three languages, of which one pair was left out."""
    ways = [f"{one}-{other}" for one in ("en", "fr", "de") for other in ("en", "fr", "de") if one != other]
    rounds = [
        {name: dict.fromkeys(ways, entry[name]["fr-en"]) if isinstance(entry[name], dict) else entry[name]
         for name in entry}
        for entry in net_training["rounds"][:8]
    ]  # fmt: skip
    pair = {name: net_training[name] for name in ("verdict", "preflight", "dictionary")}
    pair["verdict"] = "shared structure"
    left_out = {"verdict": "no shared structure", "preflight": net_training["preflight"], "left_out": True}
    before = net_training["preflight"]
    return net_training | {
        "directions": ways, "chosen_round": dict.fromkeys(ways, 39), "rounds": rounds, "samples": rounds[-1]["samples"],
        "texts": [*net_training["texts"], net_training["texts"][0] | {"language": "de", "path": "de.txt"}],
        "preflight": {name: before[name] for name in ("sentence", "null")} | {
            "saved_bits_per_word": [1.5, 1.25, 1.0, None, 2.5, None], "redundancy_bits_per_word": [3.0, 3.1, 3.2]},
        "pairs": {"en-fr": pair, "en-de": pair, "fr-de": left_out}, "dictionary": [], "verdict": "shared structure",
    }  # fmt: skip


@pytest.fixture
def words_alignment() -> dict[str, Any]:
    """Two searches, a null, and word spaces of which one was turned."""
    draw = random.Random(5)
    places = [[draw.gauss(0, 0.3), draw.gauss(0, 0.3)] for _ in range(60)]
    turned = [[-y, x] for x, y in places]
    trial = {
        "method": "similarity", "seed": 0, "objective": 0.569, "saved_bits_per_word": 2.125, "agreement": 0.68,
        "rounds": 20, "seconds": 4.1,
    }  # fmt: skip
    bits = {"mapping_bits": 900.0, "text_bits": 8000.0, "way_back_bits": 512000.0, "total_bits": 520900.0}
    code = {
        "name": "source-target",
        "unit": "word",
        "units": 2000,
        **bits,
        "apart_bits": 525000.0,
        "null_bits": 525100.0,
    }
    return {
        "verdict": "shared structure", "method": "similarity", "objective": 0.569, "agreement": 0.68,
        "code_lengths": [code | {"per_unit": {name: value / 2000 for name, value in bits.items()}}],
        "null": trial | {"objective": 0.436, "agreement": None},
        "methods": [trial | {"found": True}, trial | {"seed": 1, "objective": 0.44, "found": False}],
        "failures": {"numerals": "No numerals on both sides."}, "success_rate": {"similarity": [1, 2]},
        "history": [0.42 + 0.15 * (1 - 0.7**n) for n in range(20)],
        "null_history": [0.36 + 0.07 * (1 - 0.7**n) for n in range(34)],
        "spelling_weight": 0.1, "mutual_pairs": {"0.0": 1239},
        "samples": [[f"dog{n}", [["chien", 0.875], ["chat", 0.125]]] for n in range(40)],
        "spaces": {"before": [places, turned], "after": [places, [[x + 0.01, y] for x, y in places]],
                   "words": [[f"word{n}" for n in range(60)], [f"mot{n}" for n in range(60)]],
                   "links": [[n, n] for n in range(60)]},
        "words": [2000, 1900], "seed": 0, "stopped": "converged", "seconds": 17.6, "version": "0.1.0",
        "sides": [{"path": "vectors/en.vec", "sha256": "ab" * 32}, {"path": "vectors/fr.vec", "sha256": None}],
        "arguments": {"source.vectors": "vectors/en.vec", "target.vectors": "vectors/fr.vec", "seed": "0"},
    }  # fmt: skip
