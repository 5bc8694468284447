"""Lines into tokens and back."""

import json
import unicodedata
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.text.tokeniser import Tokeniser

ENGLISH = [
    "The man's dog isn't here, Anna said.",
    "A boy's hat (red) fell: 1,000 dogs saw it!",
    'Where is Anna? "The girl\'s dog is here," said the man.',
    "The girl saw the man and a boy, and Anna saw 3.5 dogs.",
    "Her six-year-old dog - a big dog - ran.",
] * 3
FRENCH = [
    "L’homme voit l’eau de la ville !",
    "Aujourd’hui, homme et femme voient d’eau, d’homme et d’enfant.",
    "L’enfant voit l’homme : « Qui est-ce ? »",
    "Un enfant, une femme et Paul vont à Paris : « Eau ! » Qui voit l’homme ? Et où est Paul ?",
    "Homme ou eau, qui est-ce ?",
    "L’eau coule, et un enfant parle d’homme à Paul ; aujourd’hui il va.",
] * 3

lines = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="abL'’-.,!\"()  \u00a0\u0301\u200d1é«»ßİ", max_size=20),
)


@pytest.fixture(scope="module")
def english() -> Tokeniser:
    return Tokeniser.learn(ENGLISH)


@pytest.fixture(scope="module")
def french() -> Tokeniser:
    return Tokeniser.learn(FRENCH)


def both_ways(tokeniser: Tokeniser, line: str) -> str:
    gaps = tokeniser.separators(line)
    return "".join(gap + token for gap, token in zip(gaps, [*tokeniser.split(line), ""], strict=True))


@settings(deadline=None)
@given(lines)
def test_tokens_and_what_is_between_them_are_the_line(line: str) -> None:
    for tokeniser in (Tokeniser(), Tokeniser.learn(FRENCH), Tokeniser.learn([line])):
        assert both_ways(tokeniser, line) == line
        assert all(not gap or gap.isspace() for gap in tokeniser.separators(line))
        assert all(token and not any(map(str.isspace, token)) for token in tokeniser.split(line))
        assert tokeniser.tokens(line) == [tokeniser.fold(token) for token in tokeniser.split(line)]


@settings(deadline=None)
@given(st.lists(lines, max_size=4))
def test_a_tokeniser_survives_json(text: list[str]) -> None:
    tokeniser = Tokeniser.learn(text)
    assert Tokeniser.from_dict(json.loads(json.dumps(tokeniser.to_dict()))) == tokeniser


@settings(deadline=None)
@given(st.lists(lines, max_size=5), st.booleans())
def test_any_tokens_can_be_joined(tokens: list[str], sentence_case: bool) -> None:
    joined = Tokeniser.learn([*FRENCH, *tokens]).join(tokens, sentence_case=sentence_case)
    assert bool(joined) == any(tokens)


@settings(deadline=None)
@given(st.lists(st.text("abXY12.,!()-/", max_size=4), max_size=6))
def test_joining_changes_only_spaces_and_case(tokens: list[str]) -> None:
    joined = Tokeniser.learn(FRENCH).join(tokens)
    assert "".join(joined.split()).lower() == "".join(tokens).lower()


def test_a_shortened_word_is_no_clitic() -> None:
    text = ["Un po' di pane e un po' di acqua.", "Po'acqua, po'pane, po'di tutto.", "Pane, acqua e di tutto un po'."]
    assert not Tokeniser.learn([*text, *text[:1] * 3]).clitics.prefixes


@settings(deadline=None)
@given(lines)
def test_folding_twice_is_folding_once(token: str) -> None:
    fold = Tokeniser().fold
    assert fold(fold(token)) == fold(token)


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\t\n"])
def test_a_blank_line_has_no_tokens(english: Tokeniser, blank: str) -> None:
    assert english.tokens(blank) == english.split(blank) == []
    assert english.separators(blank) == [blank]
    assert english.join([]) == english.join([""]) == ""
    assert Tokeniser.learn([blank]) == Tokeniser.learn([]) == Tokeniser()


def test_clitics_are_those_with_many_hosts(english: Tokeniser, french: Tokeniser) -> None:
    assert english.clitics.suffixes == {"'s"}
    assert not english.clitics.prefixes
    assert french.clitics.prefixes == {"l'", "d'"}
    assert not french.clitics.suffixes
    assert french.split("L’eau d’aujourd’hui") == ["L’", "eau", "d’", "aujourd’hui"]
    assert french.tokens("l' eau") == ["l'", "eau"]
    assert english.tokens("The man 's isn't") == ["the", "man", "'s", "isn't"]


def test_pieces_of_a_line() -> None:
    split = Tokeniser().split
    assert split("a six-year-old's 1,000.5 at 10:30... (e.g. U.S. T-shirt)") == [
        *("a", "six-year-old's", "1,000.5", "at", "10:30", "...", "(", "e.g.", "U.S.", "T-shirt", ")"),
    ]
    assert split("http://a.b/c?d=e, snake_case 5%") == ["http://a.b/c?d=e", ",", "snake", "_", "case", "5", "%"]
    assert split("हिन्दी में e\u0301te\u0301") == ["हिन्दी", "में", "e\u0301te\u0301"]


def test_folded_tokens_are_lower_case_and_composed() -> None:
    assert Tokeniser().tokens("L’E\u0301TE\u0301") == [unicodedata.normalize("NFC", "l'e\u0301te\u0301")]


@pytest.mark.parametrize("line", [*ENGLISH, "The boy's dog (Anna) saw the man!", '"Here," said Anna, "is a hat."'])
def test_english_comes_back(english: Tokeniser, line: str) -> None:
    assert english.join(english.tokens(line)) == line


@pytest.mark.parametrize("line", [*FRENCH, "L’eau, Paul ! « Paris »"])
def test_french_comes_back(french: Tokeniser, line: str) -> None:
    assert french.join(french.tokens(line)) == line


def test_case_of_names_and_of_sentences(english: Tokeniser) -> None:
    assert english.join(["here", "is", "anna", "."]) == "Here is Anna."
    assert english.join(["here", "is", "anna"], sentence_case=False) == "here is Anna"
    assert english.join(["the", "McX", "and", "USA"]) == "The McX and USA"
    lower = Tokeniser.learn([line.lower() for line in ENGLISH])
    assert lower.join(["here", "is", "anna", "."]) == "here is anna."


def test_marks_that_a_text_never_shows_follow_unicode() -> None:
    assert Tokeniser().join(["a", "(", "b", ")", ",", "«", "c", "»", "—", "“", "d", "”", "."]) == "a (b), «c» — “d”."


@pytest.mark.parametrize("data", [{}, {"apostrophe": "x"}, {**Tokeniser().to_dict(), "gaps": [1]}])
def test_broken_data_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="tokeniser"):
        Tokeniser.from_dict(data)


def test_a_caption_takes_a_hundred_microseconds(english: Tokeniser) -> None:
    text = [line + f" {number}" for number, line in enumerate(ENGLISH * 300)]
    start = process_time()
    tokens = sum(len(english.tokens(line)) for line in text)
    assert tokens > 30_000 * (process_time() - start)
