"""A file system that is full or not to be written: a small tmpfs stands in for it."""

import contextlib
import json
import subprocess
import time

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
    assert not list(small.rglob("*.unmt-part")), "a half-written file was left"
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
    assert not list(small.rglob("*.unmt-part")), "a half-written file was left"
    assert mount("-o", "remount,size=10m", str(small)).returncode == 0
    gone_on = unmt(*train)
    assert gone_on.returncode == 0, gone_on.stderr
    assert gone_on.stdout
    again = unmt("translate", "model=small/run", "direction=aa-bb", input=cipher.source[0] + "\n")
    assert again.returncode == 0, again.stderr


def fill(path):
    """All the room that there is."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 1024)


@pytest.mark.slow
def test_a_net_that_fills_the_disk_keeps_its_last_checkpoint(unmt, unmt_started, small, tmp_path, word_cipher):
    assert mount("-o", "remount,size=10m", str(small)).returncode == 0
    cipher = word_cipher(130, 20, 2)
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(cipher.target) + "\n")
    train = (
        "train", "source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt",
        "network=transformer", "network.start=none", "network.width=8", "network.heads=2", "network.inner=8",
        "network.encoder_layers=1", "network.decoder_layers=1", "network.longest=32", "network.order=2",
        "network.pieces=340", "trainer.steps=3", "trainer.tokens=40", "trainer.rounds=30", "trainer.held_out=12",
        "trainer.start_rounds=20", "trainer.device=cpu", "run.dir=small/run", "quiet=true",
    )  # fmt: skip
    process = unmt_started(*train)
    state = small / "run" / "checkpoints" / "state.safetensors"
    end = time.monotonic() + 250
    while not state.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)
    fill(small / "ballast")
    said, told = process.communicate(timeout=250)
    assert process.returncode == 2, told
    assert "No space left on device" in told
    assert len(told.splitlines()) <= 2
    assert said == ""
    assert not list(small.rglob("*.unmt-part")), "a half-written file was left"
    from unmt.tasks.tensor_file import load_tensors

    reached = load_tensors(state)[1]["round"]
    assert 1 <= reached < 30
    (small / "ballast").unlink()
    gone_on = unmt(*train)
    assert gone_on.returncode == 0, gone_on.stderr
    rows = [json.loads(line) for line in (small / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [row["round"] for row in rows if "round" in row] == list(range(30))
