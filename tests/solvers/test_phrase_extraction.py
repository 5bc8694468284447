from collections import Counter, defaultdict
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.ngram_ids import ngram_ids
from unmt.solvers.phrase_extraction import FEATURES, ExtractionSettings, count_phrases, extract_phrases
from unmt.solvers.sentence_pairs import SentencePairs
from unmt.solvers.symmetrisation import Links, lexical_table
from unmt.solvers.translation_table import co_occurrences
from unmt.solvers.word_alignment import WordAlignment, align_words

WORDS = 8


def text(*sentences: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([w for sentence in sentences for w in sentence], np.int32), np.cumsum([0, *map(len, sentences)])


def paired(sources: list[list[int]], targets: list[list[int]], weights: list[float] | None = None) -> SentencePairs:
    chosen = np.ones(len(sources)) if weights is None else weights
    return SentencePairs(*text(*sources), WORDS, *text(*targets), WORDS, np.asarray(chosen, np.float32))


@pytest.fixture(scope="module")
def pairs() -> SentencePairs:
    """Sentences that share words with their partners, so that links, gaps and words without a link occur."""
    rng = np.random.default_rng(2)
    sources = [rng.integers(-1, WORDS, size=rng.integers(0, 9)).tolist() for _ in range(200)]
    targets = [[w for w in rng.permutation(s).tolist() if rng.random() < 0.7] + [0] * rng.integers(3) for s in sources]
    return paired(sources, targets, rng.choice([0.5, 1.0, 2.0], size=200).tolist())


def options(table: PhraseTable) -> dict[tuple[int, ...], dict[tuple[int, ...], dict[str, float]]]:
    found: dict = defaultdict(dict)
    for p, row in enumerate(table.sources):
        source = tuple(row[row >= 0].tolist())
        for o in range(*table.option_start[p : p + 2]):
            target = tuple(table.target_words[slice(*table.target_start[o : o + 2])].tolist())
            found[source][target] = dict(zip(FEATURES, np.exp(table.features[o]).tolist(), strict=True))
    return found


def consistent(links: list[tuple[int, int]], i: tuple[int, int], j: tuple[int, int]) -> bool:
    inside = [(i[0] <= a < i[1], j[0] <= b < j[1]) for a, b in links]
    return any(a and b for a, b in inside) and all(a == b for a, b in inside)


def by_hand(pairs: SentencePairs, links: list[list[tuple[int, int]]], longest: int) -> tuple[Counter, Counter]:
    """Weighted counts and occurrences of pairs of phrases: every pair of spans is looked at."""
    counts, occurrences = Counter(), Counter()
    for s, linked in enumerate(links):
        source = pairs.source_ids[slice(*pairs.source_starts[s : s + 2])].tolist()
        target = pairs.target_ids[slice(*pairs.target_starts[s : s + 2])].tolist()
        spans = [
            [(a, b) for a in range(n) for b in range(a + 1, min(n, a + longest) + 1)]
            for n in map(len, (source, target))
        ]
        for i, j in product(*spans):
            phrases = tuple(source[slice(*i)]), tuple(target[slice(*j)])
            if consistent(linked, i, j) and min(*phrases[0], *phrases[1]) >= 0:
                counts[phrases] += float(pairs.weights[s])
                occurrences[phrases] += 1
    return counts, occurrences


def with_links(pairs: SentencePairs, links: Links) -> WordAlignment:
    (table, cells), (back, back_cells) = co_occurrences(pairs), co_occurrences(pairs.swapped())
    ahead, _, unlinked_target = lexical_table(pairs, table, cells, links)
    behind, _, unlinked_source = lexical_table(pairs.swapped(), back, back_cells, links.swapped())
    return WordAlignment(links, table, back, ahead, behind, unlinked_source, unlinked_target, (), ())


@pytest.mark.parametrize("longest", [1, 3, 4])
def test_phrases_are_those_of_the_definition(pairs: SentencePairs, longest: int) -> None:
    alignment = align_words(pairs)
    counts, occurrences = by_hand(pairs, [alignment.links.of_pair(s) for s in range(len(pairs))], longest)
    source = ngram_ids(pairs.source_ids, pairs.source_starts, WORDS, longest)
    target = ngram_ids(pairs.target_ids, pairs.target_starts, WORDS, longest)
    found = count_phrases(pairs, alignment, source, target)
    names = [
        tuple(tuple(w for w in row if w >= 0) for row in both)
        for both in zip(source.padded(found.source).tolist(), target.padded(found.target).tolist(), strict=True)
    ]
    assert dict(zip(names, found.counts.tolist(), strict=True)) == pytest.approx(counts)
    assert dict(zip(names, found.occurrences.tolist(), strict=True)) == occurrences
    table = options(extract_phrases(pairs, alignment, ExtractionSettings(longest=longest, options=10**6)))
    of_source, of_target = Counter(), Counter()
    for (s, t), count in counts.items():
        of_source[s] += count
        of_target[t] += count
    for (s, t), count in counts.items():
        left = count * (1 - 0.4 / occurrences[s, t])
        assert table[s][t]["forward"] == pytest.approx(left / of_source[s], rel=1e-4)
        assert table[s][t]["backward"] == pytest.approx(left / of_target[t], rel=1e-4)
        assert table[s][t]["phrase"] == pytest.approx(np.e)
    assert {(s, t) for s in table for t in table[s] if t} == set(counts)


def test_lexical_scores_and_deletion() -> None:
    # Word 2 of the source has no partner: it may be left out, and phrases may hold it or not.
    pairs = paired([[0, 2, 1], [0], [1], [0, 1], [3]], [[5, 6], [5], [6], [5, 6], [7]])
    links = Links(np.array([0, 2, 3, 4, 6, 7]), *np.array([[0, 2, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1, 0]], np.int16))
    table = options(extract_phrases(pairs, with_links(pairs, links)))
    assert table[2,][()]["forward"] == pytest.approx(1.0)
    assert table[2,][()]["backward"] == pytest.approx(1.0)
    assert table[0,][5,]["lexical forward"] == pytest.approx(1.0)
    assert table[0, 2, 1][5, 6]["forward"] == pytest.approx(1 - 0.4)
    assert table[0, 2][5,]["lexical backward"] == pytest.approx(1.0)  # P(2 | nothing) = 1
    assert () not in table[0,]


def test_the_other_way_round_is_the_same_phrases(pairs: SentencePairs) -> None:
    alignment = align_words(pairs)
    settings = ExtractionSettings(options=10**6)
    ahead = options(extract_phrases(pairs, alignment, settings))
    back = options(extract_phrases(pairs.swapped(), alignment.swapped(), settings))
    phrases = {(s, t) for s in ahead for t in ahead[s] if t}
    assert phrases == {(s, t) for t in back for s in back[t] if s}
    for s, t in phrases:
        assert ahead[s][t]["forward"] == back[t][s]["backward"]
        assert ahead[s][t]["lexical backward"] == back[t][s]["lexical forward"]


def test_a_common_weight_changes_nothing_and_a_weight_is_a_count(pairs: SentencePairs) -> None:
    links = align_words(pairs).links
    once = extract_phrases(pairs, with_links(pairs, links))
    heavy = replace(pairs, weights=pairs.weights * 4)
    assert extract_phrases(heavy, with_links(heavy, links)).features == pytest.approx(once.features, abs=1e-5)
    starts = np.concatenate([links.starts, links.starts[-1] + links.starts[1:]])
    twice, repeated = pairs.followed_by(pairs), Links(starts, np.tile(links.source, 2), np.tile(links.target, 2))
    settings = ExtractionSettings(discount=0.0, options=10**6)  # the discount is of occurrences
    found = options(extract_phrases(twice, with_links(twice, repeated), settings))
    expected = options(extract_phrases(heavy, with_links(heavy, links), settings))
    for s in expected:
        for t in expected[s]:
            assert found[s][t] == pytest.approx(expected[s][t], rel=1e-4)


def test_the_best_options_are_kept_and_the_best_comes_first(pairs: SentencePairs) -> None:
    alignment = align_words(pairs)
    every = extract_phrases(pairs, alignment, ExtractionSettings(options=10**6))
    best = extract_phrases(pairs, alignment, ExtractionSettings(options=2))
    assert (best.sources == every.sources).all()
    assert np.diff(best.option_start).max() == 2
    for p in range(len(best)):
        score = every.features[slice(*every.option_start[p : p + 2])].sum(axis=1)
        assert (np.diff(score) <= 0).all()
        kept = best.features[slice(*best.option_start[p : p + 2])].sum(axis=1)
        assert kept == pytest.approx(score[:2])


def test_no_phrase_stands_twice_and_a_table_can_be_saved(pairs: SentencePairs, tmp_path) -> None:
    table = extract_phrases(pairs, align_words(pairs))
    assert len(np.unique(table.sources, axis=0)) == len(table)
    table.save(tmp_path / "phrases.npz")
    assert (PhraseTable.load(tmp_path / "phrases.npz").features == table.features).all()


def test_nothing_in_nothing_out() -> None:
    for pairs in (paired([], []), paired([[], [0]], [[1], []]), paired([[-1]], [[-1]])):
        table = extract_phrases(pairs, align_words(pairs))
        assert len(table.target_words) == 0


def test_ngrams_are_numbered_by_length_and_end_with_their_sentence() -> None:
    ids, starts = text([3, 1, 3], [1, -1, 3, 1], [])
    grams = ngram_ids(ids, starts, WORDS, 3)
    assert grams.padded(np.arange(len(grams))).tolist() == [
        [1, -1, -1],
        [3, -1, -1],
        [1, 3, -1],
        [3, 1, -1],
        [3, 1, 3],
    ]
    assert grams.ids.tolist() == [[1, 0, 1, 0, -1, 1, 0], [3, 2, -1, -1, -1, 3, -1], [4, -1, -1, -1, -1, -1, -1]]
    assert grams.of_words(np.array([1, 3])).tolist() == [0, 1]
