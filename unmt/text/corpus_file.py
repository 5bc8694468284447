"""Files of one sentence a line."""

from pathlib import Path

from unmt.text.readers import read_text


def read_lines(path: Path | str) -> list[str]:
    """The lines of a file in UTF-8 (or .gz of it, or "-" for standard input), in order, without their line breaks.

    Blank lines are "". Only line feeds and carriage returns divide lines: a file has as many here as for `wc -l`, so
    that line i stays line i of its translation. Raises InputError as readers.read_text.
    """
    lines = read_text(path).split("\n")
    if not lines[-1]:
        del lines[-1]
    return ["" if line.isspace() else line for line in lines]
