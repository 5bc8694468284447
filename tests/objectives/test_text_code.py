import numpy as np
import pytest

from unmt.coding.build import model_from_text
from unmt.coding.language_model import LanguageModel
from unmt.coding.rates import PIECE_LETTERS
from unmt.objectives.language_rate import language_rates, pieces
from unmt.objectives.text_code import LETTER_PRIOR, SpacedTextCode, TextCode
from unmt.objectives.word_cut import cut_into_words
from unmt.text.alphabet import fold

PROSE = """
The keeper of the lighthouse had not spoken to anybody since the boat came in the spring. He counted the ships, wrote
their names in his book and lit the lamp when the sun went down. In the winter the sea was loud under the rocks, and he
liked to read old newspapers aloud, as if there were somebody on the other side of the table who wanted to hear them.
"""


@pytest.fixture(scope="module")
def english():
    return LanguageModel.load("en")


def code_of(model, text, *, spaces):
    letters, boundaries = model.letters(text)
    return TextCode(model, boundaries if spaces else None, len(letters)), letters


@pytest.mark.parametrize("spaces", [False, True])
def test_the_mixture_is_near_the_better_code(english, spaces):
    for text in (PROSE, "zqx jvk wq pfz", "the"):
        code, letters = code_of(english, text, spaces=spaces)
        letter, word = code.letter_bits(letters), code.word_bits(letters)
        exact = -np.log2(LETTER_PRIOR * 2.0**-letter + (1 - LETTER_PRIOR) * 2.0**-word) if letter < 900 else None
        assert exact is None or code(letters) == pytest.approx(exact)
        assert code(letters) <= letter - np.log2(LETTER_PRIOR) + 1e-9
        assert code(letters) <= word - np.log2(1 - LETTER_PRIOR) + 1e-9


@pytest.mark.parametrize("spaces", [False, True])
def test_letters_cost_what_the_model_says_within_rounding(english, spaces):
    code, letters = code_of(english, PROSE, spaces=spaces)
    text = letters
    if spaces:
        text = np.insert(letters, np.append(0, code.boundaries), 26)
    exact = english.ngrams(spaces).letter_bits(text)[int(spaces) :].sum()
    assert code.letter_bits(letters) == pytest.approx(exact, rel=0.002)


def test_words_make_prose_shorter(english):
    for spaces in (False, True):
        code, letters = code_of(english, PROSE, spaces=spaces)
        assert code.word_bits(letters) < code.letter_bits(letters)
        assert code(letters) / len(letters) < 2.6


def test_given_divisions_cost_little_more_than_hidden_ones(english):
    (given, letters), (hidden, _) = (code_of(english, PROSE, spaces=spaces) for spaces in (True, False))
    assert hidden(letters) <= given(letters) + 1
    assert given(letters) < hidden(letters) + 0.3 * len(letters)


def test_a_cut_last_word_costs_little(english):
    cut, other = (code_of(english, f"she went back to the lighthou{end}", spaces=True) for end in ("", "q"))
    assert cut[0].word_bits(cut[1]) + 8 < other[0].word_bits(other[1])


def test_a_language_without_words_has_its_letters_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path))
    text = "".join(np.random.default_rng(0).choice(list("abcde"), 3000))
    model = model_from_text(text, "solid", "text")
    code = TextCode(model, None, 50)
    letters = np.random.default_rng(1).integers(0, len(model.alphabet), 50)
    assert code.word_bits(letters) == np.inf
    assert code(letters) == code.letter_bits(letters)


def enciphered(model, text):
    """Letter ids with the space as the last letter."""
    letters, boundaries = model.letters(text)
    return np.insert(letters, boundaries, len(model.alphabet))


def test_an_enciphered_space_costs_what_a_given_one_does(english):
    given, letters = code_of(english, PROSE, spaces=True)
    assert SpacedTextCode(english)(enciphered(english, PROSE)) == pytest.approx(given(letters))


@pytest.mark.parametrize("text", [[26, 3, 4], [3, 26, 26, 4], [3, 4, 26], [26, 26], [3], [26]])
def test_any_sequence_of_letters_and_spaces_has_a_finite_code(english, text):
    assert 0 < SpacedTextCode(english)(np.array(text)) < 60


def test_words_are_put_back(english):
    letters, boundaries = english.letters(PROSE)
    found = cut_into_words(english, letters)
    assert np.all(np.diff(found) > 0)
    missed = set(boundaries.tolist()) ^ set(found.tolist())
    assert len(missed) <= 0.05 * len(boundaries)


def test_unknown_words_are_cut_out_between_known_ones(english):
    letters, boundaries = english.letters("the name of the captain was skjoldvik and he had come from the sea")
    assert set(boundaries.tolist()) <= set(cut_into_words(english, letters).tolist())


def test_one_letter_is_one_word(english):
    assert cut_into_words(english, np.array([0])).tolist() == []


def test_pieces_are_about_as_long_as_asked_and_cut_no_word():
    text = " ".join([fold(PROSE)] * 30)
    found = list(pieces(text))
    words = set(fold(PROSE).split())
    assert len(found) == pytest.approx((len(text) - text.count(" ")) / PIECE_LETTERS, abs=1)
    for piece in found:
        assert set(piece.split()) <= words
        assert len(piece) - piece.count(" ") == pytest.approx(PIECE_LETTERS, rel=0.1)
    assert len(list(pieces(text, most=5))) == 5
    assert list(pieces("short text")) == ["short text"]


def test_pieces_of_a_text_without_words():
    text = "".join(np.random.default_rng(0).choice(list("abc"), 1100))
    assert [len(piece) for piece in pieces(text)] == [PIECE_LETTERS] * 4
    assert all(piece in text for piece in pieces(text))


def test_rates_are_those_of_unseen_text_and_of_no_other(english):
    text = fold(PROSE * 3)
    rates = language_rates([(english, text)])
    for spaces in (False, True):
        coded = [code_of(english, piece, spaces=spaces) for piece in pieces(text)]
        bits = sum(code(letters) for code, letters in coded)
        rate = rates["spaced" if spaces else "plain"]
        assert rate["bits_per_letter"] == pytest.approx(bits / sum(len(letters) for _, letters in coded), abs=1e-3)
        spread_of = [code(letters) / len(letters) for code, letters in coded]
        assert min(np.std(spread_of), 0.25) < rate["deviation"] < max(np.std(spread_of), 0.25)
