from math import log2

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.binary_coder import (
    CACHE,
    HELD_BYTES,
    LOW,
    PENDING,
    PLACE,
    begin_decoding,
    decode_bit,
    encode_bit,
    end_encoding,
    new_coder,
)

U = np.uint64
CHANCES = st.one_of(st.integers(1, 65535), st.sampled_from([1, 2, 32768, 65534, 65535]))


def encoded(pairs):
    coder, stream = new_coder(), np.zeros(2 * len(pairs) + 16, np.uint8)
    for bit, chance in pairs:
        encode_bit(coder, stream, U(bit), U(chance))
    end_encoding(coder, stream)
    return stream[: int(coder[PLACE])].copy()


def decoded(stream, chances):
    coder = new_coder()
    begin_decoding(coder, stream)
    bits = [int(decode_bit(coder, stream, U(chance))) for chance in chances]
    return bits, int(coder[PLACE])


@settings(deadline=None, max_examples=50)  # the first call compiles
@given(st.lists(st.tuples(st.integers(0, 1), CHANCES), max_size=150))
def test_bits_come_back_and_take_what_their_probabilities_say(pairs):
    stream = encoded(pairs)
    bits, read = decoded(stream, [chance for _, chance in pairs])
    assert bits == [bit for bit, _ in pairs]
    assert read == len(stream) + HELD_BYTES - 1
    stated = sum(-log2((chance if bit else 65536 - chance) / 65536) for bit, chance in pairs)
    assert stated <= 8 * len(stream) <= stated + 16


def test_a_carry_runs_through_bytes_of_ones():
    # Made by hand: a byte kept, three bytes of ones behind it, and a low that has grown beyond the top.
    stream, coder = np.zeros(64, np.uint8), new_coder()
    coder[CACHE], coder[PENDING], coder[LOW] = 7, 4, (1 << 56) + (5 << 48)
    end_encoding(coder, stream)
    assert stream[: int(coder[PLACE])].tolist() == [8, 0, 0, 0, 5]


def test_rounding_costs_less_than_a_bit_in_a_hundred_thousand_bits():
    rng = np.random.default_rng(0)
    chances = rng.integers(1, 65536, 100_000)
    bits = (rng.random(100_000) < chances / 65536).astype(int)
    stated = -np.log2(np.where(bits, chances, 65536 - chances) / 65536).sum()
    assert stated <= 8 * len(encoded(list(zip(bits, chances, strict=True)))) <= stated + 16.1
