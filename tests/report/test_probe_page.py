"""The page of `unmt probe`: all figures, nothing that markup or a broken result could spoil."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unmt.report.probe_page import probe_page
from unmt.report.probe_tables import probe_text


@pytest.fixture
def probed() -> dict[str, Any]:
    checkpoints = [
        {"objective": "masked", "shuffled": shuffled, "width": 16, "seed": seed, "step": step,
         "bits_per_symbol": 3.0 - step / 100, "accuracy": 0.2 + step / 200 + seed / 100, "layer": 1,
         "low": 0.1, "high": 0.9, "accuracy_by_layer": [0.2, 0.2 + step / 200]}
        for shuffled in (False, True) for seed in (0, 1) for step in (0, 100)
    ]  # fmt: skip
    few = [
        {"objective": "masked", "shuffled": False, "width": 16, "seed": 0, "labels": labels, "examples": examples,
         "accuracy": examples / 200}
        for labels, examples in ((1, 10), (None, 100))
    ]  # fmt: skip
    return {
        "data": {"name": "digits", "unit": "pixel", "classes": ["0", "1"], "symbols": 8, "length": 64, "train": 30,
                 "test": 10, "files": [{"path": "a.txt", "sha256": "12ab"}]},
        "reference": {"chance": 0.1, "symbols_counted": 0.25, "symbols_by_place": 0.95, "single_symbol_bits": 2.2},
        "checkpoints": checkpoints, "few_labels": few,
        "correlations": [{"objective": "masked", "shuffled": False, "points": 4, "by_seed": [-0.9, -0.8],
                          "mean": -0.85, "least": -0.9, "most": -0.8, "same_step": 0.5}],
        "settings": {"seeds": 2}, "arguments": {"seed": "0"}, "seed": 0, "seconds": 60.0, "version": "0.1.0",
    }  # fmt: skip


def test_bits_accuracy_ranks_layers_and_labels_are_told(probed, page_of):
    words = page_of(probe_page(probed)).words
    for told in (
        "rank correlation of bits with accuracy −0.85",
        "masked as they are 16 100 2.000 70.5 70.0 to 71.0 1",
        "masked as they are 4 −0.85 −0.90 to −0.80 +0.50",
        "masked as they are 16 20.0 70.0",
        "1 a class all",
        "SHA-256 of a.txt 12ab",
        "unmt probe seed=0",
    ):
        assert told in words
    assert "masked     shuffled" in probe_text(probed)


def test_markup_is_text_everywhere(probed, markup_is_text):
    markup_is_text(probe_page, probed, 5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_missing_or_broken_is_left_out(probed, page_of, data):
    result = copy.deepcopy(probed)
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = result
        while True:
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(place[key], (dict, list)) or data.draw(st.booleans()):
                place[key] = data.draw(st.sampled_from([None, [], {}, 0, -1, float("nan"), "", "text", [[]], [{}]]))
                break
            place = place[key]
    page_of(probe_page(result))
    probe_text(result)


def test_an_empty_result_has_a_page(page_of):
    assert page_of(probe_page({})).words
