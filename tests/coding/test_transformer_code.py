import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.byte_transformer import NetShape
from unmt.coding.transformer_code import EVEN_SHARE, Learning, TransformerCode

CODE = TransformerCode(NetShape(layers=1, width=16, heads=2, window=24), Learning(block=8, rate=5e-3))
MOST_BITS = 8 - np.log2(EVEN_SHARE)


@settings(deadline=None, max_examples=15)
@given(st.binary(max_size=80), st.lists(st.integers(0, 80), max_size=4))
def test_parts_cost_what_the_whole_does_to_the_last_bit(data, cuts):
    """What a byte costs depends on nothing behind it, nor on how much of its block came in with it."""
    whole = CODE.costs(data)
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [data[a:b] for a, b in pairwise(ends)]
    state = CODE.state()
    pieces = [CODE.costs(part, state) for part in parts]
    assert np.array_equal(np.concatenate(pieces), whole)
    assert CODE.joint_bits(parts) == pytest.approx(np.cumsum([piece.sum() for piece in pieces]).tolist())
    assert bytes(state.text) == data


@pytest.mark.parametrize("read", [0, 7, 100])
def test_the_probabilities_of_the_next_byte_sum_to_one(read, prose):
    state = CODE.state()
    CODE.costs(prose(100, 1).encode()[:read], state)
    costs = np.concatenate([CODE.costs(bytes([byte]), state.copy()) for byte in range(256)])
    assert np.exp2(-costs).sum() == pytest.approx(1, abs=1e-9)


def test_a_byte_is_coded_before_it_is_learned(prose):
    """The same start costs the same whatever follows, also within the block that is learned next."""
    text = prose(40).encode()
    for cut in (3, 8, 100, 101):
        other = text[:cut] + bytes(255 - byte for byte in text[cut:])
        assert np.array_equal(CODE.costs(text)[:cut], CODE.costs(other)[:cut])


def test_nothing_costs_nothing_and_the_first_byte_costs_eight_bits():
    assert CODE.bits(b"") == 0
    assert CODE.joint_bits([]) == []
    assert CODE.joint_bits([b"", b""]) == [0, 0]
    assert CODE.bits(b"x") == pytest.approx(8)


def test_it_learns(prose):
    text = prose(500).encode()
    costs = CODE.costs(text)
    assert costs[-500:].mean() < 0.7 * costs[:500].mean()
    assert CODE.bits(b"e" * 1000) < 2000
    noise = np.random.default_rng(0).bytes(1000)
    assert 8 * len(noise) * 0.99 < CODE.bits(noise) < 8.6 * len(noise)
    assert CODE.costs(b"e" * 500 + bytes(range(256))).max() <= MOST_BITS + 1e-9


def test_another_text_of_the_language_makes_a_text_cheaper(prose):
    x, y = prose(400, 1).encode(), prose(200, 2).encode()
    alone, together = CODE.joint_bits([x, y])
    assert together - alone < 0.8 * CODE.bits(y)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_bits_are_the_same_in_every_run_and_for_every_number_of_threads(threads, prose):
    text = prose(40, 4)
    code = (
        "import sys; from unmt.coding.transformer_code import *;"
        "code = TransformerCode(NetShape(layers=1, width=16, heads=2, window=24), Learning(block=8, rate=5e-3));"
        "sys.stdout.write(code.costs(sys.argv[1].encode()).tobytes().hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, text], env={"OMP_NUM_THREADS": threads}, capture_output=True, text=True, check=True
    )
    assert bytes.fromhex(done.stdout) == CODE.costs(text.encode()).tobytes()


def test_the_threads_of_torch_and_its_random_numbers_are_left_as_they_were():
    threads, random_state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(2)
    try:
        CODE.bits(b"some bytes")
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(torch.get_rng_state(), random_state)


def test_the_rate_rises_and_then_falls_as_the_root_of_the_steps():
    learning = Learning(rate=1.0, warm=10, slower=100)
    rates = [learning.rate_at(step) for step in range(2000)]
    assert rates[0] == pytest.approx(0.1)
    assert np.argmax(rates) == 9
    assert learning.rate_at(300) == pytest.approx(0.5)


@pytest.mark.parametrize("block", [0, 25])
def test_a_block_that_no_window_holds_is_refused(block):
    with pytest.raises(ValueError, match="no more than the window"):
        TransformerCode(CODE.shape, Learning(block=block))
