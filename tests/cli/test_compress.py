"""`unmt compress`, through the installed command."""

import json
import re
from pathlib import Path

import pytest

import unmt as package

SAMPLE = Path(package.__file__).parent / "samples" / "harbour.en.txt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compress")
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "a.txt").write_text("".join(lines[:200]), encoding="utf-8")
    (folder / "b.txt").write_text("".join(lines[200:400]), encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "short.txt").write_bytes(b"few")
    (folder / "binary.bin").write_bytes(bytes(range(256)) * 4)
    return folder


def documented_keys(heading="result.json of unmt compress"):
    """The keys of result.json that docs/compression.md names; None where it is not beside this installation."""
    path = Path(package.__file__).parents[1] / "docs" / "compression.md"
    if not path.exists():
        return None
    table = path.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("## ")[0]
    return {key for cell in re.findall(r"^\| (`[^|]*) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", cell)}


def test_the_table_goes_to_standard_output_and_the_rest_to_the_run(unmt, folder, tmp_path):
    run = tmp_path / "run"
    done = unmt("compress", "x=a.txt", "y=b.txt", "codes=gzip,xz", "samples=1", f"run.dir={run}", cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split()[:4] == ["code", "C(x)", "C(y)", "C(xy)"]
    assert [line.split()[0] for line in lines[1:]] == ["gzip", "xz", "mixture"]
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "shared structure"
    assert {"x", "y", "xy", "y_given_x"} <= result["bits"].keys()
    assert f"{result['bits']['x']['gzip']:,.0f}" in lines[1]
    assert result["files"] == {"x": "a.txt", "y": "b.txt"}
    assert result["arguments"]["x"] == "a.txt"
    assert "verdict   shared structure" in done.stderr
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<h1>Shared structure</h1>" in page
    assert (run / "config.yaml").exists()
    assert documented_keys() in (result.keys(), None)
    assert json.loads((run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()[-1])["stage"] == "done"


def test_a_transformer_is_a_member_by_name_and_says_what_each_byte_costs(unmt, folder, tmp_path):
    run = tmp_path / "run"
    keys = ("codes=gzip,transformer", "null=false", "limit=4", f"run.dir={run}")
    done = unmt("compress", "x=a.txt", "y=b.txt", *keys, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["gzip", "transformer", "mixture"]
    assert re.search(r"^regret +\d+\.\d\d bits, at most \d", done.stderr, re.MULTILINE)
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    bits = {kind: by_code["transformer"] for kind, by_code in result["bits"].items() if "transformer" in by_code}
    assert bits["y_given_x"] < bits["y"]
    assert {"xy", "yx", "byte_by_byte", "joint"} <= bits.keys()
    assert 0 <= result["regret_bits"] <= result["regret_bound_bits"]


def test_a_lexicon_is_searched_for_and_what_it_tells_is_judged(unmt, folder, tmp_path):
    run, french = tmp_path / "run", SAMPLE.with_name("harbour.fr.txt")
    keys = ("mapping=lexicon", "codes=mixing", "samples=1", "limit=300", f"run.dir={run}")
    done = unmt("compress", f"x={SAMPLE}", f"y={french}", *keys, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["mixing", "words", "mixture"]
    assert re.search(r"The lexicon tells \d+ bits that x does not tell without it", done.stderr)
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "shared structure"
    low, high = result["mapping"]["beyond_interval"]
    assert max(result["mapping"]["beyond_nulls"]) < low < result["mapping"]["beyond_bits"] < high
    assert "bits that it tells beyond x without it" in (run / "report.html").read_text(encoding="utf-8")


def test_limit_takes_the_first_lines_and_quiet_says_nothing(unmt, folder, tmp_path):
    run = tmp_path / "run"
    keys = ("x=a.txt", "y=b.txt", "codes=gzip", "null=false", "limit=50", "quiet=true", f"run.dir={run}")
    done = unmt("compress", *keys, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert result["sizes"]["x"]["lines"] == 50
    assert result["null_interval"] is None


def test_a_preflight_says_in_a_table_and_a_verdict_what_two_texts_share(unmt, folder, tmp_path):
    run, french = tmp_path / "run", SAMPLE.with_name("harbour.fr.txt")
    done = unmt("compress", "preflight", f"x={SAMPLE}", f"y={french}", "limit=300", f"run.dir={run}", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["direction", "x-y", "y-x"]
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert result["verdict"] == "shared structure"
    assert result["texts"]["x"]["lines"] > result["texts"]["x"]["lines_looked_at"] == 300
    assert "verdict   they share structure: the lexicon saves" in done.stderr
    assert "forecast  expect" in done.stderr
    assert "300 of 3,000 lines of x" in done.stderr
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<h1>Shared structure</h1>" in page
    assert "unmt compress action=preflight" in page
    assert documented_keys("result.json of unmt compress preflight") in (result.keys(), None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "x= is missing"),
        (("preflight", "x=a.txt"), "such as unmt compress preflight x=a.txt y=b.txt"),
        (("preflight", "x=a.txt", "y=b.txt", "output=c"), "unmt compress preflight compares x= and y="),
        (("preflight", "x=a.txt", "y=b.txt", "mapping=auto"), "compress preflight has no use for it"),
        (("preflight", "x=binary.bin", "y=b.txt"), "binary.bin is binary"),
        (("preflight", "x=short.txt", "y=b.txt"), "the text of x has 1 different lines"),
        (("preflight", "x=a.txt", "y=b.txt", "limit=0"), "limit=0"),
        (("x=a.txt",), "y= is missing"),
        (("squeeze", "x=a.txt", "y=b.txt"), "nothing called 'squeeze'"),
        (("x=a.txt", "y=b.txt", "output=c"), "output= is given"),
        (("encode", "input=a.txt"), "output= is missing"),
        (("encode", "input=a.txt", "output=c", "x=a.txt"), "x= is given"),
        (("encode", "input=a.txt", "output=c", "codes=transformer"), "encode has one code, mixing"),
        (("decode", "input=a.txt", "output=c", "codes=transformer"), "decode has one code, mixing"),
        (("x=-", "y=-"), "standard input can be read once"),
        (("x=nowhere.txt", "y=b.txt"), "no such file"),
        (("x=empty.txt", "y=b.txt"), "empty.txt is empty"),
        (("x=short.txt", "y=b.txt"), "x has 3 bytes"),
        (("x=a.txt", "y=b.txt", "codes=zip"), "no code 'zip'"),
        (("x=a.txt", "y=b.txt", "codes=transformers"), "Choose of gzip, xz, zstd, ppmd, zpaq, mixing, transformer."),
        (("x=short.txt", "y=b.txt", "codes=transformer"), "x has 3 bytes"),
        (("x=a.txt", "y=b.txt", "codes=,"), "no code is named"),
        (("x=a.txt", "y=b.txt", "mapping=enigma"), "mapping=enigma: unknown"),
        (("x=binary.bin", "y=b.txt", "mapping=auto"), "x is not UTF-8 text"),
        (("x=a.txt", "y=b.txt", "samples=0"), "samples=0"),
        (("x=a.txt", "y=b.txt", "limit=0"), "limit=0"),
    ],
)
def test_bad_input_is_a_line_and_status_2(capsys, monkeypatch, folder, arguments, message):
    from unmt.cli.main import status

    monkeypatch.chdir(folder)
    assert status(["compress", *arguments]) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert len(told.err.strip().splitlines()) <= 2
    assert told.out == ""
