"""Figures of a model on a text without references: round trip and code lengths."""

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.tasks.evaluate import Files, Scoring, evaluate
from unmt.tasks.evaluate_model import model_figures
from unmt.tasks.evaluate_translations import Resampling
from unmt.tasks.models import translate
from unmt.tasks.monitor import Monitor
from unmt.tasks.translation_model import TranslationModel
from unmt.text.corpus_file import read_lines


@pytest.fixture
def cipher(trained_cipher):
    return trained_cipher[0]


@pytest.fixture
def run(trained_cipher):
    return str(trained_cipher[1])


@pytest.fixture
def source(cipher, tmp_path):
    path = tmp_path / "in.txt"
    path.write_text("\n".join([*cipher.source[:100], "", *cipher.source[100:120]]) + "\n")
    return str(path)


def figures_of(run, path, direction):
    return model_figures(run, read_lines(path), direction, Resampling(resamples=100), Monitor())


def test_translations_are_those_of_translate(run, source, cipher):
    lines, figures = figures_of(run, source, "aa-bb")
    assert lines == translate(TranslationModel.load(run), "aa-bb", [*cipher.source[:100], "", *cipher.source[100:120]])
    round_trip = figures["round_trip"]
    assert 50 < round_trip["low"] <= round_trip["score"] <= round_trip["high"] <= 100
    assert "tok:13a" in round_trip["signature"]
    lengths = figures["code_lengths"]
    assert all(np.isfinite(value) for value in lengths.values())
    assert lengths["text_bits"] * lengths["words_per_source_word"] - lengths["source_bits"] + 2 * lengths[
        "way_back_bits"
    ] == pytest.approx(lengths["divergence"], abs=1e-3)


def test_text_that_is_not_of_the_language_costs_more_bits(run, source, cipher, tmp_path):
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("\n".join(cipher.target[:100]) + "\n")
    known, unknown = (figures_of(run, path, "aa-bb")[1] for path in (source, str(foreign)))
    assert unknown["code_lengths"]["source_bits"] > known["code_lengths"]["source_bits"] + 1
    assert unknown["direction"]["copied_share"] > 0.9
    assert known["direction"]["copied_share"] == 0


def test_the_direction_that_fits_is_found(run, source, cipher, tmp_path):
    (tmp_path / "back.txt").write_text("\n".join(cipher.target[:50]) + "\n")
    assert figures_of(run, source, None)[1]["direction"]["name"] == "aa-bb"
    assert figures_of(run, str(tmp_path / "back.txt"), None)[1]["direction"]["name"] == "bb-aa"


def test_one_line_has_figures_too(run, cipher, tmp_path):
    (tmp_path / "one.txt").write_text(cipher.source[0] + "\n")
    lines, figures = figures_of(run, str(tmp_path / "one.txt"), "aa-bb")
    assert len(lines) == 1
    assert np.isfinite(figures["code_lengths"]["way_back_bits"])


def test_references_give_scores_beside_them(run, source, cipher, tmp_path):
    right = [" ".join(cipher.key[word] for word in line.split()) for line in cipher.source[:120]]
    (tmp_path / "ref.txt").write_text("\n".join([*right[:100], "", *right[100:]]) + "\n")
    scoring = Scoring(resampling=Resampling(resamples=100, trials=100))
    files = Files(references=(str(tmp_path / "ref.txt"),), source=source, model=run, direction="aa-bb")
    result = evaluate(files, scoring)
    assert result["scores"][0]["score"] > 50
    assert result["figures"]["round_trip"]["score"] > 50
    (code,) = result["code_lengths"]
    lengths = result["figures"]["code_lengths"]
    assert code["name"] == "aa-bb"
    assert code["unit"] == "word"
    assert code["units"] == lengths["source_words"]
    assert code["per_unit"]["total_bits"] == pytest.approx(lengths["code_bits"], abs=1e-3)
    alone = evaluate(Files(source=source, model=run, direction="aa-bb"), scoring)
    assert alone["kind"] == "model"
    assert alone["figures"] == result["figures"]


def test_a_source_from_standard_input_is_read_once(run, source, cipher, tmp_path, monkeypatch):
    right = [" ".join(cipher.key[word] for word in line.split()) for line in cipher.source[:120]]
    (tmp_path / "ref.txt").write_text("\n".join([*right[:100], "", *right[100:]]) + "\n")
    scoring = Scoring(resampling=Resampling(resamples=100, trials=100))
    files = {name: Files(references=(str(tmp_path / "ref.txt"),), source=name, model=run) for name in (source, "-")}
    wanted = evaluate(files[source], scoring)
    with open(source) as stream:  # noqa: PTH123  # a path as the command has it
        monkeypatch.setattr("sys.stdin", stream)
        found = evaluate(files["-"], scoring)
    assert [row["score"] for row in found["scores"]] == [row["score"] for row in wanted["scores"]]


def test_what_cannot_be_translated_is_told(run, source, tmp_path):
    for arguments, why in (
        ((run, source, "aa-cc"), "the model has aa-bb, bb-aa"),
        ((str(tmp_path), source, "aa-bb"), "holds no model"),
        ((run, str(tmp_path / "nowhere.txt"), "aa-bb"), "no such file"),
    ):
        with pytest.raises(InputError, match=why):
            figures_of(*arguments)
