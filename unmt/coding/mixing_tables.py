"""What a context-mixing code begins with: its tables, and the arrays that it learns in.

Probabilities are kept as logits ln(p / (1 - p)) where they are mixed. Tables are rounded to binary fractions far above
the last digit of a float, so that a logarithm that another machine rounds otherwise gives the same table.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmt.coding.bit_history import bit_histories

CONTEXTS = 13
"""Contexts whose bit histories are kept; mixing_kernel lists them."""
INPUTS = 32
"""Guesses to be mixed: two of each context, two of the match, a constant, and nothing to a multiple of 8."""
MIXERS = 4
MATCH_ROWS, BYTE_ROWS, SEEN_ROWS = 64, 256, 64
MIXER_ROWS = MATCH_ROWS + 2 * BYTE_ROWS + SEEN_ROWS
SLOT_BYTES, BUCKET_BYTES = 16, 64
REGISTERS = 8
LARGEST_LOGIT, LOGIT_STEPS = 12, 256
REFINED_LOGIT, REFINED_STEPS = 8, 32
FIRST_WEIGHT = 0.2
COUNT_BITS, PROBABILITY_BITS = 10, 22
MATCH_BITS = 22


class MixingTables(NamedTuple):
    """What does not change. next_history: (512,), see bit_history. logit: (4096,) of (i + 1/2) / 4096.

    squash: (6144,) the probability of a logit, from -12 on in steps of 1/256. rate: (1024,) 65536 / (n + 1.6), by which
    a guess that was right or wrong n times moves.
    """

    next_history: NDArray[np.uint8]
    logit: NDArray[np.float32]
    squash: NDArray[np.float32]
    rate: NDArray[np.int32]


class MixingArrays(NamedTuple):
    """What is learned, all of it flat.

    slots: uint8, 16 bytes a slot, four slots a bucket: a check, then the histories of the 15 nodes of a nibble.
    guesses: (CONTEXTS * 256,) uint32, for each context and history 22 bits of probability and 10 of a count.
    match_guesses: (64,) the same, by the length of the match and the bit expected. last_seen: where the last six bytes
    stood before, by their hash. text: what was read, a ring. weights: (MIXER_ROWS * INPUTS,), final_weights:
    (256 * MIXERS,). refined, refined_far: (65536 * 32,) uint16 probabilities by context and logit. registers: (8,)
    uint64, what the kernel must know to go on. step: (1,) float32, how far weights move.
    """

    slots: NDArray[np.uint8]
    guesses: NDArray[np.uint32]
    match_guesses: NDArray[np.uint32]
    last_seen: NDArray[np.uint32]
    text: NDArray[np.uint8]
    weights: NDArray[np.float32]
    final_weights: NDArray[np.float32]
    refined: NDArray[np.uint16]
    refined_far: NDArray[np.uint16]
    registers: NDArray[np.uint64]
    step: NDArray[np.float32]


@cache
def mixing_tables() -> MixingTables:
    """The tables, made once."""
    probability = (np.arange(4096) + 0.5) / 4096
    logit = np.round(np.log(probability / (1 - probability)) * 2**12) / 2**12
    values = (np.arange(2 * LARGEST_LOGIT * LOGIT_STEPS) + 0.5) / LOGIT_STEPS - LARGEST_LOGIT
    squash = np.round(2**24 / (1 + np.exp(-values))) / 2**24
    rate = (65536 / (np.arange(1 << COUNT_BITS) + 1.6)).astype(np.int32)
    return MixingTables(bit_histories()[1], logit.astype(np.float32), squash.astype(np.float32), rate)


def fresh_arrays(slot_bits: int, text_bits: int, first_step: float) -> MixingArrays:
    """Arrays that have learned nothing: 2**slot_bits bytes of slots, and a ring of 2**text_bits bytes of text.

    Most of it is zeros that take no memory before they are written.
    """
    curve = _refined_curve()
    weights = np.zeros((MIXER_ROWS, INPUTS), np.float32)
    weights[:, : 2 * CONTEXTS + 2 : 2] = FIRST_WEIGHT
    return MixingArrays(
        slots=_aligned(1 << slot_bits, np.uint8),
        guesses=_first_guesses(),
        match_guesses=_first_match_guesses(),
        last_seen=np.zeros(1 << MATCH_BITS, np.uint32),
        text=np.zeros(1 << text_bits, np.uint8),
        weights=weights.ravel(),
        final_weights=np.full(256 * MIXERS, 1 / MIXERS, np.float32),
        refined=curve,
        refined_far=aligned_copy(curve),
        registers=np.zeros(REGISTERS, np.uint64),
        step=np.array([first_step], np.float32),
    )


def aligned_copy(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that begins where a cache line does."""
    copy = _aligned(len(array), array.dtype)
    copy[:] = array
    return copy


def _aligned(count: int, kind: Any) -> NDArray[Any]:
    """Zeros that begin where a cache line does, so that a bucket or a row of 64 bytes is one."""
    size = np.dtype(kind).itemsize
    raw = np.zeros(count * size + BUCKET_BYTES, np.uint8)
    start = -raw.ctypes.data % BUCKET_BYTES
    return raw[start : start + count * size].view(kind)


def _first_guesses() -> NDArray[np.uint32]:
    """Of every history what its counts say, for each context."""
    row = np.zeros(256, np.uint32)
    for s, (zeros, ones, _) in enumerate(bit_histories()[0]):
        row[s] = _packed((ones + 0.4) / (zeros + ones + 0.8))
    return np.tile(row, CONTEXTS)


def _first_match_guesses() -> NDArray[np.uint32]:
    """A match of length l is wrong one time in l + 2."""
    wrong = 1 / (np.arange(MATCH_ROWS // 2) + 2)
    return np.array([_packed(p) for pair in zip(wrong, 1 - wrong, strict=True) for p in pair], np.uint32)


def _packed(probability: float) -> int:
    return int(probability * (1 << PROBABILITY_BITS)) << COUNT_BITS


def _refined_curve() -> NDArray[np.uint16]:
    """Each of 65536 rows of 32: the probability of the logit itself, from -8 to 8."""
    logit = np.arange(REFINED_STEPS) * (2 * REFINED_LOGIT / (REFINED_STEPS - 1)) - REFINED_LOGIT
    row = np.round(65536 / (1 + np.exp(-logit))).astype(np.uint16)
    return aligned_copy(np.tile(row, 65536))
