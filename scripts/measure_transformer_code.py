"""What the Transformer as a code takes of a text, beside other codes, and what a mixture with it gains on ours.

    scripts/measure_transformer_code.py data/mono/eltec.en.gz bytes=300000

A row for each part of the text from its beginning on, printed when it is done: bits a byte by each code; by the mixture
of ours and the Transformer for the whole, as bits above ours; by the mixture of both that follows whichever is right
at the moment, as bits a byte; and the processor's seconds of our code and of the Transformer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from measure_compression import text_of

from unmt.coding.context_mixing import ContextMixing
from unmt.coding.general_codes import general_code
from unmt.coding.local_mixture import local_bits
from unmt.coding.mixture import mixture_bits
from unmt.coding.transformer_code import TransformerCode

PARTS = (30_000, 100_000, 300_000, 1_000_000)
OTHERS = ("xz", "ppmd")
COLUMNS = ("bytes", *OTHERS, "mixing (ours)", "transformer", "mixture", "byte by byte", "s, ours", "s, transformer")


def main(arguments: list[str]) -> int:
    """Print the table."""
    keys = dict(argument.split("=", 1) for argument in arguments if "=" in argument)
    paths = [argument for argument in arguments if "=" not in argument]
    if len(paths) != 1 or not keys.keys() <= {"bytes"}:
        print(__doc__, file=sys.stderr)
        return 2
    data = text_of(paths[0], int(keys.get("bytes", "300000")))
    print(f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|", flush=True)
    codes = (ContextMixing(), TransformerCode())
    for code in codes:
        code.bits(data[:10])  # what is loaded and compiled is no part of the time
    states: list[Any] = [code.state() for code in codes]
    costs, seconds, start = [np.zeros(0), np.zeros(0)], [0.0, 0.0], 0
    for end in sorted({*(part for part in PARTS if part < len(data)), len(data)}):
        for number, code in enumerate(codes):
            more, spent = timed(code.costs, data[start:end], states[number])
            costs[number] = np.concatenate([costs[number], more])
            seconds[number] += spent
        ours, theirs = (float(one.sum()) for one in costs)
        rates = [general_code(name).bits(data[:end]) / end for name in OTHERS]
        rates += [ours / end, theirs / end]
        cells = [f"{end:,}", *(f"{rate:.4f}" for rate in rates), f"{mixture_bits([ours, theirs]) - ours:+.2f}"]
        cells += [f"{local_bits(costs).sum() / end:.4f}", *(f"{spent:.1f}" for spent in seconds)]
        print("| " + " | ".join(cells) + " |", flush=True)
        start = end
    return 0


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What the work gives, and the processor's seconds."""
    start = time.process_time()
    found = work(*arguments)
    return found, time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
