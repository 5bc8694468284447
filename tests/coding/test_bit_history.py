import numpy as np

from unmt.coding.bit_history import BOUNDS, bit_histories


def after(bits):
    states, following = bit_histories()
    state = 0
    for bit in bits:
        state = int(following[2 * state + bit])
    return states[state]


def test_few_bits_are_counted_exactly():
    assert after([]) == (0, 0, 0)
    assert after([1]) == (0, 1, 0)
    assert after([0, 0, 1]) == (2, 1, 1)
    assert after([1, 0, 1, 0]) == (2, 2, 0)


def test_a_bit_cuts_what_was_seen_of_the_other():
    zeros, ones, last = after([0] * 30 + [1])
    assert (zeros, ones, last) == (6, 1, 1)


def test_counts_stay_within_their_bounds_and_states_in_a_byte():
    states, following = bit_histories()
    assert len(states) <= 256
    assert all(max(zeros, ones) <= BOUNDS[min(zeros, ones)] for zeros, ones, _ in states)
    assert int(following.max()) == len(states) - 1
    assert len(set(states)) == len(states)


def test_a_run_ends_in_the_state_that_is_surest():
    states, following = bit_histories()
    surest = states.index((BOUNDS[0], 0, 0))
    assert int(following[2 * surest]) == surest
    assert after([0] * 1000) == (BOUNDS[0], 0, 0)


def test_zeros_and_ones_are_treated_alike():
    rng = np.random.default_rng(1)
    for _ in range(50):
        bits = rng.integers(0, 2, 20)
        zeros, ones, last = after(bits)
        mirrored = after(1 - bits)
        assert mirrored[:2] == (ones, zeros)
        if zeros and ones and zeros + ones <= 24:
            assert mirrored[2] == 1 - last
