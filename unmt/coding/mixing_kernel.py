"""The loop of the context-mixing code: guess a bit, code it, learn from it (numba).

What is guessed from, c1 being the last byte, c2 the one before:

| context | is |
|---|---|
| 0 to 5 | the last 1 to 6 bytes |
| 6 | the word so far, and c1 |
| 7, 8 | the word so far with the word before it, and with the one before that |
| 9 | c2 and c3, not c1 |
| 10 | the last 8 bytes |
| 11 | the byte that the match expects, and its length |
| 12 | the word before, and c1 |

A context leads, by its hash, to the bit histories of the next four bits; a history to a guess, learned for each
context. Guesses are logits, weighted and summed by four mixers, each with weights that a small context chooses: the
length of the match; the bits of this byte so far; c1; how many of the orders 1 to 6 were seen, and the place of the
bit. A fifth mixer joins the four. What comes of it is refined by c1, and by the last three bytes. Weights follow the
gradient of the code length.

After Mahoney, "Adaptive weighing of context models for lossless data compression", 2005, and the programs lpaq and
paq8 that came of it; the code is ours.

Indices are unsigned: with a sign, every look-up would first ask whether it counts from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from unmt.coding.binary_coder import decode_bit, encode_bit
from unmt.coding.mixing_tables import (
    BYTE_ROWS,
    CONTEXTS,
    INPUTS,
    LARGEST_LOGIT,
    LOGIT_STEPS,
    MATCH_BITS,
    MATCH_ROWS,
    MIXERS,
    REFINED_LOGIT,
    REFINED_STEPS,
)
from unmt.coding.vector_lanes import add_scaled, prefetch, scalar_product

COSTS, ENCODE, DECODE = range(3)

U, F = np.uint64, np.float32
GOLDEN, SILVER, WORD_FACTOR = U(0x9E3779B97F4A7C15), U(0xD6E8FEB86659FD93), U(0x2F0B4C47C2B3A5D1)
# Tuned on bytes 10 to 20 million of mono/eltec.en.
LAST_STEP, STEP_DECAY = F(0.0015), F(0.0002)
FINAL_STEP = F(0.002)
SURENESS = F(2.0)
GUESS_LIMIT, MATCH_LIMIT = 1023, 1023
LEAST_MATCH, MOST_COMPARED = U(5), U(64)
REFINED_SHIFT = 6

EDGE = F(LARGEST_LOGIT - 0.01)
REFINED_EDGE, REFINED_SCALE = F(REFINED_LOGIT - 0.01), F((REFINED_STEPS - 1) / (2 * REFINED_LOGIT))
MATCH_CONTEXT, ORDERS = 11, 6
MATCH_INPUT = 2 * CONTEXTS
FAR_SHIFT = U(52)
CONSTANT = F(0.3)


@njit(cache=True, nogil=True, inline="always")
def scramble(number: Any) -> Any:
    """A hash of a 64-bit number."""
    number *= GOLDEN
    number ^= number >> U(32)
    number *= SILVER
    number ^= number >> U(29)
    return number


@njit(cache=True, nogil=True)
def replaced(slots: Any, bucket: Any, check: Any) -> Any:
    """The place in a bucket of the slot that has seen least, emptied and given to another context."""
    worst, least = U(0), U(256)
    for k in range(0, 64, 16):
        at = bucket + U(k)
        seen = U(slots[at + U(1)]) if slots[at] != 0 else U(0)
        if seen < least:
            least, worst = seen, U(k)
    for j in range(1, 16):
        slots[bucket + worst + U(j)] = np.uint8(0)
    slots[bucket + worst] = check
    return worst


@njit(cache=True, nogil=True, inline="always")
def slot_of(slots: Any, bucket: Any, check: Any) -> Any:
    """Where the slot of a context begins: the one of the bucket with its check, without a branch where there is one."""
    place = U(48) if slots[bucket + U(48)] == check else U(64)
    place = U(32) if slots[bucket + U(32)] == check else place
    place = U(16) if slots[bucket + U(16)] == check else place
    place = U(0) if slots[bucket] == check else place
    if place == U(64):
        place = replaced(slots, bucket, check)
    return bucket + place


@njit(cache=True, nogil=True, inline="always")
def clipped(value: Any, edge: Any) -> Any:
    """The value, not beyond an edge on either side."""
    return min(max(value, -edge), edge)


@njit(cache=True, nogil=True, inline="always")
def squashed(squash: Any, logit: Any) -> Any:
    """The probability of a logit within the edge."""
    return squash[U(np.int64((logit + F(LARGEST_LOGIT)) * F(LOGIT_STEPS)))]


@njit(cache=True, nogil=True, inline="always")
def learned(guess: Any, bit: Any, rate: Any, limit: Any) -> Any:
    """A guess, a probability with a count, after one more bit."""
    count: Any = np.int64(guess & np.uint32(1023))
    probability: Any = np.int64(guess >> np.uint32(10))
    probability += (((np.int64(bit) << 22) - probability) * np.int64(rate[U(count)])) >> 16
    count, probability = np.int64(min(count + 1, limit)), np.int64(min(probability, 4194303))
    return np.uint32((probability << 10) | count)


@njit(cache=True, nogil=True, inline="always")
def moved(probability: Any, bit: Any) -> Any:
    """A refined probability, in 65536ths, after one more bit."""
    old = np.int64(probability)
    return np.uint16(old + ((np.int64(bit) * 65535 - old) >> REFINED_SHIFT))


@njit(cache=True, nogil=True, inline="always")
def length_row(length: Any) -> Any:
    """Lengths of a match in 20 steps, 1 to 19 of them for those that are one."""
    row = min(length, U(16))
    if length >= U(24):
        row = U(17)
    if length >= U(32):
        row = U(18)
    if length >= U(48):
        row = U(19)
    return row


@njit(cache=True, nogil=True)
def code_block(mode: Any, data: Any, costs: Any, coder: Any, stream: Any, tables: Any, arrays: Any) -> None:
    """Read a block of bytes, and go on from what the arrays have learned.

    mode: COSTS reads data; ENCODE writes it to the stream as well; DECODE fills data from the stream. data: uint8 (n,);
    costs: float32 (n,), the bits of each byte. coder, stream: see binary_coder. tables: MixingTables, arrays:
    MixingArrays, changed in place.
    """
    next_history, logit, squash, rate = tables
    slots, guesses, match_guesses, last_seen, text, weights, final_weights, refined, refined_far, registers, step = (
        arrays
    )
    bucket_mask, ring = U((len(slots) >> 6) - 1), U(len(text) - 1)
    hashes, at = np.zeros(CONTEXTS, np.uint64), np.zeros(CONTEXTS, np.uint64)
    history, inputs = np.zeros(CONTEXTS, np.uint8), np.zeros(INPUTS, np.float32)
    rows, outputs = np.zeros(MIXERS, np.uint64), np.zeros(MIXERS, np.float32)
    inputs[MATCH_INPUT + 2] = CONSTANT
    last, position, word, word1, word2 = registers[0], registers[1], registers[2], registers[3], registers[4]
    match, length, seen_at = registers[5], registers[6], registers[7]
    rate_now = step[0]
    for i in range(len(data)):
        byte = U(data[i])
        c1 = last & U(0xFF)
        # Contexts of this byte; what they lead to is asked for at once, since most of it is far away.
        hashes[0] = c1
        hashes[1] = last & U(0xFFFF)
        hashes[2] = last & U(0xFFFFFF)
        hashes[3] = last & U(0xFFFFFFFF)
        hashes[4] = last & U(0xFFFFFFFFFF)
        hashes[5] = last & U(0xFFFFFFFFFFFF)
        hashes[6] = word * U(31) + c1 * U(0x3D4D51CB)
        hashes[7] = scramble(word ^ (word1 * SILVER)) + c1
        hashes[8] = scramble(word ^ (word2 * SILVER)) + c1
        hashes[9] = last & U(0xFFFF00)
        hashes[10] = last
        hashes[12] = c1 | (word1 << U(8))
        for c in range(CONTEXTS):
            if c == MATCH_CONTEXT:
                if length == U(0):
                    found = U(last_seen[seen_at])
                    if found > U(0) and position - found < ring:
                        while (
                            length < MOST_COMPARED
                            and length < found
                            and text[(found - U(1) - length) & ring] == text[(position - U(1) - length) & ring]
                        ):
                            length += U(1)
                        if length >= LEAST_MATCH:
                            match = found
                        else:
                            length = U(0)
                if position > U(0):
                    last_seen[seen_at] = np.uint32(position)
                expected = U(0)
                if length > U(0):
                    expected = U(text[match & ring]) + U(256)
                hashes[c] = expected | min(length, U(15)) << U(9)
            hashed = scramble(hashes[c] + U(c + 1) * SILVER)
            hashes[c] = hashed
            prefetch(slots, (hashed & bucket_mask) << U(6))
        for c in range(CONTEXTS):
            hashed = hashes[c]
            at[c] = slot_of(slots, (hashed & bucket_mask) << U(6), np.uint8((hashed >> U(56)) | U(1)))
        # `so_far` is a one and the bits of this byte, `node` a one and those of this half of it.
        so_far, node = U(1), U(1)
        near_row = c1 << U(8)
        far_row = (scramble(last & U(0xFFFFFF)) >> FAR_SHIFT) << U(9)
        prefetch(refined, (near_row | so_far) << U(5))
        prefetch(refined_far, far_row + U(32))
        likelihood: Any = 1.0
        for b in range(8):
            if b == 4:
                for c in range(CONTEXTS):
                    hashed = (hashes[c] + so_far) * GOLDEN
                    hashed ^= hashed >> U(32)
                    hashes[c] = hashed
                    prefetch(slots, (hashed & bucket_mask) << U(6))
                for c in range(CONTEXTS):
                    hashed = hashes[c]
                    at[c] = slot_of(slots, (hashed & bucket_mask) << U(6), np.uint8((hashed >> U(56)) | U(1)))
                node = U(1)
                far_row = (scramble(((last & U(0xFFFFFF)) << U(8)) | so_far) >> FAR_SHIFT) << U(9)
                prefetch(refined_far, far_row + U(32))
            # Guesses: of each a logit, and how sure it is on a linear scale; nothing from a history that is empty.
            orders_seen = U(0)
            for c in range(CONTEXTS):
                state = slots[at[c] + node]
                history[c] = state
                guess = guesses[U(c * 256) + U(state)]
                known = F(1) if state != 0 else F(0)
                if c < ORDERS:
                    orders_seen += U(state != 0)
                inputs[2 * c] = logit[U(guess >> np.uint32(20))] * known
                inputs[2 * c + 1] = (F(guess >> np.uint32(16)) * F(1 / 65536) - F(0.5)) * SURENESS * known
            match_row = U(0)
            if length > U(0) and (expected >> U(8 - b)) == so_far:
                match_row = length_row(length) * U(2) + ((expected >> U(7 - b)) & U(1))
                guess = match_guesses[match_row]
                inputs[MATCH_INPUT] = logit[U(guess >> np.uint32(20))]
                inputs[MATCH_INPUT + 1] = (F(guess >> np.uint32(16)) * F(1 / 65536) - F(0.5)) * SURENESS
            else:
                inputs[MATCH_INPUT] = F(0)
                inputs[MATCH_INPUT + 1] = F(0)
            # Four mixtures, and their mixture.
            rows[0] = match_row * U(INPUTS)
            rows[1] = (U(MATCH_ROWS) + so_far) * U(INPUTS)
            rows[2] = (U(MATCH_ROWS + BYTE_ROWS) + c1) * U(INPUTS)
            rows[3] = (U(MATCH_ROWS + 2 * BYTE_ROWS) + orders_seen * U(8) + U(b)) * U(INPUTS)
            final_row = so_far * U(MIXERS)
            mixed = F(0)
            for m in range(MIXERS):
                value = clipped(scalar_product(weights, rows[m], inputs), EDGE)
                outputs[m] = value
                mixed += final_weights[final_row + U(m)] * value
            mixed = clipped(mixed, EDGE)
            probability = squashed(squash, mixed)
            # Refined: between two neighbours on a curve of this context.
            scaled = (clipped(mixed, REFINED_EDGE) + F(REFINED_LOGIT)) * REFINED_SCALE
            below = U(np.int64(scaled))
            share = scaled - F(below)
            near, far = ((near_row | so_far) << U(5)) + below, far_row + (node << U(5)) + below
            near_guess = F(refined[near]) * (F(1) - share) + F(refined[near + U(1)]) * share
            far_guess = F(refined_far[far]) * (F(1) - share) + F(refined_far[far + U(1)]) * share
            whole: Any = np.int64(probability * F(32768) + (near_guess + far_guess) * F(0.25))
            chance = U(min(max(whole, 1), 65535))
            if mode == DECODE:
                bit = decode_bit(coder, stream, chance)
            else:
                bit = (byte >> U(7 - b)) & U(1)
                if mode == ENCODE:
                    encode_bit(coder, stream, bit, chance)
            likelihood *= (F(chance) if bit else F(65536) - F(chance)) * (1 / 65536)
            # Learning.
            target = F(bit)
            final_move = (target - probability) * FINAL_STEP
            for m in range(MIXERS):
                value = outputs[m]
                final_weights[final_row + U(m)] += final_move * value
                add_scaled(weights, rows[m], inputs, (target - squashed(squash, value)) * rate_now)
            nearer = U(share >= F(0.5))
            refined[near + nearer] = moved(refined[near + nearer], bit)
            refined_far[far + nearer] = moved(refined_far[far + nearer], bit)
            for c in range(CONTEXTS):
                state = U(history[c])
                guesses[U(c * 256) + state] = learned(guesses[U(c * 256) + state], bit, rate, GUESS_LIMIT)
                slots[at[c] + node] = next_history[state * U(2) + bit]
            if match_row > U(0):
                match_guesses[match_row] = learned(match_guesses[match_row], bit, rate, MATCH_LIMIT)
                if (match_row & U(1)) != bit:
                    length = U(0)
            so_far, node = so_far * U(2) + bit, node * U(2) + bit
            prefetch(refined, (near_row | (so_far & U(255))) << U(5))
            prefetch(refined_far, far_row + ((node & U(15)) << U(5)))
        byte = so_far & U(255)
        data[i] = np.uint8(byte)
        costs[i] = -np.log2(likelihood)
        rate_now += (LAST_STEP - rate_now) * STEP_DECAY
        # What the next byte is guessed from.
        text[position & ring] = np.uint8(byte)
        position += U(1)
        last = (last << U(8)) | byte
        letter = byte + U(32) if byte >= U(65) and byte <= U(90) else byte
        if (letter >= U(97) and letter <= U(122)) or letter >= U(128):
            word = (word + letter + U(1)) * WORD_FACTOR
            word ^= word >> U(31)
        elif word != U(0):
            word, word1, word2 = U(0), word, word1
        if length > U(0):
            length, match = length + U(1), match + U(1)
        seen_at = ((last & U(0xFFFFFFFFFFFF)) * GOLDEN) >> U(64 - MATCH_BITS)
        prefetch(last_seen, seen_at)
    registers[0], registers[1], registers[2], registers[3], registers[4] = last, position, word, word1, word2
    registers[5], registers[6], registers[7] = match, length, seen_at
    step[0] = rate_now
