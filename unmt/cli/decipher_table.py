"""`unmt decipher input=TABLE`: every row in order, written out as it is solved; a stopped run goes on."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unmt import __version__
from unmt.cli.decipher import Configuration, search
from unmt.cli.interruption import Interrupted, stop_on_interrupt
from unmt.cli.output import note, write
from unmt.cli.progress import Progress
from unmt.cli.run_directory import RunDirectory, run_directory
from unmt.errors import InputError
from unmt.tasks.row_file import RowFile
from unmt.text.ciphertext import Ciphertext
from unmt.text.paths import expanded
from unmt.text.readers import read_table

COLUMNS = ("id", "plaintext", "family", "language", "verdict", "probability_correct", "gain_bits", "seconds")
# All that a reader of the table might take for the end of a line or a cell.
_BREAKS = re.compile(r"[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def decipher_table(configuration: Configuration, path: str) -> None:
    """All rows to standard output; in the run directory rows.jsonl, table.tsv, result.json and report.html."""
    rows = read_table(path, required=("id", "ciphertext"), optional=("language",))
    for row in rows:
        _check(configuration, row, path)
    with run_directory("decipher", configuration) as directory:
        file = RowFile(directory.path, made_with=_origin(configuration, rows))
        done = [file.records[row["id"]] for row in rows if row["id"] in file.records]
        if done and not configuration.quiet:
            note(f"{len(done)} of {len(rows)} rows were finished before; going on in {directory.path}")
        if done:
            write(_line(COLUMNS) + "".join(map(table_line, done)))
        _solve_rest(configuration, rows, done, file, directory)
        _keep(directory, configuration, rows, done)
    if not configuration.quiet:
        verdicts = Counter(str(solved["verdict"]) for solved in done)
        counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
        note(f"{len(done)} rows: {counts}\n{directory.file('table.tsv')}\n{directory.file('report.html')}")


def row_seed(seed: int, identity: str) -> int:
    """The seed of a row: of the run's seed and the row's id, so that neither order nor neighbours matter."""
    return int.from_bytes(hashlib.sha256(f"{seed} {identity}".encode()).digest()[:4], "big")


def table_line(result: dict[str, Any]) -> str:
    """A solved row as a line of the table. What would break a line or a cell is a space in it."""
    return _line(
        [
            result["id"],
            _BREAKS.sub(" ", result["plaintext"].strip()),
            result["family"],
            result["language"],
            result["verdict"],
            f"{result['probability_correct']:.4f}",
            f"{result['gain_bits']:.1f}",
            f"{result['seconds']:.2f}",
        ]
    )


def _line(cells: Sequence[Any]) -> str:
    return "\t".join(map(str, cells)) + "\n"


def _check(configuration: Configuration, row: dict[str, str], path: str) -> None:
    """Raises InputError, with the row's id, for a ciphertext that cannot be read, or a language that there is not."""
    from unmt.coding.language_model import check_language

    language = _language(configuration, row)
    try:
        _ciphertext(configuration, row)
        if language != "auto":
            check_language(expanded(language))
    except InputError as error:
        raise InputError(f"{path}, id {row['id']}: {error}") from None


def _ciphertext(configuration: Configuration, row: dict[str, str]) -> Ciphertext:
    return Ciphertext.read(row["ciphertext"], symbols=configuration.symbols, spaces=configuration.spaces)


def _language(configuration: Configuration, row: dict[str, str]) -> str:
    """What the command line says goes before what the table says."""
    return configuration.language if configuration.language != "auto" else row.get("language", "").strip() or "auto"


def _origin(configuration: Configuration, rows: Sequence[dict[str, str]]) -> dict[str, Any]:
    """What must be the same for finished rows to be of use; config.yaml holds the rest."""
    origin = {"version": __version__, "table_sha256": _table_sha256(rows)}
    named = {_language(configuration, row) for row in rows}
    files = sorted(path for name in named if (path := Path(expanded(name))).is_file())
    if files:
        origin["language_sha256"] = _sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files))
    return origin


def _table_sha256(rows: Sequence[dict[str, str]]) -> str:
    """Of the rows as they were read: ids, ciphertexts and languages, whatever else the table holds."""
    return _sha256(json.dumps(rows, sort_keys=True).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _solve_rest(
    configuration: Configuration,
    rows: Sequence[dict[str, str]],
    done: list[dict[str, Any]],
    file: RowFile,
    directory: RunDirectory,
) -> None:
    """Solve the rows after those in `done`, which grows by them. Raises Interrupted between rows."""
    progress = Progress(directory.append_metrics, quiet=configuration.quiet)
    with stop_on_interrupt(progress):
        for number, row in enumerate(rows[len(done) :], start=len(done)):
            progress.begin(row["id"], number, len(rows))
            result = _solved(configuration, row, progress) if not progress.stop_requested else None
            # A row that was cut short would differ from what an uninterrupted run finds: it is done anew.
            if result is None or result["stopped"] == "interrupted":
                raise Interrupted(_how_to_go_on(directory, len(done), len(rows)))
            file.append(result)
            done.append(result)
            progress.finish("done", result["keys"], result["total_bits"])
            # The header waits for the first row, so that bad input leaves standard output empty.
            write(("" if number else _line(COLUMNS)) + table_line(result))


def _solved(configuration: Configuration, row: dict[str, str], progress: Progress) -> dict[str, Any]:
    language, seed = _language(configuration, row), row_seed(configuration.seed, row["id"])
    try:
        result = search(configuration, _ciphertext(configuration, row), language, seed, progress)
    except InputError as error:
        raise InputError(f"id {row['id']}: {error}") from None
    finally:
        progress.clear()
    return {"id": row["id"]} | result


def _how_to_go_on(directory: RunDirectory, done: int, total: int) -> str:
    again = f"the same command with run.dir={directory.path}"
    return f"Interrupted. {done} of {total} rows are kept in {directory.path}; {again} goes on from there."


def _keep(
    directory: RunDirectory,
    configuration: Configuration,
    rows: Sequence[dict[str, str]],
    done: Sequence[dict[str, Any]],
) -> None:
    """table.tsv, result.json and report.html of a finished table."""
    from unmt.report.table_page import table_page

    directory.write_text("table.tsv", _line(COLUMNS) + "".join(map(table_line, done)))
    verdicts = Counter(str(row["verdict"]) for row in done)
    result = {
        "rows": len(done),
        "verdicts": dict(verdicts.most_common()),
        "seconds": sum(row["seconds"] for row in done),
        "seed": configuration.seed,
        "table_sha256": _table_sha256(rows),
        "version": __version__,
        "table": [{column: row[column] for column in COLUMNS} for row in done],
    }
    directory.write_json("result.json", result)
    directory.write_text("report.html", table_page(result))
