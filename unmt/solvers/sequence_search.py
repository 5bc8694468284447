"""Translating with a Transformer: greedy and beam search, with what was computed for earlier symbols kept.

Sentences are searched in batches of like length, and rows that have ended leave the batch; neither changes what comes
out. Beam search compares hypotheses by log-probability over length to a power (Wu et al., "Google's neural machine
translation system", 2016, without the constant).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unmt.mappings.sequence_batch import Rows, padded
from unmt.mappings.transformer import PAD, Transformer
from unmt.solvers.processes import ONE_PROCESS, Processes

BATCH_TOKENS = 4000
"""Source symbols of a batch, filled up; more are no faster and take more memory."""


@dataclass(frozen=True, eq=False)
class Search:
    """How to translate. tag: the symbol to begin with; end: the one to stop at; allowed: int64 (A,) symbols that may be
    written, the end among them; beam: hypotheses kept; length_power: of the length that scores are divided by.

    sample: a temperature to draw from, instead of the likeliest symbol; with a beam of one.
    """

    tag: int
    end: int
    allowed: Tensor
    beam: int = 1
    length_power: float = 1.0
    sample: float | None = None
    ratio: float = 1.5
    slack: int = 10

    def limit(self, source: int, longest: int) -> int:
        """Most symbols of a translation of so many."""
        return max(1, min(int(self.ratio * source) + self.slack, longest - 1))


@dataclass(frozen=True, eq=False)
class Found:
    """A translation. ids: without its end; nats: -ln of its probability, the end included."""

    ids: NDArray[np.int32]
    nats: float


@torch.no_grad()
def search(
    net: Transformer,
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
    device = net.embedding.weight.device
    order = np.argsort([-len(row) for row in sources], kind="stable")
    groups = _groups([len(sources[place]) + 1 for place in order], BATCH_TOKENS // how.beam)
    found: list[Found | None] = [None] * len(sources)
    done = 0

    def one(number: int) -> tuple[NDArray[np.int64], list[Found]]:
        first, last = groups[number]
        places = order[first:last]
        ids = padded([sources[place] for place in places], last=how.end).to(device)
        limits = torch.tensor([how.limit(len(sources[p]) + 1, net.shape.longest) for p in places], device=device)
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
    net: Transformer, ids: Tensor, limits: Tensor, how: Search, generator: torch.Generator | None
) -> list[Found]:
    encoded, mask = net.encode(ids)
    memory = net.memory(encoded)
    count, device = len(ids), ids.device
    rows = torch.arange(count, device=device)
    said = torch.full((count, int(limits.max())), PAD, dtype=torch.long, device=device)
    lengths, nats = torch.zeros(count, dtype=torch.long, device=device), torch.zeros(count, device=device)
    last = torch.full((count,), how.tag, dtype=torch.long, device=device)
    allowed = how.allowed.to(device)
    weight = net.embedding.weight[allowed]
    end = int((allowed == how.end).nonzero()[0, 0])
    caches: list[tuple[Tensor, Tensor]] | None = None
    for place in range(int(limits.max())):
        states, caches = net.step(last, place, caches, memory, mask)
        logits = states @ weight.T
        if generator is not None and how.sample is not None:
            shares = torch.softmax(logits / how.sample, dim=-1)
            chosen = torch.multinomial(shares, 1, generator=generator)[:, 0]
        else:
            chosen = logits.argmax(dim=-1)
        nats[rows] += torch.logsumexp(logits, -1) - logits.gather(1, chosen[:, None])[:, 0]
        last = allowed[chosen]
        goes_on = (chosen != end) & (place + 1 < limits[rows])
        is_said = chosen != end
        said[rows[is_said], place] = last[is_said]
        lengths[rows] += is_said.long()
        if not bool(goes_on.all()):
            if not bool(goes_on.any()):
                break
            keep = goes_on.nonzero()[:, 0]
            rows, last = rows[keep], last[keep]
            caches = [(keys[keep], values[keep]) for keys, values in caches]
            memory = [(keys[keep], values[keep]) for keys, values in memory]
            mask = None if mask is None else mask[keep]
    texts, ends, costs = said.cpu().numpy(), lengths.tolist(), nats.tolist()
    return [Found(texts[row, : ends[row]].astype(np.int32), costs[row]) for row in range(count)]


def _beam(net: Transformer, ids: Tensor, limits: Tensor, how: Search) -> list[Found]:
    """All hypotheses of a batch side by side: sentence s has the rows s * beam to (s + 1) * beam - 1."""
    count, width, device = len(ids), how.beam, ids.device
    encoded, mask = net.encode(ids)
    memory = [tuple(part.repeat_interleave(width, 0) for part in pair) for pair in net.memory(encoded)]
    mask = None if mask is None else mask.repeat_interleave(width, 0)
    allowed = how.allowed.to(device)
    weight = net.embedding.weight[allowed]
    end = int((allowed == how.end).nonzero()[0, 0])
    symbols = len(allowed)
    scores = torch.full((count, width), -torch.inf, device=device)
    scores[:, 0] = 0.0
    last = torch.full((count * width,), how.tag, dtype=torch.long, device=device)
    said = torch.zeros((count * width, 0), dtype=torch.long, device=device)
    caches: list[tuple[Tensor, Tensor]] | None = None
    live = list(range(count))  # the sentence that each block of rows is of
    best: list[tuple[float, Found] | None] = [None] * count
    for place in range(int(limits.max())):
        states, caches = net.step(last, place, caches, memory, mask)  # type: ignore[arg-type]
        gains = torch.log_softmax(states @ weight.T, dim=-1).view(len(live), width, symbols)
        totals = (scores[:, :, None] + gains).view(len(live), width * symbols)
        values, picks = totals.topk(min(2 * width, width * symbols), dim=1)
        parents, words = picks // symbols, picks % symbols
        values_, parents_, words_ = values.tolist(), parents.tolist(), words.tolist()
        kept_rows: list[int] = []
        next_scores: list[list[float]] = []
        next_rows: list[int] = []
        next_words: list[int] = []
        kept_live: list[int] = []
        text = said.tolist()
        for block, sentence in enumerate(live):
            is_last = place + 1 >= int(limits[sentence])
            row_scores: list[float] = []
            rows: list[int] = []
            new: list[int] = []
            for rank, (value, parent, word) in enumerate(
                zip(values_[block], parents_[block], words_[block], strict=True)
            ):
                if value == -np.inf:
                    continue
                if word == end or is_last:
                    if word == end and rank >= width:
                        continue
                    row = text[block * width + parent]
                    ids_ = row if word == end else [*row, int(allowed[word])]
                    score = value / (len(row) + 1) ** how.length_power
                    if best[sentence] is None or score > best[sentence][0]:  # type: ignore[index]
                        best[sentence] = (score, Found(np.array(ids_, np.int32), -value))
                elif len(rows) < width:
                    row_scores.append(value)
                    rows.append(block * width + parent)
                    new.append(word)
            is_over = is_last or not rows
            if not is_over and (kept := best[sentence]) is not None:
                is_over = row_scores[0] / (place + 2) ** how.length_power <= kept[0]
            if is_over:
                continue
            while len(rows) < width:
                row_scores.append(-np.inf)
                rows.append(rows[0])
                new.append(new[0])
            kept_live.append(sentence)
            next_scores.append(row_scores)
            next_rows += rows
            next_words += new
            kept_rows += rows
        if not kept_live:
            break
        rows_ = torch.tensor(next_rows, device=device)
        last = allowed[torch.tensor(next_words, device=device)]
        said = torch.cat([said[rows_], last[:, None]], 1)
        scores = torch.tensor(next_scores, device=device)
        caches = [(keys[rows_], values[rows_]) for keys, values in caches]
        if len(kept_live) < len(live):
            memory = [(keys[rows_], values[rows_]) for keys, values in memory]
            mask = None if mask is None else mask[rows_]
        live = kept_live
    return [found[1] if found is not None else Found(np.empty(0, np.int32), float("inf")) for found in best]
