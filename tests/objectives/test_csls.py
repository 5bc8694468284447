import numpy as np
import pytest
from scipy import sparse

from unmt.objectives.csls import csls, matches

RNG = np.random.default_rng(5)


def units(count, size=8):
    rows = RNG.standard_normal((count, size)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def direct(source, target, k, extra=0.0):
    """The formula, word by word."""
    cosines = source @ target.T + extra
    found = np.empty_like(cosines)
    for s, row in enumerate(cosines):
        for t, cosine in enumerate(row):
            near_source = np.sort(row)[::-1][:k].mean()
            near_target = np.sort(cosines[:, t])[::-1][:k].mean()
            found[s, t] = 2 * cosine - near_source - near_target
    return found


@pytest.mark.parametrize("sizes", [(30, 40), (5, 12), (12, 5)])
def test_it_is_the_formula(sizes):
    source, target = units(sizes[0]), units(sizes[1])
    np.testing.assert_allclose(csls(source, target, 10), direct(source, target, 10), atol=1e-5)


def test_blocks_find_what_the_whole_table_has():
    source, target = units(1100), units(700)
    table = csls(source, target)
    found = matches(source, target, count=5)
    np.testing.assert_array_equal(found.forward, np.argsort(-table, axis=1, kind="stable")[:, :5])
    np.testing.assert_array_equal(found.backward, table.argmax(axis=0))
    np.testing.assert_allclose(found.backward_scores, table.max(axis=0), atol=1e-5)
    rows, columns = found.mutual()
    assert all(table[r].argmax() == c and table[:, c].argmax() == r for r, c in zip(rows, columns, strict=True))


def test_an_extra_signal_is_added_to_the_cosines():
    source, target = units(20), units(25)
    extra = (RNG.random((20, 25)) * (RNG.random((20, 25)) < 0.2)).astype(np.float32)
    found = matches(source, target, count=25, extra=sparse.csr_matrix(extra))
    np.testing.assert_allclose(found.forward_scores[:, 0], direct(source, target, 10, extra).max(axis=1), atol=1e-5)
