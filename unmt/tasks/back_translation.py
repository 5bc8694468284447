"""Online back-translation: real sentences, each behind what the net as it is makes of it in the language that is read.

What is learned to be written is real; errors stand on the side that is read. After Sennrich, Haddow and Birch,
"Improving neural machine translation models with monolingual data", 2016; from no pairs at all Lample et al.,
"Unsupervised machine translation using monolingual corpora only", 2018; by drawing instead of taking the likeliest
Edunov et al., "Understanding back-translation at scale", 2018.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.sequence_batch import Rows
from unmt.mappings.sequence_net import SequenceNet
from unmt.solvers.processes import ONE_PROCESS, Processes
from unmt.solvers.sequence_search import Search, search
from unmt.tasks.neural_data import fit
from unmt.text.piece_corpus import PieceCorpus

Pairs = tuple[PieceCorpus, PieceCorpus]
Told = Callable[[float], None]


def back_translated(
    model: SequenceNet,
    targets: Rows,
    how: Search,
    *,
    seed: int,
    sampled: float | None = None,
    threads: int = 1,
    told: Told | None = None,
    processes: Processes = ONE_PROCESS,
) -> Pairs:
    """Translations, and the real sentences that they were made from; pairs whose lengths do not fit are left out.

    targets: rows of pieces of the language that is to be written. how: the search into the one that is read, greedy;
    sampled: draw at this temperature instead. told: hears which share is done.
    """
    found = search(
        model,
        targets,
        how if sampled is None else replace(how, sample=sampled),
        threads=threads,
        seed=seed,
        told=None if told is None else (lambda done: told(done / len(targets))),
        processes=processes,
    )
    sources = [result.ids for result in found]
    is_fit = fit(np.array([len(s) for s in sources]), np.array([len(t) for t in targets]))
    kept = np.flatnonzero(is_fit)
    if len(kept) == 0:  # a net that says nothing yet: the text itself, which teaches to copy as noise does
        return PieceCorpus.of(targets), PieceCorpus.of(targets)
    return PieceCorpus.of(sources).subset(kept), PieceCorpus.of(targets).subset(kept)


def next_sentences(
    real: PieceCorpus,
    needed: Callable[[float], Iterable[int]],
    shuffled: Callable[[int, NDArray[np.int64]], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Which sentences a round translates: all of a text before any of it comes again, in another order each time.

    needed: of the mean length of a sentence, its end included, how many sentences each round up to this one takes.
    shuffled: the sentences of a lap through the text, in its order.
    """
    usable = np.flatnonzero(real.lengths > 0)
    *before, wanted = needed(float(real.lengths[usable].mean()) + 1.0)
    first = sum(before)
    found: list[NDArray[np.int64]] = []
    while wanted > 0:
        lap, place = divmod(first, len(usable))
        part = shuffled(lap, usable)[place : place + wanted]
        found.append(part)
        first += len(part)
        wanted -= len(part)
    return np.concatenate(found)
