"""The texts of a neural training: pieces of each, what is held out, and the translations that it starts from.

Each is a file in checkpoints/, made once. Piece ids of training text are read from disk as they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.objectives.sequence_likelihood import Output
from unmt.tasks.neural_model import PIECES
from unmt.tasks.sides import Side, evenly_spread, plain_line, training_lines
from unmt.tasks.training_settings import Parallel, Text
from unmt.text import atomic
from unmt.text.piece_corpus import PieceCorpus
from unmt.text.pieces import END_ID, Pieces, Vocabulary

MOST_RATIO, SLACK = 2.2, 3
"""Pairs of more different lengths are left out: such translations are broken."""

Told = Callable[[str, float], None]
Pairs = tuple[PieceCorpus, PieceCorpus]
Translators = Callable[[int, int], Callable[[Sequence[str]], list[str]]]
"""Gives, for the indices of two languages, what translates lines of the one into the other."""
Part = Callable[[int], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class NeuralData:
    """training, held_out: sentences of each language as pieces; outputs: what each language writes.

    sides: as of the lexicon, one a language. start: for the indices of a language that is read and one that is written,
    pairs (source, target) of pieces, the target real text and the source its translation by the model that training
    starts from. parallel: sentences of the first two languages that a person paired, line i with line i; () where there
    are none.
    """

    sides: tuple[Side, ...]
    pieces: Vocabulary
    training: tuple[PieceCorpus, ...]
    held_out: tuple[PieceCorpus, ...]
    allowed: tuple[NDArray[np.int64], ...]
    start: dict[tuple[int, int], Pairs]
    parallel: tuple[PieceCorpus, ...] = ()

    def outputs(self, device: torch.device) -> list[Output]:
        """Of each language, on a device."""
        return [Output.of(torch.from_numpy(ids).to(device), len(self.pieces)) for ids in self.allowed]


def prepare(
    texts: Sequence[Text],
    sides: Sequence[Side],
    folder: Path,
    size: int | Vocabulary,
    longest: int,
    translators: Translators | None,
    told: Told,
    parallel: Parallel | None = None,
    part: Part = np.arange,
) -> NeuralData:
    """All of it, from the folder where it is there.

    size: of the vocabulary of pieces, or one that is there already; longer sentences than `longest` pieces are left out
    of training.
    parallel: pairs of sentences, of which those are left out that have a line that is held out.
    translators: None for no start. part: as of start_pairs.
    Raises InputError where a file is damaged.
    """
    lines = [training_lines(side, text.lines) for text, side in zip(texts, sides, strict=True)]
    paired = _paired(parallel, sides)
    pieces = pieces_of(folder, lines, sides, size) if isinstance(size, int) else size
    training, held_out, allowed, both = [], [], [], []
    for number, side in enumerate(sides):
        told(f"pieces of {side.language}", 0.0)
        make = partial(_encoded, pieces, side, lines[number], longest)
        corpus = _made(folder, f"pieces.{side.language}", make)
        if not corpus.lengths.any():
            raise InputError(
                f"{side.language}: no sentence has as few as {longest - 2} pieces, which is all that the net has room"
                " for. Give a larger network.longest=, or a net with more room."
            )
        training.append(corpus)
        kept = (pieces.encode(side.tokeniser.tokens(line)) for line in side.lines)
        held_out.append(PieceCorpus.of(row[: longest - 2] for row in kept))
        given = _encoded(pieces, side, [pair[number] for pair in paired] if number < 2 else [], longest)
        both.append(given)
        allowed.append(np.union1d(np.unique(corpus.ids), [*np.unique(given.ids), END_ID]).astype(np.int64))
    data = NeuralData(tuple(sides), pieces, tuple(training), tuple(held_out), tuple(allowed), {})
    if translators is not None:
        data = replace(data, start=start_pairs(lines, data, folder, longest, translators, part=part))
    fitting: tuple[PieceCorpus, ...] = _fitting(both[0], both[1]) if parallel else ()
    if parallel and not len(fitting[0]):
        raise InputError(
            f"{parallel.path}: no pair is left to learn from: all are empty, too long, of too different lengths, or of"
            " sentences that are held out. Give others, or parallel.train=null."
        )
    return replace(data, parallel=fitting)


def start_pairs(
    lines: Sequence[Sequence[str]],
    data: NeuralData,
    folder: Path,
    longest: int,
    translators: Translators,
    name: str = "start",
    part: Part = np.arange,
) -> dict[tuple[int, int], Pairs]:
    """NeuralData.start, from the folder where it is there.

    lines: of training, of each language; name: of its files; part: gives, for how many sentences a language has, the
    numbers of those that are translated; the others are as for `prepare`.
    """
    sides, found = data.sides, {}
    for number, other in permutations(range(len(sides)), 2):
        make = partial(
            _translated, data.pieces, sides[other], lines[number], partial(translators, number, other), longest, part
        )
        source = _made(folder, f"{name}.{sides[other].language}-{sides[number].language}.source", make)
        found[other, number] = _fitting(source, data.training[number])
    return found


def _paired(parallel: Parallel | None, sides: Sequence[Side]) -> list[tuple[str, ...]]:
    """The pairs that have no line of those held out: they would tell how well these are learned by heart."""
    held = [{plain_line(line) for line in side.lines} for side in sides[:2]]
    return [
        pair
        for pair in (parallel.pairs if parallel else ())
        if not any(plain_line(line) in lines for line, lines in zip(pair, held, strict=True))
    ]


def pieces_of(folder: Path, lines: Sequence[Sequence[str]], sides: Sequence[Side], size: int) -> Pieces:
    """The vocabulary of all languages, from the folder where it is there. Raises InputError where it is damaged.

    lines: of training, by language.
    """
    path, names = folder / PIECES, [side.language for side in sides]
    if not path.exists():
        # Of each language, so that none is left out: sentencepiece holds what it learns from in memory.
        parts = [evenly_spread(part) for part in lines]
        tokens = (side.tokeniser.tokens(line) for side, part in zip(sides, parts, strict=True) for line in part)
        atomic.write_bytes(path, Pieces.learn(tokens, names, size).model)
    found = Pieces(path.read_bytes(), tuple(names))
    try:
        is_whole = len(found) > 0
    except RuntimeError:
        is_whole = False
    if not is_whole:
        raise InputError(f"{path} is damaged. Delete {folder}, and the same command trains again.")
    return found


def _made(folder: Path, name: str, make: Callable[[], PieceCorpus]) -> PieceCorpus:
    if not (folder / f"{name}.starts.npy").exists():
        make().save(folder, name)
    return PieceCorpus.load(folder, name)


def _encoded(pieces: Vocabulary, side: Side, lines: Sequence[str], longest: int) -> PieceCorpus:
    """All lines, the too long ones empty, so that a number is the same line everywhere."""
    rows = (pieces.encode(side.tokeniser.tokens(line)) for line in lines)
    return PieceCorpus.of(row if len(row) <= longest - 2 else [] for row in rows)


def _translated(
    pieces: Vocabulary,
    other: Side,
    lines: Sequence[str],
    translator: Callable[[], Callable[[Sequence[str]], list[str]]],
    longest: int,
    part: Part,
) -> PieceCorpus:
    numbers = part(len(lines))
    rows: list[list[int]] = [[] for _ in lines]  # an empty one is never learned from
    for number, made in zip(numbers, translator()([lines[number] for number in numbers]), strict=True):
        row = pieces.encode(other.tokeniser.tokens(made))
        rows[number] = row if len(row) <= longest - 2 else []
    return PieceCorpus.of(rows)


def _fitting(source: PieceCorpus, target: PieceCorpus) -> tuple[PieceCorpus, PieceCorpus]:
    kept = np.flatnonzero(fit(source.lengths, target.lengths))
    return source.view(kept), target.view(kept)


def fit(source: NDArray[np.int64], target: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) which pairs of these lengths are worth learning from."""
    shorter, longer = np.minimum(source, target), np.maximum(source, target)
    return (shorter > 0) & (longer <= MOST_RATIO * shorter + SLACK)
