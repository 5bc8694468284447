"""How much of a label can be read off features by a linear map: what a representation has laid out.

Source: Alain and Bengio, "Understanding intermediate layers using linear classifier probes", 2016.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.evaluation.intervals import Interval, wilson_interval

Features = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

MOST_ITERATIONS, LEAST_GRADIENT = 300, 1e-3


def linear_probe(
    train: Features, train_labels: Labels, test: Features, test_labels: Labels, *, strength: float = 1.0
) -> Interval:
    """The accuracy on test examples of a logistic regression of the train ones, with Wilson's interval.

    train: (M, D) and test: (N, D) features, scaled here to mean 0 and deviation 1 of the train ones; labels: (M,) and
    (N,) whole numbers. strength: the inverse of the weight of the squared coefficients.
    Where the train labels are all one, that one is the answer.
    Raises InputError where scikit-learn is not installed.
    """
    assert len(train) == len(train_labels) > 0
    assert len(test) == len(test_labels) > 0
    if len(set(train_labels.tolist())) == 1:
        right = int(np.sum(test_labels == train_labels[0]))
        return wilson_interval(right, len(test_labels))
    classifier = _regression(strength)
    centre, spread = train.mean(axis=0), train.std(axis=0)
    # A feature that never changes says nothing; it must not become a division by zero.
    spread = np.where(spread > 0, spread, 1.0)
    with warnings.catch_warnings():
        # A fit that is cut short is a little worse and no error: on few labels the last digits never settle.
        warnings.simplefilter("ignore")
        classifier.fit((train - centre) / spread, train_labels)
        right = int(np.sum(classifier.predict((test - centre) / spread) == test_labels))
    return wilson_interval(right, len(test_labels))


def labelled_few(labels: Labels, per_class: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Places of `per_class` examples of each class drawn at random, or of all that a class has, in order."""
    chosen = [
        rng.permutation(places)[:per_class]
        for places in (np.flatnonzero(labels == label) for label in np.unique(labels))
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def check_installed() -> None:
    """Raises InputError, which names the extra, where scikit-learn is not installed."""
    _regression(1.0)


def _regression(strength: float) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise InputError(
            "unmt probe needs scikit-learn. Install it by `pip install unmt[probe]`, or `pip install scikit-learn`."
        ) from None
    return LogisticRegression(C=strength, max_iter=MOST_ITERATIONS, tol=LEAST_GRADIENT)
