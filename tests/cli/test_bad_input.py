"""The user is wrong: exit status 2, a line or two that say what and what to do, nothing on standard output."""

import os

import pytest

from unmt.cli.main import status

TEXT = "text=Gsv jfrxp yildm ulc qfnkh levi gsv ozab wlt"
ROWS = "id\tciphertext\none\tGsv jfrxp yildm ulc\n"


@pytest.fixture(autouse=True)
def _files(tmp_path):
    (tmp_path / "letter.txt").write_text("Gsv jfrxp yildm ulc\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_text(" \n\t\n")
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)))
    (tmp_path / "latin1.txt").write_bytes("Grüße aus Köln".encode("latin-1"))
    (tmp_path / "one_letter.txt").write_text("aaaa aaa aa\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "report.html").write_text("somebody's")
    (tmp_path / "table.csv").write_text("id,ciphertext\none,Gsv jfrxp yildm ulc\n")
    (tmp_path / "broken.unmtlm").write_bytes(b"this is no language model")
    (tmp_path / "ciphers.tsv").write_text(ROWS)
    (tmp_path / "no_column.tsv").write_text("id\ttext\none\tabc\n")
    (tmp_path / "twice.tsv").write_text(ROWS + "one\tabcab\n")
    (tmp_path / "short_row.tsv").write_text(ROWS + "two\n")
    (tmp_path / "one_letter.tsv").write_text(ROWS + "two\taaaa\n")
    (tmp_path / "long.tsv").write_text(f"id\tciphertext\tlanguage\none\tGsv jfrxp yildm ulc\t{'n' * 300}\n")
    (tmp_path / "foreign.tsv").write_text("id\tciphertext\tlanguage\none\tGsv jfrxp yildm ulc\tklingon\n")


BAD = {
    "unknown command": (["decifer"], "Did you mean `unmt decipher`?"),
    "unknown command, none near": (["xyzzy"], "The commands are decipher"),
    "unknown option": (["decipher", TEXT, "--seed=1"], "Did you mean seed=?"),
    "unknown key": (["decipher", TEXT, "langauge=en"], "Did you mean language=?"),
    "no key": (["decipher", "letter.txt"], "Did you mean input=letter.txt?"),
    "nothing given": (["decipher"], "Give input=FILE"),
    "two things given": (["decipher", "input=letter.txt", TEXT], "both given"),
    "no name of a file": (["decipher", "input="], "there is nothing behind the = of its key"),
    "no such user": (["decipher", "input=~nobody_here/a.txt"], "there is no user nobody_here here"),
    "no such user's run": (["decipher", TEXT, "run.dir=~nobody_here/a"], "there is no user nobody_here here"),
    "a table by another name": (["decipher", "input=table.csv"], "ciphertext is a column of its first line"),
    "a large seed": (["decipher", TEXT, f"seed={2**63}"], "too large"),
    "a folder of other files": (["decipher", TEXT, "run.dir=others"], "run.dir=others has a report.html"),
    "no output": (["compress", "encode", "input=letter.txt", "output="], "output= is missing"),
    "standard output": (["compress", "encode", "input=letter.txt", "output=-"], "output=-: a file is written"),
    "a key that encoding has no use for": (
        ["compress", "encode", "input=letter.txt", "output=a.bin", "run.dir=mine"],
        "run.dir= is given",
    ),
    "a limit that decoding has no use for": (
        ["compress", "decode", "input=letter.txt", "output=a.txt", "limit=9"],
        "limit= is given",
    ),
    "a direction of no model": (
        ["evaluate", "hypotheses=letter.txt", "references=letter.txt", "direction=en-fr"],
        "direction= is given",
    ),
    "a dictionary that no method learns from": (
        ["align", "source.vectors=a.vec", "target.vectors=b.vec", "dictionary=letter.txt"],
        "method=dictionary does",
    ),
    "benchmark in no language": (["bench", "ciphers", "language=zz"], "language=zz: no such language"),
    "benchmark of no vectors": (["bench", "objectives", "vectors=letter.txt"], "letter.txt, line 1"),
    "missing": (["decipher", "input=nowhere.txt"], "nowhere.txt: no such file"),
    "folder": (["decipher", "input=folder"], "folder is a folder"),
    "empty": (["decipher", "input=empty.txt"], "empty.txt is empty"),
    "blank": (["decipher", "input=blank.txt"], "blank.txt is blank"),
    "blank text": (["decipher", "text= "], "text= is blank"),
    "no text": (["decipher", "text="], "text= is blank"),
    "binary": (["decipher", "input=binary.bin"], "binary.bin is binary"),
    "not UTF-8": (["decipher", "input=latin1.txt"], "latin1.txt, line 1: not UTF-8"),
    "one letter": (["decipher", "input=one_letter.txt"], "one symbol only"),
    "unknown language": (["decipher", TEXT, "language=klingon"], "klingon"),
    "broken model": (["decipher", TEXT, "language=broken.unmtlm"], "broken.unmtlm"),
    "language is a folder": (["decipher", TEXT, "language=folder"], "folder"),
    "unknown family": (["decipher", TEXT, "family=enigma"], "enigma"),
    "unknown symbols": (["decipher", TEXT, "symbols=runes"], "characters, tokens"),
    "unknown spaces": (["decipher", TEXT, "spaces=some"], "words, ignore"),
    "negative seconds": (["decipher", TEXT, "seconds=-1"], "seconds=-1"),
    "no seconds": (["decipher", TEXT, "seconds=0"], "seconds=0"),
    "endless seconds": (["decipher", TEXT, "seconds=inf"], "seconds=inf"),
    "seconds that are no number": (["decipher", TEXT, "seconds=nan"], "seconds=nan"),
    "seconds in words": (["decipher", TEXT, "seconds=ten"], "seconds takes a number"),
    "seconds that do not parse": (["decipher", TEXT, "seconds=("], "seconds takes a number"),
    "negative restarts": (["decipher", TEXT, "restarts=-3"], "restarts=-3"),
    "no threads": (["decipher", TEXT, "threads=0"], "threads=0"),
    "negative seed": (["decipher", TEXT, "seed=-1"], "seed=-1"),
    "half a seed": (["decipher", TEXT, "seed=1.5"], "seed takes a whole number"),
    "null that is no truth": (["decipher", TEXT, "null=perhaps"], "null takes true or false"),
    "several values without -m": (["decipher", TEXT, "seed=1,2"], "add -m"),
    "table without a column": (["decipher", "input=no_column.tsv"], "has no column 'ciphertext'"),
    "table with an id twice": (["decipher", "input=twice.tsv"], "line 3: id 'one' stands on line 2 too"),
    "table with a short row": (["decipher", "input=short_row.tsv"], "line 3: 1 cells"),
    "table with one letter": (["decipher", "input=one_letter.tsv"], "id two"),
    "table with an unknown language": (["decipher", "input=foreign.tsv"], "klingon"),
    "table with a language too long to be a file": (["decipher", "input=long.tsv"], "id one: language=nnn"),
    "run directory is a file": (["decipher", TEXT, "run.dir=letter.txt"], "run.dir=letter.txt"),
    "run directory below a file": (["decipher", TEXT, "run.dir=letter.txt/run"], "run.dir=letter.txt/run"),
    "run directory with a name too long": (["decipher", TEXT, "run.dir=" + "n" * 300], "too long"),
    "no benchmark": (["bench"], "Give one of: ciphers"),
    "unknown benchmark": (["bench", "poems"], "no benchmark 'poems'"),
    "benchmark of a missing table": (["bench", "ciphers", "data=nowhere.tsv"], "nowhere.tsv"),
    "benchmark of no cipher": (["bench", "ciphers", "limit=0"], "limit=0"),
    "benchmark of a missing text": (["bench", "objectives", "data=nowhere.txt"], "nowhere.txt"),
    "benchmark of a short text": (["bench", "objectives", "data=letter.txt"], "Give a text of"),
    "benchmark with a key of the other": (["bench", "objectives", "limit=3"], "limit=3"),
    "benchmark of too few symbols": (["bench", "objectives", "symbols=20"], "symbols=20"),
    "benchmark of no seed": (["bench", "objectives", "seeds=0"], "seeds=0"),
    "language of nothing": (["language", "output=a.unmtlm"], "input= is missing"),
    "language of a missing file": (["language", "input=nowhere.txt", "output=a.unmtlm"], "nowhere.txt"),
    "language without a place": (["language", "input=letter.txt"], "output= is missing"),
    "language under another name": (["language", "input=letter.txt", "output=a.txt"], "ends in .unmtlm"),
    "language of too little": (["language", "input=letter.txt", "output=a.unmtlm"], "letters"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD.keys())
def test_is_refused_in_a_line(unmt, tmp_path, arguments, message):
    before = sorted(tmp_path.rglob("*"))
    done = unmt(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.startswith("unmt: ")
    assert 1 <= len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before, "something was left behind"


def test_standard_input_that_is_empty_is_refused(unmt):
    done = unmt("decipher", "input=-", input="")
    assert done.returncode == 2
    assert "standard input is empty" in done.stderr


def test_standard_input_that_is_closed_is_refused(unmt):
    done = unmt("decipher", "input=-", preexec_fn=lambda: os.close(0))
    assert done.returncode == 2
    assert "standard input is closed" in done.stderr


def test_a_folder_that_is_gone_is_told(tmp_path, monkeypatch, capfd):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert status(["decipher", TEXT]) == 2
    assert "the folder that you are in is not there any more" in capfd.readouterr().err
