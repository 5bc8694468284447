"""Files of one sentence a line."""

from pathlib import Path

from unmt.errors import InputError
from unmt.text.readers import read_start


def read_lines(path: Path | str, *, may_be_blank: bool = False) -> list[str]:
    """The lines of a file in UTF-8 (or .gz of it, or "-" for standard input), in order, without their line breaks.

    Blank lines are "". Only line feeds divide lines (or, where there are none, carriage returns): a file has as many
    here as for `wc -l`, so that line i stays line i of its translation. may_be_blank: all of them.
    Raises InputError as readers.read_text.
    """
    return _lines(*read_start(path, may_be_blank=may_be_blank))[0]


def read_first_lines(path: Path | str, most_bytes: int | None) -> tuple[list[str], bool]:
    """The lines that end within so many bytes, as read_lines gives them, and whether they are all that there are."""
    return _lines(*read_start(path, most_bytes))


def _lines(text: str, is_whole: bool) -> tuple[list[str], bool]:  # noqa: FBT001  # as read_start gives it
    lines = text.split("\n")
    if not lines[-1]:
        del lines[-1]
    return ["" if line.isspace() else line for line in lines], is_whole


def read_pairs(path: Path | str, unit: str = "words") -> list[tuple[str, str]]:
    """Pairs of words, a line each: source, tab, target, and what follows. Blank lines are passed over.

    unit: what they are pairs of. Raises InputError, with the line, where there are not two; else as read_lines.
    """
    pairs = []
    for number, line in enumerate(read_lines(path), start=1):
        cells = line.split("\t")
        if line and (len(cells) < 2 or not cells[0].strip() or not cells[1].strip()):
            raise InputError(
                f"{path}, line {number}: not two {unit} with a tab between them. Give source, tab, target."
            )
        if line:
            pairs.append((cells[0], cells[1]))
    return pairs
