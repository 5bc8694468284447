"""What the steps of a round learn from: batches of each kind, a function of the seed and of the round's number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from unmt.mappings.sequence_batch import Batch, Rows, batch_of, cut
from unmt.mappings.sequence_net import SequenceNet
from unmt.objectives.denoising import Denoising
from unmt.objectives.language_modelling import causal_batch, masked_nats
from unmt.objectives.latent_matching import LanguageDiscriminator, latent_nats
from unmt.objectives.sequence_likelihood import Output, pair_nats
from unmt.solvers.processes import ONE_PROCESS, Processes
from unmt.solvers.sequence_search import Search, search
from unmt.solvers.sequence_trainer import Draw, Shard, ShardLoss
from unmt.tasks.neural_data import NeuralData, fit
from unmt.tasks.neural_settings import NeuralSettings
from unmt.text.piece_corpus import PieceCorpus
from unmt.text.pieces import BLANK_ID, END_ID

KINDS = ("start", "forward", "fresh", "denoising", "causal", "masked", "spans", "parallel")
STREAMS = {"fresh": 1, "start": 2, "forward": 3}
"""Of random numbers; the other kinds have 4 and their place."""


class Student(nn.Module):
    """What is trained: the net, and the discriminator of its states where one takes part."""

    def __init__(self, net: SequenceNet, discriminator: LanguageDiscriminator | None) -> None:
        super().__init__()
        self.net = net
        self.discriminator = discriminator


@dataclass(frozen=True, eq=False)
class Rounds:
    """Makes the rounds of a training of two languages."""

    data: NeuralData
    settings: NeuralSettings
    device: torch.device
    threads: int
    processes: Processes = ONE_PROCESS

    def kinds(self, number: int) -> list[str]:
        """What each step of a round learns from."""
        counts = self._counts(number)
        kinds = [name for name in KINDS for _ in range(counts.get(name, 0))]
        return [kinds[place] for place in self._rng(number, 0).permutation(len(kinds))]

    def _counts(self, number: int) -> dict[str, int]:
        """Steps of each kind in a round."""
        settings = self.settings
        shares = settings.objectives.shares(
            number, settings.start_rounds, has_start=bool(self.data.start), has_parallel=bool(self.data.parallel)
        )
        counts = {name: int(share * settings.steps) for name, share in shares.items()}
        counts[max(shares, key=lambda name: shares[name])] += settings.steps - sum(counts.values())
        return counts

    def shards(
        self, number: int, model: SequenceNet, told: Callable[[float], None] | None = None
    ) -> Iterator[list[Shard]]:
        """The shards of each step of a round, one a language that is written. model: translates what is fresh."""
        kinds = self.kinds(number)
        sources: dict[str, list[Iterator[tuple[Rows, Rows]]]] = {}
        languages = range(len(self.data.sides))
        for kind in KINDS:
            if kind not in kinds:
                continue
            stream = STREAMS.get(kind, 4 + KINDS.index(kind))
            sources[kind] = [
                self._cycled(self._pairs(kind, number, language, model, told), number, language, stream)
                for language in languages
            ]
        for kind in kinds:
            yield [self._shard(kind, language, *next(sources[kind][language])) for language in languages]

    def _pairs(
        self, kind: str, number: int, language: int, model: SequenceNet, told: Callable[[float], None] | None
    ) -> tuple[PieceCorpus, PieceCorpus]:
        """What steps of a kind learn to write in a language, behind what it is told from."""
        data, other = self.data, 1 - language
        if kind == "fresh":
            return self._fresh(number, language, model, told)
        if kind == "start":
            return data.start[language]
        if kind == "forward":
            return data.start[other][::-1]
        if kind == "parallel":
            return data.parallel[other], data.parallel[language]
        return data.training[language], data.training[language]

    def _rng(self, *names: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, *names])

    def _cycled(
        self, pairs: tuple[PieceCorpus, PieceCorpus], number: int, language: int, stream: int
    ) -> Iterator[tuple[Rows, Rows]]:
        """Batches of pairs, again and again in other orders."""
        time = 0
        source, target = pairs
        usable = np.flatnonzero((source.lengths > 0) & (target.lengths > 0))
        while True:
            rng = self._rng(number, 1 + language, stream, time)
            # A part at a time: sorting a large text for one round would cost more than the round.
            part = usable
            most = 4 * self.settings.steps * max(1, self.settings.tokens // 8)
            if len(usable) > most:
                part = np.sort(rng.choice(usable, most, replace=False))
            for batch in cut(target.lengths[part], source.lengths[part], self.settings.tokens, rng):
                yield [source[part[i]] for i in batch], [target[part[i]] for i in batch]
            time += 1

    def _fresh(
        self, number: int, language: int, model: SequenceNet, told: Callable[[float], None] | None
    ) -> tuple[PieceCorpus, PieceCorpus]:
        """Real sentences of a language and their translations into the other, by the model as it is now."""
        real = self.data.training[language]
        chosen = self._next_sentences(number, language)
        targets = [real[i] for i in chosen]
        other = 1 - language
        how = self.search(other)
        if self.settings.objectives.sampled is not None:
            how = replace(how, sample=self.settings.objectives.sampled)
        found = search(
            model,
            targets,
            how,
            threads=self.threads,
            seed=int(self._rng(number, 1 + language, 9).integers(2**31)),
            told=None if told is None else (lambda done: told(done / len(targets))),
            processes=self.processes,
        )
        sources = [result.ids for result in found]
        is_fit = fit(np.array([len(s) for s in sources]), np.array([len(t) for t in targets]))
        kept = np.flatnonzero(is_fit)
        if len(kept) == 0:  # a net that says nothing yet: the text itself, which teaches to copy as noise does
            return PieceCorpus.of(targets), PieceCorpus.of(targets)
        return PieceCorpus.of(sources).subset(kept), PieceCorpus.of(targets).subset(kept)

    def _next_sentences(self, number: int, language: int) -> NDArray[np.int64]:
        """As many as fill the round: all of a text before any of it comes again, in another order each time."""
        real = self.data.training[language]
        usable = np.flatnonzero(real.lengths > 0)
        mean = float(real.lengths[usable].mean()) + 1.0

        def needed(round_: int) -> int:
            return int(self._counts(round_).get("fresh", 0) * self.settings.tokens / mean) + 1

        # Rounds need more and more of them, as text of one language alone gives way.
        wanted, first = needed(number), sum(map(needed, range(self.settings.start_rounds, number)))
        found: list[NDArray[np.int64]] = []
        while wanted > 0:
            lap, place = divmod(first, len(usable))
            order = self._rng(10_000_000 + lap, 1 + language).permutation(usable)
            part = order[place : place + wanted]
            found.append(part)
            first += len(part)
            wanted -= len(part)
        return np.concatenate(found)

    def search(self, language: int) -> Search:
        """How the net writes in a language while it trains."""
        pieces, names = self.data.pieces, [side.language for side in self.data.sides]
        allowed = torch.from_numpy(self.data.allowed[language]).to(self.device)
        source_tag = pieces.source_id(names[1 - language])
        return Search(pieces.language_id(names[language]), END_ID, allowed, source_tag=source_tag)

    def _shard(self, kind: str, language: int, sources: Rows, targets: Rows) -> Shard:
        output, settings = self._outputs[language], self.settings
        tag = self.data.pieces.language_id(self.data.sides[language].language)

        def loss(student: nn.Module, draw: Draw) -> ShardLoss:
            assert isinstance(student, Student)
            net = student.net
            if kind == "masked":
                nats, symbols = masked_nats(net, targets, output, (BLANK_ID, END_ID), draw.numbers, draw.dropout)
                return ShardLoss(nats, symbols, {})
            batch = self._batch(kind, language, tag, sources, targets, draw).to(self.device)
            nats, encoded = pair_nats(net, batch, output, smoothing=settings.smoothing, dropout=draw.dropout)
            named = {f"{kind}.{self.data.sides[language].language}": float(nats.detach())}
            if student.discriminator is not None and kind in {"start", "forward", "fresh", "denoising", "parallel"}:
                latent = latent_nats(student.discriminator, encoded, batch.source, batch.source_language)
                nats = nats + settings.objectives.adversarial * batch.tokens * latent
            return ShardLoss(nats, batch.tokens, named)

        return loss

    def _batch(self, kind: str, language: int, tag: int, sources: Rows, targets: Rows, draw: Draw) -> Batch:
        names = [side.language for side in self.data.sides]
        same, other = (self.data.pieces.source_id(names[number]) for number in (language, 1 - language))
        if kind == "causal":
            return causal_batch(targets, END_ID, tag, language, same)
        if kind in {"denoising", "spans"}:
            noise = self.settings.noise
            if kind == "spans":
                noise = replace(noise, drop=0.0, blank=0.0, window=1.0, span=0.5)
            denoising = Denoising(noise, self.data.pieces.begins_word, BLANK_ID, END_ID)
            return denoising.batch(targets, tag, language, draw.numbers, same)
        return batch_of(sources, targets, END_ID, tag, 1 - language, language, other)

    @cached_property
    def _outputs(self) -> Sequence[Output]:
        return self.data.outputs(self.device)
