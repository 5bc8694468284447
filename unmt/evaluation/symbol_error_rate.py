"""Symbol error rate (SER): the share of letters that a decipherment gets wrong.

Letters only: spaces, punctuation, digits, layout and case do not count. Texts of one length are compared position by
position, as a decipherment is (Hamming); otherwise the edit distance is taken, over the length of the reference.
"""

import unicodedata

import numpy as np

from unmt.errors import InputError


def letters_of(text: str) -> str:
    """The letters of a text, case folded, in order; an accented letter is one letter, however it was encoded."""
    # Folding may decompose a letter (the dotted capital I does), so it is composed again after it.
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return "".join(character for character in folded if character.isalpha())


def symbol_error_rate(hypothesis: str, reference: str) -> float:
    """Wrong letters of the hypothesis over letters of the reference: 0.0 is perfect.

    Texts of different length may exceed 1.0. Raises InputError where the reference has no letter.
    """
    found, truth = letters_of(hypothesis), letters_of(reference)
    if not truth:
        raise InputError("The reference has no letters, so that no error rate is defined. Give the plaintext.")
    if len(found) == len(truth):
        return sum(a != b for a, b in zip(found, truth, strict=True)) / len(truth)
    return edit_distance(found, truth) / len(truth)


def edit_distance(first: str, second: str) -> int:
    """The fewest insertions, deletions and substitutions of one character that turn one text into the other.

    Time is the product of the lengths, a row at a time in numpy; memory is one row.
    Source: Wagner and Fischer, "The string-to-string correction problem", 1974.
    """
    rows, columns = _code_points(first), _code_points(second)
    steps = np.arange(len(columns) + 1)
    row = steps.copy()
    for deleted, character in enumerate(rows, start=1):
        arrived = np.minimum(row[1:] + 1, row[:-1] + (columns != character))
        row = np.concatenate(([deleted], arrived))
        # Insertions run along the row: row[j] = min over k <= j of row[k] + (j - k).
        row = np.minimum.accumulate(row - steps) + steps
    return int(row[-1])


def _code_points(text: str) -> np.ndarray:
    """The characters as (length,) numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
