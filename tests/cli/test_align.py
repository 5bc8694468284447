import json

import numpy as np
import pytest

from unmt.cli.command import choices
from unmt.tasks.align_settings import CHOICES

WORDS, SIZE = 200, 12


def vector_file(path, matrix, words):
    rows = [f"{word} {' '.join(f'{value:.5f}' for value in row)}" for word, row in zip(words, matrix, strict=True)]
    path.write_text(f"{len(matrix)} {matrix.shape[1]}\n" + "\n".join(rows) + "\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Vectors in clusters, and the same turned; words that say nothing."""
    folder = tmp_path_factory.mktemp("align")
    rng = np.random.default_rng(0)
    share = 1 / np.arange(1, 31) ** 0.7
    cluster = rng.choice(30, WORDS, p=share / share.sum())
    vectors = rng.standard_normal((30, SIZE))[cluster] + rng.standard_normal((WORDS, SIZE)) * 0.6
    vectors *= np.linspace(2, 0.4, SIZE)
    turned = vectors @ np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
    vector_file(folder / "a.vec", vectors, [f"a{place}" for place in range(WORDS)])
    vector_file(folder / "b.vec", turned, [f"{WORDS - place}b" for place in range(WORDS)])
    (folder / "nan.vec").write_text("2 2\na 1 nan\nb 1 2\n")
    (folder / "short.txt").write_text("a few words\n")
    return folder


BOTH = ("source.vectors=a.vec", "target.vectors=b.vec")


def test_the_dictionary_goes_to_standard_output_and_the_rest_to_the_run(unmt, folder, tmp_path):
    run = tmp_path / "run"
    done = unmt("align", *BOTH, "runs=2", f"run.dir={run}", cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert {len(cells) for cells in lines} == {3}
    best = {}
    for source, target, _ in lines:
        best.setdefault(source, target)
    assert np.mean([best[f"a{place}"] == f"{WORDS - place}b" for place in range(WORDS)]) > 0.95
    result = json.loads((run / "result.json").read_text())
    assert result["verdict"] == "shared structure"
    assert (run / "dictionary.tsv").read_text() == done.stdout
    assert (run / "map.npz").exists()
    assert "shared structure" in (run / "report.html").read_text().lower()
    assert "success   similarity: 2 of 2" in done.stderr


def kept(run):
    return json.loads((run / "result.json").read_text())


def test_a_method_has_settings_of_its_own_and_they_count(unmt, folder, tmp_path):
    usual, other = tmp_path / "usual", tmp_path / "other"
    typed = (*BOTH, "runs=1", "null=false", "method.patience=1")
    done = unmt("align", *typed, "-m", "method=similarity,wasserstein", f"run.dir={usual}", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [kept(usual / job)["method"] for job in "01"] == ["similarity", "wasserstein"]
    own = ("method=wasserstein", "method.batch_words=[50]", "method.batch_rounds=[1]")
    done = unmt("align", *typed, *own, f"run.dir={other}", cwd=folder)
    assert done.returncode == 0, done.stderr
    first, second = kept(usual / "1"), kept(other)
    assert list(first["arguments"])[2:] == ["method", "method.patience", "runs", "null", "seed"]
    assert second["arguments"]["method.batch_words"] == "[50]"
    assert first["history"] != second["history"]


def test_several_methods_take_the_settings_of_each_and_the_line_in_the_report_does_it_again(unmt, folder, tmp_path):
    typed = ("method=identical, similarity", "method.start_words=80", "runs=1", "null=false")
    done = unmt("align", *BOTH, *typed, f"run.dir={tmp_path / 'first'}", cwd=folder)
    assert done.returncode == 0, done.stderr
    first = kept(tmp_path / "first")
    assert [row["method"] for row in first["methods"]] == ["similarity"]
    assert "written alike" in first["failures"]["identical"]
    told = [f"{key}={value}" for key, value in first["arguments"].items()]
    assert told[2:] == ["method=identical, similarity", "method.start_words=80", "runs=1", "null=false", "seed=0"]
    again = unmt("align", *told, f"run.dir={tmp_path / 'again'}", cwd=folder)
    assert again.stdout == done.stdout
    assert kept(tmp_path / "again")["history"] == first["history"]


def test_every_method_is_a_file_of_its_group():
    assert choices("method") == sorted(CHOICES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "neither is given"),
        ((*BOTH, "source.train=short.txt"), "both are given"),
        (("source.vectors=nowhere.vec", "target.vectors=b.vec"), "no such file"),
        (("source.vectors=nan.vec", "target.vectors=b.vec"), "not finite"),
        (("source.train=short.txt", "target.vectors=b.vec"), "Give a longer text"),
        ((*BOTH, "method=magic"), "method=magic: there is none of that name. Choose one of adversarial, all,"),
        ((*BOTH, "method=similarity,magic"), "method=magic: there is none"),
        ((*BOTH, "method=all,similarity"), "all goes alone"),
        ((*BOTH, "method.epochs=2"), "method.epochs= is of method=adversarial, not of method=similarity"),
        ((*BOTH, "method=adversarial", "method.epochs=0"), "method.epochs=0: too small"),
        ((*BOTH, "method=adversarial", "method.epochs=few"), "method.epochs takes a whole number"),
        ((*BOTH, "method=wasserstein", "method.batch_words=[30]"), "as many of one as of the other"),
        ((*BOTH, "method=similar", "method.least_alike=1.5"), "0 or more and 1 at most"),
        ((*BOTH, "method=dictionary"), "Name one by dictionary=FILE"),
        ((*BOTH, "runs=0"), "runs=0"),
    ],
)
def test_bad_input_is_two_lines_at_most_and_status_2(unmt, folder, arguments, message):
    done = unmt("align", *arguments, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
