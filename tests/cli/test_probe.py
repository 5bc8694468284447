"""`unmt probe` from end to end on little data, and what it refuses."""

import json

import pytest

from unmt.cli.main import status

pytest.importorskip("sklearn")

SMALL = (
    "data=a.txt,b.txt", "window=8", "sizes=8", "layers=1", "steps=4", "checkpoints=2", "seeds=1", "labels=2",
    "objective=both",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("the boat is at the quay and the rope is wet\n" * 12)
    (tmp_path / "b.txt").write_text("un bateau attend au quai et une corde est là\n" * 12)
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "short.txt").write_text("hardly anything")
    (tmp_path / "one.tsv").write_text("text\tlabel\n" + "some text\tsame\n" * 40)
    (tmp_path / "wrong.tsv").write_text("text\tclass\nsome text\tsame\n")
    monkeypatch.chdir(tmp_path)


def test_a_small_run_prints_its_table_and_keeps_its_folder(tmp_path, capfd):
    assert status(["probe", *SMALL, "run.dir=out"]) == 0
    table, told = capfd.readouterr()
    lines = table.splitlines()
    assert lines[0].split()[:4] == ["objective", "symbols", "width", "step"]
    assert len(lines) == 1 + 2 * 2 * 2  # objectives, shuffled or not, steps
    assert "ranks" in told
    assert "report    out/report.html" in told
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    metrics = [json.loads(line) for line in (tmp_path / "out" / "metrics.jsonl").read_text().splitlines()]
    assert [row for row in metrics if "bits_per_symbol" in row] == result["checkpoints"]
    assert result["data"]["classes"] == ["a.txt", "b.txt"]
    assert result["arguments"]["data"] == "a.txt,b.txt"
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Bits against accuracy" in page
    assert page.count("<polyline") >= 4
    assert (tmp_path / "out" / "config.yaml").is_file()


BAD = {
    "unknown objective": (["objective=contrastive"], "autoregressive, masked, both"),
    "unknown pooling": (["pooling=max"], "mean, last"),
    "sizes that are none": (["sizes=8,x"], "sizes=8,x"),
    "a size that is no multiple": (["sizes=12"], "multiple of 8"),
    "labels of nothing": (["labels=0"], "labels=0"),
    "no seeds": (["seeds=0"], "seeds=0"),
    "no steps": (["steps=0"], "steps=0"),
    "no rate": (["rate=0"], "rate=0"),
    "one level": (["levels=1"], "levels=1"),
    "no data": (["data=nowhere.txt,b.txt"], "nowhere.txt: no such file"),
    "nothing named": (["data="], "data="),
    "empty": (["data=empty.txt,b.txt"], "empty.txt is empty"),
    "one class": (["data=a.txt"], "one class"),
    "one class of a table": (["data=one.tsv"], "all is of one class"),
    "a table without labels": (["data=wrong.tsv"], "no column 'label'"),
    "a file twice": (["data=a.txt,a.txt"], "given twice"),
    "too little": (["data=short.txt,b.txt"], "too few"),
    "texts of no text": (["texts=a.txt,b.txt"], "data=text"),
    "a negative seed": (["seed=-1"], "seed=-1"),
    "an unknown key": (["size=8"], "Did you mean sizes=?"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told_in_a_line_or_two(refused, case):
    arguments, why = BAD[case]
    refused("probe", *arguments, why=why)
