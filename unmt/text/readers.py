"""Files that a user names, read whole and checked once: text, and tables with named columns."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from unmt.errors import InputError

TABLE_SUFFIXES = (".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz")
FIRST_BLOCK_BYTES = 1 << 16


def is_table(path: Path | str) -> bool:
    """Whether the name says that this is a table (.tsv, .jsonl, either with .gz) and not a text."""
    return str(path).lower().endswith(TABLE_SUFFIXES)


def read_text(path: Path | str) -> str:
    """The text of a file in UTF-8 (.gz is unpacked; a byte order mark is dropped), or of standard input for "-".

    Line breaks come back as line feeds. Raises InputError where the file is missing, a folder, cannot be read,
    is binary, is not UTF-8, or has nothing but white space.
    """
    return read_start(path)[0]


def read_start(path: Path | str, most_bytes: int | None = None, *, may_be_blank: bool = False) -> tuple[str, bool]:
    """As read_text, and whether that is all of the file: only the lines that end within so many bytes are read.

    may_be_blank: as long as there is a line. Raises InputError as read_text, and where not one line ends there.
    """
    if not str(path):
        raise InputError("no file is named: there is nothing behind the = of its key. Name one.")
    name = _name(path)
    data, is_whole = _read_bytes(path, name, most_bytes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: not UTF-8 text. Convert it, for example with iconv.") from None
    if not text.strip() and not (may_be_blank and text):
        what = "blank: only white space is in it" if text else "empty"
        raise InputError(f"{name} is {what}. Name a file that has text in it.")
    text = text.replace("\r\n", "\n")
    # A carriage return ends a line where nothing else does; within one it is white space.
    return text.replace("\r", " " if "\n" in text else "\n"), is_whole


def read_table(path: Path | str, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a table, each with the required columns and those optional ones that it has; others are dropped.

    path: .tsv (a header, then a line a row, cells taken as they stand) or .jsonl (an object a line), either with .gz.
    Raises InputError, with the line, where a required column is missing or a cell of it blank, where a row has not
    as many cells as the header, or where a column "id" is required and an id stands twice.
    """
    name = _name(path)
    lines = read_text(path).split("\n")
    is_json = Path(path).name.lower().removesuffix(".gz").endswith(".jsonl")
    numbered = _json_rows(lines, name) if is_json else _tsv_rows(lines, name, required)
    first_lines: dict[str, int] = {}
    rows = []
    for number, row in numbered:
        _check_row(row, required, f"{name}, line {number}")
        if "id" in required:
            first = first_lines.setdefault(row["id"], number)
            if first != number:
                raise InputError(
                    f"{name}, line {number}: id {row['id']!r} stands on line {first} too. Make ids unique."
                )
        rows.append({column: row[column] for column in (*required, *optional) if column in row})
    if not rows:
        raise InputError(f"{name} has no rows. Give at least one beside the header.")
    return rows


def _name(path: Path | str) -> str:
    return "standard input" if str(path) == "-" else str(path)


def _read_bytes(path: Path | str, name: str, most_bytes: int | None) -> tuple[bytes, bool]:
    """The unpacked bytes, and whether that is all; a first block with a zero byte in it ends the reading, so that
    /dev/zero does too.
    """
    first = FIRST_BLOCK_BYTES if most_bytes is None else min(FIRST_BLOCK_BYTES, most_bytes)
    with refusals(name), _opened(path) as file:
        data = file.read(first)
        if b"\0" in data:
            raise InputError(f"{name} is binary, not text. Name a text file in UTF-8.")
        data += file.read(-1 if most_bytes is None else most_bytes - first)
        is_whole = most_bytes is None or not file.read(1)
    if b"\0" in data:
        raise InputError(f"{name} is binary, not text. Name a text file in UTF-8.")
    if not is_whole:
        data = data[: data.rfind(b"\n") + 1]
        if not data:
            raise InputError(f"{name}: no line ends within {most_bytes:,} bytes. Give a sentence a line.")
    return data, is_whole


@contextmanager
def refusals(name: Path | str) -> Iterator[None]:
    """What the file system, or a damaged gzip file, refuses inside becomes InputError that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{name}: no such file. Check the name and the folder.") from None
    except IsADirectoryError:
        raise InputError(f"{name} is a folder. Name a file in it.") from None
    except PermissionError:
        raise InputError(f"{name}: permission denied. Make it readable, or name another file.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{name} is not a whole gzip file. Pack it again, or name the unpacked file.") from None
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}. Name a file that can be read.") from None


def _opened(path: Path | str) -> IO[bytes]:
    if str(path) == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed. Name a file by input=.")
        # A copy of the descriptor, so that closing ours leaves standard input as it was.
        return open(sys.stdin.fileno(), "rb", closefd=False)
    if str(path).lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return Path(path).open("rb")


def _tsv_rows(lines: list[str], name: str, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    header = lines[0].split("\t")
    for column in required:
        if header.count(column) != 1:
            times = "has no column" if column not in header else "has more than one column"
            raise InputError(f"{name} {times} {column!r}. Its columns are: {', '.join(header)}.")
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != len(header):
            raise InputError(
                f"{name}, line {number}: {len(cells)} cells, but the header has {len(header)}. Separate them by tabs."
            )
        yield number, dict(zip(header, cells, strict=True))


def _json_rows(lines: list[str], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):  # and a number of thousands of digits
            raise InputError(f"{name}, line {number}: not JSON. Give an object a line.") from None
        if not isinstance(row, dict):
            raise InputError(f'{name}, line {number}: not an object. Give one such as {{"id": "1", ...}} a line.')
        scalars = {key: value for key, value in row.items() if isinstance(value, str | int | float)}
        yield number, {key: str(value) for key, value in scalars.items()}


def _check_row(row: dict[str, str], required: Sequence[str], where: str) -> None:
    for column in required:
        if column not in row:
            raise InputError(f"{where}: no text under {column!r}. Every row needs {', '.join(required)}.")
        if not row[column].strip():
            raise InputError(f"{where}: {column!r} is blank. Fill it, or take the row out.")
    if "id" in required and any(mark in row["id"] for mark in "\t\n\r"):
        raise InputError(f"{where}: the id has a tab or a line break in it. Take it out.")
