"""Training makes sequences cheaper, as far as they have structure, and is a function of its seed."""

import pytest
import torch

from unmt.coding.sequence_model import SequenceModel
from unmt.coding.torch_threads import one_thread
from unmt.solvers.sequence_training import TrainingSettings, features, mean_bits, train_sequences


def rising(count: int, seed: int) -> torch.Tensor:
    """Sequences over four symbols, each the one before plus one: two bits for the first symbol, none for the rest."""
    first = torch.randint(4, (count, 1), generator=torch.Generator().manual_seed(seed))
    return (first + torch.arange(8)) % 4


def trained(is_causal: bool, seed: int = 0, **more):
    model = SequenceModel(4, 8, width=16, layers=1, is_causal=is_causal, generator=torch.Generator().manual_seed(seed))
    seen = []
    with one_thread():
        train_sequences(
            model, rising(64, 1), TrainingSettings(steps=120), torch.Generator().manual_seed(seed),
            visits=(0, 60, 120), visit=seen.append, **more,
        )  # fmt: skip
    return model, seen


@pytest.mark.parametrize(("is_causal", "most"), [(True, 0.5), (False, 0.8)])
def test_held_out_sequences_come_near_their_entropy(is_causal, most):
    model, seen = trained(is_causal)
    assert seen == [0, 60, 120]
    bits = mean_bits(model, rising(400, 2), torch.Generator().manual_seed(0))
    # Two bits for eight symbols; untrained it is sixteen.
    assert 0.24 < bits < most


def test_the_same_seed_gives_the_same_model_and_another_another():
    first, second, other = (list(trained(True, seed)[0].parameters()) for seed in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0], other[0])


def test_a_stop_is_heeded_before_the_next_visit():
    _, seen = trained(True, stopped=lambda step: step >= 60)
    assert seen == [0]


def test_bits_and_features_do_not_depend_on_how_sequences_are_cut_into_blocks(monkeypatch):
    model, _ = trained(False)
    ids = rising(50, 5)
    whole = mean_bits(model, ids, torch.Generator().manual_seed(2)), features(model, ids, "mean")
    monkeypatch.setattr("unmt.solvers.sequence_training.BLOCK_SEQUENCES", 7)
    parts = mean_bits(model, ids, torch.Generator().manual_seed(2)), features(model, ids, "mean")
    assert parts[0] == pytest.approx(whole[0], abs=1e-5)
    torch.testing.assert_close(parts[1], whole[1])
