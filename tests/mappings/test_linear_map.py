import io

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.mappings.linear_map import LinearMap, centred, unit_rows

RNG = np.random.default_rng(3)


def orthogonal(size):
    return np.linalg.qr(RNG.standard_normal((size, size)))[0].astype(np.float32)


def a_map(size=6):
    centres = RNG.standard_normal((2, size)).astype(np.float32) / 10
    return LinearMap(orthogonal(size), orthogonal(size), centres[0], centres[1])


def test_an_orthogonal_map_keeps_lengths_and_angles():
    vectors = RNG.standard_normal((20, 6)).astype(np.float32)
    turned = vectors @ a_map().matrix_source
    np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, atol=1e-4)


def test_what_is_mapped_has_unit_length():
    vectors = RNG.standard_normal((20, 6)).astype(np.float32)
    for mapped in (a_map().apply_source(vectors), a_map().apply_target(vectors)):
        np.testing.assert_allclose(np.linalg.norm(mapped, axis=1), 1, atol=1e-5)


def test_centred_rows_are_what_a_map_starts_from():
    vectors = RNG.standard_normal((50, 6)).astype(np.float32)
    rows, centre = centred(vectors)
    same = LinearMap(np.eye(6, dtype=np.float32), np.eye(6, dtype=np.float32), centre, centre)
    np.testing.assert_allclose(same.apply_source(vectors), rows, atol=1e-6)


def test_a_row_of_zeros_stays():
    assert not unit_rows(np.zeros((2, 3), np.float32)).any()


def test_saved_and_loaded_is_the_same(tmp_path):
    before = a_map()
    before.save(tmp_path / "map.npz")
    after = LinearMap.load(tmp_path / "map.npz")
    np.testing.assert_array_equal(before.matrix_target, after.matrix_target)
    np.testing.assert_array_equal(before.swapped().centre_source, after.centre_target)


def test_broken_files_are_refused(tmp_path):
    path = tmp_path / "map.npz"
    with pytest.raises(InputError, match="No such file"):
        LinearMap.load(path)
    a_map().save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="no whole map"):
        LinearMap.load(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="no whole map"):
        LinearMap.load(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"version": np.array(99)}, "of version 99"),
        ({"format": np.array("other")}, "no map of word vectors"),
        ({"matrix_source": np.full((6, 6), np.nan)}, "shapes or numbers"),
        ({"centre_target": np.zeros(5)}, "shapes or numbers"),
    ],
)
def test_other_files_are_refused(tmp_path, changed, message):
    path = tmp_path / "map.npz"
    a_map().save(path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    buffer = io.BytesIO()
    np.savez(buffer, **{**arrays, **changed})
    path.write_bytes(buffer.getvalue())
    with pytest.raises(InputError, match=message):
        LinearMap.load(path)
