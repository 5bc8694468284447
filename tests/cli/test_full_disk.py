"""A file system that is full or not to be written: a small tmpfs stands in for it."""

import json
import subprocess

import pytest

# Our own words, shifted by three.
PLAIN = "When the kettle sings at dawn, the whole house knows that the baker has come home from the mill."
SHIFTED = "Zkhq wkh nhwwoh vlqjv dw gdzq, wkh zkroh krxvh nqrzv wkdw wkh ednhu kdv frph krph iurp wkh ploo."
QUICK = ("family=caesar", "language=en", "null=false", "threads=1", "run.dir=small/run")


def mount(*arguments):
    return subprocess.run(["mount", *arguments], check=False, capture_output=True, text=True)  # noqa: S607


@pytest.fixture
def small(tmp_path):
    """A file system of 16 KiB at tmp_path/small."""
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        done = mount("-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder))
    except FileNotFoundError:
        pytest.skip("there is no `mount` here to make a small file system with")
    if done.returncode:
        pytest.skip(f"no small file system may be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


def is_refused(done):
    assert done.returncode == 2, done.stderr
    assert "run.dir=small/run" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_told_before_the_search(unmt, small):
    (small / "ballast").write_bytes(b"x" * 16384)
    done = unmt("decipher", f"text={SHIFTED}", *QUICK, "quiet=true")
    is_refused(done)
    assert done.stdout == ""
    assert "No space left on device" in done.stderr


def test_a_disk_that_runs_full_still_gives_the_plaintext(unmt, small):
    (small / "ballast").write_bytes(b"x" * 4096)
    done = unmt("decipher", f"text={SHIFTED}", *QUICK, "quiet=true")
    is_refused(done)
    assert done.stdout == PLAIN + "\n"
    assert not list(small.rglob("*.part")), "a half-written file was left"
    for result in small.rglob("result.json"):
        json.loads(result.read_text())


def test_a_table_that_fills_the_disk_goes_on_once_there_is_room(unmt, small, tmp_path):
    rows = [f"{number}\t{SHIFTED[number:]}" for number in range(12)]
    (tmp_path / "a.tsv").write_text("id\tciphertext\n" + "\n".join(rows) + "\n")
    stopped = unmt("decipher", "input=a.tsv", *QUICK, "quiet=true")
    assert stopped.returncode == 2, stopped.stderr
    assert "No space left on device" in stopped.stderr
    assert len(stopped.stderr.splitlines()) <= 2
    assert mount("-o", "remount,size=10m", str(small)).returncode == 0
    gone_on = unmt("decipher", "input=a.tsv", *QUICK, "quiet=true")
    assert gone_on.returncode == 0, gone_on.stderr
    assert [line.split("\t")[0] for line in gone_on.stdout.splitlines()[1:]] == [str(number) for number in range(12)]
    assert gone_on.stdout.startswith(stopped.stdout)


def test_a_folder_that_must_not_be_written_is_told(unmt, small):
    assert mount("-o", "remount,ro", str(small)).returncode == 0
    is_refused(unmt("decipher", f"text={SHIFTED}", *QUICK))


def test_a_training_that_fills_the_disk_goes_on_once_there_is_room(unmt, small, tmp_path, word_cipher):
    cipher = word_cipher(250, 30, 2)
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(cipher.target) + "\n")
    texts = ("source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt")
    train = ("train", *texts, "trainer.rounds=0", "trainer.force=true", "run.dir=small/run", "quiet=true")
    stopped = unmt(*train)
    is_refused(stopped)
    assert "No space left on device" in stopped.stderr
    assert stopped.stdout == ""
    assert not list(small.rglob("*.part")), "a half-written file was left"
    assert mount("-o", "remount,size=10m", str(small)).returncode == 0
    gone_on = unmt(*train)
    assert gone_on.returncode == 0, gone_on.stderr
    assert gone_on.stdout
    again = unmt("translate", "model=small/run", "direction=aa-bb", input=cipher.source[0] + "\n")
    assert again.returncode == 0, again.stderr
