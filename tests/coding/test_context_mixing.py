import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.context_mixing import ContextMixing, Decoder, Encoder
from unmt.coding.general_codes import general_code

CODE = ContextMixing(slot_bits=16, text_bits=14)
ANY_BYTES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(str.encode),
    st.tuples(st.binary(min_size=1, max_size=3), st.integers(0, 300)).map(lambda run: run[0] * run[1]),
)


def stream_of(data, code=CODE):
    encoder = Encoder(code)
    return encoder.encode(data) + encoder.end()


@settings(deadline=None, max_examples=40)
@given(ANY_BYTES)
def test_what_was_encoded_decodes_and_is_as_long_as_was_stated(data):
    stream = stream_of(data)
    decoder = Decoder(CODE, stream)
    assert decoder.decode(len(data)) == data
    assert decoder.is_at_end
    assert decoder.bytes_missing == 0
    bits = CODE.bits(data)
    assert bits - 1e-3 <= 8 * len(stream) <= bits + 16.01
    assert decoder.bits == pytest.approx(bits)


@settings(deadline=None, max_examples=20)
@given(st.lists(ANY_BYTES, max_size=4))
def test_parts_cost_what_the_whole_does(parts):
    whole = CODE.costs(b"".join(parts))
    state = CODE.state()
    pieces = [CODE.costs(part, state) for part in parts]
    assert np.array_equal(np.concatenate([*pieces, np.zeros(0, np.float32)]), whole)
    ends = np.cumsum([piece.sum(dtype=np.float64) for piece in pieces])
    assert CODE.joint_bits(parts) == pytest.approx(ends.tolist())
    encoder = Encoder(CODE)
    assert b"".join(map(encoder.encode, parts)) + encoder.end() == stream_of(b"".join(parts))


def test_the_probabilities_of_the_next_byte_sum_to_one(prose):
    state = CODE.state()
    CODE.costs(prose(100, 1).encode(), state)
    costs = np.array([CODE.costs(bytes([byte]), state.copy())[0] for byte in range(256)], float)
    assert np.exp2(-costs).sum() == pytest.approx(1, abs=1e-5)


def test_it_learns(prose):
    text = prose(4000).encode()
    assert CODE.bits(text) < general_code("xz").bits(text)
    noise = np.random.default_rng(0).bytes(8_000)
    alone, twice = CODE.joint_bits([noise, noise])
    assert twice - alone < 0.05 * alone
    assert 8 * len(noise) < CODE.bits(noise) < 8.4 * len(noise)
    assert CODE.bits(b"e" * 100_000) < 1000
    assert CODE.bits(b"") == 0


def test_a_ring_that_is_full_is_no_end(prose):
    """A text four times as long as what matches look back, with more contexts than there are slots."""
    data = prose(12_000, 3).encode() + np.random.default_rng(1).bytes(5000)
    assert len(data) > 4 << CODE.text_bits
    decoder = Decoder(CODE, stream_of(data))
    assert decoder.decode(len(data)) == data


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_bits_are_the_same_in_every_run_and_for_every_number_of_threads(threads, prose):
    text = prose(300, 4)
    code = (
        "import sys; from unmt.coding.context_mixing import ContextMixing, Encoder;"
        "e = Encoder(ContextMixing(16, 14)); sys.stdout.write((e.encode(sys.argv[1].encode()) + e.end()).hex())"
    )
    environment = {"NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    done = subprocess.run(
        [sys.executable, "-c", code, text], env=environment, capture_output=True, text=True, check=True
    )
    assert bytes.fromhex(done.stdout) == stream_of(text.encode())


def test_memory_is_what_the_settings_say():
    assert 1 << 28 < ContextMixing().memory_bytes - (1 << 26) < (1 << 28) + (26 << 20)
