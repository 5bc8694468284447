import json

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.tasks.align import align
from unmt.tasks.align_settings import Similarity
from unmt.tasks.alignment import NOTHING, SHARED
from unmt.text.vectors import WordVectors

WORDS, SIZE = 500, 24


def clustered(rng):
    """Vectors in clusters of several sizes and widths, as those of words are."""
    share = 1 / np.arange(1, 41) ** 0.7
    cluster = rng.choice(40, WORDS, p=share / share.sum())
    width = rng.uniform(0.3, 1.2, 40)[cluster][:, None]
    centres = rng.standard_normal((40, SIZE))[cluster]
    return (centres + rng.standard_normal((WORDS, SIZE)) * width) * np.linspace(2, 0.4, SIZE)


def spelled(rng):
    """Words of random letters, so that spelling says nothing."""
    return tuple(f"{place}".join(map(chr, rng.integers(97, 123, 6))) for place in range(WORDS))


@pytest.fixture(scope="module")
def sides():
    rng = np.random.default_rng(11)
    vectors = clustered(rng)
    turned = vectors @ np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0] + 0.05 * rng.standard_normal(vectors.shape)
    unrelated = clustered(rng)
    return {
        name: WordVectors(spelled(rng), np.asarray(matrix, np.float32))
        for name, matrix in (("source", vectors), ("turned", turned), ("unrelated", unrelated))
    }


@pytest.fixture(scope="module")
def found(sides):
    return align(sides["source"], sides["turned"], runs=2, threads=2)


def test_a_planted_rotation_is_found_and_its_verdict_is_shared_structure(sides, found):
    assert found.verdict == SHARED
    assert (found.translations[:, 0] == np.arange(WORDS)).mean() > 0.99
    best = {}
    for source, target, _ in found.dictionary():
        best.setdefault(source, target)
    right = dict(zip(sides["source"].words, sides["turned"].words, strict=True))
    assert sum(best[word] == right[word] for word in right) > 0.99 * WORDS


def test_the_result_is_whole(found):
    result = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert result["success_rate"] == {"similarity": [2, 2]}
    assert [row["seed"] for row in result["methods"]] == [0, 1]
    used = max(result["methods"], key=lambda row: row["saved_bits_per_word"])
    assert result["null"]["objective"] < result["objective"] == used["objective"]
    assert result["null"]["saved_bits_per_word"] < 0.1
    assert min(row["saved_bits_per_word"] for row in result["methods"]) > 1


def test_the_code_length_of_the_dictionary_is_told_both_ways(found):
    codes = found.to_dict()["code_lengths"]
    assert [code["name"] for code in codes] == ["source-target", "target-source"]
    for code in codes:
        assert code["unit"] == "word"
        assert code["units"] == WORDS
        parts = code["mapping_bits"] + code["text_bits"] + code["way_back_bits"]
        assert code["total_bits"] == pytest.approx(parts, abs=0.1)
        assert code["total_bits"] < code["apart_bits"] - WORDS
        assert abs(code["null_bits"] - code["apart_bits"]) < 0.1 * WORDS


def test_probabilities_fall_and_sum_to_one(found):
    assert (np.diff(found.probabilities, axis=1) <= 0).all()
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-5)


def test_vectors_that_share_nothing_get_that_verdict_and_no_bits_saved(sides):
    found = align(sides["source"], sides["unrelated"])
    assert found.verdict == NOTHING
    assert all(code.total_bits > code.apart_bits - 0.1 * WORDS for code in found.codes)


def test_shuffled_vectors_get_that_verdict(sides):
    rng = np.random.default_rng(3)
    shuffled = rng.permutation(sides["turned"].matrix.ravel()).reshape(WORDS, SIZE)
    assert align(sides["source"], WordVectors(sides["turned"].words, shuffled)).verdict == NOTHING


def test_threads_change_nothing(sides, found):
    again = align(sides["source"], sides["turned"], runs=2, threads=1)
    np.testing.assert_array_equal(again.map.matrix_source, found.map.matrix_source)
    np.testing.assert_array_equal(again.translations, found.translations)


def test_methods_stand_beside_each_other(sides):
    right = list(zip(sides["source"].words, sides["turned"].words, strict=True))[:100]
    found = align(sides["source"], sides["turned"], method="similarity,dictionary,identical", seeds=right, null=False)
    assert {trial.method for trial in found.trials} == {"similarity", "dictionary"}
    assert "written alike" in found.failures["identical"]
    assert found.verdict is None


def test_settings_reach_the_search(sides):
    few, usual = (
        align(sides["source"], sides["turned"], method=method, null=False)
        for method in (Similarity(start_words=60, learning_words=100), Similarity())
    )
    assert few.history != usual.history
    assert (usual.translations[:, 0] == np.arange(WORDS)).mean() > 0.99
    with pytest.raises(InputError, match=r"method\.patience=0: too small"):
        align(sides["source"], sides["turned"], method=Similarity(patience=0))


def test_bad_input_is_refused(sides):
    source = sides["source"]
    with pytest.raises(InputError, match=r"24 dimensions, target\.vectors 10"):
        align(source, WordVectors(source.words, source.matrix[:, :10]))
    with pytest.raises(InputError, match="too few"):
        align(source, source.first(20))
    with pytest.raises(InputError, match="no such method"):
        align(source, source, method="guess")
    with pytest.raises(InputError, match="needs a seed dictionary"):
        align(source, source, method="dictionary")
    with pytest.raises(InputError, match="Choose another start"):
        align(source, sides["turned"], method="identical")
