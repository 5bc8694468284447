"""Word vectors from a text file."""

from __future__ import annotations

from pathlib import Path

from unmt.solvers.word_vectors import vectors_of
from unmt.text.corpus_file import read_lines
from unmt.text.tokeniser import Tokeniser
from unmt.text.vectors import WordVectors


def learn_vectors(path: Path | str) -> WordVectors:
    """The vectors of a text's words (.gz is unpacked), most frequent first; marks and signs are left out.

    Raises InputError where the file is none of text, or too short.
    """
    lines = read_lines(path)
    tokeniser = Tokeniser.learn(lines)
    sentences = [[token for token in tokeniser.tokens(line) if any(map(str.isalnum, token))] for line in lines]
    return vectors_of(sentences)
