import numpy as np

from unmt.solvers.random import EXPONENTIALS, kernel_state, next_random, random_below


def test_the_same_seed_draws_the_same_numbers():
    states = [kernel_state(np.random.SeedSequence(3)) for _ in range(2)]
    draws = [[int(next_random(state)) for _ in range(5)] for state in states]
    assert draws[0] == draws[1]
    other = kernel_state(np.random.SeedSequence(4))
    assert draws[0] != [int(next_random(other)) for _ in range(5)]


def test_a_state_is_never_zero():
    assert all(kernel_state(np.random.SeedSequence(seed))[0] % 2 == 1 for seed in range(50))


def test_draws_below_a_bound_are_even():
    state = kernel_state(np.random.SeedSequence(0))
    counts = np.bincount([random_below(state, 7) for _ in range(7000)], minlength=7)
    assert len(counts) == 7
    assert np.abs(counts - 1000).max() < 150


def test_quantiles_of_the_exponential_distribution():
    assert len(EXPONENTIALS) == 4096
    assert abs(EXPONENTIALS.mean() - 1) < 0.01
    assert np.all(EXPONENTIALS > 0)
