"""Reading ciphertexts of every kind, and putting plaintexts into their layout."""

import csv
import gzip
import hashlib
import json
import unicodedata
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.text.alphabet import LATIN
from unmt.text.ciphertext import Ciphertext

CIPHERS = Path(__file__).parents[3] / "shared" / "data" / "ciphers"
needs_ciphers = pytest.mark.skipif(not CIPHERS.is_dir(), reason=f"no {CIPHERS}")


def own_symbols(ciphertext: Ciphertext) -> list[str]:
    return [ciphertext.symbols[index] for index in ciphertext.ids]


def words_of(ciphertext: Ciphertext) -> list[str] | None:
    """The symbols of each word, None where divisions are not given."""
    if ciphertext.boundaries is None:
        return None
    ends = [*ciphertext.boundaries, len(ciphertext)]
    starts = [0, *ciphertext.boundaries]
    return ["".join(own_symbols(ciphertext)[start:end]) for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Uif rvjdl cspxo gpy, kvnqt!", ["uif", "rvjdl", "cspxo", "gpy", "kvnqt"]),
        ("Ifmmp, xpsme!", ["ifmmp", "xpsme"]),
        ("zdb diwhuzdugv l", ["zdb", "diwhuzdugv", "l"]),
        ("wkh rzo dqg wkh", ["wkh", "rzo", "dqg", "wkh"]),
        ("XLMW MW E WIGVIX, RSX E NSOI", ["xlmw", "mw", "e", "wigvix", "rsx", "e", "nsoi"]),
        ("don't e-mail the exam-\nple", ["don", "t", "e", "mail", "the", "example"]),
        ("a bc\r\nde fgh\u2028ijkl m\x85no", ["a", "bc", "de", "fgh", "ijkl", "m", "no"]),
        ("uif_rvjdl_cspxo_gpy_kvnqt_pwfs", ["uif", "rvjdl", "cspxo", "gpy", "kvnqt", "pwfs"]),
        ("Гиё жзик лмн опрст!", ["гиё", "жзик", "лмн", "опрст"]),
        ("%=# +/ &%*#=+ #% =+/&", ["%=#", "+/", "&%*#=+", "#%", "=+/&"]),
        ("In 1912 xf tbx b 'qmbof'", ["in", "xf", "tbx", "b", "qmbof"]),
        ("e\u0301a bce\u0301d ab", ["éa", "bcéd", "ab"]),
    ],
)
def test_words_are_read(text: str, words: list[str]) -> None:
    ciphertext = Ciphertext.read(text)
    assert ciphertext.kind == "characters"
    assert words_of(ciphertext) == words
    assert words_of(Ciphertext.read(text, spaces="ignore")) is None


@pytest.mark.parametrize(
    ("text", "length", "distinct"),
    [
        ("LIVIT CSWPI YVEWH EVSRI QMXLE YVE", 28, 15),
        ("livit cswpi yvewh\nevsri qmxle yveoi\newh", 33, 16),
        ("LIVITCSWPIYVEWH\nEVSRIQMXLEYVEOI", 30, 16),
        ("9%P/Z/UB%kOR=pX=B\nWV+eGYF69HP@K!qYe", 34, 26),
        ("AbCaBcAbaCBc\nbCAabcACBabc", 24, 6),
        ("😀😁😂\n😁😃😀", 6, 4),
        ("👨‍👩‍👧🇩🇪🇫🇷👍🏽👍🇩🇪", 6, 5),
        ("𐀀𐀁𐀂\n𐀁𐀃𐀀", 6, 4),
        ("12345 67890 12345 11111", 20, 10),
        ("31415926535897932384\n62643383279502884197", 40, 10),
    ],
)
def test_grids_and_groups_have_no_words(text: str, length: int, distinct: int) -> None:
    ciphertext = Ciphertext.read(text)
    assert (ciphertext.kind, len(ciphertext), len(ciphertext.symbols)) == ("characters", length, distinct)
    assert ciphertext.boundaries is None


@pytest.mark.parametrize(
    ("text", "tokens", "words"),
    [
        ("115 73 24 807\n37 52 49 17", 8, None),
        ("115, 73, 24, 807,\r\n37, 52, 49, 17.", 8, None),
        ("115,73,24,807", 4, None),
        ("05\n5\n05\n6", 4, None),
        ("5 3 ‡ ‡ † 3 0 5 ) ) 6 *", 12, None),
        ("😀 😁 😂\n😁 😃 😀", 6, None),
        ("A1 B12 A1 7", 4, None),
        ("20-8-5 17-21-9-3-11 6-15-24", 11, ["2085", "17219311", "61524"]),
        ("20 8 5 / 17 21 9 3 / 1 2", 9, ["2085", "172193", "12"]),
        ("a b c  d e f g  h i\nj a", 11, ["abc", "defg", "hi", "ja"]),
    ],
)
def test_tokens_are_read(text: str, tokens: int, words: list[str] | None) -> None:
    ciphertext = Ciphertext.read(text)
    assert (ciphertext.kind, len(ciphertext)) == ("tokens", tokens)
    assert words_of(ciphertext) == words


def test_the_choice_of_symbols_is_followed() -> None:
    assert Ciphertext.read("the cat the dog", symbols="tokens").symbols == ("the", "cat", "dog")
    assert Ciphertext.read("the, cat; the", symbols="tokens").symbols == ("the", "cat")
    assert Ciphertext.read("11 12", symbols="characters").symbols == ("1", "2")
    assert words_of(Ciphertext.read("abcde fghij klmno", spaces="words")) == ["abcde", "fghij", "klmno"]
    assert words_of(Ciphertext.read("abc", spaces="words")) == ["abc"]


def test_case_is_folded_in_prose_and_comes_back() -> None:
    ciphertext = Ciphertext.read("Uif RVJDL cspxo, Gpy!")
    assert ciphertext.symbols[0] == "u"
    assert ciphertext.render("thequickbrownfox"[: len(ciphertext)]) == "The QUICK brown, Fox!"


def test_plaintext_of_tokens_reads_as_text() -> None:
    assert Ciphertext.read("12, 34, 56,\n78, 12.\n").render("hello") == "hel\nlo\n"
    assert Ciphertext.read("20-8-5 17-21-9-3-11 6-15-24").render("thequickfox") == "the quick fox"
    assert Ciphertext.read("20-8-5 17-21-9-3-11\n6-15-24").render("thequickfox") == "the quick\nfox"
    with pytest.raises(ValueError, match="letters for"):
        Ciphertext.read("1 2 3").render("ab")


def test_letters_of_an_alphabet() -> None:
    letters = Ciphertext.read("B A D").letters_in(LATIN)
    assert letters is not None
    assert letters.tolist() == [1, 0, 3]
    assert Ciphertext.read("b a 7").letters_in(LATIN) is None
    assert Ciphertext.read("b a B").letters_in(LATIN) is None
    assert Ciphertext.read("éa").letters_in("aé") is not None


def test_the_hash_is_that_of_the_source() -> None:
    assert Ciphertext.read("ab‡").sha256 == hashlib.sha256("ab‡".encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n\t\ufeff", "empty"),
        ("aaa a", "one symbol only"),
        ("aa Aa", "one symbol only"),
        ("ab\n\0c", "Line 2 holds U\\+0000"),
        ("ab\ud800", "U\\+D800"),
    ],
)
def test_what_is_no_ciphertext_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Ciphertext.read(text)
    assert "\n" not in str(caught.value)


def test_unknown_choices_are_refused() -> None:
    with pytest.raises(InputError, match="symbols=words"):
        Ciphertext.read("abc", symbols="words")
    with pytest.raises(InputError, match="spaces=no"):
        Ciphertext.read("abc", spaces="no")


texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n\r\t "), max_size=60),
    st.text("abcdefgh ,.'\n", max_size=60),
    st.text("abcABC %/+\n", max_size=60),
    st.lists(st.integers(0, 99), max_size=20).map(lambda numbers: ", ".join(map(str, numbers))),
)


@given(texts, st.sampled_from(["auto", "characters", "tokens"]), st.sampled_from(["auto", "words", "ignore"]))
def test_nothing_of_the_source_is_lost(text: str, symbols: str, spaces: str) -> None:
    # Symbols are in NFC, so only a source in NFC comes back letter by letter.
    assume(unicodedata.is_normalized("NFC", text))
    try:
        ciphertext = Ciphertext.read(text, symbols=symbols, spaces=spaces)
    except InputError:
        return
    length = len(ciphertext)
    assert ciphertext.ids.dtype == np.int32
    assert sorted(set(ciphertext.ids.tolist())) == list(range(len(ciphertext.symbols)))
    assert list(dict.fromkeys(ciphertext.ids.tolist())) == list(range(len(ciphertext.symbols)))
    cases = ciphertext.cases or (False,) * length
    symbols_as_written = [
        symbol.upper() if upper else symbol for symbol, upper in zip(own_symbols(ciphertext), cases, strict=True)
    ]
    pieces = ciphertext.pieces
    assert pieces[0] + "".join(map("".join, zip(symbols_as_written, pieces[1:], strict=True))) == text
    if ciphertext.kind == "characters":
        assert ciphertext.render(own_symbols(ciphertext)) == text
    else:
        words = words_of(ciphertext) or ["".join(own_symbols(ciphertext))]
        assert "".join(ciphertext.render(own_symbols(ciphertext)).split()) == "".join(words)
    if ciphertext.boundaries is not None:
        assert ciphertext.boundaries.tolist() == sorted(set(ciphertext.boundaries.tolist()))
        assert all(0 < boundary < length for boundary in ciphertext.boundaries)
    assert (spaces == "ignore") <= (ciphertext.boundaries is None)
    assert (spaces == "words") <= (ciphertext.boundaries is not None)


def test_a_million_letters_are_read_in_seconds() -> None:
    text = "Uif rvjdl cspxo gpy, kvnqt pwfs!\n" * 30_000
    start = process_time()
    ciphertext = Ciphertext.read(text)
    assert process_time() - start < 10
    assert len(ciphertext) == 25 * 30_000


@needs_ciphers
@pytest.mark.parametrize("name", ["z408", "goldbug", "horacemann", "beale2", "feynman1"])
def test_historical_ciphers_are_read(name: str) -> None:
    entries = {entry["name"]: entry for entry in json.loads((CIPHERS / "index.json").read_text(encoding="utf-8"))}
    entry = entries[name]
    ciphertext = Ciphertext.read((CIPHERS / entry["cipher"]).read_text(encoding="utf-8"))
    assert (len(ciphertext), len(ciphertext.symbols)) == (entry["length"], entry["symbols"])
    assert ciphertext.kind == ("characters" if entry["tokens"] == "characters" else "tokens")
    assert ciphertext.boundaries is None


@needs_ciphers
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it"])
def test_synthetic_ciphers_are_read(language: str) -> None:
    with gzip.open(CIPHERS / f"synthetic.{language}.tsv.gz", "rt", encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            ciphertext = Ciphertext.read(row["ciphertext"])
            words = row["plaintext"].split()
            assert len(ciphertext) == sum(map(len, words)), row["id"]
            assert (ciphertext.boundaries is not None) == row["kind"].endswith("-spaces"), row["id"]
            if ciphertext.boundaries is not None:
                assert len(ciphertext.boundaries) == len(words) - 1, row["id"]
