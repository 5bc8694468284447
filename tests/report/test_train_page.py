"""The pages of `unmt train` and `unmt align`: all that is known, nothing that markup or a broken result could spoil."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unmt.report.align_page import align_page
from unmt.report.train_page import train_page
from unmt.report.word_list import probability

MAKERS = {
    "training": train_page,
    "net_training": train_page,
    "many_training": train_page,
    "words_alignment": align_page,
}
Maker = Callable[[dict[str, Any]], str]
PageOf = Callable[[str], Any]


@pytest.fixture(params=MAKERS)
def made(request: pytest.FixtureRequest) -> tuple[Maker, dict[str, Any]]:
    return MAKERS[request.param], request.getfixturevalue(request.param)


def test_scores_samples_dictionary_texts_and_command_of_a_training_are_told(
    training: dict[str, Any], page_of: PageOf
) -> None:
    page = page_of(train_page(training))
    words = page.words
    assert "Shared structure They share structure: the lexicon saves 1.25 and 1.50 bits." in words
    for way, number in training["chosen_round"].items():
        assert f"{way}, round {number} chosen" in words
        assert f"{training['rounds'][number]['figures'][way]['two_sided']:.2f} (round {number})" in words
    assert "en-fr 1, chosen 4.70 3.00 3.50 4.20 0.97 4 s" in words
    assert "en-fr, shuffled pairs 11.00 bits" in words
    assert "round 0 Un homme court." in words
    assert "rounds 1 to 2 (chosen) Un chien court." in words
    assert "round 2 (chosen) (empty)" in words
    assert "dog0 chien .88 chat .10, loup < .01" in words
    assert "2 more sentences of en-fr" in words
    for text in training["texts"]:
        assert text["sha256"] in words
    assert "2,800 25,232 141 200" in words
    assert "unmt train source.language=en 'source.train=my text.txt' seed=7" in words
    styles = [attributes.get("style") for tag, attributes in page.tags if tag == "path"]
    assert styles.count("stroke-width:16px") == 2


def test_curves_guards_size_and_few_of_many_rounds_of_a_net_are_told(
    net_training: dict[str, Any], page_of: PageOf
) -> None:
    page = page_of(train_page(net_training))
    words = page.words
    assert "Collapsed The net went wrong while it trained (too short)." in words
    assert "parameters 1,234,567 steps 40,000 device cpu" in words
    assert "en-fr, round 94 chosen" in words
    charts = [attributes["aria-label"] for tag, attributes in page.tags if attributes.get("role") == "img"]
    assert [chart.partition(" by round")[0] for chart in charts if " by round" in chart] == [
        "Score", "What the source costs through its translation",
        "How far the translations are from true text, and the way back", "Sentences that come back",
        "How likely the translations are", "The same, and how much of the vocabulary they use",
        "What training itself minimises",
    ]  # fmt: skip
    assert "BLEU" in words
    # Open are few rounds and those that tripped a guard, and the first of them, the last and the chosen are there.
    assert "en-fr 194 1 % 0.90 0.50 0.95 too short en-fr 199 1 % 0.90 0.50 0.95 too short fr-en 4 " in words
    assert "All 80 looks" in words
    assert "1 30 en-fr 3.25 1 30 fr-en 3.50 2 60" in words
    assert "left out, for want of time" in words
    assert "All 40 rounds" in words
    said = [number for number in range(40) if f"chien {number} " in words]
    assert len(said) <= 7
    assert {0, 18, 39} <= set(said)
    assert "en-fr, the lexicon alone" in words
    assert "0 is the lexicon alone" not in words


def test_a_net_of_few_rounds_shows_them_all(net_training: dict[str, Any], page_of: PageOf) -> None:
    few = net_training | {"rounds": net_training["rounds"][:3], "verdict": "shared structure"}
    words = page_of(train_page(few)).words
    assert "All 3 rounds" not in words
    assert "All 6 looks" not in words
    assert "went wrong" not in words
    assert "They share structure" in words


def test_all_directions_of_three_languages_and_their_pairs_are_told(
    many_training: dict[str, Any], page_of: PageOf
) -> None:
    words = page_of(train_page(many_training)).words
    assert ": en, fr and de" in words
    assert all(f"{way}, round 39 chosen" in words for way in many_training["directions"])
    assert "a time is that of all directions" in words
    assert "en-fr shared structure en-de shared structure fr-de no shared structure, left out" in words
    assert "en-de saves against shuffled pairs, bits a word 1.25" in words
    assert "what came before tells of the next word, bits, de 3.20" in words
    assert words.count("dog0 chien .88") == 2
    assert "The texts" in words


def test_a_training_on_what_shares_nothing_is_not_told_with_a_straight_face(
    training: dict[str, Any], page_of: PageOf
) -> None:
    words = page_of(train_page(training | {"verdict": "no shared structure"})).words
    assert "No shared structure" in words
    assert "most likely wrong" in words


def test_verdict_curves_searches_dictionary_and_spaces_of_an_alignment_are_told(
    words_alignment: dict[str, Any], page_of: PageOf
) -> None:
    page = page_of(align_page(words_alignment))
    words = page.words
    for told in (
        "Another search has the same translation for 68 % of words.",
        "0.569 (null 0.436)",
        "searches by similarity that found something 1 of 2",
        "similarity 1 2.125 0.440 0.68 20 4.1 s no",
        "520,900 bits, 260.45 a word",
        "numerals could not start No numerals on both sides.",
        "dog0 chien .88 chat .12",
        "en.vec, 60 words",
        "the best translation, 60 pairs",
        "unmt align source.vectors=vectors/en.vec target.vectors=vectors/fr.vec seed=0",
    ):
        assert told in words
    lines = [dict(attributes) for tag, attributes in page.tags if tag == "polyline"]
    assert sum(line["class"] == "link" for line in lines) == 120
    named = [place for place in range(60) if f"word{place} mot{place} " in words]
    assert 4 <= len(named) <= 12


def test_an_alignment_without_a_null_has_no_verdict(words_alignment: dict[str, Any], page_of: PageOf) -> None:
    blind = words_alignment | {"verdict": None, "null": None, "null_history": [], "success_rate": None}
    words = page_of(align_page(blind)).words
    assert "The null was not measured" in words
    assert "guesswork" in page_of(align_page(words_alignment | {"verdict": "no shared structure"})).words


def test_the_pages_fetch_nothing(made: tuple[Maker, dict[str, Any]], self_contained: PageOf) -> None:
    make, result = made
    self_contained(make(result))


def test_markup_is_text_everywhere(made: tuple[Maker, dict[str, Any]], markup_is_text: Callable[..., None]) -> None:
    markup_is_text(*made, 20, lambda key: key in {"en-fr", "similarity"})


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_missing_or_broken_is_left_out(
    made: tuple[Maker, dict[str, Any]], page_of: PageOf, data: st.DataObject
) -> None:
    make, stored = made
    result = copy.deepcopy(stored)
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = result
        while True:
            keys = sorted(place) if isinstance(place, dict) else range(min(len(place), 3))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], (dict, list)) or data.draw(st.booleans()):
                place[key] = data.draw(st.sampled_from([None, [], {}, 0, -1, float("nan"), "", "text", [[]], [{}]]))
                break
            place = place[key]
    page_of(make(result))


@pytest.mark.parametrize("make", MAKERS.values())
def test_an_empty_result_has_a_page(make: Maker, page_of: PageOf) -> None:
    assert page_of(make({})).words


def test_a_page_is_a_function_of_its_result(made: tuple[Maker, dict[str, Any]]) -> None:
    make, result = made
    assert make(result) == make(json.loads(json.dumps(result)))


def test_a_probability_is_not_rounded_to_certainty() -> None:
    assert [probability(share) for share in (1.0, 0.999, 0.5, 0.001, None)] == ["1.00", "> .99", ".50", "< .01", "–"]
