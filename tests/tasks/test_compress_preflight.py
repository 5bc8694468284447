"""The pre-flight of two texts: what it looks at, that it says what training says, and what it lets one expect."""

import json
from pathlib import Path

import numpy as np
import pytest

import unmt
from unmt.errors import InputError
from unmt.report.compress_preflight_page import compress_preflight_page, saved_text
from unmt.tasks import forecast as forecasts
from unmt.tasks.compress_preflight import SAMPLE_LINES, SAMPLE_WORDS, compress_preflight, sample
from unmt.tasks.forecast import fit, forecast
from unmt.tasks.monitor import Monitor
from unmt.tasks.train_lexicon import train_lexicon
from unmt.tasks.train_preflight import LITTLE, NOTHING, SHARED
from unmt.tasks.training_settings import Settings, Text

SAMPLES = Path(unmt.__file__).parent / "samples"
LAW = json.loads(Path(forecasts.__file__).with_name("forecast.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def harbour():
    """The first lines of both sample texts."""
    return tuple(
        Text(
            side, f"harbour.{name}.txt", (SAMPLES / f"harbour.{name}.txt").read_text(encoding="utf-8").split("\n")[:500]
        )
        for side, name in (("x", "en"), ("y", "fr"))
    )


def shuffled(text, *, whole):
    """A text with its words in random order, within each line or all through it."""
    rng = np.random.default_rng(1)
    if not whole:
        return Text("y", "shuffled.txt", [" ".join(rng.permutation(line.split())) for line in text.lines])
    words = iter(rng.permutation([word for line in text.lines for word in line.split()]))
    return Text("y", "shuffled.txt", [" ".join(next(words) for _ in line.split()) for line in text.lines])


@pytest.fixture(scope="module")
def found(harbour):
    return compress_preflight(*harbour, threads=1)


def test_the_sample_texts_share_structure(found):
    assert found["verdict"] == SHARED
    assert min(found["preflight"]["saved_bits_per_word"]) > 1.0
    assert found["expected"]["low"] > LAW["refused_bleu"]
    assert found["warnings"] == [] or "outside" in found["warnings"][0]


def test_shuffled_text_is_refused_and_nothing_is_expected(harbour):
    refused = compress_preflight(harbour[0], shuffled(harbour[1], whole=True), threads=1)
    assert refused["verdict"] == NOTHING
    assert refused["expected"]["low"] == 0.0
    assert refused["expected"]["high"] == pytest.approx(LAW["refused_bleu"], abs=0.05)
    assert "expect nothing to build on" in refused["sentence"]
    assert "unmt train would refuse these texts" in refused["warnings"][0]


def test_lines_that_keep_their_words_but_not_their_order_share_little(harbour, found):
    flagged = compress_preflight(harbour[0], shuffled(harbour[1], whole=False), threads=1)
    assert flagged["verdict"] in {LITTLE, NOTHING}
    assert flagged["expected"]["high"] < found["expected"]["high"]


def test_it_says_what_training_says(harbour, found, tmp_path):
    result = train_lexicon(*harbour, Settings(rounds=0, threads=1), tmp_path)
    assert result["preflight"] == found["preflight"]


def test_page_and_table_tell_the_figures_and_nothing_of_a_file_is_code(found):
    named = {
        **found,
        "files": {"x": "<script>.txt", "y": "b.txt"},
        "arguments": {"action": "preflight", "x": "<script>.txt"},
    }
    page = compress_preflight_page(named)
    assert "<script" not in page
    assert "&lt;script&gt;.txt" in page
    assert "<h1>Shared structure</h1>" in page
    assert LAW["cells"][0]["name"] in page
    rows = [line.split() for line in saved_text(found).splitlines()]
    assert [row[0] for row in rows] == ["direction", "x-y", "y-x"]
    saved = found["preflight"]["saved_bits_per_word"]
    assert [float(row[3]) for row in rows[1:]] == pytest.approx(saved, abs=0.006)
    assert compress_preflight_page({})


def test_a_sample_is_evenly_spaced_and_of_a_minute():
    lines = [f"line {place}" if place % 2 else " " for place in range(40_000)]
    taken = sample(lines, None)
    assert len(taken) == SAMPLE_LINES
    assert (taken[0], taken[-1]) == ("line 1", "line 39999")
    steps = np.diff([int(line.split()[1]) for line in taken])
    assert steps.max() - steps.min() <= 2
    assert sample(lines[:60], None) == lines[1:60:2]
    assert sample(lines, 7) == [lines[1], *sample(lines, 7)[1:-1], lines[-1]]
    long = ["word " * 200] * 2000
    assert sum(len(line.split()) for line in sample(long, None)) == pytest.approx(SAMPLE_WORDS, rel=0.01)
    assert sample([], None) == []


def test_asked_to_stop_it_stops(harbour):
    monitor = Monitor()
    monitor.stop_requested = True
    with pytest.raises(KeyboardInterrupt):
        compress_preflight(*harbour, monitor=monitor)


def test_too_little_text_is_told(harbour):
    with pytest.raises(InputError, match="the text of y has 3 different lines"):
        compress_preflight(harbour[0], Text("y", "y.txt", harbour[1].lines[:3]))


def early(saved, verdict=SHARED, redundancy=2.0):
    return {"saved_bits_per_word": [saved, saved], "redundancy_bits_per_word": [redundancy] * 2, "verdict": verdict}


def test_the_law_is_what_its_cells_say():
    names = [name for name in LAW["weights"] if name != "one"]
    again = fit(LAW["cells"], names)
    assert {key: again[key] for key in ("weights", "spread", "refused_bleu")} == {
        key: LAW[key] for key in ("weights", "spread", "refused_bleu")
    }
    verdicts = {cell["verdict"] for cell in LAW["cells"]}
    assert verdicts == {SHARED, LITTLE, NOTHING}


def test_a_law_is_found_again_and_its_spread_is_that_of_cells_left_out():
    rng = np.random.default_rng(0)
    cells = []
    for place in range(12):
        saved, lines = float(rng.uniform(0.5, 3.0)), float(rng.uniform(9, 14))
        bleu = float(2.0 ** (0.5 + 1.2 * saved + 0.1 * lines + rng.normal(0, 0.2)) - 1.0)
        cells.append({"name": f"{place}", "saved": saved, "log2_lines": lines, "bleu": bleu, "verdict": SHARED})
    names = ("saved", "log2_lines")
    law = fit([*cells, {"name": "none", "bleu": 0.4, "verdict": NOTHING}], names)
    assert law["weights"]["saved"] == pytest.approx(1.2, abs=0.2)
    assert law["refused_bleu"] == 0.4
    left = []
    for place, cell in enumerate(cells):
        weights = fit(cells[:place] + cells[place + 1 :], names)["weights"]
        told = weights["one"] + sum(weights[name] * cell[name] for name in names)
        left.append(np.log2(1.0 + cell["bleu"]) - told)
    assert law["spread"] == pytest.approx(np.sqrt(np.mean(np.square(left))), abs=0.002)


def test_more_saved_lets_one_expect_more_within_the_pairs_and_no_more_beyond():
    most = max(cell["saved"] for cell in LAW["cells"])
    middle, top, beyond = (forecast(early(saved), 3000) for saved in (most / 2, most, 3 * most))
    for one in (middle, top, beyond):
        assert 0.0 <= one["low"] <= one["bleu"] <= one["high"] <= 100.0
    assert middle["bleu"] < top["bleu"] == beyond["bleu"]
    assert beyond["is_outside"]
    assert not top["is_outside"]
    lines = 2 ** max(cell["log2_lines"] for cell in LAW["cells"])
    assert forecast(early(most), int(lines))["bleu"] == forecast(early(most), 10**8)["bleu"]
