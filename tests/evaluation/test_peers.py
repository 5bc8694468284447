"""Other programs: measured where they are installed, named where they are not, and kept from our randomness."""

import importlib.util
import random
from collections.abc import Callable
from typing import Any

import pytest

from unmt.evaluation import peers as module
from unmt.evaluation.peers import Peer, peers, suits, timed


def test_every_peer_is_found_or_named_as_absent() -> None:
    found, absent = peers()
    assert {peer.name for peer in found} | set(absent) == {"subbreaker", "cipher-solver"}


def test_an_absent_peer_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Callable[[str], str]:
        raise ImportError

    monkeypatch.setattr(module, "_subbreaker", missing)
    assert "pip install subbreaker" in peers()[1]["subbreaker"]


def test_a_peer_draws_from_a_seeded_generator_that_is_given_back() -> None:
    peer = Peer("drawing", "1", lambda text: f"{text}{random.random()}")
    random.seed(5)
    expected = random.random()
    random.seed(5)
    assert timed(peer, "a", 1)[0] == timed(peer, "a", 1)[0] != timed(peer, "a", 2)[0]
    assert random.random() == expected


def test_a_text_that_a_peer_refuses_gives_no_plaintext() -> None:
    def refuse(_: str) -> str:
        raise ValueError

    found, seconds = timed(Peer("refusing", "1", refuse), "abc", 0)
    assert found == ""
    assert seconds >= 0


def test_peers_are_given_latin_letters_only() -> None:
    assert suits("Wkh qljkw\n")
    assert not suits("01 02 03")
    assert not suits("λόγος")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("subbreaker") is None, reason="subbreaker is not installed")
def test_subbreaker_solves_an_easy_cipher(made_cipher: Any) -> None:
    plaintext, ciphertext = made_cipher
    peer = next(peer for peer in peers()[0] if peer.name == "subbreaker")
    assert timed(peer, ciphertext, 0)[0] == plaintext


@pytest.fixture
def made_cipher() -> tuple[str, str]:
    from unmt.tasks.bench_rows import made_rows

    row = next(row for row in made_rows(0) if row.id == "en-substitution-nospaces-256-000")
    assert row.plaintext is not None
    return row.plaintext, row.ciphertext
