"""Weights of objectives that change from round to round."""

import pytest

from unmt.errors import InputError
from unmt.tasks.neural_settings import Objectives
from unmt.tasks.schedules import schedules, weight_at

SHARES = {"from_start": False, "has_start": True}


def test_weights_lie_on_straight_lines_and_stay_at_their_ends():
    points = schedules("denoising 10:0.1 20:0.3 60:0")["denoising"]
    found = [weight_at(points, number) for number in (0, 10, 15, 20, 40, 60, 99)]
    assert found == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.15, 0.0, 0.0])
    assert weight_at(schedules("spans 5:0.2")["spans"], 0) == 0.2
    assert schedules(None) == {}


@pytest.mark.parametrize(
    "text",
    ["", "denoising", "noise 0:1", "denoising 0:2", "denoising 0:-1", "denoising 5:0 3:1", "denoising 0:x",
     "spans 0:nan", "spans 0:0.1; spans 0:0.2", "spans 0:0.1;", "adversarial 0:inf", "spans 0.5:1"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_and_named(text):
    with pytest.raises(InputError, match=r"objectives\.schedule="):
        schedules(text)


def test_a_schedule_stands_in_place_of_the_value_and_of_its_fading():
    plain = Objectives(denoising=0.2, causal=0.2, alone_until=10)
    changed = Objectives(denoising=0.2, causal=0.2, alone_until=10, schedule="denoising 0:0 8:0.4; start_pairs 0:0.1")
    for number in (0, 4, 8):
        one, other = plain.shares(number, **SHARES), changed.shares(number, **SHARES)
        assert other.get("denoising", 0.0) == pytest.approx(0.05 * number)
        assert other["causal"] == pytest.approx(one["causal"])
        assert other["start"] == pytest.approx(0.1)
        assert sum(other.values()) == pytest.approx(1.0)


def test_an_adversary_may_come_later():
    assert not Objectives().has_adversary
    later = Objectives(schedule="adversarial 5:0 9:0.2")
    assert later.has_adversary
    assert [later.weight("adversarial", number) for number in (0, 7, 20)] == pytest.approx([0.0, 0.1, 0.2])
    assert not Objectives(adversarial=0.0, schedule="adversarial 0:0").has_adversary
