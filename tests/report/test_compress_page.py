"""The page and the table of `unmt compress`, and the tree of languages."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unmt.report.compress_page import compress_page
from unmt.report.compress_tables import lengths_text
from unmt.report.language_tree import tree_of, tree_svg


@pytest.fixture
def pair() -> dict[str, Any]:
    codes = ("gzip", "mixing")
    return {
        "verdict": "shared structure", "sentence": "12,345 bits are shared, 3.10 % of y.",
        "bits": {
            "x": dict(zip((*codes, "mixture"), (1000.0, 800.0, 801.0), strict=True)),
            "y": dict(zip((*codes, "mixture"), (1100.0, 900.0, 901.0), strict=True)),
            "xy": {"gzip": 2111.0, "mixing": 1650.0}, "yx": {"gzip": 2112.0, "mixing": 1651.0},
            "y_given_x": {"gzip": 1099.0, "mixing": 845.0}, "x_given_y": {"gzip": 999.0, "mixing": 745.0},
            "with_mapping": {"mixing": 1500.0}, "joint": {"gzip": 2101.0, "mixing": 1502.0, "mixture": 1503.0},
        },
        "shared_bits": 199.0, "shared_bits_by_code": {"gzip": -11.0, "mixing": 50.0},
        "shared_bits_with_mapping": {"mixing": 200.0}, "shared_interval": [150.0, 240.0], "null_interval": [-2.0, 3.0],
        "nulls": [{"kind": "n-grams kept", "samples": [-2.0, 3.0]}, {"kind": "random characters", "samples": [1.0]}],
        "per_symbol": {"share_of_y_bits": 0.22, "shared_bits_per_character_of_y": 0.4321},
        "ncd": {"gzip": 1.01, "mixing": 0.94, "mixture": 0.78},
        "members": [{"code": "mixing", "way": "f(x) then y", "bits": 1500.0},
                    *({"code": "gzip", "way": f"way {n}", "bits": 2000.0 + n} for n in range(14))],
        "regret_bits": 3.0, "regret_bound_bits": 3.91,
        "conditional": {"mixing": {"joint_less_alone": 850.0, "conditional": 845.0, "how": "read twice"}},
        "repeated_share": {"gzip": 0.9}, "text": "as it stands",
        "mapping": {"family": "substitution", "side": "x", "key": {"a": "q", "<": "z"}, "mapping_bits": 93.3,
                    "choice_bits": 0.0, "sample": "A plain start"},
        "sizes": {side: {"bytes": 500, "characters": 490, "lines": 7, "sha256": side * 64} for side in "xy"},
        "files": {"x": "folder/a file.txt", "y": "b.txt"}, "warnings": ["gzip does not see all of x."],
        "settings": {"mapping": "auto"}, "arguments": {"x": "a file.txt", "seed": "0"}, "seed": 0, "seconds": 4.2,
        "version": "0.1.0",
    }  # fmt: skip


def test_verdict_bits_controls_key_and_command_are_told(pair: dict[str, Any], page_of: Any) -> None:
    words = page_of(compress_page(pair)).words
    assert "Shared structure 12,345 bits are shared" in words
    assert "95 % interval 150 to 240" in words
    assert "regret, bits 3.00 (at most 3.91)" in words
    assert "null: n-grams kept: −2, 3 bits" in words
    assert "mixing: with f 1,500 bits" in words
    assert "mixing 850 845 0.9941 read twice" in words
    assert "simple substitution" in words
    assert "a → q, < → z" in words
    assert "gzip does not see all of x." in words
    assert "3 more" in words
    assert "unmt compress 'x=a file.txt' seed=0" in words
    assert "x" * 64 in words


def test_negative_gaps_are_told_as_they_are(pair: dict[str, Any], page_of: Any) -> None:
    assert "−11" in page_of(compress_page(pair)).words
    lines = lengths_text(pair).splitlines()
    assert "−11" in lines[1].split()
    assert lines[1].split()[-2:] == ["−1.00", "1.0100"]
    assert lines[2].split()[-4:] == ["50", "200", "22.22", "0.9400"]


def test_without_a_mapping_there_is_no_column_of_it(pair: dict[str, Any]) -> None:
    del pair["shared_bits_with_mapping"]
    assert "with" not in lengths_text(pair)


def test_nothing_that_a_result_holds_becomes_markup(pair: dict[str, Any], page_of: Any, evil) -> None:
    pair["files"] = {"x": evil, "y": evil}
    pair["mapping"] |= {"key": {evil: evil}, "sample": evil, "family": evil, "side": evil}
    pair |= {"sentence": evil, "verdict": evil, "warnings": [evil], "text": evil}
    pair["members"] = [{"code": evil, "way": evil, "bits": 1.0}]
    pair["nulls"] = [{"kind": evil, "samples": [1.0]}]
    page = page_of(compress_page(pair))
    assert "script" not in {tag for tag, _ in page.tags}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_result_that_lacks_fields_or_has_strange_ones_still_makes_a_page(pair: dict[str, Any], data: Any) -> None:
    strange = copy.deepcopy(pair)
    for name in data.draw(st.sets(st.sampled_from(sorted(pair)), max_size=4)):
        strange[name] = data.draw(st.sampled_from([None, "text", [], {}, [None], float("nan"), 3]))
    for name in data.draw(st.sets(st.sampled_from(sorted(pair)), max_size=4)):
        strange.pop(name)
    assert compress_page(strange).startswith("<!doctype html>")


def test_a_tree_joins_the_nearest_first() -> None:
    distances = np.array([[0, 0.9, 0.8, 0.95], [0.9, 0, 0.9, 0.2], [0.8, 0.9, 0, 0.9], [0.95, 0.2, 0.9, 0]])
    assert tree_of(distances, ["de", "es", "en", "it"]) in {"((es it) (de en))", "((de en) (es it))"}


def test_a_tree_is_drawn_with_every_name_and_no_line_across_another() -> None:
    distances = np.array([[0, 0.9, 0.8], [0.9, 0, 0.3], [0.8, 0.3, 0]])
    drawn = tree_svg(distances, ["a<b", "c", "d"])
    assert drawn.count("<path") == 2
    assert "a&lt;b" in drawn
    assert "70.00%" in drawn
