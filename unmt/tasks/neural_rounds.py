"""What the steps of a round learn from: batches of each kind, a function of the seed and of the round's number.

A step has a shard for each language that is written. Of more than two languages, which of the others a shard is told
from is drawn, each as often as any, so that a step grows with the number of languages and not with that of directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from unmt.solvers.sequence_search import Search
from unmt.solvers.sequence_trainer import Draw, Shard, ShardLoss
from unmt.tasks.back_translation import Pairs, Told, back_translated, next_sentences
from unmt.tasks.neural_data import NeuralData
from unmt.tasks.neural_settings import NeuralSettings
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
    """Makes the rounds of a training."""

    data: NeuralData
    settings: NeuralSettings
    device: torch.device
    threads: int
    processes: Processes = ONE_PROCESS
    left_out: tuple[int, ...] = ()
    """Turns that were not taken."""

    def from_start(self, number: int) -> bool:
        """Whether a round learns from lexicon models' translations and from none of the net's own."""
        return self.settings.from_start(number, self.left_out)

    def kinds(self, number: int) -> list[str]:
        """What each step of a round learns from."""
        counts = self._counts(number)
        kinds = [name for name in KINDS for _ in range(counts.get(name, 0))]
        return [kinds[place] for place in self._rng(number, 0).permutation(len(kinds))]

    def _counts(self, number: int) -> dict[str, int]:
        """Steps of each kind in a round."""
        settings = self.settings
        shares = settings.objectives.shares(
            number,
            from_start=self.from_start(number),
            has_start=bool(self.data.start),
            has_parallel=bool(self.data.parallel),
        )
        counts = {name: int(share * settings.steps) for name, share in shares.items()}
        counts[max(shares, key=lambda name: shares[name])] += settings.steps - sum(counts.values())
        return counts

    def shards(self, number: int, model: SequenceNet, told: Told | None = None) -> Iterator[list[Shard]]:
        """The shards of each step of a round, one a language that is written. model: translates what is fresh."""
        kinds = self.kinds(number)
        sources: dict[str, dict[int, Iterator[tuple[int, Rows, Rows]]]] = {}
        for kind in KINDS:
            if kind not in kinds:
                continue
            sources[kind] = {
                language: self._stream(kind, number, language, kinds.count(kind), model, told)
                for language in range(len(self.data.sides))
                if self._read(kind, language)
            }
        for kind in kinds:
            yield [self._shard(kind, number, language, *next(stream)) for language, stream in sources[kind].items()]

    def _read(self, kind: str, language: int) -> list[int]:
        """The languages that steps of a kind are told from where they write a language."""
        data = self.data
        others = [other for other in range(len(data.sides)) if other != language]
        if kind == "fresh":
            return others
        if kind == "start":
            return [other for other in others if data.start.get((other, language), ((), ()))[0]]
        if kind == "forward":
            return [other for other in others if data.start.get((language, other), ((), ()))[0]]
        if kind == "parallel":
            return [1 - language] if language < 2 else []
        return [language]

    def _stream(
        self, kind: str, number: int, language: int, steps: int, model: SequenceNet, told: Told | None
    ) -> Iterator[tuple[int, Rows, Rows]]:
        """For each of so many steps: the language that is read, and a batch of pairs. Translates at once, if at all."""
        read, stream = self._read(kind, language), STREAMS.get(kind, 4 + KINDS.index(kind))
        batches = [
            self._cycled(pairs, number, language, stream, place)
            for place, pairs in enumerate(self._pairs(kind, number, language, read, model, told))
        ]
        turns = np.arange(steps) % len(read)
        if len(read) > 1:
            turns = self._rng(number, 0, 1 + language, stream).permutation(turns)
        return ((read[turn], *next(batches[turn])) for turn in turns)

    def _pairs(
        self, kind: str, number: int, language: int, read: Sequence[int], model: SequenceNet, told: Told | None
    ) -> list[Pairs]:
        """What steps of a kind learn to write in a language, behind what it is told from, by the language of that."""
        data = self.data
        if kind == "fresh":
            return self._fresh(number, language, read, model, told)
        if kind == "start":
            return [data.start[other, language] for other in read]
        if kind == "forward":
            return [data.start[language, other][::-1] for other in read]
        if kind == "parallel":
            return [(data.parallel[other], data.parallel[language]) for other in read]
        return [(data.training[language], data.training[language])]

    def _rng(self, *names: int) -> np.random.Generator:
        return np.random.default_rng([self.settings.seed, *names])

    def _cycled(self, pairs: Pairs, number: int, language: int, stream: int, place: int) -> Iterator[tuple[Rows, Rows]]:
        """Batches of pairs, again and again in other orders. place: of the language that is read, among those."""
        time = 0
        source, target = pairs
        usable = np.flatnonzero((source.lengths > 0) & (target.lengths > 0))
        while True:
            # The first has the numbers that it has where there is no other.
            rng = self._rng(number, 1 + language, stream, time, *([place] if place else []))
            # A part at a time: sorting a large text for one round would cost more than the round.
            part = usable
            most = 4 * self.settings.steps * max(1, self.settings.tokens // 8)
            if len(usable) > most:
                part = np.sort(rng.choice(usable, most, replace=False))
            for batch in cut(target.lengths[part], source.lengths[part], self.settings.tokens, rng):
                yield [source[part[i]] for i in batch], [target[part[i]] for i in batch]
            time += 1

    def _fresh(
        self, number: int, language: int, read: Sequence[int], model: SequenceNet, told: Told | None
    ) -> list[Pairs]:
        """Real sentences of a language and their translations into each other one, by the model as it is now."""
        real = self.data.training[language]
        chosen = self._next_sentences(number, language)
        rng = self._rng(number, 1 + language, 9)
        found = []
        for place, other in enumerate(read):
            part = chosen[place :: len(read)] if len(chosen) >= len(read) else chosen
            how, seed = self.search(other, language), int(rng.integers(2**31))
            found.append(
                back_translated(
                    model,
                    [real[i] for i in part],
                    how,
                    seed=seed,
                    sampled=self.settings.objectives.sampled,
                    threads=self.threads,
                    told=told,
                    processes=self.processes,
                )
            )
        return found

    def _next_sentences(self, number: int, language: int) -> NDArray[np.int64]:
        """As many as fill the round. Rounds need more and more of them, as text of one language alone gives way."""

        def needed(mean: float) -> list[int]:
            rounds = [*(earlier for earlier in range(number) if not self.from_start(earlier)), number]
            return [int(self._counts(one).get("fresh", 0) * self.settings.tokens / mean) + 1 for one in rounds]

        def shuffled(lap: int, sentences: NDArray[np.int64]) -> NDArray[np.int64]:
            return self._rng(10_000_000 + lap, 1 + language).permutation(sentences)

        return next_sentences(self.data.training[language], needed, shuffled)

    def search(self, language: int, read: int) -> Search:
        """How the net writes in a language while it trains. read: the language that it is told from."""
        pieces, names = self.data.pieces, [side.language for side in self.data.sides]
        allowed = torch.from_numpy(self.data.allowed[language]).to(self.device)
        source_tag = pieces.source_id(names[read])
        return Search(pieces.language_id(names[language]), END_ID, allowed, source_tag=source_tag)

    def _shard(self, kind: str, number: int, language: int, read: int, sources: Rows, targets: Rows) -> Shard:
        output, settings = self._outputs[language], self.settings
        adversarial = settings.objectives.weight("adversarial", number)
        tag = self.data.pieces.language_id(self.data.sides[language].language)
        name = f"{kind}.{self.data.sides[language].language}"

        def loss(student: nn.Module, draw: Draw) -> ShardLoss:
            assert isinstance(student, Student)
            net = student.net
            if kind == "masked":
                nats, symbols = masked_nats(net, targets, output, (BLANK_ID, END_ID), draw.numbers, draw.dropout)
                return ShardLoss(nats, symbols, name)
            batch = self._batch(kind, language, read, tag, sources, targets, draw).to(self.device)
            nats, encoded = pair_nats(net, batch, output, smoothing=settings.smoothing, dropout=draw.dropout)
            if student.discriminator is not None and kind in {"start", "forward", "fresh", "denoising", "parallel"}:
                latent = latent_nats(student.discriminator, encoded, batch.source, batch.source_language)
                nats = nats + adversarial * batch.tokens * latent
            return ShardLoss(nats, batch.tokens, name)

        return loss

    def _batch(self, kind: str, language: int, read: int, tag: int, sources: Rows, targets: Rows, draw: Draw) -> Batch:
        source_tag = self.data.pieces.source_id(self.data.sides[read].language)
        if kind == "causal":
            return causal_batch(targets, END_ID, tag, language, source_tag)
        if kind in {"denoising", "spans"}:
            noise = self.settings.noise
            if kind == "spans":
                noise = replace(noise, drop=0.0, blank=0.0, window=1.0, span=0.5)
            denoising = Denoising(noise, self.data.pieces.begins_word, BLANK_ID, END_ID)
            return denoising.batch(targets, tag, language, draw.numbers, source_tag)
        return batch_of(sources, targets, END_ID, tag, read, language, source_tag)

    @cached_property
    def _outputs(self) -> Sequence[Output]:
        return self.data.outputs(self.device)
