"""Measure the search on ciphers with known plaintext, and fit the probability that a certificate states.

    python scripts/fit_certificate.py FOLDER ROWS.jsonl [--processes 2] [--limit 24] [--unnamed] [--fit]

FOLDER holds tables synthetic.LANGUAGE.tsv.gz with columns id, language, kind, length, ciphertext, plaintext; --limit is
the number of English ciphers in a cell, the other languages have a third. Random texts, and texts searched under
another language's model, are added as negative cases. Every solved row is a line of ROWS.jsonl; a run that was cut off
goes on where it stopped. With --unnamed the language has to be found as well, and there are no negative cases. Rows of
even number within their cell are fitted, those of odd number reported. --fit writes unmt/tasks/probability.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from unmt.evaluation.calibration import LogisticCalibration, expected_calibration_error, reliability
from unmt.evaluation.symbol_error_rate import symbol_error_rate
from unmt.tasks.decipher import decipher
from unmt.tasks.probability import Evidence

TARGET = Path(__file__).resolve().parent.parent / "unmt" / "tasks" / "probability.json"
RANDOM_LENGTHS = (16, 32, 64, 128, 256, 400, 1024)
RANDOM_DRAWS = 4
WRONG = {"en": "de", "de": "en", "fr": "en", "es": "fr", "it": "en"}


def rows(folder: Path, limit: int) -> Iterator[dict[str, Any]]:
    """The cases: id, cell, number within the cell, language to search under, ciphertext, plaintext ("" for none)."""
    for path in sorted(folder.glob("synthetic.*.tsv.gz")):
        seen: dict[str, int] = defaultdict(int)
        with gzip.open(path, "rt", encoding="utf-8") as table:
            names = next(table).rstrip("\n").split("\t")
            for line in table:
                row = dict(zip(names, line.rstrip("\n").split("\t"), strict=True))
                cell = row["id"].rsplit("-", 1)[0]
                number = seen[cell]
                seen[cell] += 1
                case = {"cell": cell, "number": number, "language": row["language"], "ciphertext": row["ciphertext"]}
                most = limit if row["language"] == "en" else limit // 3
                if number < most:
                    yield case | {"id": row["id"], "plaintext": row["plaintext"]}
                if number < most // 6:
                    wrong = WRONG[row["language"]]
                    known = {"id": f"{row['id']}-as-{wrong}", "cell": f"as-{wrong}", "language": wrong}
                    yield case | known | {"plaintext": row["plaintext"]}
    for size in (20, 26):
        for length in RANDOM_LENGTHS:
            for number in range(RANDOM_DRAWS):
                rng = np.random.default_rng([size, length, number])
                text = "".join(chr(97 + i) for i in rng.integers(size, size=length))
                name = f"random-{size}-{length}"
                case = {"id": f"{name}-{number}", "cell": name, "number": number, "language": "en"}
                yield case | {"ciphertext": text, "plaintext": ""}


def solve(case: dict[str, Any]) -> dict[str, Any]:
    """One case, searched with the defaults."""
    solution = decipher(case["ciphertext"], language=case["language"], threads=1, null=False)
    error = symbol_error_rate(solution.plaintext, case["plaintext"]) if case["plaintext"] else 1.0
    kept = {name: case[name] for name in ("id", "cell", "number", "language", "true") if name in case}
    return kept | {
        "symbol_error_rate": error,
        "family": solution.family,
        "found": solution.language,
        "verdict": solution.verdict,
        "seconds": solution.seconds,
        "keys": solution.keys,
        "evidence": solution.evidence,
    }


def main() -> None:
    """Solve what is not solved yet; print the cells; fit and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--limit", type=int, default=24)
    parser.add_argument("--only", default="", help="ids that begin like this")
    parser.add_argument("--unnamed", action="store_true")
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    done = [json.loads(line) for line in given.rows.read_text().splitlines()] if given.rows.exists() else []
    known = {row["id"] for row in done}
    cases = (case for case in rows(given.folder, given.limit) if case["id"].startswith(given.only))
    todo = [case for case in cases if case["id"] not in known]
    if given.unnamed:
        true = [case for case in todo if case["plaintext"] and "-as-" not in case["id"]]
        todo = [case | {"true": case["language"], "language": "auto"} for case in true]
    with ProcessPoolExecutor(given.processes) as pool, given.rows.open("a", encoding="utf-8") as file:
        for row in pool.map(solve, todo):
            done.append(row)
            file.write(json.dumps(row) + "\n")
            file.flush()
    print_cells(done)
    report(done, write=given.fit)


def print_cells(done: list[dict[str, Any]]) -> None:
    """Error, exact keys, family and seconds of each cell: rows of even number, of odd number."""
    cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in done:
        cells[row["cell"]].append(row)
    for cell, members in sorted(cells.items()):
        for half in (0, 1):
            part = [r for r in members if r["number"] % 2 == half]
            if not part:
                continue
            rates = [100 * r["symbol_error_rate"] for r in part]
            identified = sum(r["verdict"] == "identified" for r in part)
            nothing = sum(r["verdict"] == "no structure found" for r in part)
            print(
                f"{cell:36} {('even', 'odd')[half]:5} n {len(part):3}  SER {np.mean(rates):6.2f} %  "
                f"exact {sum(r == 0 for r in rates):3}  identified {identified:3}  nothing {nothing:3}  "
                f"seconds {np.mean([r['seconds'] for r in part]):5.2f}  "
                f"families {sorted({r['family'] for r in part})}"
            )


def report(done: list[dict[str, Any]], *, write: bool) -> None:
    """Fit on the even rows; expected calibration error and reliability on the odd ones."""
    names = [name for name in features(done[0]) if name != "one"]
    table = np.array([[features(row)[name] for name in names] for row in done])
    right = np.array([row["symbol_error_rate"] <= 0.02 for row in done])
    even = np.array([row["number"] % 2 == 0 for row in done])
    fitted = LogisticCalibration.fit(table[even], right[even].tolist(), ridge=1.0)
    stated = fitted.predict(table)
    for label, part in (("fitted (even)", even), ("reported (odd)", ~even)):
        error = expected_calibration_error(stated[part].tolist(), right[part].tolist())
        print(f"{label}: {part.sum()} cases, expected calibration error {error:.4f}")
    for entry in reliability(stated[~even].tolist(), right[~even].tolist()):
        print(f"  stated {entry.mean_probability:.3f}  right {entry.share_right:.3f}  n {entry.cases}")
    weights = {"one": fitted.intercept} | dict(zip(names, fitted.weights, strict=True))
    print(json.dumps(weights))
    if write:
        about = "P(symbol error rate <= 2 %), logistic; made by scripts/fit_certificate.py"
        rounded = {name: round(weight, 4) for name, weight in weights.items()}
        TARGET.write_text(json.dumps({"about": about, "weights": rounded}, indent=1) + "\n", encoding="utf-8")


def features(row: dict[str, Any]) -> dict[str, float]:
    """The figures of a row's evidence."""
    return Evidence(**row["evidence"]).features()


if __name__ == "__main__":
    main()
