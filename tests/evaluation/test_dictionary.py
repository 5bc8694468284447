import pytest

from unmt.evaluation.dictionary import first_right_rank, first_right_ranks, value_of_rank

TRUTH = {"dog": {"chien"}, "house": {"maison", "logis"}, "sun": {"soleil"}, "sea": {"mer"}}
FOUND = {"dog": ["chien", "chat"], "house": ["porte", "logis"], "sun": ["lune"], "hat": ["chapeau"]}


def test_any_of_several_translations_counts_and_missing_words_are_told_apart():
    assert first_right_ranks(FOUND, TRUTH) == {"dog": 1, "house": 2, "sun": 0, "sea": None}


def test_the_first_right_one_counts():
    assert first_right_rank(["a", "b", "c"], {"c", "b"}) == 2
    assert first_right_rank(["a"], {"b"}) == 0


@pytest.mark.parametrize(
    ("metric", "values"), [("p@1", [0, 1, 0, 0]), ("p@5", [0, 1, 1, 0]), ("mrr", [0, 1, 0.5, 1 / 6])]
)
def test_what_a_rank_counts(metric, values):
    assert [value_of_rank(metric, rank) for rank in (0, 1, 2, 6)] == pytest.approx(values)
