"""One language model for two texts against one for each: a fair start, one answer, and a gap that is real."""

from dataclasses import replace

import pytest

from unmt.tasks.joint_likelihood import JointSettings, joint_likelihood
from unmt.tasks.training_settings import Text

SMALL = JointSettings(
    steps=60, tokens=120, looks=(20, 60), pieces=330, width=16, heads=2, inner=32, layers=1, dropout=0.0, rate=0.01,
    warm_up=10, held_out=20,
)  # fmt: skip


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(260, 20, 2)


@pytest.fixture(scope="module")
def of_one_language(cipher):
    """Two texts of one language that share no sentence."""
    return joint_likelihood(Text("aa", "a.txt", cipher.source[:130]), Text("bb", "b.txt", cipher.source[130:]), SMALL)


def measured(cipher, settings):
    return joint_likelihood(
        Text("aa", "a.txt", cipher.source[:130]), Text("bb", "b.txt", cipher.target[130:]), settings
    )


def test_nets_that_learn_nothing_are_one_net(cipher):
    found = measured(cipher, replace(SMALL, rate=0.0, steps=2, looks=(2,)))
    assert found["curve"][0]["gap"] == [0.0, 0.0]


def test_the_gap_is_what_is_apart_less_what_is_joint_and_the_same_each_time(of_one_language, cipher):
    again = joint_likelihood(Text("aa", "a.txt", cipher.source[:130]), Text("bb", "b.txt", cipher.source[130:]), SMALL)
    assert again == of_one_language
    assert [row["steps"] for row in again["curve"]] == [20, 60]
    for row in again["curve"]:
        assert row["gap"] == [one - both for one, both in zip(row["apart"], row["joint"], strict=True)]
    assert again["curve"][0]["joint"] > again["curve"][1]["joint"]


def test_two_texts_of_one_language_gain_more_by_being_learned_together_than_a_text_and_its_cipher(
    of_one_language, cipher
):
    other = measured(cipher, SMALL)
    gaps = [sum(found["curve"][-1]["gap"]) for found in (of_one_language, other)]
    assert gaps[0] > 0.1
    assert gaps[0] > gaps[1] + 0.1
    assert of_one_language["shared_pieces"] > other["shared_pieces"]


def test_progress_is_told_from_the_start_to_the_end(cipher):
    told = []
    settings = replace(SMALL, steps=20, looks=(20,))
    joint_likelihood(
        Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target), settings, lambda *one: told.append(one)
    )
    assert [stage for stage, share in told if share] == ["both texts", "aa alone", "bb alone"]
    assert told[-1][1] == 1.0
