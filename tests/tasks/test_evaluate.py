"""What an evaluation says of known translations, plaintexts and dictionaries."""

import hashlib
import json
from pathlib import Path

import pytest

from unmt.errors import InputError
from unmt.tasks.evaluate import Files, Scoring, evaluate
from unmt.tasks.evaluate_translations import Resampling

REFERENCE = [
    "A man in a red hat walks over the old bridge.",
    "Two children play with a small brown dog.",
    "The woman sings a song in front of the house.",
    "Nobody saw the boat come back that evening.",
]
QUICK = Resampling(seed=3, resamples=100, trials=100)


@pytest.fixture
def put(tmp_path):
    def write(name, lines):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return str(path)

    return write


def translations(put, hypotheses, references=(REFERENCE,), *, source=None, **settings):
    files = Files(
        hypotheses=tuple(put(f"{number}.txt", lines) for number, lines in enumerate(hypotheses)),
        references=tuple(put(f"reference{number}.txt", lines) for number, lines in enumerate(references)),
        source=None if source is None else put("source.txt", source),
    )
    return evaluate(files, Scoring(resampling=QUICK, **settings))


def scores(result):
    return {(row["system"], row["metric"], row["case"]): row["score"] for row in result["scores"]}


def test_lower_case_stands_beside_cased(put):
    result = translations(put, [[line.upper() for line in REFERENCE]])
    found = scores(result)
    assert found["0.txt", "BLEU", "cased"] < 5
    assert found["0.txt", "BLEU", "lower-case"] == pytest.approx(100)
    assert found["0.txt", "chrF2", "lower-case"] == pytest.approx(100)
    assert set(scores(translations(put, [REFERENCE], lowercase="true", metrics=("chrf++",)))) == {
        ("0.txt", "chrF2++", "lower-case")
    }


def test_an_empty_line_scores_as_nothing_and_is_told(put):
    result = translations(put, [[*REFERENCE[:3], ""]], metrics=("bleu",), lowercase="false")
    whole = translations(put, [REFERENCE], metrics=("bleu",), lowercase="false")
    assert result["scores"][0]["score"] < whole["scores"][0]["score"]
    assert result["scores"][0]["details"]["precisions"] == [pytest.approx(100)] * 4
    assert any("1 of 4 lines are empty" in line for line in result["warnings"])


def test_the_first_system_is_the_baseline(put):
    worse = [" ".join(line.split()[:-2]) for line in REFERENCE]
    result = translations(put, [worse, REFERENCE], metrics=("chrf",), lowercase="false")
    (comparison,) = result["comparisons"]
    assert (comparison["system"], comparison["baseline"]) == ("1.txt", "0.txt")
    assert comparison["difference"] == pytest.approx(result["scores"][1]["score"] - result["scores"][0]["score"])
    assert comparison["difference"] > 0
    assert 0 < comparison["p_value"] <= 1
    assert comparison["low"] <= comparison["difference"] <= comparison["high"]


def test_a_second_reference_helps_where_it_fits(put):
    other = ["A man with a red hat crosses the old bridge.", "", "", ""]
    one = translations(put, [[other[0], *REFERENCE[1:]]])
    two = translations(put, [[other[0], *REFERENCE[1:]]], [REFERENCE, other])
    assert scores(two)["0.txt", "BLEU", "cased"] == pytest.approx(100)
    assert scores(one)["0.txt", "BLEU", "cased"] < 95
    assert all("nrefs:var" in row["signature"] for row in two["scores"])


def test_the_same_seed_gives_the_same_result_as_json(put):
    hypotheses = [[line.replace("a ", "the ") for line in REFERENCE], [line[:-9] for line in REFERENCE]]
    first, second = (translations(put, hypotheses) for _ in range(2))
    for result in (first, second):
        result.pop("seconds")
    assert first == second
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_receipts_are_the_hashes_of_the_files(put, tmp_path):
    result = translations(put, [REFERENCE], source=REFERENCE)
    assert [row["role"] for row in result["data"]] == ["hypotheses", "references", "source"]
    digest = hashlib.sha256((tmp_path / "0.txt").read_bytes()).hexdigest()
    assert result["data"][0] == {"role": "hypotheses", "file": str(tmp_path / "0.txt"), "sha256": digest}
    assert {"unmt", *result["versions"]} >= {"unmt", "python", "numpy", "sacrebleu"}
    assert (result["seed"], result["resamples"], result["trials"], result["level"]) == (3, 100, 100, 0.95)


def test_what_makes_a_score_mean_less_is_told(put):
    tokenised = [line[:-1] + " ." for line in REFERENCE]
    told = "\n".join(translations(put, [REFERENCE, tokenised], source=REFERENCE)["warnings"])
    assert "0.txt is the same as a reference" in told
    assert "0.txt: 4 of 4 lines are the source, unchanged" in told
    assert "1.txt looks tokenised" in told
    assert translations(put, [[line[2:] for line in REFERENCE]], source=["x"] * 4)["warnings"] == []


def test_examples_go_from_the_worst_line_to_the_best(put):
    hypotheses = [REFERENCE[0], "", REFERENCE[2][:20], "Nothing right here"]
    examples = translations(put, [hypotheses], source=["un", "deux", "trois", "quatre"])["examples"]
    assert [example["line"] for example in examples] == [2, 4, 3, 1]
    assert [example["score"] for example in examples] == sorted(example["score"] for example in examples)
    assert examples[-1]["source"] == "un"
    assert examples[-1]["hypotheses"] == {"0.txt": REFERENCE[0]}


def test_groups_of_length_hold_every_line(put):
    lines = ["word " * number for number in (1, 8, 9, 30)]
    groups = translations(put, [lines], [lines])["by_length"]
    spans = [(group["words_from"], group["words_to"], group["lines"]) for group in groups]
    assert spans == [(1, 8, 2), (9, 12, 1), (25, None, 1)]


def test_systems_of_one_file_name_are_told_apart(put, tmp_path):
    (tmp_path / "b").mkdir()
    paths = (put("out.txt", REFERENCE), put("b/out.txt", REFERENCE), put("out.txt", REFERENCE))
    result = evaluate(Files(paths, (put("r.txt", REFERENCE),)), Scoring(resampling=QUICK))
    assert len(set(result["systems"])) == 3
    assert result["systems"][:2] == list(paths[:2])


def test_lines_that_do_not_pair_are_refused_whichever_file_they_are_in(put):
    short = put("short.txt", REFERENCE[:3])
    whole = put("whole.txt", REFERENCE)
    for files in (
        Files((short,), (whole,)),
        Files((whole, short), (whole,)),
        Files((whole,), (whole, short)),
        Files((whole,), (whole,), source=short),
    ):
        with pytest.raises(InputError, match=r"has \d lines, but .* has \d"):
            evaluate(files, Scoring(resampling=QUICK))


def test_error_rate_of_a_text(put):
    truth = ["the lamp in the upper window", "burned until morning", "and nobody asked why"]
    found = ["THE LAMP, in the upper window!", "burned until evening", "and nobody asked why"]
    files = Files((put("found.txt", found),), (put("truth.txt", truth),))
    (row,) = evaluate(files, Scoring(metrics=("ser",), resampling=QUICK))["scores"]
    # evening for morning: three letters of 58.
    assert row["score"] == pytest.approx(3 / 58)
    assert row["low"] <= row["score"] <= row["high"]
    assert "hamming" in row["signature"]
    other = Files((put("found.txt", ["the lamp in the window"]),), (put("truth.txt", truth[:1]),))
    (row,) = evaluate(other, Scoring(metrics=("ser",), resampling=QUICK))["scores"]
    assert row["score"] == pytest.approx(5 / 23)
    assert row["low"] is None
    assert "edit distance" in row["signature"]


def test_error_rate_of_a_table_is_the_mean_over_its_rows(put):
    found = put("found.tsv", ["id\tplaintext", "one\tabcd", "two\tabxx"])
    truth = put("truth.tsv", ["id\tkey\tplaintext", "two\tk\tabcd", "one\tk\tabcd", "three\tk\tabcd"])
    (row,) = evaluate(Files((found,), (truth,)), Scoring(metrics=("ser",), resampling=QUICK))["scores"]
    assert row["score"] == pytest.approx(0.25)
    assert row["details"] == {"texts": 2, "exact": 1, "within_2_percent": 0.5}
    with pytest.raises(InputError, match="no row with id 'three'"):
        evaluate(Files((truth,), (found,)), Scoring(metrics=("ser",), resampling=QUICK))
    with pytest.raises(InputError, match="one is a table, the other a text"):
        evaluate(Files((found,), (put("truth.txt", ["abcd"]),)), Scoring(metrics=("ser",), resampling=QUICK))
    with pytest.raises(InputError, match="one plaintext"):
        evaluate(Files((found,), (truth, truth)), Scoring(metrics=("ser",), resampling=QUICK))


def test_a_plaintext_from_standard_input_is_read_once_for_all_systems(put, monkeypatch):
    found = tuple(put(name, [line]) for name, line in (("one.txt", "abcd"), ("two.txt", "abxx")))
    with Path(put("truth.txt", ["abcd"])).open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        rows = evaluate(Files(found, ("-",)), Scoring(metrics=("ser",), resampling=QUICK))["scores"]
    assert [row["score"] for row in rows] == [0.0, 0.5]


def test_intervals_are_of_the_resamples_that_were_asked_for(put):
    lines = ["id\tplaintext", *(f"{number}\t{'abcdefgh'[: 1 + number % 7]}" for number in range(40))]
    found = put("found.tsv", [*lines[:20], *(line.replace("a", "x") for line in lines[20:])])
    truth = put("truth.tsv", lines)
    bounds = set()
    for resampling in (QUICK, Resampling(seed=4, resamples=100), Resampling(seed=3, resamples=300)):
        (row,) = evaluate(Files((found,), (truth,)), Scoring(metrics=("ser",), resampling=resampling))["scores"]
        bounds.add((row["low"], row["high"]))
    assert len(bounds) == 3


def test_metrics_that_do_not_suit_are_refused(put):
    path = put("a.txt", REFERENCE)
    for files, metric in (
        (Files((path,), (path,)), "p@1"),
        (Files((path,), (path,)), "mrr"),
        (Files(dictionaries=(path,), references=(path,)), "bleu"),
    ):
        with pytest.raises(InputError, match=f"metric={metric} is not for"):
            evaluate(files, Scoring(metrics=(metric,), resampling=QUICK))
    with pytest.raises(InputError, match="metric=ser is not for translations"):
        evaluate(Files((path,), (path,)), Scoring(metrics=("bleu", "ser"), resampling=QUICK))
