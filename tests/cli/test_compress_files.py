"""`unmt compress encode` and `decode`, through the installed command."""

import pytest

TEXT = "".join(f"A boat of {n % 7} sails comes into the harbour, and {n % 5} gulls cry.\n" for n in range(200))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    return folder


def test_what_is_encoded_is_decoded_byte_for_byte(unmt, folder, tmp_path):
    coded, back = tmp_path / "a.unmtz", tmp_path / "back.txt"
    done = unmt("compress", "encode", "input=a.txt", f"output={coded}", cwd=folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert coded.stat().st_size < (folder / "a.txt").stat().st_size / 3
    done = unmt("compress", "decode", f"input={coded}", f"output={back}", "quiet=true", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert back.read_bytes() == (folder / "a.txt").read_bytes()


def test_a_file_that_was_not_encoded_is_refused(unmt, folder, tmp_path):
    done = unmt("compress", "decode", "input=a.txt", f"output={tmp_path / 'out'}", cwd=folder)
    assert done.returncode == 2
    assert "a.txt" in done.stderr
    assert not (tmp_path / "out").exists()
