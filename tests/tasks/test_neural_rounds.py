"""What the steps of a round learn from: shares, order, and that all of a text has its turn."""

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
    shares = objectives.shares(number, start_rounds, has_start=has_start)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares.values()) > 0.0
    assert has_start or "start" not in shares
    assert "fresh" not in shares or (objectives.back_translation and number >= start_rounds)


def test_text_of_one_language_alone_gives_way():
    objectives = Objectives(denoising=0.4, alone_until=10)
    falling = [objectives.shares(number, 2, has_start=True).get("denoising", 0.0) for number in range(2, 12)]
    assert falling == sorted(falling, reverse=True)
    assert falling[-1] == 0.0


def test_the_first_rounds_can_be_of_one_language_alone():
    objectives = Objectives(denoising=0.1, causal=0.2, spans=0.2, alone_rounds=3)
    for number in (0, 2):
        shares = objectives.shares(number, 25, has_start=True)
        assert shares == pytest.approx({"denoising": 0.2, "causal": 0.4, "spans": 0.4})
    assert {"start", "forward"} <= objectives.shares(3, 25, has_start=True).keys()
    off = Objectives(denoising=0.1, causal=0.2, spans=0.2)
    assert objectives.shares(3, 25, has_start=True) == off.shares(3, 25, has_start=True)


@pytest.fixture(scope="module")
def data():
    words = [f"{letter}{vowel}" for letter in "bdfg" for vowel in "aeiou"]
    rng = np.random.default_rng(0)
    texts = [[[str(word) for word in rng.choice(words, rng.integers(2, 9))] for _ in range(57)] for _ in range(2)]
    pieces = Pieces.learn((line for text in texts for line in text), ("aa", "bb"), 320)
    corpora = tuple(PieceCorpus.of(map(pieces.encode, text)) for text in texts)
    allowed = tuple(np.union1d(corpus.ids, [END_ID]).astype(np.int64) for corpus in corpora)
    sides = tuple(SimpleNamespace(language=name) for name in ("aa", "bb"))
    start = {number: (corpora[1 - number], corpora[number]) for number in (0, 1)}
    return NeuralData(sides, pieces, corpora, corpora, allowed, start)


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
