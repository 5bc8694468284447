"""Symbols over letters: read back from a stored result, whatever of it is there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.report.alignment import align, symbols_of


def spelled(result: dict[str, Any]) -> list[list[str]]:
    """The words of each line, as the cells and the layout between them spell them."""
    lines = align(result).lines
    return [["".join(i if isinstance(i, str) else i.letter for i in word) for word in line] for line in lines]


def test_layout_is_kept_and_each_symbol_stands_over_its_letter(letter: dict[str, Any]) -> None:
    alignment = align(letter)
    assert [word for line in spelled(letter) for word in line] == letter["plaintext"].split()
    assert [cell.symbol for cell in alignment.cells] == [c for c in letter["ciphertext"].lower() if c.isalpha()]
    assert [cell.letter.lower() for cell in alignment.cells] == list(letter["letters"])
    assert [cell.confidence for cell in alignment.cells] == letter["letter_confidence"]
    assert alignment.is_one_letter_a_symbol
    assert not alignment.is_grid
    assert not any(cell.starts_restored_word for cell in alignment.cells)


def test_a_grid_keeps_its_rows_and_marks_the_restored_words(homophonic: dict[str, Any]) -> None:
    alignment = align(homophonic)
    assert alignment.is_grid
    assert [len(line[0]) for line in alignment.lines[:-1]] == [17] * (len(alignment.lines) - 1)
    words = "".join((" " if cell.starts_restored_word else "") + cell.letter for cell in alignment.cells)
    assert words == homophonic["plaintext_words"]


def test_a_grid_of_signs_is_read_again_where_its_symbols_are_not_stored(homophonic: dict[str, Any]) -> None:
    stored = homophonic.pop("ciphertext_symbols")
    assert symbols_of(homophonic, len(stored)) == stored


@pytest.mark.parametrize(
    ("ciphertext", "letters", "symbols"),
    [
        ("12 7 12\n105", "abac", ["12", "7", "12", "105"]),
        ("Wkh, qx!", "thenu", ["w", "k", "h", "q", "x"]),
        ("12 7", "abacd", []),
        ("", "abc", []),
        ("aaa", "eee", ["a", "a", "a"]),
    ],
)
def test_symbols_are_those_of_which_there_are_as_many_as_letters(
    ciphertext: str, letters: str, symbols: list[str]
) -> None:
    assert symbols_of({"ciphertext": ciphertext}, len(letters)) == symbols


def test_letters_that_do_not_fit_the_layout_stand_in_one_line() -> None:
    assert spelled({"plaintext": "abc\ndef", "letters": "xyz"}) == [["xyz"]]


def test_without_letters_the_plaintext_is_taken_and_without_both_there_is_nothing() -> None:
    assert spelled({"plaintext": "ab cd"}) == [["ab", "cd"]]
    assert align({}).cells == []
    assert align({}).lines == []


def test_a_moved_text_is_not_one_letter_a_symbol() -> None:
    assert not align({"letters": "abca", "plaintext": "abca", "ciphertext": "aabc"}).is_one_letter_a_symbol


def test_an_enciphered_space_is_a_cell() -> None:
    alignment = align({"letters": "a b", "plaintext": "a b", "ciphertext_symbols": ["1", "2", "3"]})
    assert [(cell.symbol, cell.letter) for cell in alignment.cells] == [("1", "a"), ("2", " "), ("3", "b")]


@given(st.text(alphabet="ab ,\n", max_size=30))
def test_any_layout_is_spelled_as_it_stands(text: str) -> None:
    letters = "".join(c for c in text if c.isalpha())
    if letters:
        assert [word for line in spelled({"letters": letters, "plaintext": text}) for word in line] == text.split()
