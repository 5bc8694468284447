"""Words into pieces and back, whatever the words are written in."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.text.pieces import BLANK_ID, END_ID, MARK, PAD_ID, STAND_IN, UNKNOWN_ID, Pieces
from unmt.text.tokeniser import Tokeniser

WORDS = ["the", "dog", "sees", "a", "cat", "and", "cats", "see", "dogs", "of", "the", "harbour", "in", "the", "morning"]


def learned():
    rng = np.random.default_rng(0)
    return Pieces.learn(([str(word) for word in rng.choice(WORDS, 9)] for _ in range(200)), ("en", "fr"), 400)


@pytest.fixture(scope="module")
def pieces():
    return learned()


lines = st.one_of(
    st.text(max_size=40),
    st.text(
        alphabet="the dogcat.,'’-\t\u00a0\u2581\u2582\u200b\u0301é中😀\x00</s><unk><blank><to:fr><0x41>", max_size=40
    ),
)


@settings(deadline=None)
@given(lines)
@example("</s> <to:fr> <pad> <0x41> <unk>")
@example("\x00 \x1f \ufffd \ue000 𝒳")
def test_any_text_comes_back_from_its_pieces(pieces, line):
    tokens = Tokeniser().tokens(line)
    ids = pieces.encode(tokens)
    assert pieces.decode(ids) == [token.replace(MARK, STAND_IN) for token in tokens]
    # No text is taken for a symbol: not for an end, not for a language.
    assert all(BLANK_ID + 2 < id_ < len(pieces) for id_ in ids)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*WORDS, "harbours", "x", "中"]), min_size=1, max_size=12))
def test_a_word_begins_where_a_piece_says_so(pieces, tokens):
    assert pieces.begins_word[pieces.encode(tokens)].sum() == len(tokens)


def test_symbols_have_their_places(pieces):
    assert [pieces.language_id("en"), pieces.language_id("fr")] == [BLANK_ID + 1, BLANK_ID + 2]
    assert len({PAD_ID, UNKNOWN_ID, END_ID, BLANK_ID}) == 4
    assert pieces.decode([PAD_ID, UNKNOWN_ID, END_ID, BLANK_ID, BLANK_ID + 1]) == []
    assert not pieces.begins_word[: BLANK_ID + 3].any()


def test_the_same_text_gives_the_same_bytes(pieces):
    assert learned().model == pieces.model


def test_frequent_words_are_one_piece(pieces):
    assert len(pieces.encode(["the", "dog", "cat"])) == 3


def test_a_vocabulary_that_cannot_be_is_refused_in_a_line():
    with pytest.raises(InputError, match=r"network\.pieces=260") as caught:
        Pieces.learn([["a", "b"]] * 20, ("en", "fr"), 260)
    assert "\n" not in str(caught.value)
