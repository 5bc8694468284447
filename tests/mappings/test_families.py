"""Ciphers whose solution is known: textbook examples, and the set in shared/ where it is at hand."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from math import log2
from pathlib import Path

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.mappings.affine import Affine
from unmt.mappings.beaufort import Beaufort
from unmt.mappings.caesar import Caesar
from unmt.mappings.columnar import Columnar, DoubleColumnar
from unmt.mappings.composition import Composition
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.mapping import Mapping
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.mappings.substitution import Substitution
from unmt.mappings.vigenere import Vigenere
from unmt.text.alphabet import LATIN
from unmt.text.ciphertext import Ciphertext

CIPHERS = Path(__file__).parents[3] / "shared" / "data" / "ciphers"
needs_ciphers = pytest.mark.skipif(not CIPHERS.is_dir(), reason=f"no {CIPHERS}")

SYMBOLS = tuple(LATIN)


def encipher(mapping: Mapping, plaintext: str) -> str:
    letters = np.array([mapping.outputs.index(letter) for letter in plaintext])
    return "".join(mapping.symbols[symbol] for symbol in mapping.invert(letters))


def decipher(mapping: Mapping, ciphertext: Ciphertext) -> str:
    return "".join(mapping.outputs[letter] for letter in mapping.apply(ciphertext.ids))


@pytest.mark.parametrize(
    ("mapping", "plaintext", "ciphertext"),
    [
        (Caesar(SYMBOLS, LATIN, 3), "thequickbrownfox", "wkhtxlfneurzqira"),
        (Affine(SYMBOLS, LATIN, 5, 8), "affinecipher", "ihhwvcswfrcp"),
        (Vigenere(SYMBOLS, LATIN, "lemon"), "attackatdawn", "lxfopvefrnhr"),
        (
            Beaufort(SYMBOLS, LATIN, "fortification"),
            "defendtheeastwallofthecastle",
            "ckmpvcpvwpiwujogiuapvwriwuuk",
        ),
        (Columnar(SYMBOLS, LATIN, (4, 2, 1, 3, 5, 0)), "wearediscoveredfleeatonce", "evlnacdtesearofodeecwiree"),
        (
            DoubleColumnar(SYMBOLS, LATIN, (4, 2, 1, 3, 5, 0), (5, 3, 4, 2, 0, 1)),
            "wearediscoveredfleeatonce",
            "caeensoiaedrlefwedreevtoc",
        ),
        (RailFence(SYMBOLS, LATIN, 3), "wearediscoveredfleeatonce", "wecrlteerdsoeefeaocaivden"),
        (RailFence(SYMBOLS, LATIN, 3, 2), "abcdefg", "cgbdfae"),
        # In rows of 9: wriorfeoe eesvelanj adcedetcx.
        (
            Route(SYMBOLS, LATIN, 9, "spiral-in", "top-right", by_columns=True, plain_in_rows=True),
            "wriorfeoeeesvelanjadcedetcx",
            "ejxctedecdaewriorfeonalevse",
        ),
        (Period(SYMBOLS, LATIN, 3), "abcdefg", "adfbegc"),
        (Reverse(SYMBOLS, LATIN), "stressed", "desserts"),
    ],
    ids=lambda value: value.family if isinstance(value, Mapping) else None,
)
def test_textbook_examples(mapping: Mapping, plaintext: str, ciphertext: str) -> None:
    assert encipher(mapping, plaintext) == ciphertext
    letters = mapping.apply(np.array([SYMBOLS.index(letter) for letter in ciphertext]))
    assert "".join(LATIN[letter] for letter in letters) == plaintext


def test_the_variant_of_beaufort_is_vigenere_the_other_way() -> None:
    enciphered = encipher(Beaufort(SYMBOLS, LATIN, "lemon", is_variant=True), "attackatdawn")
    assert encipher(Vigenere(SYMBOLS, LATIN, "lemon"), enciphered) == "attackatdawn"


def test_a_keyed_tableau_numbers_all_letters() -> None:
    tableau = "kryptosabcdefghijlmnquvwxz"
    # Key r has number 1 there: every letter goes to the next of the tableau.
    assert encipher(Vigenere(SYMBOLS, LATIN, "r", tableau), "kryptosz") == "ryptosak"


@pytest.mark.parametrize(
    ("path", "corner", "by_columns", "reading"),
    [
        ("lines", "top-left", False, "abcdefghijk"),
        ("lines", "top-right", True, "dhcgkbfjaei"),
        ("lines", "bottom-right", True, "hdkgcjfbiea"),
        ("boustrophedon", "top-left", False, "abcdhgfeijk"),
        ("boustrophedon", "bottom-left", True, "ieabfjkgcdh"),
        ("spiral-in", "top-left", False, "abcdhkjiefg"),
        ("spiral-in", "bottom-left", False, "ijkhdcbaefg"),
        ("spiral-out", "top-left", False, "gfeijkhdcba"),
        ("diagonals", "top-left", False, "abecfidgjhk"),
        ("diagonals", "top-left", True, "aebifcjgdkh"),
        ("zigzag", "top-left", False, "abeifcdgjkh"),
    ],
)
def test_paths_leave_out_the_cells_that_are_missing(path: str, corner: str, by_columns: bool, reading: str) -> None:
    route = Route(SYMBOLS, LATIN, 4, path, corner, by_columns)  # abcd / efgh / ijk
    assert "".join(LATIN[letter] for letter in route.apply(np.arange(11))) == reading


def test_the_grid_of_the_zodiac() -> None:
    order = GridSections(("x", "y"), "", 17, 9, 1, 2, rest_in_lines=True).order(340)
    assert order[:10].tolist() == [0, 19, 38, 57, 76, 95, 114, 133, 152, 1]
    assert order[153:156].tolist() == [153, 172, 191]
    assert order[306:].tolist() == list(range(306, 340))


def test_steps_that_close_early_go_on_with_the_first_symbol_not_read() -> None:
    order = GridSections(("x", "y"), "", 4, 2, 1, 2).order(8)  # 0 1 2 3 / 4 5 6 7
    assert order.tolist() == [0, 6, 1, 7, 2, 4, 3, 5]


def test_homophones_take_turns_or_are_drawn() -> None:
    mapping = Homophonic(("1", "2", "3", "4"), "abc", "abab")
    assert mapping.invert(np.array([0, 0, 1, 0, 0, 1])).tolist() == [0, 2, 1, 0, 2, 3]
    drawn = mapping.invert(np.zeros(1000, dtype=int), np.random.default_rng(0))
    assert sorted(set(drawn.tolist())) == [0, 2]
    assert mapping.choice_bits(np.array([0, 0, 1])) == 3
    assert mapping.bits(1000) == pytest.approx(4 * log2(3))
    with pytest.raises(InputError, match="'c'"):
        mapping.invert(np.array([0, 2]))


def test_bits_of_large_families() -> None:
    assert Substitution(SYMBOLS, LATIN, LATIN).bits(400) == pytest.approx(88.38, abs=0.01)
    assert Substitution(("x", "y"), LATIN, "ab").bits(400) == pytest.approx(log2(26 * 25))
    assert Vigenere(SYMBOLS, LATIN, "sevenof").bits(400) == pytest.approx(7 * log2(26) + log2(30))
    keyed = Vigenere(SYMBOLS, LATIN, "sevenof", LATIN[::-1]).bits(400)
    assert keyed == pytest.approx(7 * log2(26) + log2(30) + 88.38, abs=0.01)
    assert Columnar(SYMBOLS, LATIN, (1, 0, 2)).bits(400) == pytest.approx(log2(6) + log2(30))


def test_a_key_reads_well() -> None:
    assert Substitution(("x", "y"), LATIN, "ab").key() == {"x": "a", "y": "b"}
    assert Vigenere(SYMBOLS, LATIN, "lemon").key() == {"keyword": "lemon", "period": 5}
    assert Columnar(SYMBOLS, LATIN, (1, 0, 2)).key() == {"order": [1, 0, 2], "width": 3}


def test_a_composition_moves_any_symbols_before_it_reads_them() -> None:
    symbols = ("17", "4", "♥", "9")
    steps = (Reverse(symbols, ""), Homophonic(symbols, LATIN, "ease"))
    composition = Composition.of(*steps)
    assert decipher_ids(composition, [0, 1, 2, 3]) == "esae"
    assert composition.bits(9) == steps[1].bits(9)
    assert composition.choice_bits(np.array([4, 18, 0, 4])) == 2
    with pytest.raises(InputError, match="step 1"):
        Composition(symbols, LATIN, (steps[0], Homophonic(symbols[::-1], LATIN, "ease")))


def decipher_ids(mapping: Mapping, ids: list[int]) -> str:
    return "".join(mapping.outputs[letter] for letter in mapping.apply(np.array(ids)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Caesar(SYMBOLS, LATIN, 26), "shift"),
        (lambda: Caesar(SYMBOLS, "", 0), "alphabet"),
        (lambda: Affine(SYMBOLS, LATIN, 13, 0), "multiplier"),
        (lambda: Substitution(("x", "y"), LATIN, "aa"), "letters"),
        (lambda: Substitution(("x", "x"), LATIN, "ab"), "symbols"),
        (lambda: Homophonic((), LATIN, ""), "symbols"),
        (lambda: Vigenere(SYMBOLS, LATIN, "Lemon"), "keyword"),
        (lambda: Vigenere(SYMBOLS, LATIN, "lemon", "abc"), "tableau"),
        (lambda: Columnar(SYMBOLS, LATIN, (0, 2)), "columns"),
        (lambda: RailFence(SYMBOLS, LATIN, 3, 4), "offset"),
        (lambda: Route(SYMBOLS, LATIN, 5, "knight"), "path"),
        (lambda: Period(SYMBOLS, LATIN, 0), "period"),
        (lambda: GridSections(SYMBOLS, LATIN, 17, 9, 0, 0), "down"),
        (lambda: Caesar(("1", "2"), LATIN, 3).apply(np.array([0])), "'1' is not a letter"),
        (lambda: Caesar(("a", "b"), LATIN, 3).invert(np.array([7])), "no symbol for 'k'"),
    ],
)
def test_wrong_keys_are_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("[1]", "unmt-mapping"),
        ('{"format": "other"}', "unmt-mapping"),
        ('{"format": "unmt-mapping", "version": 2}', "version 2"),
        ('{"format": "unmt-mapping", "version": 1}', "family"),
        ('{"format": "unmt-mapping", "version": 1, "family": "enigma"}', "enigma"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message) as caught:
        Mapping.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Mapping.load(tmp_path / "none.json")


@needs_ciphers
def test_feynman_is_read_by_two_families() -> None:
    ciphertext = Ciphertext.read((CIPHERS / "feynman1.cipher.txt").read_text())
    plaintext = (CIPHERS / "feynman1.plain.txt").read_text().strip().lower()
    for mapping in (
        Period(ciphertext.symbols, LATIN, 5, is_reversed=True),
        Route(ciphertext.symbols, LATIN, 5, "lines", "bottom-right", by_columns=True),
    ):
        assert decipher(mapping, ciphertext) == plaintext


def synthetic_rows() -> Iterator[dict[str, str]]:
    for path in sorted(CIPHERS.glob("synthetic.*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as table:
            yield from csv.DictReader(table, delimiter="\t")


def true_mapping(row: dict[str, str], symbols: tuple[str, ...]) -> Mapping:
    kind = row["kind"].split("-")[0]
    if kind == "columnar":
        return Columnar(symbols, LATIN, tuple(int(column) for column in row["key"].split(",")))
    if kind == "vigenere":
        return Vigenere(symbols, LATIN, row["key"])
    if kind == "homophonic":
        letter_of = {symbol: letter for letter, homophones in json.loads(row["key"]).items() for symbol in homophones}
        return Homophonic(symbols, LATIN, "".join(letter_of[int(symbol)] for symbol in symbols))
    return Substitution(symbols, LATIN, "".join(LATIN[row["key"].index(symbol)] for symbol in symbols))


@needs_ciphers
def test_the_keys_of_the_synthetic_ciphers_decipher_them() -> None:
    kinds = set()
    for row in synthetic_rows():
        ciphertext = Ciphertext.read(row["ciphertext"])
        plaintext = decipher(true_mapping(row, ciphertext.symbols), ciphertext)
        assert plaintext == row["plaintext"].replace(" ", ""), row["id"]
        if ciphertext.kind == "characters":
            assert ciphertext.render(plaintext) == row["plaintext"]
        kinds.add(row["kind"].split("-")[0])
    assert kinds == {"columnar", "vigenere", "homophonic", "substitution"}
