"""Several processes on gloo: what one would have done, to the last bit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unmt.solvers.processes import ONE_PROCESS, Processes

WORKER = """
import json, sys
import numpy as np
import torch
from unmt.mappings.sequence_batch import batch_of
from unmt.mappings.transformer import Shape, Transformer
from unmt.objectives.sequence_likelihood import Output, pair_nats
from unmt.solvers.processes import Processes, joined
from unmt.solvers.sequence_search import Search, search
from unmt.solvers.sequence_trainer import Rates, SequenceTrainer, ShardLoss

END, TAG, SYMBOLS = 2, 4, 30
torch.set_num_threads(1)
allowed = torch.tensor([END, *range(6, SYMBOLS)])
output = Output.of(allowed, SYMBOLS)

def shard(turn):
    def loss(net, draw):
        rows = [draw.numbers.integers(6, SYMBOLS, 5).astype(np.int32) for _ in range(8)]
        batch = batch_of(rows, [row[::turn] for row in rows], END, TAG, 0, 1)
        nats, _ = pair_nats(net, batch, output, smoothing=0.1, dropout=draw.dropout)
        return ShardLoss(nats, batch.tokens, f"turn {turn}")
    return loss

processes = Processes.launched()
with joined(processes, has_gpu=False):
    net = Transformer(Shape(SYMBOLS, width=16, heads=2, inner=32), torch.Generator().manual_seed(0))
    trainer = SequenceTrainer(net, Rates(warm_up=2), dropout=0.2, seed=0, processes=processes)
    figures = [trainer.step([shard(1), shard(-1)]) for _ in range(4)]
    figures += [trainer.step([shard(1), shard(-1), shard(2), shard(-2)]) for _ in range(3)]  # more than processes
    rng = np.random.default_rng(0)
    rows = [rng.integers(6, SYMBOLS, rng.integers(1, 14)).astype(np.int32) for _ in range(40)]
    from unmt.solvers import sequence_search
    sequence_search.BATCH_TOKENS = 60
    found = search(net, rows, Search(TAG, END, allowed, sample=1.0), seed=3, processes=processes)
    flags = processes.all(processes.rank), processes.first(processes.rank)
weights = {name: tensor.double().numpy().tobytes().hex() for name, tensor in trainer.state().items()}
said = {"figures": figures, "weights": weights, "found": [f.ids.tolist() for f in found], "flags": flags}
open(sys.argv[1] + f"/{processes.rank}", "w").write(json.dumps(said))
"""

ENDING = """
import json, os, sys
import torch
from unmt.solvers.processes import Processes, joined

def of_gloo():
    return sum("gloo" in open(f"/proc/self/task/{thread}/comm").read() for thread in os.listdir("/proc/self/task"))

processes = Processes.launched()
with joined(processes, has_gpu=False):
    import torch._dynamo  # as a net's first step does
    processes.add(torch.ones(3))
    during = of_gloo()
open(sys.argv[1] + f"/{processes.rank}", "w").write(json.dumps([during, of_gloo()]))
"""


def worked(folder: Path, world: int, port: int, worker: str = WORKER) -> list[Any]:
    """What each of so many processes came to."""
    folder.mkdir()
    shared = {"WORLD_SIZE": str(world), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", worker, str(folder)],
            env=os.environ | shared | {"RANK": str(rank)},
        )
        for rank in range(world)
    ]
    try:
        assert [process.wait(timeout=300) for process in started] == [0] * world
    finally:
        for process in started:
            process.kill()
    return [json.loads((folder / str(rank)).read_text()) for rank in range(world)]


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.slow
def test_two_and_three_processes_come_to_what_one_comes_to(tmp_path):
    alone = worked(tmp_path / "1", 1, free_port())[0]
    for world in (2, 3):
        for said in worked(tmp_path / str(world), world, free_port()):
            assert said["flags"] == [list(range(world)), 0]
            for what in ("found", "figures", "weights"):
                assert said[what] == alone[what], f"{what} of {world} processes"


@pytest.mark.skipif(sys.platform != "linux", reason="threads are told by /proc")
def test_no_thread_outlives_the_talk_of_processes(tmp_path):
    for during, after in worked(tmp_path / "2", 2, free_port(), ENDING):
        assert during > 0
        assert after == 0, "a thread that wants Python while Python ends aborts the process"


def test_a_process_that_nothing_launched_is_alone(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    assert Processes.launched() == ONE_PROCESS
    assert ONE_PROCESS.all("x") == ["x"]
    assert ONE_PROCESS.first("x") == "x"
    monkeypatch.setenv("RANK", "1")
    assert Processes.launched() == ONE_PROCESS, "a rank alone is some other program's"
    for name, value in {"WORLD_SIZE": "4", "MASTER_ADDR": "x", "MASTER_PORT": "1", "LOCAL_WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    assert Processes.launched() == Processes(1, 4, 2)
    assert not Processes.launched().is_first
