"""Lexicons of two unpaired texts: planted word ciphers are found, with the same answer every time."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.solvers.context_lexicon import build_lexicon
from unmt.solvers.spelling import letter_grams, spelling_similarity
from unmt.text.word_corpus import WordCorpus


def planted(sentences: int, words: int, seed: int) -> tuple[list[list[str]], list[list[str]], dict[str, str]]:
    """Two texts of one language, of words drawn by what precedes them, the second in other words; and which are which.

    Words are of classes, a class follows a class, and each word has companions that it prefers.
    """
    rng = np.random.default_rng(seed)
    classes = 8
    class_of = rng.integers(classes, size=words)
    zipf = 1 / (np.arange(words) + 2.7)
    follows = rng.dirichlet(np.full(classes, 0.3), size=classes)
    chances = zipf * follows[class_of][:, class_of] * rng.gamma(0.3, size=(words, words))
    cumulative = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
    first = np.cumsum(zipf / zipf.sum())

    def text() -> list[list[int]]:
        found = []
        for length in rng.integers(5, 15, size=sentences):
            sentence = [int(np.searchsorted(first, rng.random() * first[-1]))]
            for _ in range(length - 1):
                row = cumulative[sentence[-1]]
                sentence.append(int(np.searchsorted(row, rng.random() * row[-1])))
            found.append(sentence)
        return found

    letters = np.array(list("abcdefghijklmnopqrst"))
    names = ["".join(rng.choice(letters, 7)) for _ in range(2 * words)]
    source = [[names[word] for word in sentence] for sentence in text()]
    target = [[names[words + word] for word in sentence] for sentence in text()]
    return source, target, dict(zip(names[:words], names[words:], strict=True))


def test_a_planted_word_cipher_is_found_without_vectors() -> None:
    source, target, key = planted(4000, 300, 1)
    build_lexicon(*(WordCorpus.of(text[:50]) for text in (source, target)))  # kernels are compiled once
    started = process_time()
    forward, backward, report = build_lexicon(WordCorpus.of(source), WordCorpus.of(target))
    assert process_time() - started < 30  # compiling included
    best = {word: forward.options(word)[0][0] for word in forward.source.words}
    words = [word for sentence in source for word in sentence]
    assert np.mean([best[word] == key[word] for word in words]) >= 0.95
    back = {word: backward.options(word)[0][0] for word in backward.source.words}
    assert np.mean([key.get(back[word]) == word for sentence in target for word in sentence]) >= 0.95
    assert report.mutual_share > 0.9
    assert report.agreement[-1] > 0.9


@pytest.fixture(scope="module")
def small() -> tuple[WordCorpus, WordCorpus]:
    source, target, _ = planted(400, 60, 2)
    return WordCorpus.of(source), WordCorpus.of(target)


def random_vectors(corpus: WordCorpus, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    words = len(corpus.vocabulary)
    return rng.standard_normal((words, 8)).astype(np.float32), rng.random(words) < 0.7


def test_the_answer_is_a_function_of_texts_and_seed(small) -> None:
    first, again = (build_lexicon(*small, seed=3)[0] for _ in range(2))
    assert np.array_equal(first.targets, again.targets)
    assert np.array_equal(first.log_probability, again.log_probability)


def test_both_directions_score_a_pair_alike(small) -> None:
    vectors = {"source_vectors": random_vectors(small[0], 0), "target_vectors": random_vectors(small[1], 1)}
    forward, backward, report = build_lexicon(*small, **vectors, rounds=2)
    assert len(report.pairs) == 2
    back = {(target, source): score for target in backward.source.words for source, score in backward.options(target)}
    shared = 0
    for source in forward.source.words:
        options = forward.options(source)
        assert [score for _, score in options] == sorted((score for _, score in options), reverse=True)
        for target, score in options:
            if (target, source) in back:
                shared += 1
                assert back[target, source] == pytest.approx(score, abs=1e-3)
    assert shared > 100


def test_vectors_that_know_the_answer_are_followed(small) -> None:
    _source, _target, key = planted(400, 60, 2)
    rng = np.random.default_rng(0)
    known = {word: rng.standard_normal(50) for word in key}
    back = {cipher: word for word, cipher in key.items()}
    both = [np.array([known[word] for word in small[0].vocabulary.words], np.float32),
            np.array([known[back[word]] for word in small[1].vocabulary.words], np.float32)]  # fmt: skip
    masks = [np.ones(len(matrix), bool) for matrix in both]
    forward, _, _ = build_lexicon(*small, source_vectors=(both[0], masks[0]), target_vectors=(both[1], masks[1]))
    seen = set(small[1].vocabulary.words)
    assert all(forward.options(word)[0][0] == key[word] for word in small[0].vocabulary.words if key[word] in seen)


def test_unknown_words_and_empty_sentences_are_passed_over(small) -> None:
    source = small[0]
    ids = source.ids.copy()
    ids[::7] = -1
    starts = np.concatenate([[0], source.starts, source.starts[-1:]])
    holes = WordCorpus(ids, starts, source.vocabulary)
    assert len(build_lexicon(holes, small[1], rounds=1)[0].targets) > 0


@pytest.mark.parametrize("text", [[], [[]], [["once", "each"]]])
def test_a_text_without_repetition_is_an_input_error(small, text) -> None:
    with pytest.raises(InputError, match="no word that stands twice"):
        build_lexicon(WordCorpus.of(text), small[1])


def test_two_words_are_enough() -> None:
    forward, _, _ = build_lexicon(WordCorpus.of([["a", "b"], ["a"]]), WordCorpus.of([["a"], ["a", "c"]]))
    assert forward.options("a")[0][0] == "a"


def test_spelling_is_the_cosine_of_weighted_letter_grams() -> None:
    assert list(letter_grams("Éa")) == ["\x02e", "ea", "a\x03", "\x02ea", "ea\x03", "\x02ea\x03"]
    source, target = ["orange", "tree", "été", ""], ["oranges", "arbre", "ete", "x"]
    found = spelling_similarity(source, target, least=0.0).toarray()
    grams = {word: list(letter_grams(word)) for word in source + target}
    frequency = {gram: sum(gram in own for own in grams.values()) for own in grams.values() for gram in own}

    def row(word: str) -> np.ndarray:
        return np.array([grams[word].count(gram) * np.log(8 / frequency[gram]) for gram in sorted(frequency)])

    for place, word in enumerate(source):
        for other, candidate in enumerate(target):
            a, b = row(word), row(candidate)
            assert found[place, other] == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)), abs=1e-5)
    assert found[2, 2] == pytest.approx(1)
