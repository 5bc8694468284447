"""Texts to learn from, and a cache of their own for what is built of them."""

from collections.abc import Callable

import numpy as np
import pytest

VOCABULARY = """
the a old young red house tree river child goes comes sees sleeps under over by and then but never always quiet queen
fox jumps lazy dog brown zebra vexed wizard made
"""
WORDS = VOCABULARY.split()


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def prose() -> Callable[[int, int], str]:
    """prose(words, seed): a text of words drawn by a law in which each word has a few that follow it."""

    def text(words: int, seed: int = 0) -> str:
        rng = np.random.default_rng(seed)
        at, chosen = 0, []
        for step in rng.integers(1, 6, words):
            at = (at * 3 + int(step)) % len(WORDS)
            chosen.append(WORDS[at])
        return " ".join(chosen)

    return text
