"""A Transformer behind `unmt translate` and `unmt export`, as they are typed."""

import pytest

TRAIN = (
    "train", "network=transformer", "network.width=8", "network.heads=2", "network.inner=8", "network.encoder_layers=1",
    "network.decoder_layers=1", "network.longest=32", "network.order=2", "network.pieces=340", "network.start=none",
    "trainer.device=cpu", "trainer.force=true", "trainer.start_rounds=1", "trainer.steps=3", "trainer.tokens=40",
    "trainer.held_out=12", "trainer.rounds=1", "threads=1", "quiet=true",
)  # fmt: skip


@pytest.fixture(scope="module")
def runs(unmt_in, word_cipher, tmp_path_factory):
    """A folder with the lexicon model `words` of aa and bb, the net `net` of bb and cc, and the lines of aa."""
    folder, cipher = tmp_path_factory.mktemp("runs"), word_cipher(130, 20, 2)
    (folder / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (folder / "b.txt").write_text("\n".join(cipher.target) + "\n")
    words = unmt_in(
        folder, "train", "source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt",
        "trainer.rounds=0", "trainer.held_out=12", "trainer.force=true", "network.order=2", "run.dir=words",
        "quiet=true",
    )  # fmt: skip
    assert words.returncode == 0, words.stderr
    net = unmt_in(
        folder, *TRAIN, "source.language=bb", "source.train=b.txt", "target.language=cc", "target.train=a.txt",
        "run.dir=net",
    )  # fmt: skip
    assert net.returncode == 0, net.stderr
    return folder, cipher.source[:6]


def test_a_net_gives_its_scores_in_columns(unmt_in, runs):
    text = "".join(f"{line}\n" for line in [*runs[1], "", "Łódź 42"])
    plain = unmt_in(runs[0], "translate", "model=net", "direction=cc-bb", input=text)
    assert plain.returncode == 0, plain.stderr
    scored = unmt_in(runs[0], "translate", "model=net", "direction=cc-bb", "scores=true", input=text)
    rows = [line.split("\t") for line in scored.stdout.splitlines()]
    assert [row[0] for row in rows] == plain.stdout.splitlines()
    assert {len(row) for row in rows} == {3}
    assert all(float(row[1]) > 0 for row in rows[:6])
    assert rows[6] == ["", "0.00", "0.00"]


def test_a_lexicon_model_and_a_net_reach_a_third_language_together(unmt_in, runs):
    text = "".join(f"{line}\n" for line in runs[1])
    through = unmt_in(runs[0], "translate", "model=words", "pivot=net", "direction=aa-cc", input=text)
    assert through.returncode == 0, through.stderr
    between = unmt_in(runs[0], "translate", "model=words", "direction=aa-bb", input=text)
    stepwise = unmt_in(runs[0], "translate", "model=net", "direction=bb-cc", input=between.stdout)
    assert through.stdout == stepwise.stdout
    assert len(through.stdout.splitlines()) == len(runs[1])


@pytest.mark.parametrize("wanted", ["transformers", "ctranslate2"])
def test_an_export_is_a_folder_that_the_library_loads(unmt_in, runs, wanted, tmp_path):
    library = pytest.importorskip(wanted, reason=f"{wanted} is not installed")
    done = unmt_in(runs[0], "export", "model=net", f"format={wanted}", f"output={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    assert "bb-cc, cc-bb" in done.stderr
    assert (tmp_path / "out" / "README.md").exists()
    if wanted == "transformers":
        assert library.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "out").config.d_model == 8
    else:
        assert library.contains_model(str(tmp_path / "out" / "bb-cc"))
    again = unmt_in(runs[0], "export", "model=net", f"format={wanted}", f"output={tmp_path / 'out'}")
    assert again.returncode == 2
    assert len(again.stderr.splitlines()) == 1
