"""The decoder against brute force, and what must not change its answer."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from unmt.coding.word_ngrams import WordNgrams
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import BLOCK_SENTENCES, Decoder, DecoderSettings, decode

SOURCE_WORDS, TARGET_WORDS = 8, 10
WIDE = DecoderSettings(beam=2000, threshold=1e9, options=100)


def packed(sentences):
    starts = np.concatenate([[0], np.cumsum([len(sentence) for sentence in sentences])])
    return np.array([word for sentence in sentences for word in sentence], np.int32), starts


@pytest.fixture(scope="module")
def model() -> WordNgrams:
    rng = np.random.default_rng(5)
    chain = rng.dirichlet(np.full(TARGET_WORDS, 0.3), TARGET_WORDS)
    sentences = []
    for _ in range(300):
        sentence = [int(rng.integers(TARGET_WORDS))]
        while len(sentence) < 6:
            sentence.append(int(rng.choice(TARGET_WORDS, p=chain[sentence[-1]])))
        sentences.append(sentence)
    return WordNgrams.fit(*packed(sentences), TARGET_WORDS, order=3)


def random_table(seed: int, *, phrases: bool = True) -> PhraseTable:
    """Words 0..5 have options, the last two have none; some phrases, some deletions."""
    rng = np.random.default_rng(seed)

    def option(longest: int):
        target = rng.integers(TARGET_WORDS, size=rng.integers(0 if phrases else 1, longest + 1)).tolist()
        return target, rng.normal(-2.0, 1.0, 2).tolist()

    options = {(word,): [option(2 if phrases else 1) for _ in range(3)] for word in range(SOURCE_WORDS - 2)}
    for _ in range(20 if phrases else 0):
        source = tuple(rng.integers(SOURCE_WORDS, size=rng.integers(2, 5)).tolist())
        options[source] = [option(4) for _ in range(2)]
    return PhraseTable.of_options(options, ("channel", "other"))


def random_sentences(seed: int, number: int, longest: int):
    rng = np.random.default_rng(seed)
    return [rng.integers(-1, SOURCE_WORDS, size=rng.integers(0, longest + 1)).tolist() for _ in range(number)]


def choices_of(table: PhraseTable, settings: DecoderSettings) -> dict:
    scores = table.scores(settings.weights or (1.0, 1.0))
    found = {}
    for row, source in enumerate(table.sources):
        found[tuple(source[source >= 0].tolist())] = [
            (table.target_words[table.target_start[o] : table.target_start[o + 1]].tolist(), float(scores[o]))
            for o in range(table.option_start[row], table.option_start[row + 1])
        ]
    return found


def every_translation(sentence, choices, settings):
    """(target words, score without language model) of all derivations, as the decoder's docstring defines them."""
    n = len(sentence)

    def extend(covered: frozenset, end: int, words: list, score: float):
        if len(covered) == n:
            yield words, score
            return
        first_open = next(i for i in range(n) if i not in covered)
        for start in range(first_open, n):
            for stop in range(start + 1, min(n, start + 4) + 1):
                places = set(range(start, stop))
                far = start > first_open and stop - first_open > settings.distortion
                if places & covered or far or abs(start - end) > settings.distortion:
                    continue
                options = choices.get(tuple(sentence[start:stop]), [])
                if stop == start + 1 and not options:
                    options = [([-1], 0.0)]
                for target, value in options:
                    more = value + settings.jump * abs(start - end) + settings.word * len(target)
                    yield from extend(covered | places, stop, words + target, score + more)

    yield from extend(frozenset(), 0, [], 0.0)


def brute_force(sentence, table, model, settings):
    derivations = list(every_translation(sentence, choices_of(table, settings), settings))
    bits = model.sentence_bits(*packed([words for words, _ in derivations]))
    scores = np.array([score for _, score in derivations]) - settings.language_model * np.log(2) * bits
    return scores.max(), derivations[int(scores.argmax())][0]


@pytest.mark.parametrize("distortion", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("jump", [-0.3, 0.0])
def test_a_wide_beam_finds_the_best_of_all_derivations(model, distortion, jump) -> None:
    settings = replace(WIDE, distortion=distortion, jump=jump, word=0.4, language_model=0.8, weights=(1.0, 0.5))
    table = random_table(distortion)
    sentences = random_sentences(distortion, 12, 5)
    found = decode(*packed(sentences), table, model, settings)
    for s, sentence in enumerate(sentences):
        score, words = brute_force(sentence, table, model, settings)
        assert found.scores[s] == pytest.approx(score, abs=1e-4)
        assert found.sentence(s).tolist() == words


def test_the_bits_are_those_of_the_output(model) -> None:
    found = decode(*packed(random_sentences(1, 50, 12)), random_table(1), model)
    assert found.language_model_bits == pytest.approx(model.sentence_bits(found.ids, found.starts), abs=1e-4)


@pytest.mark.parametrize("beam", [1, 10])
def test_without_order_and_language_model_it_is_the_arg_max(model, beam) -> None:
    settings = DecoderSettings(beam=beam, distortion=0, language_model=0.0)
    table = random_table(7, phrases=False)
    ids, starts = packed(random_sentences(7, 40, 30))
    choices = choices_of(table, settings)
    best = {word: max(options, key=lambda option: option[1]) for (word,), options in choices.items()}
    found = decode(ids, starts, table, model, settings)
    assert found.ids.tolist() == [best.get(word, ([-1], 0.0))[0][0] for word in ids.tolist()]
    assert found.starts.tolist() == starts.tolist()
    expected = [sum(best.get(w, ([], 0.0))[1] for w in ids[a:b].tolist()) for a, b in pairwise(starts)]
    assert found.scores == pytest.approx(np.array(expected), abs=1e-4)


def test_beam_1_in_the_order_of_the_source_is_greedy(model) -> None:
    settings = DecoderSettings(beam=1, distortion=0)
    table = random_table(8, phrases=False)
    sentences = random_sentences(8, 20, 8)
    found = decode(*packed(sentences), table, model, settings)
    choices = choices_of(table, settings)
    for s, sentence in enumerate(sentences):
        words: list[int] = []
        for place, word in enumerate(sentence):
            options = choices.get((word,), [([-1], 0.0)])
            last = place == len(sentence) - 1
            words += max(options, key=lambda option: option[1] + log_probability(model, words + option[0], last))[0]
        assert found.sentence(s).tolist() == words


def log_probability(model, words, whole: bool) -> float:
    """ln P of a sentence's beginning, or of all of it."""
    known = [word if word >= 0 else TARGET_WORDS + 1 for word in words] + [TARGET_WORDS] * whole
    return float(sum(np.log(model.probabilities(model.history(words[:i]))[word]) for i, word in enumerate(known)))


def test_threads_blocks_and_order_change_nothing(model) -> None:
    sentences = random_sentences(2, 700, 14)
    decoder = Decoder(random_table(2), model)
    one = decoder.decode(*packed(sentences), threads=1)
    for threads in (2, 3):
        more = decoder.decode(*packed(sentences), threads=threads)
        assert all(np.array_equal(getattr(one, name), getattr(more, name)) for name in vars(one))
    order = np.random.default_rng(0).permutation(len(sentences))
    shuffled = decoder.decode(*packed([sentences[s] for s in order]))
    assert all(np.array_equal(shuffled.sentence(i), one.sentence(s)) for i, s in enumerate(order))
    assert np.array_equal(shuffled.scores, one.scores[order])


def test_a_long_sentence_is_translated_as_its_parts_are(model) -> None:
    """Without a language model, distortion or phrases the parts do not touch each other."""
    settings = DecoderSettings(distortion=3, language_model=0.0)
    table = random_table(3, phrases=False)
    sentences = random_sentences(3, 40, 30)
    parts = decode(*packed(sentences), table, model, settings)
    whole = decode(*packed([[word for sentence in sentences for word in sentence]]), table, model, settings)
    assert len(whole.ids) > 300
    assert np.array_equal(whole.ids, parts.ids)
    assert whole.scores[0] == pytest.approx(parts.scores.sum(), abs=1e-2)


def test_each_source_word_of_a_long_sentence_is_translated_once(model) -> None:
    sentence = np.random.default_rng(4).integers(-1, SOURCE_WORDS, size=400).astype(np.int32)
    found = decode(sentence, np.array([0, 400]), random_table(4, phrases=False), model, DecoderSettings(distortion=6))
    assert sorted(found.source_alignment.tolist()) == list(range(400))
    copied = sentence[found.source_alignment] >= SOURCE_WORDS - 2
    assert np.array_equal(found.ids == -1, copied | (sentence[found.source_alignment] == -1))


def test_words_change_places_where_the_language_model_says_so() -> None:
    text = [[0, 1, 2, 3]] * 50
    english = WordNgrams.fit(*packed(text), 4, order=3)
    table = PhraseTable.of_options({(i,): [((i,), (0.0,))] for i in range(4)}, ("channel",))
    found = decode(*packed([[0, 2, 1, 3]]), table, english)
    assert found.ids.tolist() == [0, 1, 2, 3]
    assert found.source_alignment.tolist() == [0, 2, 1, 3]
    still = decode(*packed([[0, 2, 1, 3]]), table, english, DecoderSettings(distortion=0))
    assert still.ids.tolist() == [0, 2, 1, 3]


def test_a_phrase_is_aligned_along_its_diagonal_and_a_deleted_word_with_nothing(model) -> None:
    table = PhraseTable.of_options({(0, 1): [((5, 6, 7, 8), (0.0,))], (2,): [((), (0.0,))]}, ("channel",))
    found = decode(*packed([[2, 0, 1, 3]]), table, model, DecoderSettings(distortion=0, language_model=0.0))
    assert found.ids.tolist() == [5, 6, 7, 8, -1]
    assert found.source_alignment.tolist() == [1, 1, 2, 2, 3]


def test_a_word_cipher_with_many_choices_is_read() -> None:
    """Each cipher word may be any of five words, equally likely: only their order in plain text tells."""
    rng = np.random.default_rng(9)
    words = 60
    chain = rng.dirichlet(np.full(words, 0.02), words)
    sentences = []
    for _ in range(3000):
        sentence = [int(rng.integers(words))]
        while len(sentence) < 10:
            sentence.append(int(rng.choice(words, p=chain[sentence[-1]])))
        sentences.append(sentence)
    english = WordNgrams.fit(*packed(sentences[:2900]), words, order=3)
    cipher = rng.permutation(words)
    options = {}
    for plain in range(words):
        wrong = rng.choice(words, 4, replace=False).tolist()
        options[int(cipher[plain]),] = [((word,), (0.0,)) for word in dict.fromkeys([*wrong, plain])]
    plain, starts = packed(sentences[2900:])
    settings = DecoderSettings(distortion=0)
    found = decode(cipher[plain], starts, PhraseTable.of_options(options, ("channel",)), english, settings)
    assert (found.ids == plain).mean() > 0.95


def test_what_a_beat_raises_ends_the_search_within_a_block(model) -> None:
    """Thousands of sentences are not waited for."""
    decoder, beats = Decoder(random_table(1), model, replace(WIDE, beam=2, weights=None)), []

    class OverError(Exception):
        pass

    def beat() -> None:
        beats.append(1)
        if len(beats) == 2:
            raise OverError

    ids = np.zeros(20 * BLOCK_SENTENCES, np.int32)
    with pytest.raises(OverError):
        decoder.decode(ids, np.arange(len(ids) + 1), 1, beat)
    assert len(beats) == 2


def test_empty_text_and_empty_sentences(model) -> None:
    decoder = Decoder(random_table(1), model)
    assert len(decoder.decode(np.empty(0, np.int32), np.zeros(1, np.int64))) == 0
    found = decoder.decode(np.array([0]), np.array([0, 0, 1, 1]))
    assert [len(found.sentence(s)) for s in (0, 2)] == [0, 0]
    assert found.scores[0] == pytest.approx(-np.log(2) * found.language_model_bits[0])


def test_a_table_with_no_phrase_copies_all(model) -> None:
    found = decode(*packed([[3, -1, 4]]), PhraseTable.of_options({}, ("channel",)), model)
    assert found.ids.tolist() == [-1, -1, -1]
    assert found.source_alignment.tolist() == [0, 1, 2]


def test_what_does_not_belong_together_is_refused(model) -> None:
    table = PhraseTable.of_options({(0,): [((TARGET_WORDS,), (0.0,))]}, ("channel",))
    with pytest.raises(ValueError, match="does not know"):
        Decoder(table, model)
    with pytest.raises(ValueError, match="weights"):
        Decoder(random_table(0), model, DecoderSettings(weights=(1.0,)))
    twice = PhraseTable.of(np.array([[1], [1]]), [0, 0, 0], [0], [], np.empty((0, 1)), ("channel",))
    with pytest.raises(ValueError, match="twice"):
        Decoder(twice, model)
    for wrong in ({"beam": 0}, {"distortion": 33}, {"distortion": -1}, {"options": 0}, {"language_model": -1.0}):
        with pytest.raises(ValueError, match="is"):
            DecoderSettings(**wrong)
