"""`unmt evaluate` as it is typed: scores on standard output, receipts in the folder, bad input in a line."""

import json

import pytest

from unmt.cli.evaluate import Configuration, run
from unmt.errors import InputError

LINES = [
    "A man in a red hat walks over the old bridge.",
    "Two children play with a small brown dog.",
    "The woman sings a song in front of the house.",
    "Nobody saw the boat come back that evening.",
]
PAIRS = ["house\tmaison", "dog\tchien", "boat\tbateau", "boat\tbarque"]
FOUND = ["house\tmaison\t0.9", "dog\tchat\t0.6", "dog\tchien\t0.2", "Boat\tBarque\t0.5", "sky\tciel\t1"]


def write(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(autouse=True)
def _files(tmp_path):
    write(tmp_path / "ref.txt", LINES)
    write(tmp_path / "out.txt", [line.replace("the", "a") for line in LINES])
    write(tmp_path / "mine.txt", [*LINES[:3], ""])
    write(tmp_path / "short.txt", LINES[:2])
    write(tmp_path / "pairs.tsv", PAIRS)
    write(tmp_path / "align.tsv", FOUND)
    write(tmp_path / "words.txt", ["house"])
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_bytes(b"\n\n\n\n")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)))
    (tmp_path / "latin1.txt").write_bytes("Grüße\nKöln\n\n\n".encode("latin-1"))
    (tmp_path / "folder").mkdir()


QUICK = ("resamples=100", "trials=100")


def test_scores_tests_and_signatures_are_printed_and_kept(unmt, tmp_path):
    done = unmt("evaluate", "hypotheses=out.txt,mine.txt", "references=ref.txt", "run.dir=run", *QUICK)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["metric", "case", "system", "score", "95", "%", "interval"]
    assert "against out.txt" in lines
    assert any(
        line.startswith("BLEU") and "nrefs:1|case:lc|eff:no|tok:13a|smooth:exp|version:" in line for line in lines
    )
    assert "run/report.html" in done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert len(result["scores"]) == 8
    assert len(result["comparisons"]) == 4
    for row in result["scores"]:
        assert f"{row['score']:.2f}" in done.stdout
        assert row["low"] <= row["score"] <= row["high"]
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Nobody saw the boat come back that evening." in page
    assert (tmp_path / "run" / "config.yaml").is_file()


def test_one_command_twice_gives_one_output(unmt):
    outputs = {
        unmt("evaluate", "hypotheses=out.txt,mine.txt", "references=ref.txt", "quiet=true", *QUICK).stdout
        for _ in range(2)
    }
    assert len(outputs) == 1


def test_translations_come_through_a_pipe(unmt):
    done = unmt(
        "evaluate", "hypotheses=-", "references=ref.txt", "metric=chrf", "quiet=true", *QUICK, input="\n".join(LINES)
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "standard input" in done.stdout
    assert "100.00" in done.stdout


@pytest.mark.parametrize("value", ["out.txt, mine.txt", "[out.txt,mine.txt]"])
def test_several_files_are_named_as_one_would_type_them(unmt, value):
    done = unmt("evaluate", f"hypotheses={value}", "references=ref.txt", "metric=chrf", "lowercase=true", *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("out.txt") == 2
    assert done.stdout.count("mine.txt") == 2


@pytest.mark.parametrize("name", ["a,b.txt", "δίσκος (1).txt"])
def test_any_file_name_will_do(unmt, tmp_path, name):
    write(tmp_path / name, LINES)
    done = unmt("evaluate", f"hypotheses={name}", f"references={name}", "quiet=true", "metric=bleu", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "100.00" in done.stdout


def test_a_dictionary_is_scored(unmt, tmp_path):
    done = unmt("evaluate", "dictionary=align.tsv", "references=pairs.tsv", "run.dir=run", *QUICK)
    assert done.returncode == 0, done.stderr
    scores = {}
    for row in json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))["scores"]:
        scores.setdefault(row["metric"], row["score"])
    assert scores["P@1"] == pytest.approx(2 / 3)
    assert scores["P@5"] == pytest.approx(1)
    assert scores["MRR"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    one = unmt("evaluate", "dictionary=align.tsv", "references=pairs.tsv", "metric=p@1", "quiet=true", *QUICK)
    assert "P@5" not in one.stdout
    assert "0.667" in one.stdout


def test_a_plaintext_is_scored(unmt):
    done = unmt("evaluate", "hypotheses=out.txt", "references=ref.txt", "metric=ser", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "SER" in done.stdout
    assert "%" in done.stdout


BAD = {
    "nothing": ([], "there is nothing to score. Give one of hypotheses=FILE"),
    "no reference": (["hypotheses=out.txt"], "Add references=FILE"),
    "no hypothesis": (["references=ref.txt"], "there is nothing to score"),
    "two kinds": (["hypotheses=out.txt", "dictionary=align.tsv", "references=ref.txt"], "both given"),
    "dictionary without pairs": (["dictionary=align.tsv"], "Add references=FILE"),
    "missing hypotheses": (["hypotheses=nowhere.txt", "references=ref.txt"], "nowhere.txt: no such file"),
    "missing references": (["hypotheses=out.txt", "references=nowhere.txt"], "nowhere.txt: no such file"),
    "missing one of two": (["hypotheses=out.txt,nowhere.txt", "references=ref.txt"], "nowhere.txt: no such file"),
    "missing source": (["hypotheses=out.txt", "references=ref.txt", "source=nowhere"], "nowhere: no such file"),
    "a comma too many": (["hypotheses=out.txt,,mine.txt", "references=ref.txt"], "a file name is missing"),
    "no name": (["hypotheses=", "references=ref.txt"], "a file name is missing"),
    "empty": (["hypotheses=empty.txt", "references=ref.txt"], "empty.txt is empty"),
    "empty references": (["hypotheses=out.txt", "references=empty.txt"], "empty.txt is empty"),
    "blank": (["hypotheses=blank.txt", "references=ref.txt"], "blank.txt is blank"),
    "binary": (["hypotheses=binary.bin", "references=ref.txt"], "binary.bin is binary"),
    "not UTF-8": (["hypotheses=out.txt", "references=latin1.txt"], "latin1.txt, line 1: not UTF-8"),
    "folder": (["hypotheses=folder", "references=ref.txt"], "folder is a folder"),
    "too few lines": (["hypotheses=short.txt", "references=ref.txt"], "ref.txt has 4 lines, but short.txt has 2"),
    "too few lines of one": (["hypotheses=out.txt,short.txt", "references=ref.txt"], "short.txt has 2 lines"),
    "source of another length": (["hypotheses=out.txt", "references=ref.txt", "source=short.txt"], "short.txt has 2"),
    "standard input twice": (["hypotheses=-", "references=-"], "can be read once only"),
    "standard input twice in a key": (["hypotheses=-,-", "references=ref.txt"], "can be read once only"),
    "unknown metric": (["hypotheses=out.txt", "references=ref.txt", "metric=comet"], "metric=comet: unknown"),
    "metric of a dictionary": (["hypotheses=out.txt", "references=ref.txt", "metric=p@1"], "not for translations"),
    "metric of translations": (["dictionary=align.tsv", "references=pairs.tsv", "metric=bleu"], "not for a dictionary"),
    "unknown case": (["hypotheses=out.txt", "references=ref.txt", "lowercase=perhaps"], "both, false, true"),
    "unknown tokens": (["hypotheses=out.txt", "references=ref.txt", "tokenize=flores"], "13a, intl"),
    "few resamples": (["hypotheses=out.txt", "references=ref.txt", "resamples=3"], "resamples=3: too few"),
    "few trials": (["hypotheses=out.txt", "references=ref.txt", "trials=0"], "trials=0: too few"),
    "negative seed": (["hypotheses=out.txt", "references=ref.txt", "seed=-1"], "seed=-1"),
    "no tab": (["dictionary=words.txt", "references=pairs.tsv"], "words.txt, line 1"),
    "other words": (["dictionary=ref.txt", "references=pairs.tsv"], "ref.txt, line 1"),
    "model without a text": (["model=folder"], "Add source=FILE"),
    "table and text": (["hypotheses=pairs.tsv", "references=ref.txt", "metric=ser"], "one is a table"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_a_line(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    pairs = dict(argument.split("=", 1) for argument in arguments)
    numbers = {key: int(value) for key, value in pairs.items() if key in {"seed", "resamples", "trials"}}
    with pytest.raises(InputError) as refusal:
        run(Configuration(**pairs | numbers | {"quiet": True}))
    assert message in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before, "something was left behind"


@pytest.mark.parametrize("name", ["too few lines of one", "binary", "nothing", "unknown metric"])
def test_bad_input_ends_the_command_with_status_2(unmt, tmp_path, name):
    before = sorted(tmp_path.rglob("*"))
    arguments, message = BAD[name]
    done = unmt("evaluate", *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("unmt: ")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before, "something was left behind"
