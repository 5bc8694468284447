"""The error rate counts letters only, and agrees with a plain recursion on short texts."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.evaluation.symbol_error_rate import edit_distance, letters_of, symbol_error_rate

short_texts = st.text(alphabet="abcé", max_size=7)


def recursive_distance(first: str, second: str) -> int:
    """The definition of the edit distance, written down."""

    @cache
    def distance(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        changed = distance(i - 1, j - 1) + (first[i - 1] != second[j - 1])
        return min(changed, distance(i - 1, j) + 1, distance(i, j - 1) + 1)

    return distance(len(first), len(second))


@given(short_texts, short_texts)
def test_edit_distance_is_the_definition(first: str, second: str) -> None:
    assert edit_distance(first, second) == recursive_distance(first, second)


@given(st.text(alphabet="abcdefg", min_size=1), st.data())
def test_equal_lengths_are_compared_position_by_position(reference: str, data: st.DataObject) -> None:
    hypothesis = data.draw(st.text(alphabet="abcdefg", min_size=len(reference), max_size=len(reference)))
    wrong = sum(a != b for a, b in zip(hypothesis, reference, strict=True))
    assert symbol_error_rate(hypothesis, reference) == wrong / len(reference)


def test_a_shift_is_all_wrong_at_equal_length() -> None:
    # The edit distance would forgive this; a decipherment is read position by position.
    assert symbol_error_rate("bcdea", "abcde") == 1.0


def test_only_letters_count() -> None:
    assert symbol_error_rate("The  Cat's-\nhat 42", "thecatshat") == 0.0
    assert letters_of("Straße, É!") == "strasseé"
    assert letters_of("E\N{COMBINING ACUTE ACCENT}") == "é"


def test_other_lengths_use_the_edit_distance_over_the_reference() -> None:
    assert symbol_error_rate("kitten", "sitting") == pytest.approx(3 / 7)
    assert symbol_error_rate("", "abcd") == 1.0
    assert symbol_error_rate("abcdefgh", "ab") == 3.0


def test_a_reference_without_letters_is_refused() -> None:
    with pytest.raises(InputError):
        symbol_error_rate("abc", "12 34")
