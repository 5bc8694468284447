"""The published procedures of scripts/ find a planted rotation, or at least play by their rules."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import unmt
from unmt.objectives.csls import matches

FILE = Path(unmt.__file__).parents[1] / "scripts" / "published_alignments.py"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the scripts are not beside this installation")


@pytest.fixture(scope="module")
def published():
    spec = importlib.util.spec_from_file_location("published_alignments", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for what they name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sides():
    rng = np.random.default_rng(2)
    share = 1 / np.arange(1, 41) ** 0.7
    cluster = rng.choice(40, 300, p=share / share.sum())
    width = rng.uniform(0.3, 1.2, 40)[cluster][:, None]
    x = (rng.standard_normal((40, 20))[cluster] + rng.standard_normal((300, 20)) * width) * np.linspace(2, 0.4, 20)
    return x.astype(np.float32), (x @ np.linalg.qr(rng.standard_normal((20, 20)))[0]).astype(np.float32)


def right(sides):
    return (matches(*sides).forward[:, 0] == np.arange(len(sides[0]))).mean()


def test_robust_self_learning_finds_a_planted_rotation(published, sides):
    settings = published.SelfLearning(words=300, patience=5)
    assert right(published.robust_self_learning(*sides, 0, settings)) > 0.99


def test_wasserstein_procrustes_finds_a_planted_rotation(published, sides):
    pytest.importorskip("ot")
    settings = published.Sinkhorn(start_words=300, start_rounds=10, batches=8, batch=150, epochs=2, words=300, rate=100)
    assert right(published.wasserstein_procrustes(*sides, 0, settings)) > 0.9


def test_gromov_wasserstein_finds_a_planted_rotation(published, sides):
    pytest.importorskip("ot")
    assert right(published.gromov_wasserstein(*sides, 0, published.Gromov(words=300, rounds=20))) > 0.9


def test_the_adversary_is_a_function_of_its_seed_and_ends_at_the_best_rotation(published, sides):
    pytest.importorskip("torch")
    settings = published.Adversary(batches=3, epochs=1, refinements=2)
    first, again = (published.adversary(*sides, 5, settings) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_allclose(np.linalg.norm(first[0], axis=1), 1, atol=1e-5)
