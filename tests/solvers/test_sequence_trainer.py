from dataclasses import replace

import numpy as np
import pytest
import torch

from unmt.errors import InputError
from unmt.mappings.sequence_batch import batch_of
from unmt.mappings.transformer import Shape, Transformer
from unmt.objectives.sequence_likelihood import Output, pair_nats
from unmt.solvers import sequence_trainer
from unmt.solvers.sequence_trainer import Rates, SequenceTrainer, ShardLoss

END, TAG, SYMBOLS = 2, 4, 30
OUTPUT = Output.of(torch.tensor([END, *range(6, SYMBOLS)]), SYMBOLS)


def trainer(threads=1, seed=0, width=16):
    torch.set_num_threads(1)
    net = Transformer(
        Shape(SYMBOLS, width=width, heads=2, inner=2 * width, dropout=0.2), torch.Generator().manual_seed(0)
    )
    return SequenceTrainer(net, Rates(peak=1e-2, warm_up=5), dropout=0.2, seed=seed, threads=threads)


def shards():
    """Two shards: to copy a sentence, and to turn it around."""

    def shard(turn):
        def loss(net, draw):
            rows = [draw.numbers.integers(6, SYMBOLS, 5).astype(np.int32) for _ in range(8)]
            batch = batch_of(rows, [row[::turn] for row in rows], END, TAG, 0, 1)
            nats, _ = pair_nats(net, batch, OUTPUT, smoothing=0.1, dropout=draw.dropout)
            return ShardLoss(nats, batch.tokens)

        return loss

    return [shard(1), shard(-1)]


def weights(of):
    return {name: tensor.clone() for name, tensor in of.state().items()}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("width", [16, 64])  # small products, and large ones, are of two libraries
def test_threads_change_not_one_bit(width):
    one, two = trainer(threads=1, width=width), trainer(threads=2, width=width)
    for _ in range(4):
        assert one.step(shards()) == two.step(shards())
    assert same(weights(one), weights(two))


def test_the_parts_that_weights_are_moved_in_change_not_one_bit(monkeypatch):
    one = trainer()
    monkeypatch.setattr(sequence_trainer, "PART", 64)
    two = trainer(threads=2)
    assert len(two.optimisers) > 20 * len(one.optimisers)
    for _ in range(4):
        assert one.step(shards()) == two.step(shards())
    assert same(weights(one), weights(two))
    fresh = trainer()
    fresh.restore(weights(one), one.steps, one.applied)
    assert one.step(shards()) == fresh.step(shards())
    assert same(weights(one), weights(fresh))


def test_a_restored_trainer_goes_on_as_if_nothing_had_been():
    whole, broken = trainer(), trainer()
    for _ in range(3):
        whole.step(shards())
        broken.step(shards())
    fresh = trainer()
    fresh.restore(weights(broken), broken.steps, broken.applied)
    for _ in range(3):
        assert whole.step(shards()) == fresh.step(shards())
    assert same(weights(whole), weights(fresh))


def test_another_seed_is_another_training():
    one, two = trainer(seed=0), trainer(seed=1)
    for _ in range(2):
        one.step(shards())
        two.step(shards())
    assert not same(weights(one), weights(two))


def test_the_loss_falls():
    taught = trainer()
    losses = []
    for _ in range(60):
        figures = taught.step(shards()[:1])
        losses.append(figures["loss"] / figures["tokens"])
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def test_a_step_without_a_finite_gradient_moves_nothing():
    taught = trainer()
    taught.step(shards())
    before = weights(taught)

    def broken(net, _draw):
        return ShardLoss((net.embedding.weight.sum() * 0.0).sqrt(), 1)  # 0, whose gradient is none

    figures = taught.step([broken])
    assert figures["passed_over"] == 1
    assert "gradient_norm" not in figures, "a row of infinite figures is no JSON"
    after = weights(taught)
    assert all(torch.equal(before[name], after[name]) for name in before if name.startswith("net."))


def test_a_loss_that_is_no_number_ends_the_training_and_says_where():
    taught = trainer()
    taught.step(shards())

    def broken(net, _draw):
        return ShardLoss(net.embedding.weight.sum() * float("nan"), 1, "fresh.bb")

    with pytest.raises(InputError, match=r"step 2: the loss of fresh\.bb is no finite number .* trainer\.rate=0\.01"):
        taught.step([broken])


def test_the_sums_are_told_by_what_shards_learn_from():
    def named(shard, name):
        return lambda net, draw: replace(shard(net, draw), name=name)

    first, second = shards()
    figures = trainer().step([named(first, "start.aa"), named(second, "start.bb")])
    assert figures["loss"] == figures["start.aa.loss"] + figures["start.bb.loss"]
    assert figures["tokens"] == figures["start.aa.tokens"] + figures["start.bb.tokens"]
    assert figures["gradient_norm"] > 0


def test_rates_warm_up_then_hold_then_fall():
    rates = Rates(peak=1.0, warm_up=10, hold=100)
    assert rates.rate(5) == pytest.approx(0.5)
    assert rates.rate(50) == 1.0
    assert rates.rate(400) == pytest.approx(0.5)
