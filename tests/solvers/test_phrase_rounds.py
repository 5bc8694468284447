"""Phrase tables learned from a translator's own output, their lexicon feature, and the length of what they say."""

from dataclasses import replace

import numpy as np
import pytest

from unmt.coding.word_ngrams import WordNgrams
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import Decoder, DecoderSettings
from unmt.solvers.phrase_rounds import (
    ALL_FEATURES,
    FLOOR,
    PairScores,
    learned_table,
    length_ratio,
    lexicon_feature,
    natural_ratio,
    with_length,
    word_table,
)
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.translation_figures import translation_code
from unmt.solvers.word_alignment import align_words
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus


def vocabulary(*words):
    return Vocabulary(tuple(words), np.arange(len(words), 0, -1, dtype=np.int64))


def lexicon(source, target, pairs):
    """pairs: source id -> [(target id, nats), ...]."""
    options = [pairs.get(word, []) for word in range(len(source))]
    flat = [option for choices in options for option in choices]
    starts = np.concatenate([[0], np.cumsum([len(choices) for choices in options])])
    return Lexicon(
        source,
        target,
        starts,
        np.array([word for word, _ in flat], np.int32),
        np.array([nats for _, nats in flat], np.float32),
    )


EN, FR = vocabulary("cat", "sleeps", "black"), vocabulary("chat", "dort", "noir", "le")
FORWARD = lexicon(EN, FR, {0: [(0, -0.1), (3, -2.0)], 1: [(1, -0.2)]})
BACKWARD = lexicon(FR, EN, {0: [(0, -0.5)], 2: [(2, -0.3)]})


def test_scores_of_pairs_are_the_better_of_both_ways():
    scores = PairScores.of(FORWARD, BACKWARD)
    source, target = np.array([0, 0, 1, 2, 2]), np.array([0, 3, 1, 2, 0])
    assert scores.of_pairs(source, target) == pytest.approx([-0.1, -2.0, -0.2, -0.3, FLOOR])
    back = PairScores.of(BACKWARD, FORWARD)
    assert back.of_pairs(target, source) == pytest.approx(scores.of_pairs(source, target))


def test_lexicons_without_a_pair_score_the_floor():
    nothing = PairScores.of(lexicon(EN, FR, {}), lexicon(FR, EN, {}))
    assert nothing.of_pairs(np.array([0]), np.array([1])) == pytest.approx([FLOOR])


def test_the_lexicon_feature_agrees_with_its_definition():
    scores = PairScores.of(FORWARD, BACKWARD)
    table = PhraseTable.of_options(
        {(0,): [((0,), (0.0,)), ((), (0.0,)), ((3, 0), (0.0,))], (2, 0): [((0, 2), (0.0,)), ((1,), (0.0,))]}, ("x",)
    )

    def score(source, target):
        return float(scores.of_pairs(np.array([source]), np.array([target]))[0])

    wanted = []
    for phrase, sources in enumerate(table.sources):
        words = [int(word) for word in sources if word >= 0]
        for option in range(table.option_start[phrase], table.option_start[phrase + 1]):
            target = table.target_words[table.target_start[option] : table.target_start[option + 1]].tolist()
            of_source = sum(max([score(s, t) for t in target], default=FLOOR) for s in words)
            of_target = sum(max(score(s, t) for s in words) for t in target)
            wanted.append((of_source + of_target) / 2 if target else of_source)
    assert lexicon_feature(table, scores) == pytest.approx(np.array(wanted, np.float32))


def test_words_that_no_pair_of_sentences_has_are_those_of_the_lexicon():
    pairs = SentencePairs.of(WordCorpus.of([["cat", "sleeps"]] * 9, EN), WordCorpus.of([["chat", "dort"]] * 9, FR))
    wide = lexicon(EN, FR, {0: [(0, -0.1), (3, -1.0)], 1: [(1, -0.2)], 2: [(2, -0.4), (3, -1.5)]})
    table = learned_table(pairs, align_words(pairs), wide, PairScores.of(wide, BACKWARD))
    assert table.feature_names == ALL_FEATURES
    sources = [tuple(int(word) for word in row if word >= 0) for row in table.sources]
    assert {(0,), (1,), (0, 1), (2,)} <= set(sources)
    black = sources.index((2,))
    options = table.features[table.option_start[black] : table.option_start[black + 1]]
    alone = word_table(wide)
    assert np.array_equal(options, alone.features[alone.option_start[2] : alone.option_start[3]])
    assert np.all(options[:, ALL_FEATURES.index("phrase")] == 1)
    # A word that the pairs have keeps what they say, and gets what the lexicon says beside it.
    cat = slice(*table.option_start[sources.index((0,)) : sources.index((0,)) + 2])
    words = [table.target_words[table.target_start[option]] for option in range(cat.start, cat.stop)]
    assert words == [0, 3]
    assert np.array_equal(table.features[cat][1], alone.features[1])


@pytest.fixture(scope="module")
def cipher(word_cipher):
    """Both corpora of a word cipher, their codes, and the table of the key."""
    made = word_cipher(1200, 60, 4)
    source = WordCorpus.of([line.split() for line in made.source])
    target = WordCorpus.of([line.split() for line in made.target])
    known = {
        (word,): [((target.vocabulary.index[made.key[name]],), (0.0,))]
        for word, name in enumerate(source.vocabulary.words)
        if made.key[name] in target.vocabulary
    }
    read = [parts(corpus)[0] for corpus in (source, target)]
    codes = [WordNgrams.fit(corpus.ids, corpus.starts, len(corpus.vocabulary), 3) for corpus in read]
    return source, target, codes, PhraseTable.of_options(known, ("key",))


def parts(corpus):
    return corpus.subset(np.arange(200, len(corpus))), corpus.subset(np.arange(200))


def code_of(cipher, table, settings=None):
    source, target, codes, _ = cipher
    training, held_out = parts(source)
    decoder = Decoder(table, codes[1], settings or DecoderSettings(distortion=0))
    return translation_code(decoder, tuple(codes), training, (held_out, parts(target)[1]))


def test_the_key_costs_next_to_nothing(cipher):
    code = code_of(cipher, cipher[3])
    assert abs(code.text_bits - code.target_bits) < 0.25
    assert code.words_per_source_word == 1.0
    assert code.way_back_bits < 0.4
    assert code.two_sided < 0.6
    assert code.divergence < 0.9


def test_a_cheat_pays_the_source_in_whole(cipher):
    """The same word for every word: the way back knows nothing but how often words stand."""
    source, _, _, key = cipher
    frequent = {(word,): [((0,), (0.0,))] for word in range(len(source.vocabulary))}
    cheat = code_of(cipher, PhraseTable.of_options(frequent, ("key",)))
    counts = source.vocabulary.counts / source.vocabulary.counts.sum()
    entropy = -(counts * np.log2(counts)).sum()
    assert abs(cheat.way_back_bits - entropy) < 0.3
    assert cheat.way_back_bits >= cheat.source_bits
    honest = code_of(cipher, key)
    assert cheat.two_sided > honest.two_sided
    assert cheat.divergence > honest.divergence


def test_the_more_of_the_key_is_wrong_the_more_it_costs(cipher):
    key = cipher[3]
    rng = np.random.default_rng(1)
    costs = []
    for share in (0.0, 0.2, 0.5, 1.0):
        words = key.target_words.copy()
        moved = np.flatnonzero(np.arange(len(words)) < share * len(words))
        words[moved] = words[rng.permutation(moved)]
        costs.append(code_of(cipher, replace(key, target_words=words)).two_sided)
    assert costs == sorted(costs)


def test_the_length_that_is_asked_for_comes_out(cipher):
    source, _, codes, key = cipher
    # Each word may be left out, or be said twice.
    options = {
        (int(row[0]),): [((int(word),), (0.0,)), ((), (-1.0,)), ((int(word), int(word)), (-1.0,))]
        for row, word in zip(key.sources, key.target_words, strict=True)
    }
    table = PhraseTable.of_options(options, ("key",))
    sample = source.subset(np.arange(200))
    for ratio in (0.7, 1.0, 1.3):
        found = with_length(table, codes[1], DecoderSettings(beam=3, distortion=0, language_model=0.1), sample, ratio)
        assert abs(length_ratio(table, codes[1], found, sample) - ratio) < 0.05


def test_natural_ratio_is_turned_round_with_the_direction():
    assert natural_ratio(1.2, 0.9, 1.1) == pytest.approx(1 / natural_ratio(0.9, 1.2, 1 / 1.1))
    assert natural_ratio(1.0, 1.0, 1.0) == 1.0
