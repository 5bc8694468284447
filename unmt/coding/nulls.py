"""Texts that share with a given one what they were made to share, and nothing else: what chance would compress.

shuffled(symbols, 1, rng)    every symbol as often as before, in random order
shuffled(symbols, 2, rng)    every pair of neighbours as often as before, and so on
exchanged(symbols, rng)      the same text in a random other spelling: each symbol is replaced by another one
drawn(symbols, rng)          symbols of the same set, all equally likely
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

Symbol = TypeVar("Symbol", bound=Hashable)


def shuffled(symbols: Sequence[Symbol], order: int, rng: np.random.Generator) -> list[Symbol]:
    """A sequence with exactly the same n-grams of `order` symbols, drawn evenly from all of them.

    order: 1 or more; n-grams are counted without wrapping around, so the first and the last order - 1 symbols stay.
    Raises ValueError for an order below 1. Sources: Altschul and Erickson, "Significance of nucleotide sequence
    alignments", 1985; Kandel, Matias, Unger and Winkler, "Shuffling biological sequences", 1996.
    """
    if order < 1:
        raise ValueError(f"n-grams of {order} symbols")
    if order == 1:
        return [symbols[place] for place in rng.permutation(len(symbols))]
    if len(symbols) <= order:
        return list(symbols)
    context = order - 1
    nodes = [tuple(symbols[place : place + context]) for place in range(len(symbols) - context + 1)]
    numbers = {node: number for number, node in enumerate(dict.fromkeys(nodes))}
    path = [numbers[node] for node in nodes]
    leaving: dict[int, list[int]] = defaultdict(list)
    for here, there in pairwise(path):
        leaving[here].append(there)
    last_exit = _random_tree(leaving, path[-1], len(numbers), rng)
    for node, exits in leaving.items():
        kept = last_exit.get(node)
        if kept is not None:
            exits.remove(kept)
        order_of_exits = rng.permutation(len(exits))
        exits[:] = [exits[place] for place in order_of_exits]
        if kept is not None:
            exits.append(kept)
    return _walk(leaving, path[0], list(numbers))


def _random_tree(leaving: dict[int, list[int]], root: int, nodes: int, rng: np.random.Generator) -> dict[int, int]:
    """The last exit of every node but the root: a random tree of edges towards it (Wilson, 1996)."""
    is_in_tree = [False] * nodes
    is_in_tree[root] = True
    chosen: dict[int, int] = {}
    for start in range(nodes):
        here = start
        while not is_in_tree[here]:
            exits = leaving[here]
            chosen[here] = exits[int(rng.random() * len(exits))]
            here = chosen[here]
        here = start
        while not is_in_tree[here]:
            is_in_tree[here] = True
            here = chosen[here]
    chosen.pop(root, None)
    return chosen


def _walk(leaving: dict[int, list[int]], start: int, contexts: list[tuple[Symbol, ...]]) -> list[Symbol]:
    """The symbols along the trail that takes the exits of each node in their order."""
    used = [0] * len(contexts)
    found = list(contexts[start])
    here = start
    while used[here] < len(leaving.get(here, ())):
        used[here] += 1
        here = leaving[here][used[here] - 1]
        found.append(contexts[here][-1])
    return found


def exchanged(text: str, rng: np.random.Generator) -> str:
    """The text with its visible characters exchanged for one another, all of them moved where that can be."""
    characters = sorted({character for character in text if not character.isspace()})
    if len(characters) < 2:
        return text
    order = rng.permutation(len(characters))
    # A single cycle leaves no character in its place.
    moved = {characters[a]: characters[b] for a, b in zip(order, np.roll(order, 1), strict=True)}
    return text.translate(str.maketrans(moved))


def drawn(text: str, rng: np.random.Generator) -> str:
    """As many characters of the same set, each as likely as any other."""
    characters = sorted(set(text))
    return "".join(characters[place] for place in rng.integers(len(characters), size=len(text)))
