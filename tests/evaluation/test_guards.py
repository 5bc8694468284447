"""Translators that went wrong, and one that did not."""

import numpy as np
import pytest

from unmt.evaluation.guards import COPIES, FEW_OUTPUTS, LONG, POOR_WORDS, SHORT, guards, vocabulary_use


def text(prefix, sentences=200, seed=0):
    rng = np.random.default_rng(seed)
    return [[f"{prefix}{word}" for word in rng.integers(0, 60, rng.integers(4, 12))] for _ in range(sentences)]


SOURCE, TRUE = text("s"), text("t", seed=1)
GOOD = [["t" + word[1:] for word in line] for line in SOURCE]

FAILURES = {
    "a good one": (GOOD, []),
    "copies": (SOURCE, [COPIES]),
    "copies half of the time": ([*SOURCE[:100], *GOOD[100:]], [COPIES]),
    "one sentence for everything": ([["t1", "t2", "t3", "t4", "t5", "t6", "t7"]] * 200, [FEW_OUTPUTS, POOR_WORDS]),
    "nothing": ([[]] * 200, [FEW_OUTPUTS, SHORT, POOR_WORDS]),
    "halves": ([line[: len(line) // 2] for line in GOOD], [SHORT]),
    "everything twice": ([line + line for line in GOOD], [LONG]),
    "two words": ([[word if int(word[1:]) % 30 == 0 else "t1" for word in line] for line in GOOD], [POOR_WORDS]),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_told_by_its_name(case):
    translations, tripped = FAILURES[case]
    assert set(tripped) <= set(guards(SOURCE, translations, TRUE).tripped)
    if case not in {"two words", "one sentence for everything", "copies half of the time"}:
        assert guards(SOURCE, translations, TRUE).tripped == tripped


def test_the_figures_of_true_text_are_near_one():
    found = guards(SOURCE, GOOD, TRUE).to_dict()
    assert found["copied"] == 0.0
    assert found["distinct"] == found["length"] == 1.0
    assert found["entropy"] == pytest.approx(1.0, abs=0.05)


def test_a_language_of_fewer_words_is_not_too_short():
    short = [line[: max(1, len(line) // 2)] for line in GOOD]
    assert SHORT in guards(SOURCE, short, TRUE).tripped
    assert SHORT not in guards(SOURCE, short, TRUE, ratio=0.5).tripped


def test_names_and_numbers_alone_on_a_line_are_no_copies():
    names = [[f"n{number}"] for number in range(200)]
    assert guards(names, names, TRUE).copied == 0.0


def test_no_sentences_are_no_crash():
    assert guards([], [], []).to_dict()
    assert guards([[]], [[]], [[]]).to_dict()


def test_the_vocabulary_that_is_used_is_counted_against_as_much_true_text():
    assert vocabulary_use(GOOD, TRUE) == 1.0
    assert vocabulary_use(FAILURES["two words"][0], TRUE) == pytest.approx(3 / 60)
    assert vocabulary_use(GOOD[:2], TRUE) > 0.5  # not against all of it, where a few sentences would seem poor
    assert vocabulary_use([[]] * 200, TRUE) == 0.0
