"""Products of matrices are computed by one thread, so that a result is no function of the machine's cores."""

import os

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from unmt.tasks.align import align
from unmt.tasks.cores import cores, with_one_blas_thread
from unmt.tasks.monitor import Monitor
from unmt.tasks.train_lexicon import train_lexicon
from unmt.tasks.training_settings import Settings, Text
from unmt.text.vectors import WordVectors


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


class Counter(Monitor):
    """How many threads products were given at each report."""

    def __init__(self):
        self.seen = set()

    def update(self, stage, keys, bits, fraction):
        self.seen |= blas_threads()


@pytest.fixture(autouse=True)
def _two_threads():
    with threadpool_limits(limits=2, user_api="blas"):
        yield


def test_a_product_has_the_same_bits_however_many_threads_there_are():
    rng = np.random.default_rng(0)
    left, right = (rng.standard_normal(shape).astype(np.float32) for shape in ((3000, 100), (100, 2500)))
    product = with_one_blas_thread(np.matmul)
    many = product(left, right)
    with threadpool_limits(limits=1, user_api="blas"):
        assert np.array_equal(many, left @ right)


def test_what_was_set_before_holds_again():
    assert with_one_blas_thread(blas_threads)() == {1}
    assert blas_threads() == {2}


def test_an_alignment_keeps_to_it():
    rng = np.random.default_rng(0)
    sides = [
        WordVectors(tuple(f"{side}{place}" for place in range(60)), rng.standard_normal((60, 8)).astype(np.float32))
        for side in "ab"
    ]
    counter = Counter()
    align(*sides, runs=1, monitor=counter)
    assert counter.seen == {1}


def test_a_training_keeps_to_it(word_cipher, tmp_path):
    cipher, counter = word_cipher(200, 40, 0), Counter()
    texts = Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target)
    train_lexicon(*texts, Settings(rounds=0, held_out=20, force=True), tmp_path, counter)
    assert counter.seen == {1}


def test_all_cores_are_used_unless_fewer_are_asked_for():
    assert cores(3) == 3
    assert cores(None) == os.cpu_count()
