"""Optimal transport and the adversarial objective: each finds a planted rotation that its own search can."""

import numpy as np
import pytest

from unmt.mappings.linear_map import centred
from unmt.solvers.procrustes import procrustes
from unmt.solvers.wasserstein_procrustes import wasserstein_rotation


@pytest.fixture(scope="module")
def sides():
    rng = np.random.default_rng(2)
    share = 1 / np.arange(1, 41) ** 0.7
    cluster = rng.choice(40, 300, p=share / share.sum())
    width = rng.uniform(0.3, 1.2, 40)[cluster][:, None]
    x = (rng.standard_normal((40, 20))[cluster] + rng.standard_normal((300, 20)) * width) * np.linspace(2, 0.4, 20)
    x = centred(x)[0]
    return x, x @ np.linalg.qr(rng.standard_normal((20, 20)))[0].astype(np.float32)


def right(x, y, rotation):
    return ((x @ rotation @ y.T).argmax(axis=1) == np.arange(len(x))).mean()


def test_wasserstein_procrustes(sides):
    rotation = wasserstein_rotation(*sides, np.random.SeedSequence(0))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(20), atol=1e-4)
    assert right(*sides, rotation) > 0.9


def test_gromov_wasserstein(sides):
    pytest.importorskip("ot")
    from unmt.solvers.gromov_wasserstein import gromov_pairs

    x, y = sides
    source, target = gromov_pairs(x, y)
    assert right(x, y, procrustes(x[source], y[target])) > 0.9


def test_the_adversarial_map_is_a_rotation_and_a_function_of_its_seed(sides):
    pytest.importorskip("torch")
    from unmt.objectives.adversarial_settings import AdversarialSettings
    from unmt.solvers.adversarial_map import adversarial_rotation

    settings = AdversarialSettings(hidden=32, batch=32, batches=20, epochs=2)
    first, again = (adversarial_rotation(*sides, np.random.SeedSequence(5), settings=settings) for _ in range(2))
    np.testing.assert_allclose(first @ first.T, np.eye(20), atol=1e-4)
    np.testing.assert_array_equal(first, again)
