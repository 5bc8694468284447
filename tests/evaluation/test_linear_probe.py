"""A linear probe reads what lies in the features, and no more."""

import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

from unmt.errors import InputError
from unmt.evaluation.linear_probe import check_installed, labelled_few, linear_probe


def split(features, labels):
    half = len(labels) // 2
    return features[:half], labels[:half], features[half:], labels[half:]


def test_what_is_linear_is_read_and_what_is_not_is_not():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(600, 5))
    linear = (features @ [1, -2, 0, 3, 1] > 0).astype(int)
    product = (features[:, 0] * features[:, 1] > 0).astype(int)
    assert linear_probe(*split(features, linear)).estimate > 0.95
    assert linear_probe(*split(features, product)).estimate < 0.65
    found = linear_probe(*split(features, linear))
    assert found.low < found.estimate < found.high


def test_the_scale_and_place_of_a_feature_change_nothing():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 4))
    labels = (features[:, 0] + features[:, 1] + rng.normal(size=400) > 0).astype(int)
    moved = features * [1, 1000, 1e-3, 1] + [0, 5, 100, -7]
    assert linear_probe(*split(moved, labels)) == linear_probe(*split(features, labels))


def test_a_feature_that_never_changes_and_a_single_class_are_no_error():
    features = np.ones((20, 3))
    labels = np.arange(20) % 2
    assert linear_probe(*split(features, labels)).estimate == 0.5
    train, _, test, test_labels = split(features, labels)
    assert linear_probe(train, np.ones(10, int), test, test_labels).estimate == 0.5


def test_few_labels_are_so_many_of_each_class():
    labels = np.repeat([0, 1, 2], [50, 50, 2])
    chosen = labelled_few(labels, 4, np.random.default_rng(0))
    assert np.bincount(labels[chosen]).tolist() == [4, 4, 2]
    assert len(set(chosen.tolist())) == len(chosen)
    assert chosen.tolist() != labelled_few(labels, 4, np.random.default_rng(1)).tolist()


def test_without_scikit_learn_the_extra_is_named_in_a_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(InputError, match=r"pip install unmt\[probe\]"):
        check_installed()
