"""Scales put values where they belong, and charts hold what they were given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmt.report.charts import BarRow, Scale, Segment, bars, dots, linear_scale, log_scale, plot, polyline

numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))


@given(numbers, numbers)
def test_a_linear_axis_holds_its_ends_and_has_round_ticks(first: float, second: float) -> None:
    low, high = min(first, second), max(first, second)
    scale = linear_scale(low, high)
    slack = 1e-9 * (1 + abs(low) + abs(high)) + 1e-6 * (high - low)
    assert scale.low <= low + slack
    assert scale.high >= high - slack
    assert 2 <= len(scale.ticks) <= 8
    assert 0 <= scale.share(low) <= scale.share(high) <= 1


@pytest.mark.parametrize("curve", ["linear", "log", "root"])
def test_a_scale_rises_from_zero_to_one_and_holds_what_is_beyond(curve: str) -> None:
    scale = Scale(0.5, 100.0, (), curve)
    shares = [scale.share(value) for value in (-3.0, 0.5, 1.0, 30.0, 100.0, 1e9)]
    assert shares == sorted(shares)
    assert shares[:2] == [0.0, 0.0]
    assert shares[-2:] == pytest.approx([1.0, 1.0])


def test_a_log_axis_has_decades_or_the_ticks_it_is_told() -> None:
    assert log_scale(0.01, 10.0).ticks == pytest.approx((0.01, 0.1, 1.0, 10.0))
    assert log_scale(16, 1024, ticks=(16, 64)).ticks == (16, 64)
    assert log_scale(3.0, 3.0).low < 3.0 < log_scale(3.0, 3.0).high


def test_marks_are_placed_upwards_in_the_square() -> None:
    x = y = Scale(0.0, 1.0, (0.0, 1.0))
    assert 'points="0,1000 1000,0"' in polyline([(0, 0), (1, 1)], x, y, "s0")
    assert 'd="M500 500h0"' in dots([(0.5, 0.5)], x, y, "s0")
    assert dots([], x, y, "s0") == ""


def test_names_of_ticks_that_would_touch_are_left_out() -> None:
    scale = Scale(0.0, 1.0, (0.0, 0.01, 0.5, 1.0))
    chart = plot("", scale, Scale(0.0, 1.0, ()), labels=("", ""), description="<none>")
    assert chart.count("<span") == 3
    assert "&lt;none&gt;" in chart


def test_bars_are_as_long_as_their_share_of_the_axis() -> None:
    rows = [BarRow("a & b", "5", [Segment("x", 5.0, "text"), Segment("y", 20.0, "null")], [2.5])]
    chart = bars(rows, Scale(0.0, 10.0, (0.0, 10.0)), description="")
    assert 'class="text" style="width:50.000%"' in chart
    assert 'class="null beyond" style="width:100.000%"' in chart
    assert "left:25.000%" in chart
    assert "a &amp; b" in chart
