"""Folding texts onto alphabets, and finding the alphabet of a text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.text.alphabet import LATIN, fold, infer_alphabet

GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Où est l'Été, Straße?", "ou est l ete strasse"),
        ("Œuvre, Ærø, Łódź, Þór", "oeuvre aero lodz thor"),
        ("ﬁnal ﬂow Ǆ", "final flow dz"),
        ("İstanbul, ı", "istanbul i"),
        ("nai\u0308ve soft\u00adhyphen \ufeffmark", "naive softhyphen mark"),
        ("don\u2019t e-mail 12 o'clock", "don t e mail o clock"),
        ("Σίσυφος and", "and"),
        ("", ""),
        (" \n12!", ""),
    ],
)
def test_latin_text_becomes_a_to_z(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_letter_of_the_alphabet_keeps_its_accent() -> None:
    assert fold("Über, é", LATIN + "ßäöü") == "über e"
    assert fold("U\u0308ber", LATIN + "ßäöü") == "über"


def test_other_scripts_keep_their_letters() -> None:
    assert fold("Ο Σίσυφος!", GREEK) == "ο σισυφοσ"
    assert fold("Ёлка, йод", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя") == "ёлка йод"
    hindi = "हिन्दी में लिखा"
    assert fold(hindi, infer_alphabet(hindi)) == hindi


@given(st.text(), st.sampled_from([LATIN, LATIN + "äöüß", GREEK]))
def test_folding_leaves_letters_and_single_spaces_and_can_be_repeated(text: str, alphabet: str) -> None:
    folded = fold(text, alphabet)
    assert set(folded) <= set(alphabet) | {" "}
    assert folded == " ".join(folded.split())
    assert fold(folded, alphabet) == folded
    assert fold(unicodedata.normalize("NFD", text), alphabet) == folded


def test_the_alphabet_of_a_text() -> None:
    pangram = "The quick brown fox jumps over the lazy dog. "
    assert infer_alphabet(pangram) == LATIN
    assert infer_alphabet("It was the best of times, it was the worst of times; wisdom came, knights rode") == LATIN
    assert infer_alphabet("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich") == LATIN + "ßäöü"
    assert infer_alphabet("Привет, мир") == "веимпрт"
    assert infer_alphabet("שלום עולם") == "ולםעש"
    assert infer_alphabet("12 :-)") == ""


def test_strays_are_left_out() -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 300
    assert infer_alphabet(text + "café κόσμος þ") == LATIN
    assert infer_alphabet(text + "café " * 100) == LATIN + "é"


@given(st.text())
def test_the_alphabet_is_sorted_and_lower_case(text: str) -> None:
    alphabet = infer_alphabet(text)
    assert list(alphabet) == sorted(set(alphabet))
    assert set(fold(text, alphabet)) <= set(alphabet) | {" "}
