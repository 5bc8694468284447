from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from unmt.solvers.hmm import WIDEST, first_jumps, hmm_links, hmm_posteriors
from unmt.solvers.ibm1 import ibm1_posteriors
from unmt.solvers.sentence_pairs import LONGEST, SentencePairs
from unmt.solvers.symmetrisation import grow_diag_final_and
from unmt.solvers.translation_table import co_occurrences, counted, normalised
from unmt.solvers.word_alignment import AlignmentSettings, align_words
from unmt.text.word_corpus import WordCorpus

NULL = 0.1


def paired(
    sources: Sequence[Sequence[int]],
    targets: Sequence[Sequence[int]],
    words: tuple[int, int],
    weights: Sequence[float] | None = None,
) -> SentencePairs:
    flat = [np.array([w for sentence in side for w in sentence], np.int32) for side in (sources, targets)]
    starts = [np.cumsum([0, *map(len, side)]) for side in (sources, targets)]
    chosen = np.ones(len(sources)) if weights is None else weights
    return SentencePairs(flat[0], starts[0], words[0], flat[1], starts[1], words[1], np.asarray(chosen, np.float32))


def random_pairs(sentences: int, words: int, seed: int = 0, longest: int = 6) -> SentencePairs:
    rng = np.random.default_rng(seed)
    sides = [
        [rng.integers(-1, words, size=rng.integers(0, longest + 1)).tolist() for _ in range(sentences)]
        for _ in range(2)
    ]
    return paired(*sides, (words, words), rng.uniform(0.5, 2.0, size=sentences))


@pytest.fixture(scope="module")
def cipher() -> SentencePairs:
    """Target word = source word + 1 (mod 50); now and then two neighbours change places, or word 0 is left out."""
    rng = np.random.default_rng(3)
    sources, targets = [], []
    for _ in range(1500):
        words = rng.choice(50, size=rng.integers(4, 12), p=np.arange(1, 51) ** -0.5 / (np.arange(1, 51) ** -0.5).sum())
        order = np.arange(len(words))
        swap = rng.integers(len(words) - 1)
        order[[swap, swap + 1]] = order[[swap + 1, swap]]
        sources.append(words.tolist())
        targets.append([(words[i] + 1) % 50 for i in order if words[i] != 0])
    return paired(sources, targets, (50, 50))


def random_table(pairs: SentencePairs) -> tuple:
    rng = np.random.default_rng(1)
    table, cells = co_occurrences(pairs)
    values = rng.uniform(0.1, 1.0, size=len(table.targets)).astype(np.float32)
    null = rng.dirichlet(np.ones(len(table.null))).astype(np.float32)
    return replace(table, probabilities=values, null=null), cells


def test_every_cell_is_the_entry_of_its_two_words() -> None:
    pairs = random_pairs(40, 7)
    table, cells = co_occurrences(pairs)
    rows = np.repeat(np.arange(len(table.starts) - 1), np.diff(table.starts))
    for s in range(len(pairs)):
        source = pairs.source_ids[slice(*pairs.source_starts[s : s + 2])]
        target = pairs.target_ids[slice(*pairs.target_starts[s : s + 2])]
        places = cells.places[slice(*cells.starts[s : s + 2])].reshape(len(target), len(source))
        for (j, t), (i, w) in product(enumerate(target), enumerate(source)):
            assert (rows[places[j, i]], table.targets[places[j, i]]) == (w % 8, t % 8)  # -1 is the last of the eight
    assert len(set(zip(rows.tolist(), table.targets.tolist(), strict=True))) == len(rows)


@pytest.mark.parametrize("model", ["ibm1", "hmm"])
def test_expected_counts_sum_to_the_number_of_words(model: str) -> None:
    pairs = random_pairs(60, 9)
    table, cells = random_table(pairs)
    if model == "ibm1":
        posteriors, _ = ibm1_posteriors(pairs, table, cells)
    else:
        posteriors, _, _ = hmm_posteriors(pairs, table, cells, first_jumps())
    counts, null = counted(pairs, table, cells, posteriors)
    words = np.diff(pairs.target_starts) * (np.diff(pairs.source_starts) > 0)
    assert counts.sum() + null.sum() == pytest.approx(pairs.weights @ words, rel=1e-5)


def path_probability(path: Sequence[tuple[int, bool]], emission: np.ndarray, null: np.ndarray) -> float:
    """P(path, target): states are (position 0..I, is it a word)."""
    weights, p, last, length = first_jumps(), 1.0, 0, emission.shape[1]

    def weight(before: int, k: int) -> float:
        width = int(np.clip(k - before, -WIDEST, WIDEST)) + WIDEST
        return float(weights[int(before == 0), width])

    for j, (k, is_word) in enumerate(path):
        if not is_word:
            p *= NULL * null[j] if k == last else 0.0
        elif k == 0:
            return 0.0
        else:
            norm = sum(weight(last, other) for other in range(1, length + 1))
            p *= (1 - NULL) * weight(last, k) / norm * emission[j, k - 1]
        last = k
    return float(p)


def test_the_hidden_markov_model_is_the_sum_over_all_paths_and_its_links_the_best_path() -> None:
    pairs = paired([[0, 1, 2]], [[3, 0, 2, 1]], (3, 4))
    table, cells = random_table(pairs)
    emission = table.probabilities[cells.places].reshape(4, 3).astype(float)
    null = table.null[pairs.target_ids]
    total, best, expected = 0.0, (0.0, ()), np.zeros((4, 3))
    for path in product(product(range(4), [False, True]), repeat=4):
        p = path_probability(path, emission, null)
        total, best = total + p, max(best, (p, path))
        for j, (k, is_word) in enumerate(path):
            if is_word and k > 0:
                expected[j, k - 1] += p
    posteriors, _, bits = hmm_posteriors(pairs, table, cells, first_jumps(), NULL)
    assert bits == pytest.approx(-np.log2(total))
    assert posteriors.words.reshape(4, 3) == pytest.approx(expected / total, rel=1e-5)
    assert posteriors.none == pytest.approx(1 - expected.sum(axis=1) / total, rel=1e-5)
    links = hmm_links(pairs, table, cells, first_jumps(), NULL)
    assert links.tolist() == [k - 1 if is_word else -1 for k, is_word in best[1]]


def test_bits_never_rise() -> None:
    pairs = random_pairs(300, 12, longest=9)
    table, cells = co_occurrences(pairs)
    jumps, history = first_jumps(), []
    for _ in range(6):
        posteriors, bits = ibm1_posteriors(pairs, table, cells)
        table = normalised(table, *counted(pairs, table, cells, posteriors))
        history.append(bits)
    assert (np.diff(history) < 1e-2).all()
    history = []
    for _ in range(8):
        posteriors, jumps, bits = hmm_posteriors(pairs, table, cells, jumps)
        table = normalised(table, *counted(pairs, table, cells, posteriors))
        history.append(bits)
    assert (np.diff(history) < 1e-2).all()


def test_directions_agree_on_the_product_of_their_posteriors() -> None:
    pairs = random_pairs(30, 5)
    product_of_both = align_words(pairs, AlignmentSettings(ibm1_steps=1, hmm_steps=0))
    (table, cells), (back, back_cells) = co_occurrences(pairs), co_occurrences(pairs.swapped())
    there, _ = ibm1_posteriors(pairs, table, cells)
    here, _ = ibm1_posteriors(pairs.swapped(), back, back_cells)
    words = there.words.copy()
    for s in range(len(pairs)):
        cut, (i, j) = slice(*cells.starts[s : s + 2]), np.diff([pairs.source_starts, pairs.target_starts])[:, s]
        words[cut] *= here.words[cut].reshape(i, j).T.ravel()
    expected = normalised(table, *counted(pairs, table, cells, replace(there, words=words)))
    assert product_of_both.forward.probabilities == pytest.approx(expected.probabilities, rel=1e-5)


def test_rows_sum_to_one(cipher: SentencePairs) -> None:
    found = align_words(cipher, threads=1)
    for table in (found.forward, found.backward, found.lexical_forward, found.lexical_backward):
        rows = np.repeat(np.arange(51), np.diff(table.starts))
        sums = np.bincount(rows, table.probabilities, 51)
        assert sums[np.diff(table.starts) > 0] == pytest.approx(1.0, rel=1e-5)
        assert table.null.sum() == pytest.approx(1.0, rel=1e-5)


def test_a_word_cipher_is_aligned(cipher: SentencePairs) -> None:
    found = align_words(cipher)
    right = wrong = 0
    for s in range(len(cipher)):
        source = cipher.source_ids[slice(*cipher.source_starts[s : s + 2])]
        target = cipher.target_ids[slice(*cipher.target_starts[s : s + 2])]
        for i, j in found.links.of_pair(s):
            right, wrong = right + (target[j] == (source[i] + 1) % 50), wrong + (target[j] != (source[i] + 1) % 50)
    assert right > 0.98 * len(cipher.target_ids)
    assert wrong < 0.02 * right
    assert np.argmax(found.unlinked_source) == 0
    words, probabilities = found.lexical_forward.options(7)
    assert words[0] == 8
    assert probabilities[0] > 0.95


def test_threads_and_a_common_weight_change_nothing_and_weight_zero_is_absence(cipher: SentencePairs) -> None:
    one, two = align_words(cipher, threads=1), align_words(cipher, threads=2)
    assert (one.forward.probabilities == two.forward.probabilities).all()
    assert (one.links.source == two.links.source).all()
    heavy = align_words(replace(cipher, weights=cipher.weights * 4))
    assert (one.links.source == heavy.links.source).all()
    assert one.forward.probabilities == pytest.approx(heavy.forward.probabilities)
    weights = cipher.weights.copy()
    weights[1000:] = 0
    part = SentencePairs(
        cipher.source_ids[: cipher.source_starts[1000]],
        cipher.source_starts[:1001],
        50,
        cipher.target_ids[: cipher.target_starts[1000]],
        cipher.target_starts[:1001],
        50,
        cipher.weights[:1000],
    )
    without, alone = align_words(replace(cipher, weights=weights)), align_words(part)
    assert without.lexical_forward.probabilities == pytest.approx(alone.lexical_forward.probabilities)
    assert without.links.starts[1000] == without.links.starts[-1] == alone.links.starts[-1]


def test_empty_and_very_long_sentences_get_no_links() -> None:
    pairs = paired([[], [0], [0] * (LONGEST + 1), [0, 1]], [[0], [], [1], [1, 0]], (2, 2))
    found = align_words(pairs, AlignmentSettings(ibm1_steps=2, hmm_steps=2))
    assert found.links.starts[3] == 0
    assert found.links.starts[4] > 0
    nothing = align_words(paired([[]], [[]], (0, 0)))
    assert len(nothing.links.source) == 0


def test_grow_diag_final_and() -> None:
    pairs = paired([[0, 1, 2, 3]], [[0, 1, 2, 3]], (4, 4))
    # Both have 0-0; (1, 0) touches it and links a new source word; (3, 3) is in one direction, links two new words.
    forward = np.array([0, -1, -1, 3], np.int16)
    backward = np.array([0, 0, -1, -1], np.int16)
    assert grow_diag_final_and(pairs, forward, backward).of_pair(0) == [(0, 0), (1, 0), (3, 3)]
    # (3, 0) touches nothing, and its target word has a link: left out.
    far = grow_diag_final_and(pairs, np.array([0, -1, -1, -1], np.int16), np.array([0, -1, -1, 0], np.int16))
    assert far.of_pair(0) == [(0, 0)]


def test_probabilities_of_pairs_and_options() -> None:
    table = align_words(paired([[0], [0], [0], [1]], [[1], [1], [2], [-1]], (3, 3))).lexical_forward
    assert table.of_pairs(np.array([0, 0, 0, 1, 2, -1]), np.array([1, 2, 0, -1, 0, 0])) == pytest.approx(
        [2 / 3, 1 / 3, 0, 1, 0, 0]
    )
    words, probabilities = table.options(0)
    assert words.tolist() == [1, 2]
    assert probabilities == pytest.approx([2 / 3, 1 / 3])
    assert len(table.options(1)[0]) == 0


def test_pairs_of_two_corpora() -> None:
    source, target = WordCorpus.of([["a", "b"], ["a"]]), WordCorpus.of([["x"], ["y", "x"]])
    pairs = SentencePairs.of(source, target)
    assert (len(pairs), pairs.source_words, pairs.target_words) == (2, 2, 2)
    assert pairs.swapped().source_ids is target.ids
    double = pairs.followed_by(pairs)
    assert double.source_starts.tolist() == [0, 2, 3, 5, 6]
    assert len(double.target_ids) == 6
