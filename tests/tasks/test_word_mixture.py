"""Words of x that foretell words of y: a code length, which a right lexicon shortens and a wrong one does not."""

from itertools import product

import numpy as np
import pytest

from unmt.coding.growing_ngrams import GrowingNgrams
from unmt.mappings.lexicon import Lexicon
from unmt.tasks.word_mixture import Foretelling, by_event, events_of, word_costs
from unmt.text.vocabulary import Vocabulary

WORDS = [f"{first}{second}" for first in "abcde" for second in "xyz"]
NAMES = {word: f"{word[1]}{word[0]}q" for word in WORDS}


def text(lines: int, seed: int) -> list[str]:
    """A grammar: which words may follow which is fixed, which of them does is drawn."""
    following = np.random.default_rng(0).permuted(np.tile(np.arange(15), (15, 1)), axis=1)[:, :2]
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(lines):
        place, line = int(rng.integers(15)), []
        for _ in range(8):
            line.append(WORDS[place])
            place = int(following[place, rng.integers(2)])
        found.append(" ".join([*line, "."]))
    return found


def lexicon(pairs: dict[str, str]) -> Lexicon:
    source, target = Vocabulary.of([list(pairs)]), Vocabulary.of([list(pairs.values())])
    targets = np.array([target.index[pairs[word]] for word in source.words], np.int32)
    return Lexicon(source, target, np.arange(len(pairs) + 1), targets, np.zeros(len(pairs), np.float32))


def both(pairs: dict[str, str]) -> tuple[Lexicon, Lexicon]:
    return lexicon(pairs), lexicon({target: source for source, target in pairs.items()})


@pytest.fixture(scope="module")
def x() -> list[str]:
    return text(400, 1)


@pytest.fixture(scope="module")
def y() -> list[str]:
    return [" ".join(NAMES.get(word, word) for word in line.split(" ")) for line in text(60, 2)]


def flat(lines: list[str]) -> np.ndarray:
    """A code of bytes that knows nothing: 6 bits each."""
    return by_event(lines, np.full(sum(len(line) + 1 for line in lines), 6.0))


def test_events_are_all_words_and_their_bits_all_bits():
    lines = ["a bc .", "déjà", ""]
    assert events_of(lines) == [("a", False), ("bc", False), (".", True), ("déjà", True), ("", True)]
    costs = np.arange(len("\n".join([*lines, ""]).encode()), dtype=float)
    assert by_event(lines, costs).tolist() == [0 + 1, 2 + 3 + 4, 5 + 6, sum(range(7, 14)), 14]


def test_a_right_lexicon_saves_bits_and_a_wrong_one_does_not(x, y):
    alone = flat(y)
    without = word_costs(y, alone, alone)
    right = {**NAMES, ".": "."}
    turned = dict(zip(right, [*list(right.values())[1:-1], next(iter(right.values())), "."], strict=True))
    saved = [
        float((without - word_costs(y, alone, alone, Foretelling(x), {10: both(pairs)})).sum())
        for pairs in (right, turned)
    ]
    # 50 lines of 8 words, each one of two that may follow, which 10 lines of y have not all shown.
    assert saved[0] > 40
    assert saved[1] < 10


def test_a_lexicon_that_was_not_yet_learned_changes_nothing(x, y):
    alone = flat(y)
    without = word_costs(y, alone, alone)
    with_f = word_costs(y, alone, alone, Foretelling(x), {40: both(NAMES)})
    first = sum(len(line.split(" ")) for line in y[:40])
    assert (with_f[:first] == without[:first]).all()
    assert (with_f[first:] != without[first:]).any()


def test_what_an_event_costs_does_not_hang_on_what_follows(x, y):
    part = y[:30]
    lexicons = {10: both(NAMES), 20: both({**NAMES, "ax": NAMES["bz"]})}
    whole = word_costs(y, flat(y), flat(y), Foretelling(x), lexicons)
    begun = word_costs(part, flat(part), flat(part), Foretelling(x), lexicons)
    assert begun == pytest.approx(whole[: len(begun)])


def test_probabilities_of_what_may_come_next_sum_to_one_at_most(x, y):
    """All words of y, each at the end of a line and not: what bytes leave for other words is less than all the rest."""
    words = sorted({word for line in y for word in line.split(" ")})
    total = 0.0
    for word, is_last in product(words, (False, True)):
        lines = [*y[:30], f"{NAMES['ax']} {word}" if is_last else f"{NAMES['ax']} {word} ."]
        costs = word_costs(lines, flat(lines), flat(lines), Foretelling(x), {10: both(NAMES)})
        place = sum(len(line.split(" ")) for line in y[:30]) + 1
        total += 2.0 ** -costs[place]
    assert 0.5 < total <= 1.0


def test_growing_ngrams_sum_to_what_their_base_sums_to():
    ngrams, history = GrowingNgrams(), ("", "")
    for event in "abracadabra":
        ngrams.add(event, history)
        history = (history[1], event)
    for known in (("b", "r"), ("x", "a"), ("x", "y")):
        total = sum(ngrams.after(event, known, ngrams.single(event, 1 / 26)) for event in "abcdefghijklmnopqrstuvwxyz")
        assert total == pytest.approx(1)
    assert ngrams.after("a", ("b", "r"), 0.0) > ngrams.after("c", ("b", "r"), 0.0)


def test_an_event_that_no_float_has_a_probability_for_costs_what_its_bytes_cost():
    costs = np.array([1100.0, 8.0, 1200.0])
    found = word_costs(["a b", "c"], costs, costs - np.array([0.0, 0.0, 5.0]))
    assert found[[0, 2]] == pytest.approx([1100.0, 1195.0], abs=4)
    assert found[1] < 12
