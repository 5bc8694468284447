"""Other programs for simple substitution, run on the same ciphers where they are installed.

They are measured as their own documentation uses them, with their default settings; their models are read before the
clock starts. Both know English only.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

LANGUAGE = "en"


@dataclass(frozen=True)
class Peer:
    """A program by its name on PyPI. decipher: from the ciphertext to the plaintext in the same layout."""

    name: str
    version: str
    decipher: Callable[[str], str]


def peers() -> tuple[list[Peer], dict[str, str]]:
    """Those that are installed, and of each other one by name why it is not measured."""
    found, absent = [], {}
    for name, load in (("subbreaker", _subbreaker), ("cipher-solver", _cipher_solver)):
        try:
            found.append(Peer(name, version(name), load()))
        except (PackageNotFoundError, ImportError):
            absent[name] = f"not installed (pip install {name})"
    return found, absent


def timed(peer: Peer, ciphertext: str, seed: int) -> tuple[str, float]:
    """The plaintext that a peer finds and the seconds it took; a text that it refuses gives none."""
    with _global_seed(seed):
        start = time.perf_counter()
        try:
            plaintext = peer.decipher(ciphertext)
        except ValueError:
            plaintext = ""
        return plaintext, time.perf_counter() - start


def suits(ciphertext: str) -> bool:
    """Whether both peers can read it: Latin letters, with spaces or without."""
    return all(character.isascii() and (character.isalpha() or character.isspace()) for character in ciphertext)


def _subbreaker() -> Callable[[str], str]:
    from subbreaker import Breaker

    with files("subbreaker").joinpath("quadgram", "EN.json").open(encoding="utf-8") as quadgrams:
        breaker = Breaker(quadgrams)
    return lambda ciphertext: str(breaker.break_cipher(ciphertext).plaintext)


def _cipher_solver() -> Callable[[str], str]:
    from cipher_solver.simple import SimpleSolver

    def decipher(ciphertext: str) -> str:
        solver = SimpleSolver(ciphertext)
        solver.solve()
        return str(solver.plaintext())

    return decipher


@contextmanager
def _global_seed(seed: int) -> Iterator[None]:
    """Both peers draw from Python's global generator: seeded for them, and given back as it was."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
