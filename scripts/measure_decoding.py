"""Time our translation with a Transformer beside CTranslate2's, on the same weights, in one run, one thread each.

    OMP_NUM_THREADS=1 python scripts/measure_decoding.py TEXT [--model RUN] [--direction en-fr] [--sentences 500]
        [--repeats 3] [--batch 4000]

TEXT has a sentence a line, such as a test set of data_prep/multi30k.py. Without --model a net of the default shape with
random weights writes whatever it writes, and sources are random pieces as long as the words of TEXT. Seconds are those
of the processor, the least of the repeats, which take turns; beam and greedy are float32. Prints sentences a second,
the ratio of our time to CTranslate2's, and the share of sentences for which both write the same. With --model there is
a row of what `unmt translate` does by itself, n-grams of the target beside the net, which CTranslate2 has none of.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from unmt.mappings.transformer import Shape, Transformer
from unmt.mappings.transformer_export import ctranslate2_model
from unmt.solvers import sequence_search
from unmt.solvers.sequence_search import Search, search
from unmt.tasks.neural_model import BEAM, NGRAMS, NeuralModel
from unmt.tasks.rescoring import rescored
from unmt.text.corpus_file import read_lines
from unmt.text.pieces import END_ID, UNKNOWN_ID

BEAMS = (1, 4, BEAM)
BATCHES = (64, 128)
"""Sentences of a batch of CTranslate2; the faster one counts."""


def random_net(lines: list[str]) -> tuple[Any, ...]:
    """A net of the default shape, names of its symbols, its search, sources, and no choice among them."""
    rng = np.random.default_rng(0)
    net = Transformer(Shape(4000, longest=256)).eval()
    with torch.no_grad():  # ends likely enough to come after some ten symbols
        end = net.embedding.weight[END_ID]
        net.decoder_norm.bias += 5.5 * end / end.dot(end)
    names = ["<pad>", "<unk>", "</s>", *(f"s{number}" for number in range(3, 4000))]
    sources = [rng.integers(6, 4000, max(1, len(line.split()))).astype(np.int32) for line in lines]
    return net, names, Search(4, END_ID, torch.tensor([END_ID, *range(6, 4000)])), sources, None


def trained_net(run: str, direction: str, lines: list[str]) -> tuple[Any, ...]:
    """The same of a trained model."""
    model = NeuralModel.load(run)
    way = model.direction(direction)
    tokeniser = model.languages[way.source].tokeniser
    sources = [np.array(model.pieces.encode(tokeniser.tokens(line)), np.int32) for line in lines]
    language = model.languages[way.target]

    def chosen(found: list[Any]) -> list[Any]:
        return rescored(found, model.pieces, language, NGRAMS, 1)

    return model.net, list(model.pieces.names), model.search(way.target), sources, chosen


def least_seconds(works: dict[str, Callable[[], Any]], repeats: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Of each work, the least processor seconds of the repeats, and what it gives."""
    seconds, results = dict.fromkeys(works, float("inf")), {}
    for _ in range(repeats):
        for name, work in works.items():
            start = time.process_time()
            results[name] = work()
            seconds[name] = min(seconds[name], time.process_time() - start)
    return seconds, results


def main() -> None:
    """Time both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    parser.add_argument("--model")
    parser.add_argument("--direction", default="en-fr")
    parser.add_argument("--sentences", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch", type=int, default=sequence_search.BATCH_TOKENS)
    given = parser.parse_args()
    import ctranslate2

    torch.set_num_threads(1)
    sequence_search.BATCH_TOKENS = given.batch
    lines = [line for line in read_lines(given.text) if line.strip()][: given.sentences]
    made = trained_net(given.model, given.direction, lines) if given.model else random_net(lines)
    net, names, usual, sources, chosen = made
    texts = [[names[id_] for id_ in row] for row in sources]
    limit = int(1.5 * max(map(len, sources))) + 10
    with tempfile.TemporaryDirectory() as folder:
        allowed = usual.allowed.tolist()
        spec = ctranslate2_model(net, names, allowed, unknown=UNKNOWN_ID, end=END_ID, tag=usual.tag)
        spec.save(folder)
        translator = ctranslate2.Translator(folder, intra_threads=1, inter_threads=1, compute_type="float32")
    print(f"{len(lines)} sentences, {np.mean([len(row) for row in sources]):.1f} symbols each; batch {given.batch}")
    print("beam  unmt/s  CTranslate2/s  time ratio  same  symbols written")
    rows: list[tuple[int, Any]] = [(beam, None) for beam in reversed(BEAMS)]
    for beam, choice in [*rows, (BEAM, chosen)] if chosen else rows:
        how = Search(usual.tag, usual.end, usual.allowed, beam, usual.length_power, ratio=0.0, slack=limit)
        ours_how = replace(how, others=choice is not None)

        def own(how: Search = ours_how, choice: Any = choice) -> Any:
            found = search(net, sources, how)
            return choice(found) if choice else found

        works: dict[str, Callable[[], Any]] = {"unmt": own}
        for batch in BATCHES:
            works[f"{batch}"] = lambda batch=batch, beam=beam: translator.translate_batch(
                texts, beam_size=beam, max_batch_size=batch, min_decoding_length=0, max_decoding_length=limit
            )
        seconds, results = least_seconds(works, given.repeats)
        theirs = min((f"{batch}" for batch in BATCHES), key=seconds.__getitem__)
        ours = [[names[id_] for id_ in found.ids] for found in results["unmt"]]
        same = np.mean([one == found.hypotheses[0] for one, found in zip(ours, results[theirs], strict=True)])
        print(
            f"{beam:4}{'+' if choice else ' '}{len(lines) / seconds['unmt']:7.0f} {len(lines) / seconds[theirs]:14.0f}"
            f" {seconds['unmt'] / seconds[theirs]:11.2f} {same:5.3f} {np.mean([len(one) for one in ours]):16.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
