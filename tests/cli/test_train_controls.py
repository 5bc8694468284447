"""Texts that share nothing are refused before a net is trained, as they are typed."""

import random

import pytest

from unmt.cli.main import status

NET = ("network=transformer", "trainer.rounds=1", "trainer.device=cpu", "run.dir=out", "threads=1")
FILES = ("source.language=aa", "source.train=a.txt", "target.language=bb", "target.train=b.txt")


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(800, 30, 3)


def shuffled(lines):
    """The same words in sentences as long as before, but anywhere in the text."""
    words = [word for line in lines for word in line.split()]
    random.Random(1).shuffle(words)
    rest = iter(words)
    return [" ".join(next(rest) for _ in line.split()) for line in lines]


def random_words(lines):
    """Words that are drawn alike, with no text behind them."""
    draw = random.Random(2)
    names = ["".join(draw.choices("abcdefghij", k=6)) for _ in range(30)]
    return [" ".join(draw.choices(names, k=len(line.split()))) for line in lines]


@pytest.mark.parametrize("control", [shuffled, random_words])
def test_a_text_without_structure_is_refused_and_no_net_is_trained(cipher, tmp_path, monkeypatch, capfd, control):
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(control(cipher.target)) + "\n")
    monkeypatch.chdir(tmp_path)
    assert status(["train", *FILES, *NET]) == 2
    told = capfd.readouterr().err
    assert "share no structure" in told
    assert "trainer.force=true run.dir=out goes on all the same" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out" / "model").exists()


def test_what_is_refused_is_not_refused_for_its_size(cipher, tmp_path, monkeypatch, capfd):
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(cipher.target) + "\n")
    monkeypatch.chdir(tmp_path)
    assert status(["train", *FILES, "trainer.rounds=0", "run.dir=out", "threads=1"]) == 0
    assert "they share structure" in capfd.readouterr().err
