"""The code length of a dictionary: it pays where the translations tell of the vectors, and costs where they do not."""

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import multivariate_t

from unmt.mappings.linear_map import centred
from unmt.objectives.dictionary_code import OwnCode, _predicted_logs, dictionary_code

WORDS, SIZE = 400, 12


@pytest.fixture(scope="module")
def sides():
    """Vectors of a language, and the same turned, with noise."""
    rng = np.random.default_rng(3)
    vectors = centred(rng.standard_normal((WORDS, SIZE)))[0]
    turned = vectors @ np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
    target = centred(turned + 0.1 * rng.standard_normal(turned.shape))[0]
    return OwnCode.of(vectors), np.asarray(target, np.float32)


def test_true_translations_save_bits_and_exchanged_ones_none(sides):
    own, target = sides
    true = dictionary_code(own, target, np.arange(WORDS))
    exchanged = dictionary_code(own, target, np.random.default_rng(0).permutation(WORDS))
    assert true.saved_bits > 3
    assert true.translated > 0.8 * WORDS
    assert -0.1 < exchanged.saved_bits <= 0.1
    assert exchanged.translated < 0.02 * WORDS
    assert true.apart_bits == exchanged.apart_bits


def test_the_more_translations_are_right_the_more_is_saved(sides):
    own, target = sides
    rng = np.random.default_rng(1)
    saved = []
    for share in (0.0, 0.25, 0.5, 1.0):
        wrong = rng.random(WORDS) >= share
        translations = np.where(wrong, rng.permutation(WORDS), np.arange(WORDS))
        saved.append(dictionary_code(own, target, translations).saved_bits)
    assert saved == sorted(saved)


def test_the_terms_are_the_sum_and_every_entry_is_paid(sides):
    own, target = sides
    code = dictionary_code(own, target, np.arange(WORDS))
    assert code.total_bits == pytest.approx(code.mapping_bits + code.text_bits + code.way_back_bits)
    assert code.text_bits == pytest.approx(code.translated * np.log2(WORDS))
    assert code.saved_bits == pytest.approx((own.bits.sum() - code.total_bits) / WORDS)


def test_words_without_a_translation_cost_what_their_language_says(sides):
    own, target = sides
    nothing = dictionary_code(own, target, np.full(WORDS, -1))
    assert nothing.translated == 0
    assert nothing.way_back_bits == pytest.approx(own.bits.sum())
    assert nothing.total_bits - nothing.apart_bits < 10  # to say so


def test_a_map_that_heaps_words_up_saves_nothing(sides):
    own, target = sides
    assert dictionary_code(own, target, np.zeros(WORDS, np.int64)).saved_bits < 0.1


def test_words_that_stand_in_clusters_cost_less_by_their_own_language():
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((8, SIZE))
    clustered = centred(centres[rng.integers(8, size=WORDS)] + 0.2 * rng.standard_normal((WORDS, SIZE)))[0]
    spread = centred(rng.standard_normal((WORDS, SIZE)))[0]
    assert OwnCode.of(clustered).bits.mean() < OwnCode.of(spread).bits.mean() - 3


def test_predictions_are_a_density():
    """Student's law, as scipy has it for what is read alone, and of unit mass over the line."""
    rng = np.random.default_rng(2)
    read, rows = rng.standard_normal((9, 2)), rng.standard_normal((9, 1))
    mass, _ = integrate.quad(
        lambda x: float(np.exp(_predicted_logs(np.array([[x]]), read[:1], rows, read))[0]), -np.inf, np.inf
    )
    assert mass == pytest.approx(1, abs=1e-6)
    none = np.zeros((0, 3))
    found = _predicted_logs(np.ones((1, 3)), np.ones((1, 1)), none, np.zeros((0, 1)))
    prior = multivariate_t(np.zeros(3), np.eye(3) * 2 / 4, df=4)
    assert found[0] == pytest.approx(prior.logpdf(np.ones(3)))


def test_few_words_have_a_code():
    vectors = centred(np.random.default_rng(0).standard_normal((3, 4)))[0]
    code = dictionary_code(OwnCode.of(vectors), vectors, np.arange(3))
    assert np.isfinite(code.total_bits)
