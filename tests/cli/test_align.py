import json

import numpy as np
import pytest

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "neither is given"),
        ((*BOTH, "source.train=short.txt"), "both are given"),
        (("source.vectors=nowhere.vec", "target.vectors=b.vec"), "no such file"),
        (("source.vectors=nan.vec", "target.vectors=b.vec"), "not finite"),
        (("source.train=short.txt", "target.vectors=b.vec"), "Give a longer text"),
        ((*BOTH, "method=magic"), "no such method"),
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
