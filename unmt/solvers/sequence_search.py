"""Translating with a Transformer: greedy and beam search, with what was computed for earlier symbols kept.

Sentences are searched in batches of like length, and rows that have ended leave the batch; neither changes what comes
out. Beam search compares hypotheses by log-probability over length to a power (Wu et al., "Google's neural machine
translation system", 2016, without the constant).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from unmt.mappings.sequence_batch import Rows, padded
from unmt.mappings.sequence_net import SequenceNet
from unmt.mappings.transformer import PAD
from unmt.solvers.processes import ONE_PROCESS, Processes

BATCH_TOKENS = 8000
"""Source symbols of a batch, filled up; more are no faster and take more memory."""

EVEN_ROWS = 32
"""Of hypotheses a batch has a multiple of so many, once some have left it: a library of products that makes a program
for each size it meets (unmt/mappings/linear_layer.py) then makes few."""

PARTS = 16
"""Symbols of a group, of which the largest is looked for at first: one pass without branches."""


@dataclass(frozen=True, eq=False)
class Search:
    """How to translate. tag: the symbol to begin with; end: the one to stop at; allowed: int64 (A,) symbols that may be
    written, the end among them; beam: hypotheses kept; length_power: of the length that scores are divided by.

    sample: a temperature to draw from, instead of the likeliest symbol; with a beam of one. source_tag: the symbol that
    a source begins with, where the encoder is told its language. others: whether all that a beam ends with is told.
    """

    tag: int
    end: int
    allowed: Tensor
    beam: int = 1
    length_power: float = 1.0
    sample: float | None = None
    ratio: float = 1.5
    slack: int = 10
    source_tag: int | None = None
    others: bool = False

    def limit(self, source: int, longest: int) -> int:
        """Most symbols of a translation of so many."""
        return max(1, min(int(self.ratio * source) + self.slack, longest - 1))


@dataclass(frozen=True, eq=False)
class Found:
    """A translation. ids: without its end; nats: -ln of its probability, the end included.

    others: all that a beam ended with, this one among them, in the order in which they ended; none unless asked for.
    """

    ids: NDArray[np.int32]
    nats: float
    others: tuple[Found, ...] = ()


@torch.no_grad()
def search(
    net: SequenceNet,
    sources: Rows,
    how: Search,
    *,
    threads: int = 1,
    seed: int = 0,
    told: Callable[[int], None] | None = None,
    processes: Processes = ONE_PROCESS,
) -> list[Found]:
    """The translation of each row of source ids (without ends), in order.

    A sampled translation is a function of the seed and of its batch. told: is called with the rows done so far.
    processes: those that share the batches; each gets all of what they find.
    """
    device = net.device
    order = np.argsort([-len(row) for row in sources], kind="stable")
    groups = _groups([len(sources[place]) + 1 for place in order], BATCH_TOKENS // how.beam)
    found: list[Found | None] = [None] * len(sources)
    done = 0

    def one(number: int) -> tuple[NDArray[np.int64], list[Found]]:
        first, last = groups[number]
        places = order[first:last]
        ids = padded([sources[place] for place in places], first=how.source_tag, last=how.end).to(device)
        limits = torch.tensor([how.limit(len(sources[p]) + 1, net.longest) for p in places], device=device)
        with torch.no_grad():  # a thread has its own
            if how.beam == 1:
                generator = None
                if how.sample is not None:
                    generator = torch.Generator(device=device).manual_seed(_mixed(seed, number))
                return places, _greedy(net, ids, limits, how, generator)
            return places, _beam(net, ids, limits, how)

    mine = []
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for places, results in pool.map(one, range(processes.rank, len(groups), processes.world)):
            mine.append((places, results))
            done += len(places)
            if told is not None:
                told(done)
    for part in processes.all(mine):
        for places, results in part:
            for place, result in zip(places, results, strict=True):
                found[place] = result
    return [result for result in found if result is not None]


def _mixed(seed: int, number: int) -> int:
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0] >> 1)


def _groups(lengths: Sequence[int], tokens: int) -> list[tuple[int, int]]:
    """First and last place of each batch of falling lengths."""
    groups, begin = [], 0
    for place in range(len(lengths)):
        if place > begin and lengths[begin] * (place + 1 - begin) > tokens:
            groups.append((begin, place))
            begin = place
    return [*groups, (begin, len(lengths))] if lengths else []


def _greedy(
    net: SequenceNet, ids: Tensor, limits: Tensor, how: Search, generator: torch.Generator | None
) -> list[Found]:
    count, device, most = len(ids), ids.device, int(limits.max())
    output = _Output(net, how, count)
    steps = net.steps(*net.encode(ids), 1, most)
    rows = torch.arange(count, device=device)
    said = torch.full((count, most), PAD, dtype=torch.long, device=device)
    lengths, nats = torch.zeros(count, dtype=torch.long, device=device), torch.zeros(count, device=device)
    last = torch.full((count,), how.tag, dtype=torch.long, device=device)
    goes_on = torch.ones(count, dtype=torch.bool, device=device)
    for place in range(most):
        gains = output.gains(steps.step(last))
        if generator is not None and how.sample is not None:
            shares = torch.softmax(gains / how.sample, dim=-1)
            chosen = torch.multinomial(shares, 1, generator=generator)[:, 0]
        else:
            chosen = output.likeliest(gains)
        last = output.symbols[chosen]
        nats[rows] -= torch.where(goes_on, gains.gather(1, chosen[:, None])[:, 0], 0.0)
        is_said = goes_on & (chosen != output.end)
        said[rows, place] = torch.where(is_said, last, PAD)
        lengths[rows] += is_said.long()
        goes_on = is_said & (place + 1 < limits[rows])
        left = int(goes_on.sum())
        if left == 0:
            break
        if (stays := _staying(goes_on, left, 1)) is not None:
            order = steps.keep(stays)
            rows, last, goes_on = rows[order], last[order], goes_on[order]
    texts, ends, costs = said.cpu().numpy(), lengths.tolist(), nats.tolist()
    return [Found(texts[row, : ends[row]].astype(np.int32), costs[row]) for row in range(count)]


def _beam(net: SequenceNet, ids: Tensor, limits: Tensor, how: Search) -> list[Found]:
    """All hypotheses of a batch side by side. A sentence is done once as many have ended as the beam is wide.

    Letters: S sentences at work, W = how.beam, C = 2 W candidates of a sentence, likeliest first.
    """
    count, width, device, most = len(ids), how.beam, ids.device, int(limits.max())
    output = _Output(net, how, count * width)
    steps = net.steps(*net.encode(ids), width, most)
    rows = torch.arange(count, device=device)  # (S,) of which sentence each is
    # All begin as one hypothesis; from the second place on there are W.
    scores = torch.zeros((count, 1), device=device)
    last = torch.full((count, 1), how.tag, dtype=torch.long, device=device)
    said = torch.full((count, 1, most), PAD, dtype=torch.long, device=device)
    ended = torch.zeros(count, dtype=torch.long, device=device)  # how many have, of each sentence
    goes_on = torch.ones(count, dtype=torch.bool, device=device)  # (S,)
    best = _Best(count, most, device)
    others: list[list[Found]] = [[] for _ in range(count)]
    for place in range(most):
        values, parents, chosen = output.continuations(steps.step(last.view(-1)), scores, 2 * width)  # (S, C) each
        is_end = chosen == output.end
        is_last = place + 1 >= limits[rows]
        # One that ends is taken only where it would have stayed in the beam.
        ends = (is_end | is_last[:, None])[:, :width] & (values[:, :width] > -torch.inf) & goes_on[:, None]
        ended[rows] += ends.sum(dim=1)
        if how.others and bool(ends.any()):
            sentences, hypotheses = ends.nonzero(as_tuple=True)
            symbols = output.symbols[chosen[sentences, hypotheses]]
            texts = said[sentences, parents[sentences, hypotheses]][:, : place + 1]
            texts[:, place] = symbols
            costs, numbers = (-values[sentences, hypotheses]).tolist(), rows[sentences].tolist()
            for number, text, cost in zip(numbers, texts.cpu().numpy(), costs, strict=True):
                others[number].append(Found(text[: place + (text[place] != how.end)].astype(np.int32), cost))
        # All that end here are of one length: the first is the best of them.
        first = ends.int().argmax(dim=1, keepdim=True)
        found = [part.gather(1, first)[:, 0] for part in (values, parents, chosen)]
        better = ends.any(dim=1) & (found[0] / (place + 1) ** how.length_power > best.score[rows])
        if bool(better.any()):
            sentences = better.nonzero()[:, 0]
            value, parent, symbol = (part[sentences] for part in found)
            texts = said[sentences, parent]
            texts[:, place] = output.symbols[symbol]
            lengths = place + (symbol != output.end).long()
            best.take(rows[sentences], value / (place + 1) ** how.length_power, texts, lengths, -value)
        goes_on = goes_on & ~is_last & (ended[rows] < width)
        # The likeliest that have not ended, in their order; where there are too few, impossible ones stand in.
        order = is_end.int().argsort(dim=1, stable=True)[:, :width]
        values, parents, chosen, is_end = (part.gather(1, order) for part in (values, parents, chosen, is_end))
        scores = values.masked_fill(is_end, -torch.inf)
        goes_on = goes_on & (scores[:, 0] > -torch.inf)
        left = int(goes_on.sum())
        if left == 0:
            break
        last = output.symbols[chosen]
        said = said.gather(1, parents[:, :, None].expand(-1, -1, most))
        said[:, :, place] = last
        steps.choose(parents)
        if (stays := _staying(goes_on, left, width)) is not None:
            order = steps.keep(stays)
            rows, scores, last, said, goes_on = (part[order] for part in (rows, scores, last, said, goes_on))
    return [replace(one, others=tuple(beside)) for one, beside in zip(best.found(), others, strict=True)]


def _staying(goes_on: Tensor, left: int, width: int) -> Tensor | None:
    """Which sentences of a batch stay: those `left` that go on, and some that have ended, to make rows even.

    None where all would stay. width: hypotheses of a sentence.
    """
    even = max(1, EVEN_ROWS // width)
    ballast = -left % even
    if left + ballast >= len(goes_on):
        return None
    stays = goes_on.clone()
    stays[(~goes_on).nonzero()[:ballast, 0]] = True
    return stays


class _Output:
    """The last layer of a net, for the symbols that may be written.

    They are filled up to a multiple of PARTS by symbols of which none is ever written.
    """

    def __init__(self, net: SequenceNet, how: Search, most: int) -> None:
        """most: states at once."""
        allowed = how.allowed.to(net.device)
        spare = -len(allowed) % PARTS
        self.symbols = functional.pad(allowed, (0, spare), value=PAD)
        """int64 (A,), the id of each place of the layer."""
        self.end = int((allowed == how.end).nonzero()[0, 0])
        """The place of the end."""
        self._scores = net.scorer(self.symbols, len(allowed), most)

    def gains(self, states: Tensor) -> Tensor:
        """Log-probabilities (N, A) after states (N, width). They stand until they are asked for again."""
        scores = self._scores(states)
        return torch.log_softmax(scores, dim=-1, out=scores)

    @staticmethod
    def likeliest(gains: Tensor) -> Tensor:
        """The place (N,) of the largest of gains (N, A): of the largest of each of A / PARTS groups at first."""
        count = len(gains)
        parts = gains.view(count, PARTS, -1)
        group = parts.amax(dim=1).argmax(dim=1)
        part = parts[torch.arange(count, device=gains.device), :, group].argmax(dim=1)
        return part * parts.shape[2] + group

    def continuations(self, states: Tensor, scores: Tensor, most: int) -> tuple[Tensor, Tensor, Tensor]:
        """The likeliest continuations of each sentence, best first: log-probability, hypothesis, place; (S, most) each.

        states: (S W, width). scores: log-probability of each hypothesis, (S, W). As many groups of PARTS symbols as are
        wanted hold them all: those whose largest are the largest.
        """
        count, width = scores.shape
        gains = self.gains(states).view(count, width, PARTS, -1)
        groups = gains.shape[3]
        tops = (gains.amax(dim=2) + scores[:, :, None]).view(count, width * groups)
        wanted = min(most, width * groups)
        near = tops.topk(wanted, dim=1, sorted=False)[1]  # (S, wanted), of W times the groups
        hypotheses, group = near // groups, near % groups
        sentences = torch.arange(count, device=states.device)[:, None]
        inside = gains[sentences, hypotheses, :, group] + scores.gather(1, hypotheses)[:, :, None]
        values, picks = inside.view(count, -1).topk(min(most, inside[0].numel()), dim=1)
        place = picks // PARTS
        parents = hypotheses.gather(1, place)
        return values, parents, picks % PARTS * groups + group.gather(1, place)


class _Best:
    """The best translation that has ended, of each sentence."""

    def __init__(self, count: int, most: int, device: torch.device) -> None:
        self.score = torch.full((count,), -torch.inf, device=device)
        self._nats = torch.full((count,), torch.inf, device=device)
        self._texts = torch.full((count, most), PAD, dtype=torch.long, device=device)
        self._lengths = torch.zeros(count, dtype=torch.long, device=device)

    def take(self, sentences: Tensor, score: Tensor, texts: Tensor, lengths: Tensor, nats: Tensor) -> None:
        """In place of what these sentences had."""
        self.score[sentences], self._texts[sentences] = score, texts
        self._lengths[sentences], self._nats[sentences] = lengths, nats

    def found(self) -> list[Found]:
        """What each sentence has."""
        texts, lengths, nats = self._texts.cpu().numpy(), self._lengths.tolist(), self._nats.tolist()
        return [Found(texts[row, : lengths[row]].astype(np.int32), nats[row]) for row in range(len(lengths))]
