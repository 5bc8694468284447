"""Measure deciphering beyond `unmt bench ciphers`: historical ciphers over seeds, speed, and objectives.

    python scripts/measure_ciphers.py historical FOLDER [--seeds 10]
    python scripts/measure_ciphers.py speed
    python scripts/measure_ciphers.py objectives FOLDER

FOLDER holds NAME.cipher.txt and NAME.plain.txt of historical ciphers, and synthetic.en.tsv.gz.
"""

from __future__ import annotations

import argparse
import gzip
import time
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from unmt.coding.language_model import LanguageModel
from unmt.evaluation.symbol_error_rate import symbol_error_rate
from unmt.objectives.code_length import PairLists
from unmt.objectives.text_code import TextCode
from unmt.objectives.windows import build_windows
from unmt.solvers.annealing import anneal_swaps
from unmt.solvers.homophonic import HomophonicSearch
from unmt.solvers.problem import Problem
from unmt.solvers.random import EXPONENTIALS, kernel_state, next_random
from unmt.solvers.substitution import UNITS_PER_BIT, schedule
from unmt.tasks.decipher import decipher
from unmt.text.ciphertext import Ciphertext

HISTORICAL = ("z408", "beale2", "goldbug", "feynman1", "horacemann")
LENGTHS = (64, 128, 256, 408, 1024)


def historical(folder: Path, seeds: int) -> None:
    """Symbol error rate, verdict and seconds of each historical cipher over seeds; language named, family not."""
    print("cipher       seeds  SER %: mean (min to max)      within 3 %  search s (max)  with null s  verdicts")
    for name in HISTORICAL:
        cipher = (folder / f"{name}.cipher.txt").read_text(encoding="utf-8")
        plain = (folder / f"{name}.plain.txt").read_text(encoding="utf-8")
        decipher(cipher, language="en", null=False, restarts=1)  # compile and load
        rates, searches, wholes, verdicts = [], [], [], []
        for seed in range(seeds):
            start = time.perf_counter()
            decipher(cipher, language="en", seed=seed, null=False)
            searches.append(time.perf_counter() - start)
            start = time.perf_counter()
            solution = decipher(cipher, language="en", seed=seed)
            wholes.append(time.perf_counter() - start)
            rates.append(100 * symbol_error_rate(solution.plaintext, plain))
            verdicts.append(solution.verdict)
        spread = f"{np.mean(rates):.2f} ({min(rates):.2f} to {max(rates):.2f})"
        print(
            f"{name:12} {seeds:5}  {spread:28} {sum(r <= 3 for r in rates):6}      "
            f"{np.mean(searches):6.2f} ({max(searches):.2f})  {np.mean(wholes):8.2f}     {sorted(set(verdicts))}",
            flush=True,
        )


def speed() -> None:
    """Keys a second on one core: swaps of a simple substitution on the n-gram code, over a whole annealing run."""
    model = LanguageModel.load("en")
    table = model.table(False)
    text = _sample(max(LENGTHS), model)
    print("letters  million keys a second (median of 5)")
    for length in LENGTHS:
        windows = build_windows(text[:length], None, 26, table)
        lists = PairLists(windows)
        hot, cold = schedule(length / 26)
        rates = []
        for seed in range(6):
            key = np.random.default_rng(seed).permutation(26).astype(np.int64)
            start = time.thread_time()
            anneal_swaps(
                key,
                (windows.constants, windows.start, windows.window, windows.coefficient),
                (lists.first, lists.second, lists.start, lists.window, lists.step),
                table.costs,
                hot * UNITS_PER_BIT,
                cold * UNITS_PER_BIT,
                400_000,
                kernel_state(np.random.SeedSequence(seed)),
                np.empty((1, 26), np.int64),
                np.empty(1, np.int64),
            )
            rates.append(0.4 / (time.thread_time() - start))
        print(f"{length:7}  {np.median(rates[1:]):.2f}", flush=True)


def _sample(length: int, model: LanguageModel) -> Any:
    """A text drawn from the n-gram code, so that speed is measured on text like the language's."""
    rng = np.random.default_rng(0)
    text: list[int] = []
    ngrams = model.ngrams(spaces=False)
    while len(text) < length:
        text.append(int(rng.choice(26, p=ngrams.probabilities(text[-4:]))))
    return np.array(text)


@njit(nogil=True)
def _anneal_objective(  # noqa: C901, PLR0912  # one loop with four objectives, to compare like with like
    key: Any, ids: Any, table: Any, proposals: Any, prior: Any, kind: int, power: float,
    hot: float, cold: float, moves: int, state: Any,
) -> Any:  # fmt: skip
    """Annealing with whole rescoring under one of the objectives; key becomes the best."""
    costs, offsets, order, letters = table
    n, best, best_key, current = len(ids), 1e18, key.copy(), 1e18
    top = letters ** (order - 1)
    for move in range(moves):
        heat = hot * (cold / hot) ** (move / (moves - 1.0))
        symbol = np.int64(next_random(state) % np.uint64(len(key)))
        old = key[symbol]
        key[symbol] = proposals[next_random(state) & np.uint64(4095)]
        units, index = 0, 0
        uses = np.zeros(letters)
        for i in range(n):
            index = (index % top) * letters + key[ids[i]]
            units += costs[offsets[min(i + 1, order)] + index]
            uses[key[ids[i]]] += 1
        value = units / 16.0
        if kind == 1:  # the code length: choices and key
            homophones = np.zeros(letters)
            for s in range(len(key)):
                homophones[key[s]] += 1
                value += prior[key[s]]
            for y in range(letters):
                if uses[y] > 0:
                    value += uses[y] * np.log2(homophones[y])
        elif kind == 2:  # bits saved times a power of the entropy of the plaintext's letters
            entropy = 0.0
            for y in range(letters):
                if uses[y] > 0:
                    entropy -= uses[y] / n * np.log2(uses[y] / n)
            value = -(16.0 * n - value) * entropy**power / 4.1**power
        elif kind == 3:  # a penalty on letter frequencies that differ from the language's
            for y in range(letters):
                value += power * abs(uses[y] - n * 2.0 ** -prior[y])
        if value - current <= heat * EXPONENTIALS[next_random(state) & np.uint64(4095)]:
            current = value
            if value < best:
                best = value
                best_key[:] = key
        else:
            key[symbol] = old
    key[:] = best_key
    return best


def objectives(folder: Path) -> None:
    """The code length against heuristics on homophonic ciphers of 54 symbols: even rows, 3 runs of 300,000 moves."""
    model = LanguageModel.load("en")
    table = model.table(False)
    plan = [("code length", 1, 0.0), ("n-grams alone", 0, 0.0)]
    plan += [(f"(16 N - bits) * H^{power:g}", 2, power) for power in (0.25, 0.5, 1.0)]
    plan += [(f"n-grams + {weight:g} bits * |frequency gap|", 3, weight) for weight in (0.5, 1.0, 2.0)]
    print("objective                              letters  best-of-3 SER %  single runs under 10 %")
    for length in (256, 408):
        rows = _rows(folder, f"en-homophonic-54-nospaces-{length}")[::2]
        for name, kind, power in plan:
            rates, good = [], 0
            for number, (cipher, plain) in enumerate(rows):
                text = Ciphertext.read(cipher)
                problem = Problem(text.ids, text.symbols, None, model.alphabet, table, None, model.frequencies)
                search = HomophonicSearch(problem, TextCode(model, None, len(text)))
                hot, cold = schedule(length / len(text.symbols))
                truth = np.array([ord(c) - 97 for c in plain])
                ends = []
                for run in range(3):
                    rng = np.random.default_rng([number, run])
                    key = rng.choice(26, len(text.symbols), p=model.frequencies).astype(np.int64)
                    value = _anneal_objective(
                        key, search.ids, (table.costs, table.offsets, table.order, 26),
                        search.proposals, search.prior, kind, power, hot, cold, 300_000,
                        kernel_state(np.random.SeedSequence([number, run])),
                    )  # fmt: skip
                    ends.append((value, float(np.mean(key[search.ids] != truth))))
                rates.append(min(ends)[1])
                good += sum(rate < 0.1 for _, rate in ends)
            share = 100 * good / (3 * len(rows))
            print(f"{name:38} {length:7}  {100 * np.mean(rates):15.2f}  {share:10.0f} %", flush=True)


def _rows(folder: Path, cell: str) -> list[tuple[str, str]]:
    with gzip.open(folder / "synthetic.en.tsv.gz", "rt", encoding="utf-8") as table:
        names = next(table).rstrip("\n").split("\t")
        rows = [dict(zip(names, line.rstrip("\n").split("\t"), strict=True)) for line in table]
    return [(row["ciphertext"], row["plaintext"]) for row in rows if row["id"].startswith(f"{cell}-")]


def main() -> None:
    """Run what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("historical", "speed", "objectives"))
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    if given.what == "speed":
        speed()
    elif given.folder is None:
        parser.error("name the folder of the ciphers")
    elif given.what == "historical":
        historical(given.folder, given.seeds)
    else:
        objectives(given.folder)


if __name__ == "__main__":
    main()
