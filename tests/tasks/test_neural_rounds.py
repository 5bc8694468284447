"""What the steps of a round learn from: shares, order, and that all of a text has its turn."""

from collections import Counter
from dataclasses import replace
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from unmt.mappings.transformer import Shape, Transformer
from unmt.solvers.sequence_trainer import Draw
from unmt.tasks.neural_data import NeuralData
from unmt.tasks.neural_rounds import Rounds, Student
from unmt.tasks.neural_settings import NeuralSettings, Objectives
from unmt.text.piece_corpus import PieceCorpus
from unmt.text.pieces import END_ID, Pieces

share = st.floats(0.0, 0.25)


@given(
    st.builds(
        Objectives,
        start_pairs=st.floats(0.0, 1.0), denoising=share, causal=share, masked=share, spans=share,
        back_translation=st.booleans(), alone_until=st.integers(1, 50), alone_rounds=st.integers(0, 30),
    ),
    st.integers(0, 60), st.integers(0, 20), st.booleans(),
)  # fmt: skip
def test_shares_sum_to_one_and_need_only_what_is_there(objectives, number, start_rounds, has_start):
    shares = objectives.shares(number, from_start=number < start_rounds, has_start=has_start)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares.values()) > 0.0
    assert has_start or "start" not in shares
    assert "fresh" not in shares or (objectives.back_translation and number >= start_rounds)


def test_text_of_one_language_alone_gives_way():
    objectives = Objectives(denoising=0.4, alone_until=10)
    falling = [
        objectives.shares(number, from_start=number < 2, has_start=True).get("denoising", 0.0)
        for number in range(2, 12)
    ]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == 0.0


def test_the_first_rounds_can_be_of_one_language_alone():
    objectives = Objectives(denoising=0.1, causal=0.2, spans=0.2, alone_rounds=3)
    for number in (0, 2):
        shares = objectives.shares(number, from_start=number < 25, has_start=True)
        assert shares == pytest.approx({"denoising": 0.2, "causal": 0.4, "spans": 0.4})
    assert {"start", "forward"} <= objectives.shares(3, from_start=True, has_start=True).keys()
    off = Objectives(denoising=0.1, causal=0.2, spans=0.2)
    assert objectives.shares(3, from_start=True, has_start=True) == off.shares(3, from_start=True, has_start=True)


def data_of(*names):
    words = [f"{letter}{vowel}" for letter in "bdfg" for vowel in "aeiou"]
    rng = np.random.default_rng(0)
    texts = [[[str(word) for word in rng.choice(words, rng.integers(2, 9))] for _ in range(57)] for _ in names]
    pieces = Pieces.learn((line for text in texts for line in text), names, 320)
    corpora = tuple(PieceCorpus.of(map(pieces.encode, text)) for text in texts)
    allowed = tuple(np.union1d(corpus.ids, [END_ID]).astype(np.int64) for corpus in corpora)
    sides = tuple(SimpleNamespace(language=name) for name in names)
    start = {(read, written): (corpora[read], corpora[written]) for read, written in permutations(range(len(names)), 2)}
    return NeuralData(sides, pieces, corpora, corpora, allowed, start)


@pytest.fixture(scope="module")
def data():
    return data_of("aa", "bb")


@pytest.fixture(scope="module")
def three():
    return data_of("aa", "bb", "cc")


def rounds(data, **settings):
    objectives = Objectives(denoising=0.3, alone_until=8)
    values = {"steps": 12, "tokens": 30, "start_rounds": 2, "objectives": objectives} | settings
    return Rounds(data, NeuralSettings(**values), torch.device("cpu"), threads=1)


@pytest.fixture(scope="module")
def student(data):
    torch.set_num_threads(1)
    net = Transformer(Shape(len(data.pieces), width=8, heads=2, inner=8, longest=32), torch.Generator().manual_seed(0))
    return Student(net, None)


def losses(of, number, student):
    """The loss of every shard of a round: a figure of what is in it."""
    found = []
    for step, shards in enumerate(of.shards(number, student.net)):
        draws = [Draw.of([0, step, place], 0.0, torch.device("cpu")) for place in range(len(shards))]
        found.append([float(shard(student, draw).nats.detach()) for shard, draw in zip(shards, draws, strict=True)])
    return found


def test_a_round_is_a_function_of_its_seed_and_number(data, student):
    first = losses(rounds(data), 3, student)
    assert len(first) == 12
    assert losses(rounds(data), 3, student) == first
    assert losses(rounds(data), 4, student) != first
    assert losses(rounds(data, seed=1), 3, student) != first


def test_every_kind_of_step_can_be_made(data, student):
    alone = Objectives(start_pairs=0.2, denoising=0.1, causal=0.1, masked=0.1, spans=0.1, alone_until=99)
    made = rounds(data, steps=20, objectives=alone)
    assert set(made.kinds(2)) == {"start", "fresh", "denoising", "causal", "masked", "spans"}
    assert np.isfinite(losses(made, 2, student)).all()
    assert "fresh" not in made.kinds(1)
    assert "forward" in made.kinds(1)
    assert np.isfinite(losses(made, 1, student)).all()


def test_without_a_start_text_alone_is_learned_from(data, student):
    bare = NeuralData(data.sides, data.pieces, data.training, data.held_out, data.allowed, {})
    made = rounds(bare, objectives=Objectives(back_translation=False))
    assert set(made.kinds(0)) == set(made.kinds(5)) == {"denoising"}
    assert np.isfinite(losses(made, 5, student)).all()


@pytest.mark.parametrize("language", [0, 1])
def test_all_of_a_text_has_its_turn_before_any_of_it_comes_again(data, language):
    made = rounds(data)
    parts = [made._next_sentences(number, language) for number in range(2, 16)]
    assert len({len(part) for part in parts}) > 1, "every round needs as many: too easy"
    used = np.concatenate(parts)
    laps = [used[first : first + 57] for first in range(0, len(used) - 56, 57)]
    assert len(laps) >= 3
    for lap in laps:
        assert sorted(lap.tolist()) == list(range(57))
    assert laps[0].tolist() != laps[1].tolist()


def test_empty_sentences_are_never_asked_for(data):
    holed = PieceCorpus.of([] if place % 2 else data.training[0][place] for place in range(57))
    made = rounds(NeuralData(data.sides, data.pieces, (holed, holed), data.held_out, data.allowed, data.start))
    assert all(place % 2 == 0 for number in range(2, 9) for place in made._next_sentences(number, 0))


def net_of(data):
    torch.set_num_threads(1)
    net = Transformer(Shape(len(data.pieces), width=8, heads=2, inner=8, longest=32), torch.Generator().manual_seed(0))
    return Student(net, None)


def test_two_languages_have_the_random_streams_that_they_had_before_there_could_be_more(data, student):
    """Figures of a version that knew two languages alone; every kind of step takes part."""
    alone = Objectives(start_pairs=0.2, denoising=0.1, causal=0.1, masked=0.1, spans=0.1, alone_until=99, parallel=0.1)
    paired = replace(data, parallel=data.training)
    made = rounds(paired, steps=20, objectives=alone)
    found = [[sum(shard) for shard in zip(*losses(made, number, student), strict=True)] for number in (1, 2)]
    assert found == [pytest.approx(sums, rel=1e-4) for sums in TWO_LANGUAGES]


TWO_LANGUAGES = ((1501.0488, 1435.2700), (1715.6760, 1552.1893))


def directions_of(made, number, student):
    """How often each language is told from each, of every kind, in a round of three."""
    found = Counter()
    shard = Rounds._shard

    def watched(self, kind, of_round, language, read, sources, targets):
        found[kind, read, language] += 1
        return shard(self, kind, of_round, language, read, sources, targets)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rounds, "_shard", watched)
        steps = losses(made, number, student)
    assert {len(step) for step in steps} == {3}, "a step has a shard a language"
    return found


def test_three_languages_are_each_told_from_each_as_often(three):
    student = net_of(three)
    made = rounds(three, steps=40, objectives=Objectives(start_pairs=0.3, denoising=0.2, alone_until=99))
    for number, kinds in ((1, ("start", "forward")), (2, ("start", "fresh"))):
        found, counts = directions_of(made, number, student), made._counts(number)
        for kind in kinds:
            times = [found[kind, *way] for way in permutations(range(3), 2)]
            assert sum(times) == 3 * counts[kind]
            assert max(times) - min(times) <= 1
        assert [found["denoising", one, one] for one in range(3)] == [counts["denoising"]] * 3


def test_a_round_of_three_is_a_function_of_its_seed_and_number(three):
    student = net_of(three)
    first = losses(rounds(three), 3, student)
    assert losses(rounds(three), 3, student) == first
    assert losses(rounds(three), 4, student) != first
    assert losses(rounds(three, seed=1), 3, student) != first


def test_what_the_net_translates_is_divided_among_the_others_and_has_all_of_the_text(three):
    made = rounds(three)
    for number in (2, 5):
        chosen = made._next_sentences(number, 1)
        parts = made._fresh(number, 1, [0, 2], net_of(three).net, None)
        lengths = [len(targets) for _, targets in parts]
        assert sum(lengths) <= len(chosen)
        wanted = [sorted(three.training[1][i].tolist() for i in chosen[place::2]) for place in (0, 1)]
        for (sources, targets), lines in zip(parts, wanted, strict=True):
            assert len(sources) == len(targets)
            assert all(targets[i].tolist() in lines for i in range(len(targets)))
    few = rounds(three, steps=1, tokens=1, objectives=Objectives(start_pairs=0.0))
    assert len(few._next_sentences(2, 0)) == 1
    assert len(few._fresh(2, 0, [1, 2], net_of(three).net, None)) == 2
    assert np.isfinite(losses(few, 2, net_of(three))).all()


def test_pairs_of_a_person_are_of_the_first_two_and_a_start_without_pairs_is_passed_over(three):
    start = {way: pairs for way, pairs in three.start.items() if way != (2, 0)}
    start[1, 0] = (PieceCorpus.of([]), PieceCorpus.of([]))
    lame = replace(three, start=start, parallel=three.training[:2])
    made = rounds(lame)
    assert [made._read("parallel", language) for language in range(3)] == [[1], [0], []]
    assert [made._read("start", language) for language in range(3)] == [[], [0, 2], [0, 1]]
    assert [made._read("forward", language) for language in range(3)] == [[1, 2], [2], [1]]
    for number in (0, 3):
        for step in losses(made, number, net_of(three)):
            assert 0 < len(step) <= 3
            assert np.isfinite(step).all()
