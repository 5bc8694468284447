"""Sentences of like length side by side, filled up to one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unmt.mappings.transformer import PAD

Rows = Sequence[NDArray[np.int32]]


@dataclass(frozen=True, eq=False)
class Batch:
    """Pairs of one direction. source: int64 (n, s) with an end; given, wanted: int64 (n, t), what the decoder sees and
    is to say, the one a place behind the other. source_language, language: indices of what is read and written.
    """

    source: Tensor
    given: Tensor
    wanted: Tensor
    source_language: int
    language: int

    @property
    def tokens(self) -> int:
        """Target symbols, ends among them."""
        return int((self.wanted != PAD).sum())

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return replace(self, source=self.source.to(device), given=self.given.to(device), wanted=self.wanted.to(device))


def padded(rows: Rows, *, first: int | None = None, last: int | None = None) -> Tensor:
    """int64 (n, longest) of rows of ids, each with a symbol before and after it where one is named."""
    extra = (first is not None) + (last is not None)
    longest = max((len(row) for row in rows), default=0) + extra
    filled = np.full((len(rows), longest), PAD, np.int64)
    begin = int(first is not None)
    for place, row in enumerate(rows):
        filled[place, begin : begin + len(row)] = row
        if last is not None:
            filled[place, begin + len(row)] = last
    if first is not None:
        filled[:, 0] = first
    return torch.from_numpy(filled)


def batch_of(
    sources: Rows,
    targets: Rows,
    end: int,
    tag: int,
    source_language: int,
    language: int,
    source_tag: int | None = None,
) -> Batch:
    """Pairs of rows as a batch. end: the symbol that ends each; tag: the one that the decoder begins with.

    source_tag: the one that sources begin with, where the encoder is told their language.
    """
    given, wanted = padded(targets, first=tag), padded(targets, last=end)
    return Batch(padded(sources, first=source_tag, last=end), given, wanted, source_language, language)


def cut(
    target_lengths: NDArray[np.int64], source_lengths: NDArray[np.int64], tokens: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Indices of the pairs of each batch, in random order: like lengths together, some `tokens` target symbols each.

    Ties are broken at random, so that other pairs meet each time.
    """
    order = np.lexsort((rng.random(len(target_lengths)), source_lengths, target_lengths))
    batches, begin = [], 0
    widths = np.maximum(target_lengths, source_lengths)[order] + 1
    longest = 0
    for place, width in enumerate(widths):
        longest = max(longest, int(width))
        if place > begin and longest * (place + 1 - begin) > tokens:
            batches.append(order[begin:place])
            begin, longest = place, int(width)
    if begin < len(order):
        batches.append(order[begin:])
    return [batches[place] for place in rng.permutation(len(batches))]
