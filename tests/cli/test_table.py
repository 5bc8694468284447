"""Tables: rows stream out, and a run that was killed goes on to the same end."""

import json
import signal
import time

import pytest

from unmt.cli.decipher_table import COLUMNS, row_seed, table_line

PLAIN = [
    "the kettle sings and the whole house wakes before the sun is over the hill",
    "no one has seen the grey cat since the night of the great storm in march",
    "we keep the old letters in a tin box under the stairs with the candles",
    "if the river rises again the mill will stand on an island until summer",
    "she wrote her name on every stone of the wall so that it would not fall",
    "the baker gave us bread for a song and the song was not even a good one",
]
QUICK = ("family=caesar", "null=false", "threads=1")
FINISHED = ("decipher", "input=ciphers.tsv", "language=en", *QUICK, "run.dir=out")


def shifted(text, by):
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if c.isalpha() else c for c in text)


def table_of(texts, header="id\tciphertext\tkind"):
    rows = [f"row {number}\t{shifted(text, number + 1)}\tx" for number, text in enumerate(texts)]
    return "\n".join([header, *rows]) + "\n"


@pytest.fixture
def table(tmp_path):
    (tmp_path / "ciphers.tsv").write_text(table_of(PLAIN), encoding="utf-8")
    return "input=ciphers.tsv"


def without_seconds(text):
    return [line.split("\t")[:-1] for line in text.splitlines()]


@pytest.fixture(scope="module")
def finished(unmt_in, tmp_path_factory):
    """A table run that is over: what it printed, and its folder."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "ciphers.tsv").write_text(table_of(PLAIN), encoding="utf-8")
    return unmt_in(folder, *FINISHED), folder


def test_standard_output_is_a_table_in_the_order_of_the_rows(finished):
    done, _ = finished
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == list(COLUMNS)
    assert [line[0] for line in lines[1:]] == [f"row {number}" for number in range(len(PLAIN))]
    assert [line[1] for line in lines[1:]] == PLAIN
    assert {line[3] for line in lines[1:]} == {"en"}


def test_the_run_directory_has_the_table_and_its_sum(finished):
    done, folder = finished
    assert (folder / "out" / "table.tsv").read_text() == done.stdout
    result = json.loads((folder / "out" / "result.json").read_text())
    assert result["rows"] == len(PLAIN)
    assert sum(result["verdicts"].values()) == len(PLAIN)
    assert [row["plaintext"] for row in result["table"]] == PLAIN
    assert f"{len(PLAIN)} rows" in done.stderr
    page = (folder / "out" / "report.html").read_text()
    assert all(text[:44] in page for text in PLAIN)
    assert str(folder / "out" / "report.html").endswith(done.stderr.splitlines()[-1])


def test_a_finished_table_is_told_again_without_searching(finished, unmt_in):
    done, folder = finished
    rows = (folder / "out" / "rows.jsonl").read_bytes()
    again = unmt_in(folder, *FINISHED)
    assert again.stdout == done.stdout
    assert f"{len(PLAIN)} of {len(PLAIN)} rows were finished before" in again.stderr
    assert (folder / "out" / "rows.jsonl").read_bytes() == rows


def test_a_run_of_other_settings_is_refused(finished, unmt_in):
    other = unmt_in(finished[1], *FINISHED, "spaces=ignore")
    assert other.returncode == 2
    assert "spaces=auto, not ignore" in other.stderr


def test_a_run_of_another_table_is_refused(finished, unmt_in):
    _, folder = finished
    before = (folder / "ciphers.tsv").read_text()
    (folder / "ciphers.tsv").write_text(table_of(PLAIN[1:]))
    changed = unmt_in(folder, *FINISHED)
    (folder / "ciphers.tsv").write_text(before)
    assert changed.returncode == 2
    assert "other data" in changed.stderr
    assert len(changed.stderr.splitlines()) == 1


def test_jsonl_and_tsv_give_the_same(unmt, tmp_path):
    rows = [line.split("\t") for line in table_of(PLAIN[:2]).splitlines()[1:]]
    lines = [json.dumps({"id": row[0], "ciphertext": row[1]}) for row in rows]
    (tmp_path / "ciphers.jsonl").write_text("\n".join(lines))
    (tmp_path / "two.tsv").write_text(table_of(PLAIN[:2]))
    arguments = ("language=en", *QUICK, "quiet=true")
    from_lines = unmt("decipher", "input=ciphers.jsonl", *arguments)
    from_cells = unmt("decipher", "input=two.tsv", *arguments)
    assert without_seconds(from_lines.stdout) == without_seconds(from_cells.stdout)


def test_the_command_line_goes_before_the_table_in_naming_the_language(unmt, tmp_path):
    text = f"id\tciphertext\tlanguage\n1\t{shifted(PLAIN[0], 3)}\ten\n2\t{shifted(PLAIN[1], 3)}\t\n"
    (tmp_path / "a.tsv").write_text(text)
    own = unmt("decipher", "input=a.tsv", *QUICK, "quiet=true")
    told = unmt("decipher", "input=a.tsv", *QUICK, "quiet=true", "language=de")
    assert own.stdout.splitlines()[1].split("\t")[3] == "en"
    assert [line.split("\t")[3] for line in told.stdout.splitlines()[1:]] == ["de", "de"]


def wait_for_rows(process, path, count):
    """Until the run has kept that many rows."""
    end = time.monotonic() + 120
    while not (path.exists() and path.read_bytes().count(b"\n") >= count):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_killed_run_goes_on_and_ends_as_an_uninterrupted_one(unmt, unmt_started, table, tmp_path):
    settings = ("language=en", "family=substitution", "null=false", "threads=1", "seed=3")
    whole = unmt("decipher", table, *settings, "run.dir=whole", "quiet=true")
    process = unmt_started("decipher", table, *settings, "run.dir=killed")
    wait_for_rows(process, tmp_path / "killed" / "rows.jsonl", 2)
    process.kill()
    process.communicate()
    assert not (tmp_path / "killed" / "table.tsv").exists(), "the run was over before it was killed"
    # What a write that was cut off leaves.
    with (tmp_path / "killed" / "rows.jsonl").open("ab") as file:
        file.write(b'{"id": "row 5", "plaint')
    with (tmp_path / "killed" / "metrics.jsonl").open("ab") as file:
        file.write(b'{"id": "ro')
    (tmp_path / "killed" / ".result.json.x.unmt-part").write_text("{")
    kept = (tmp_path / "killed" / "rows.jsonl").read_bytes().splitlines()[:2]

    gone_on = unmt("decipher", table, *settings, "run.dir=killed")
    assert gone_on.returncode == 0, gone_on.stderr
    assert "rows were finished before" in gone_on.stderr
    assert without_seconds(gone_on.stdout) == without_seconds(whole.stdout)
    assert (tmp_path / "killed" / "table.tsv").read_text() == gone_on.stdout
    assert (tmp_path / "killed" / "rows.jsonl").read_bytes().splitlines()[:2] == kept, "finished rows were done again"
    assert {path.name for path in (tmp_path / "killed").iterdir()} == {
        path.name for path in (tmp_path / "whole").iterdir()
    }
    for line in (tmp_path / "killed" / "metrics.jsonl").read_text().splitlines():
        json.loads(line)


def test_ctrl_c_keeps_the_finished_rows_and_says_how_to_go_on(unmt, unmt_started, table, tmp_path):
    settings = ("language=en", "family=substitution", "null=false", "threads=1")
    process = unmt_started("decipher", table, *settings, "run.dir=out")
    wait_for_rows(process, tmp_path / "out" / "rows.jsonl", 1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command with run.dir=out goes on" in told.splitlines()[-1]
    assert "Traceback" not in told
    done = unmt("decipher", table, *settings, "run.dir=out")
    assert done.returncode == 0
    assert done.stdout.count("\n") == len(PLAIN) + 1


def test_a_reader_that_leaves_ends_the_run_quietly(unmt_started, table):
    process = unmt_started("decipher", table, "language=en", *QUICK, "run.dir=out", "quiet=true")
    assert process.stdout.readline().split("\t") == [*COLUMNS[:-1], COLUMNS[-1] + "\n"]
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141


def test_two_runs_do_not_share_a_folder(unmt, unmt_started, table, tmp_path):
    process = unmt_started("decipher", table, "language=en", "family=substitution", "run.dir=out")
    try:
        wait_for_rows(process, tmp_path / "out" / "config.yaml", 1)
        done = unmt("decipher", table, "language=en", "family=substitution", "run.dir=out")
    finally:
        process.kill()
        process.communicate()
    assert done.returncode == 2
    assert "another run is at work there" in done.stderr


def test_a_row_has_a_seed_of_its_own():
    assert row_seed(0, "a") == row_seed(0, "a")
    assert len({row_seed(seed, identity) for seed in range(20) for identity in "abcdefghij"}) == 200
    assert row_seed(1, "2 3") != row_seed(12, " 3")


def test_a_plaintext_with_line_breaks_is_one_cell():
    result = dict.fromkeys(COLUMNS, 0) | {"id": "1", "plaintext": "a b\nc\td\u2028e\x85f\r\ng\n"}
    line = table_line(result)
    assert line.split("\t")[1] == "a b c d e f g"
    assert len(line.splitlines()) == 1
