"""The end of a training by minutes and rounds."""

import pytest

from unmt.tasks.training_clock import DEFAULT_ROUNDS, Clock, minutes_of


def clock(minutes, rounds, elapsed=0.0, done=0):
    one = Clock(minutes, rounds)
    one.before, one.round = elapsed, done
    return one


@pytest.mark.parametrize(
    ("minutes", "rounds", "elapsed", "done", "is_over"),
    [
        (None, None, 0.0, DEFAULT_ROUNDS - 1, False),
        (None, None, 0.0, DEFAULT_ROUNDS, True),
        (None, 3, 1e9, 2, False),
        (None, 3, 0.0, 3, True),
        (1.0, 3, 0.0, 3, True),
        (1.0, None, 40.0, 1, False),
        (1.0, None, 50.0, 1, True),
        (1.0, None, 0.0, DEFAULT_ROUNDS, False),
        (1.0, None, 1e9, 0, False),
    ],
)
def test_a_round_begins_only_where_it_can_end_in_time_and_one_always_does(minutes, rounds, elapsed, done, is_over):
    assert clock(minutes, rounds, elapsed, done).is_over(round_seconds=15.0) == is_over


def test_what_is_done_is_by_the_end_that_is_nearer():
    assert clock(1.0, 4, elapsed=45.0, done=2).fraction == pytest.approx(0.75, abs=0.01)
    assert clock(1.0, 4, elapsed=15.0, done=2).fraction == 0.5
    assert clock(None, None, elapsed=15.0, done=2).fraction == 0.0
    assert clock(1.0, None, elapsed=1e9).fraction == 1.0


def test_the_lexicon_model_is_a_fifth_where_no_minutes_count():
    assert clock(None, 10).fraction_of_start(0.5) == 0.1
    assert clock(1.0, 10).fraction_of_start(0.5) == pytest.approx(0.0, abs=0.01)


def test_earlier_processes_count():
    assert clock(2.0, None, elapsed=60.0).minutes_left == pytest.approx(1.0, abs=0.01)
    assert clock(None, 5, elapsed=60.0).minutes_left is None
    assert minutes_of([]) == 0.0
    assert minutes_of([60.0, 180.0]) == 2.0
