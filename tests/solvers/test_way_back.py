"""The way back as a code: it sums to one, it is what it says it is, and it costs what a translator loses."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from unmt.solvers.hmm import WIDEST
from unmt.solvers.ibm1 import NULL_SHARE
from unmt.solvers.sentence_pairs import LONGEST, SentencePairs
from unmt.solvers.way_back import WayBack


def paired(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], words: tuple[int, int]) -> SentencePairs:
    """Translations (source) beside their texts (target)."""
    flat = [np.array([w for sentence in side for w in sentence], np.int32) for side in (sources, targets)]
    starts = [np.cumsum([0, *map(len, side)]) for side in (sources, targets)]
    return SentencePairs(flat[0], starts[0], words[0], flat[1], starts[1], words[1], np.ones(len(sources), np.float32))


def sentences(number: int, words: int, seed: int, longest: int = 12) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, words, size=rng.integers(4, longest)).tolist() for _ in range(number)]


@pytest.fixture(scope="module")
def learned() -> WayBack:
    """From pairs with unknown, missing and empty parts."""
    rng = np.random.default_rng(1)
    sides = [[rng.integers(-1, 4, size=rng.integers(0, 6)).tolist() for _ in range(60)] for _ in range(2)]
    texts = [[min(word, 2) for word in text] for text in sides[1]]
    return WayBack.learn(paired(sides[0], texts, (4, 3)))


@pytest.mark.parametrize("translation", [[], [2], [-1], [0, 3, 3], [1, 1, 0, 2, 3]])
@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_probabilities_of_all_texts_of_a_length_sum_to_one(learned, translation, length):
    texts = [list(text) for text in product(range(-1, 3), repeat=length)]
    bits = learned.bits(paired([translation] * len(texts), texts, (4, 3)))
    assert (0.5**bits).sum() == pytest.approx(1.0, rel=1e-5)


def test_so_they_do_where_sentences_are_too_long_for_jumps(learned):
    texts = [[word] for word in range(-1, 3)]
    bits = learned.bits(paired([[0, 3] * LONGEST] * 4, texts, (4, 3)))
    assert (0.5**bits).sum() == pytest.approx(1.0, rel=1e-5)
    long_text = [0, 1] * LONGEST
    apart = learned.bits(paired([[3] * (LONGEST + 1)] * 2, [[0], [1]], (4, 3)))
    assert learned.bits(paired([[3] * (LONGEST + 1)], [long_text], (4, 3)))[0] == pytest.approx(LONGEST * apart.sum())


def test_it_is_the_sum_over_all_ways_that_words_may_come_from_words(learned):
    translation, text = [2, 0, -1], [1, 0, -1]
    rows = np.zeros((5, 4))
    table = learned.table
    for row in range(5):
        place = slice(*table.starts[row : row + 2])
        rows[row, table.targets[place]] = table.probabilities[place]
    belief = (learned.seen / (learned.seen + 1.0))[:, None]
    says = belief * rows + (1 - belief) * learned.background
    none = (table.null + learned.background) / 2

    def jump(before: int, k: int) -> float:
        def weight(to: int) -> float:
            return float(learned.jumps[int(before == 0), int(np.clip(to - before, -WIDEST, WIDEST)) + WIDEST])

        return weight(k) / sum(weight(to) for to in (1, 2, 3))

    total = 0.0
    for path in product(range(4), repeat=3):  # 0: no word
        p, last = 1.0, 0
        for k, word in zip(path, text, strict=True):
            if k == 0:
                p *= NULL_SHARE * none[word]
            else:
                p *= (1 - NULL_SHARE) * jump(last, k) * says[translation[k - 1], word]
                last = k
        total += p
    assert learned.bits(paired([translation], [text], (4, 3)))[0] == pytest.approx(-np.log2(total))


def test_a_translation_that_keeps_words_and_order_costs_little_and_one_that_keeps_words_alone_costs_the_order():
    rng = np.random.default_rng(0)
    texts = sentences(1500, 30, 2)
    key = rng.permutation(30)
    in_order = [key[text].tolist() for text in texts]
    shuffled = [rng.permutation(key[text]).tolist() for text in texts]
    lost = [rng.integers(0, 30, size=len(text)).tolist() for text in texts]
    half = [[word if rng.random() < 0.5 else 0 for word in sentence] for sentence in in_order]

    def bits_a_word(translations: list[list[int]]) -> float:
        pairs = [paired(translations[cut], texts[cut], (30, 30)) for cut in (slice(1200), slice(1200, None))]
        return float(WayBack.learn(pairs[0]).bits(pairs[1]).sum() / len(pairs[1].target_ids))

    perfect, out_of_order, half_right, cheat = map(bits_a_word, (in_order, shuffled, half, lost))
    assert perfect < 0.3  # what NULL_SHARE keeps for words from nowhere
    assert perfect + 0.5 < min(out_of_order, half_right)
    assert max(out_of_order, half_right) + 0.5 < cheat
    assert cheat == pytest.approx(np.log2(30), abs=0.3)


def test_what_was_seen_once_is_believed_less_than_what_was_seen_often():
    often = WayBack.learn(paired([[0], *[[1]] * 50], [[0], *[[1]] * 50], (3, 3)))
    bits = often.bits(paired([[0], [1], [2]], [[0], [1], [0]], (3, 3)))
    assert bits[1] < bits[0] < bits[2]
    nothing = paired([[2]] * 4, [[word] for word in range(-1, 3)], (3, 3))
    assert nothing.source_ids[0] == 2
    says = 0.5 ** often.bits(nothing)
    assert says == pytest.approx(
        0.9 * np.roll(often.background, 1) + 0.1 * np.roll(often.table.null + often.background, 1) / 2
    )


def test_nothing_to_learn_from_says_nothing():
    back = WayBack.learn(paired([[]], [[]], (2, 2)))
    assert back.bits(paired([[0], []], [[1], [0]], (2, 2))) == pytest.approx(np.log2([3, 3]))
    assert len(back.bits(paired([], [], (2, 2)))) == 0
