"""Beam search over partial keys of a simple or homophonic substitution.

Symbols get letters one after the other, in the order of `extension_order`; of the partial keys with t symbols the
`beam` that cost least (`partial_keys`) go on.

What it reaches with English 5-grams, a beam of 3000 and one thread of a shared core, on the odd ciphers of the
benchmark; the even ones chose the constants, and so did Zodiac's. A search error is a key that costs more than the
true one.

| cipher                                       | symbol error rate | search errors | seconds each |
|----------------------------------------------|-------------------|---------------|--------------|
| Zodiac's 408 symbols                         | 0.74 %            | 0 of 1        | 0.2          |
| 54 symbols, 512 letters / 408 / 256          | 0 / 0.10 / 5.8 %  | 0 / 0 / 1 of 10 | 0.2 to 0.3 |
| the same, 256 letters, beam 1000, 32 orders  | 0.94 %            | 0 of 10       | 0.3          |
| 100 symbols, 1024 letters                    | 0 %               | 0 of 5        | 0.4          |
| simple, 256 letters / 128 / 64 / 32          | 0 / 0.12 / 1.0 / 18.8 % | 0 / 0 / 0 / 1 of 25 | 0.04 to 0.14 |
| simple, spaces kept, 256 / 128 / 64 / 32     | 0.04 / 0.08 / 0.38 / 9.7 % | none | 0.03 to 0.05 |

Beale's second paper (762 numbers, 181 of them different) it reads with 21 to 31 % errors in 4 to 12 s.

Sources: Nuhn, Schamper and Ney, "Beam search for solving substitution ciphers", 2013, and "Improved decipherment of
homophonic ciphers", 2014.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from unmt.coding.ngram_table import BITS_PER_UNIT
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.substitution import Substitution
from unmt.solvers.extension_order import coverage_weights, extension_order
from unmt.solvers.gapped_table import gapped_table
from unmt.solvers.partial_keys import PartialKeys
from unmt.solvers.problem import Candidate, Problem, SearchResult

BEAM = 3000
ORDERS = 8
CANDIDATES = 10

ORDER_JITTER = 0.6
"""Standard deviation of the logarithm of the weights of the extension orders after the first."""


def solve_beam(
    problem: Problem,
    seed: np.random.SeedSequence,
    *,
    effort: float = 1.0,
    beam: int = BEAM,
    orders: int = ORDERS,
    homophonic: bool,
    max_homophones: int | None = None,
) -> SearchResult:
    """The best keys that beam search finds, fewest total bits first.

    beam: partial keys kept at each step; orders: how many extension orders are tried at most, times effort. The first
    is the best known, the others follow from weights that the seed draws around it: a true key that falls out of the
    beam in one order often stays in another. The search ends when an order leads to the best key of those before.
    No candidates where a simple substitution has more symbols than letters.
    """
    if not homophonic and len(problem.symbols) > len(problem.alphabet):
        return SearchResult()
    table = gapped_table(problem.table)
    most = homophone_limits(len(problem.symbols), problem.frequencies, max_homophones)
    found: dict[bytes, Candidate] = {}
    scored = 0
    for weights in order_weights(table.order, max(round(orders * effort), 1), seed):
        partial = PartialKeys(problem, table, homophonic=homophonic, most=most)
        partial.run(extension_order(partial.text, partial.space + 1, weights, given=partial.space), beam)
        if homophonic:
            partial.settle(CANDIDATES)
        scored += partial.scored
        best_before = min(found, key=lambda key: found[key].total_bits, default=b"")
        for key, units in zip(partial.keys[:CANDIDATES], partial.costs, strict=False):
            found[key.tobytes()] = candidate(problem, key[: partial.space], units, homophonic=homophonic)
        if best_before == partial.keys[0].tobytes():
            break
    ranked = sorted(found.values(), key=lambda c: c.total_bits)
    return SearchResult(ranked[:CANDIDATES], scored)


def order_weights(order: int, orders: int, seed: np.random.SeedSequence) -> Iterator[NDArray[np.float64]]:
    """Weights for one extension order after the other: the best known first, then others around them."""
    rng = np.random.default_rng(seed)
    weights = coverage_weights(order)
    yield weights
    for _ in range(orders - 1):
        yield weights * np.exp(ORDER_JITTER * rng.standard_normal(len(weights)))


def homophone_limits(symbols: int, frequencies: NDArray[np.float64], most: int | None) -> NDArray[np.int64]:
    """(letters,) how many homophones a letter may have: twice its share of the symbols and two more, or `most`."""
    share = np.maximum(frequencies, 1.0 / len(frequencies))
    limits = np.ceil(2.0 * symbols * share).astype(np.int64) + 2
    return limits if most is None else np.minimum(limits, most)


def candidate(problem: Problem, key: NDArray[np.integer], text_units: float, *, homophonic: bool) -> Candidate:
    """A key (symbols,) of letters whose text costs text_units, as the solvers hand it back."""
    family = Homophonic if homophonic else Substitution
    mapping = family.from_ids(problem.symbols, problem.alphabet, key)
    letters = mapping.apply(problem.ids)
    return Candidate(
        mapping, letters, float(text_units) * BITS_PER_UNIT, mapping.bits(problem.length), mapping.choice_bits(letters)
    )
