import numpy as np
import pytest
from scipy import sparse

from unmt.errors import InputError
from unmt.mappings.linear_map import centred
from unmt.solvers.initial_pairs import (
    dictionary_pairs,
    identical_pairs,
    numeral_pairs,
    similar_pairs,
    similarity_pairs,
)
from unmt.solvers.procrustes import procrustes
from unmt.solvers.self_learning import self_learning
from unmt.solvers.start_settings import SimilaritySettings
from unmt.solvers.weighting import weighted_maps


def rotation_of(size, rng):
    return np.linalg.qr(rng.standard_normal((size, size)))[0].astype(np.float32)


def clustered(words, size, rng):
    """Vectors in clusters of several sizes and widths, as those of words are."""
    share = 1 / np.arange(1, 41) ** 0.7
    cluster = rng.choice(40, words, p=share / share.sum())
    width = rng.uniform(0.3, 1.2, 40)[cluster][:, None]
    spread = np.linspace(2, 0.4, size)
    return ((rng.standard_normal((40, size))[cluster] + rng.standard_normal((words, size)) * width) * spread).astype(
        np.float32
    )


def test_procrustes_finds_a_planted_rotation():
    rng = np.random.default_rng(1)
    planted = rotation_of(20, rng)
    vectors = rng.standard_normal((50, 20)).astype(np.float32)
    found = procrustes(vectors, vectors @ planted)
    np.testing.assert_allclose(found, planted, atol=1e-4)
    np.testing.assert_allclose(found @ found.T, np.eye(20), atol=1e-5)


def test_procrustes_wants_pairs():
    with pytest.raises(InputError, match="pairs"):
        procrustes(np.zeros((3, 2), np.float32), np.zeros((4, 2), np.float32))


def test_a_planted_rotation_is_found_without_a_label():
    rng = np.random.default_rng(2)
    vectors = clustered(600, 30, rng)
    planted = rotation_of(30, rng)
    x = centred(vectors)[0]
    y = centred(vectors @ planted + 0.02 * rng.standard_normal(vectors.shape).astype(np.float32))[0]
    learned = self_learning(x, y, similarity_pairs(x, y), np.random.SeedSequence(0))
    assert np.abs(learned.rotation - planted).max() < 0.05
    assert learned.objective > 0.99


def test_same_seed_same_rotation_and_another_seed_another_way():
    rng = np.random.default_rng(4)
    x, y = (centred(clustered(200, 10, rng))[0] for _ in range(2))
    pairs = similarity_pairs(x, y)
    first, again, other = (self_learning(x, y, pairs, np.random.SeedSequence(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.rotation, again.rotation)
    assert first.history == again.history
    assert first.history != other.history


def test_patience_gain_and_rounds_say_when_it_ends():
    rng = np.random.default_rng(4)
    x, y = (centred(clustered(200, 10, rng))[0] for _ in range(2))
    pairs = similarity_pairs(x, y)

    def rounds(**settings):
        return len(self_learning(x, y, pairs, np.random.SeedSequence(7), **settings).history)

    assert rounds(most_rounds=3) == 3
    assert rounds(patience=1) < rounds(patience=9)
    # The first round is a gain on nothing, the two after it are none.
    assert rounds(least_gain=10.0, patience=1, first_kept=1.0) == 3


def test_ranks_can_be_compared_one_by_one():
    rng = np.random.default_rng(2)
    vectors = clustered(300, 20, rng)
    x, y = centred(vectors)[0], centred(vectors @ rotation_of(20, rng))[0]
    for step in (1, 10, 1000):
        source, target = similarity_pairs(x, y, SimilaritySettings(rank_step=step))
        assert len(source) == len(target) == 600
        assert (source == target).mean() > 0.9 or step == 1000


def test_weighted_maps_of_a_rotation_bring_pairs_together():
    rng = np.random.default_rng(6)
    x = centred(clustered(300, 12, rng))[0]
    y = x @ rotation_of(12, rng)
    everyone = np.arange(300)
    source, target = weighted_maps(x, y, (everyone, everyone))
    np.testing.assert_allclose(x @ source, y @ target, atol=1e-4)


SOURCE, TARGET = ["the", "1914", "table", "dog"], ["1914", "la", "table", "chien"]


def test_pairs_by_what_is_written():
    assert [list(side) for side in identical_pairs(SOURCE, TARGET)] == [[1, 2], [0, 2]]
    assert [list(side) for side in numeral_pairs(SOURCE, TARGET)] == [[1], [0]]
    seeds = [("dog", "chien"), ("cat", "chat")]
    assert [list(side) for side in dictionary_pairs(SOURCE, TARGET, seeds)] == [[3], [3]]


def test_similar_pairs_are_mutual():
    cosines = sparse.csr_matrix(np.array([[0.9, 0.8, 0], [0.95, 0, 0], [0, 0.7, 0.1]], np.float32))
    # Word 0 is most like 0, which is more like 1.
    assert [list(side) for side in similar_pairs(cosines, 0.6)] == [[1], [0]]


def test_no_pairs_are_refused():
    with pytest.raises(InputError, match="Choose another start"):
        numeral_pairs(["one"], ["eins"])
