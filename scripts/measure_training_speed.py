"""Time a step of training, and translating, beside JoeyNMT's, on one net and batch, in one run.

    OMP_NUM_THREADS=1 python scripts/measure_training_speed.py TEXT [--sentences 2000] [--repeats 3] [--steps 40]
    python scripts/measure_training_speed.py TEXT --threads 2

TEXT has a sentence a line; sentences of random pieces are as long as its lines. The net is the default of
network=transformer: 4,000 pieces, states of 128, two layers of encoder and decoder, one table of embeddings. JoeyNMT
is to be installed beside unmt (`pip install joeynmt importlib_metadata`); without it our own figures are printed alone.
Batches are the same for both. Translations are held to as many pieces as the source has, so that both write as much.
Seconds are those of the processor, the least of the repeats, which take turns. With more threads they are those of the
clock, and a step of ours has a shard for each thread, whose sentences are one batch to JoeyNMT: each does it its own
way.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from unmt.mappings.sequence_batch import batch_of, cut
from unmt.mappings.transformer import Shape, Transformer
from unmt.objectives.sequence_likelihood import Output, pair_nats
from unmt.solvers.sequence_search import Search, search
from unmt.solvers.sequence_trainer import Rates, SequenceTrainer, ShardLoss
from unmt.text.corpus_file import read_lines
from unmt.text.pieces import END_ID

SYMBOLS, FIRST, TAG = 4000, 6, 4
SIZES = (200, 1000, 4000)
"""Target pieces of a batch; 200 is what a shard of a training has."""

JOEY = {
    "tied_embeddings": True, "tied_softmax": True, "initializer": "xavier_uniform", "embed_initializer": "normal",
    "embed_init_weight": 0.1, "bias_initializer": "zeros",
}  # fmt: skip
PART = {
    "type": "transformer", "num_layers": 2, "num_heads": 4, "hidden_size": 128, "ff_size": 512, "dropout": 0.1,
    "layer_norm": "pre", "embeddings": {"embedding_dim": 128, "scale": True, "dropout": 0.1},
}  # fmt: skip


def sentences(lengths: list[int], seed: int) -> list[Any]:
    """Random pieces."""
    rng = np.random.default_rng(seed)
    return [rng.integers(FIRST, SYMBOLS, length).astype(np.int32) for length in lengths]


def our_trainer(threads: int) -> SequenceTrainer:
    """Of the default net."""
    net = Transformer(Shape(SYMBOLS, longest=256), torch.Generator().manual_seed(0))
    with torch.no_grad():  # an end that is never the likeliest: translations fill their limit
        net.embedding.weight[END_ID] = 0.0
    return SequenceTrainer(net, Rates(), dropout=0.1, seed=0, threads=threads)


def our_steps(trainer: SequenceTrainer, steps: list[list[Any]]) -> None:
    """Steps, of one or several batches each."""
    output = Output.of(torch.tensor([END_ID, *range(FIRST, SYMBOLS)]), SYMBOLS)

    def loss(batch: Any, net: Any, draw: Any) -> ShardLoss:
        nats, _ = pair_nats(net, batch, output, smoothing=0.1, dropout=draw.dropout)
        return ShardLoss(nats, batch.tokens)

    for batches in steps:
        trainer.step([partial(loss, batch) for batch in batches])


def joey_net() -> Any:
    """JoeyNMT's net of that shape, or None where it is not installed."""
    try:
        from joeynmt.model import build_model
        from joeynmt.vocabulary import Vocabulary
    except ImportError:
        return None
    names = {"unk": "<unk>", "pad": "<pad>", "bos": "<s>", "eos": "</s>"}
    symbols = {f"{name}_token": symbol for name, symbol in names.items()}
    ids = {f"{name}_id": number for number, name in enumerate(names)}
    special = SimpleNamespace(**symbols, **ids, sep_token=None, sep_id=None, lang_tags=[])
    words = Vocabulary([f"s{number}" for number in range(SYMBOLS - 4)], special)
    net = build_model({**JOEY, "encoder": PART, "decoder": PART}, src_vocab=words, trg_vocab=words)
    net.loss_function = ("crossentropy", 0.1)
    return net


def joey_batch(sources: list[Any], targets: list[Any] | None) -> Any:
    """The same sentences as JoeyNMT has them."""
    from joeynmt.batch import Batch

    def filled(rows: list[Any], first: list[int]) -> torch.Tensor:
        longest = max(map(len, rows)) + len(first) + 1
        table = torch.ones(len(rows), longest, dtype=torch.long)
        for place, row in enumerate(rows):
            held = torch.tensor([*first, *map(int, row), 3])
            table[place, : len(held)] = held
        return table

    return Batch(
        filled(sources, []), torch.tensor([len(row) + 1 for row in sources]), None,
        None if targets is None else filled(targets, [2]), None, torch.arange(len(sources)), torch.device("cpu"), 1, 3,
    )  # fmt: skip


def joey_steps(net: Any, optimiser: Any, batches: list[Any]) -> None:
    """A step on each batch, as JoeyNMT's trainer does it."""
    net.train()
    for batch in batches:
        loss, *_ = net(return_type="loss", **vars(batch))
        batch.normalize(loss, "tokens").backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        net.zero_grad()


def joey_translates(net: Any, sources: list[Any], beam: int, size: int) -> None:
    """Greedily with a beam of one."""
    from joeynmt.search import search as joey_search

    net.eval()
    for place in range(0, len(sources), size):
        part = sources[place : place + size]
        longest = max(map(len, part))
        joey_search(net, joey_batch(part, None), longest, beam, 1.0, min_output_length=longest)


def least_seconds(works: dict[str, Callable[[], Any]], repeats: int, threads: int) -> dict[str, float]:
    """Of each, in turns. Ours gives each thread work of its own, and JoeyNMT's divides the products of torch."""
    seconds = dict.fromkeys(works, float("inf"))
    clock = time.process_time if threads == 1 else time.perf_counter
    for _ in range(repeats):
        for name, work in works.items():
            torch.set_num_threads(1 if name == "unmt" else threads)
            start = clock()
            work()
            seconds[name] = min(seconds[name], clock() - start)
    torch.set_num_threads(1)
    return seconds


def told(what: str, pieces: int, seconds: dict[str, float]) -> None:
    """A row."""
    rates = [f"{name} {pieces / spent:8,.0f}" for name, spent in seconds.items()]
    ratio = f"  ours is {seconds['JoeyNMT'] / seconds['unmt']:.2f} times as fast" if "JoeyNMT" in seconds else ""
    print(f"{what:32} target pieces a second: {'  '.join(rates)}{ratio}", flush=True)


def main() -> None:
    """Time both, and print a row for each size of batch and each beam."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    threads = given.threads
    torch.set_num_threads(1)
    lengths = [max(1, len(line.split())) for line in read_lines(given.text)[: given.sentences]]
    sources, targets = sentences(lengths, 1), sentences(lengths, 2)
    trainer, joey = our_trainer(threads), joey_net()
    optimiser = torch.optim.Adam(joey.parameters(), lr=1e-4) if joey is not None else None
    counts = np.array(lengths)
    for size in SIZES:
        places = cut(counts, counts, size, np.random.default_rng(0))[: threads * given.steps]
        places = places[: len(places) // threads * threads]
        pairs = [([sources[i] for i in part], [targets[i] for i in part]) for part in places]
        batches = [batch_of(*pair, END_ID, TAG, 0, 1) for pair in pairs]
        ours = [batches[first : first + threads] for first in range(0, len(batches), threads)]
        works: dict[str, Callable[[], Any]] = {"unmt": partial(our_steps, trainer, ours)}
        if joey is not None:
            joined = [np.concatenate(places[first : first + threads]) for first in range(0, len(places), threads)]
            theirs = [joey_batch([sources[i] for i in part], [targets[i] for i in part]) for part in joined]
            works["JoeyNMT"] = partial(joey_steps, joey, optimiser, theirs)
        seconds = least_seconds(works, given.repeats, threads)
        told(f"training, {threads} x {size} pieces a step", sum(batch.tokens for batch in batches), seconds)
    ordered = sorted(sources, key=len)
    allowed = torch.tensor([END_ID, *range(FIRST, SYMBOLS)])
    for beam in (1, 4):
        how = Search(TAG, END_ID, allowed, beam=beam, ratio=1.0, slack=-1)
        works = {"unmt": partial(search, trainer.averaged, ordered, how, threads=threads)}
        if joey is not None:
            works["JoeyNMT"] = partial(joey_translates, joey, ordered, beam, 64)
        told(f"translating, beam of {beam}", sum(lengths), least_seconds(works, given.repeats, threads))


if __name__ == "__main__":
    main()
