import pytest

from unmt.errors import InputError
from unmt.evaluation.dictionary import dictionary_scores, first_right_rank

TRUTH = {"dog": {"chien"}, "house": {"maison", "logis"}, "sun": {"soleil"}, "sea": {"mer"}}
FOUND = {"dog": ["chien", "chat"], "house": ["porte", "logis"], "sun": ["lune"], "hat": ["chapeau"]}


def test_any_of_several_translations_counts_and_unknown_words_do_not():
    scores = dictionary_scores(FOUND, TRUTH)
    assert scores["P@1"].estimate == pytest.approx(1 / 3)
    assert scores["P@5"].estimate == pytest.approx(2 / 3)
    assert scores["MRR"].estimate == pytest.approx((1 + 0.5 + 0) / 3)
    assert scores["P@1"].low <= scores["P@1"].estimate <= scores["P@1"].high


def test_words_whose_translations_are_not_known_can_be_left_out():
    scores = dictionary_scores(FOUND, TRUTH, known_targets={"chien", "logis"})
    assert scores["P@1"].estimate == pytest.approx(1 / 2)


def test_the_first_right_one_counts():
    assert first_right_rank(["a", "b", "c"], {"c", "b"}) == 2
    assert first_right_rank(["a"], {"b"}) == 0


def test_nothing_in_common_is_refused():
    with pytest.raises(InputError, match="no word in common"):
        dictionary_scores({"x": ["y"]}, TRUTH)
