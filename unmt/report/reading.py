"""The ciphertext over its plaintext, with the confidence of each letter as a shade."""

from collections import Counter
from html import escape

from unmt.report.alignment import Alignment, Cell, Item
from unmt.report.charts import legend
from unmt.report.words import percent

# Least confidence of each level, surest first; the page shades levels 1 to 4, so that a sure reading stays clean.
LEVELS = (
    (0.99, "99 % and more"),
    (0.95, "95 to 99 %"),
    (0.80, "80 to 95 %"),
    (0.50, "50 to 80 %"),
    (0.0, "under 50 %"),
)
# Longer words may be broken across lines of the screen; 16 cells fit on a telephone.
UNBROKEN_WORD = 16
# Tokens up to so many characters stand in columns of one width.
WIDEST_COLUMN = 8


def level(confidence: float | None) -> int | None:
    """The level of a confidence, 0 the surest; None where it was not measured."""
    if confidence is None:
        return None
    return next((place for place, (least, _) in enumerate(LEVELS) if confidence >= least), len(LEVELS) - 1)


def shade(confidence: float | None) -> str:
    """The CSS class of a confidence; empty where there is nothing to shade."""
    place = level(confidence)
    return f"c{place}" if place else ""


def interlinear(alignment: Alignment) -> str:
    """Every symbol over its letter, as HTML; empty without cells.

    It is hidden from screen readers, which find the same text as running words on the page.
    """
    if not alignment.cells:
        return ""
    styles = ["interlinear"]
    styles += ["grid"] if alignment.is_grid else []
    styles += ["moved"] if alignment.has_symbols and not alignment.is_one_letter_a_symbol else []
    styles += ["tokens"] if alignment.symbol_width > 1 else []
    lines = "\n".join("<p>" + " ".join(_word(word) for word in line) + "</p>" for line in alignment.lines)
    width = min(alignment.symbol_width, WIDEST_COLUMN)
    return (
        f'<div class="{" ".join(styles)}" style="--wide:{width}" aria-hidden="true">\n{lines}\n</div>\n'
        + _confidence_legend(alignment)
    )


def _word(word: list[Item]) -> str:
    body = "".join(_cell(item) if isinstance(item, Cell) else f"<s>{escape(item)}</s>" for item in word)
    return f"<span>{body}</span>" if len(word) <= UNBROKEN_WORD else body


def _cell(cell: Cell) -> str:
    """A cell is <b><i>symbol</i>letter</b>: short names, since a page may have 20,000 of them."""
    names = [shade(cell.confidence)] if shade(cell.confidence) else []
    names += ["r"] if cell.starts_restored_word else []
    style = f' class="{" ".join(names)}"' if names else ""
    hint = f' title="{percent(cell.confidence)}"' if shade(cell.confidence) else ""
    letter = "␣" if cell.letter.isspace() else cell.letter
    symbol = f"<i>{escape(cell.symbol)}</i>" if cell.symbol else ""
    return f"<b{style}{hint}>{symbol}{escape(letter)}</b>"


def _confidence_legend(alignment: Alignment) -> str:
    """What the shades mean and how many letters have each; a sentence where confidence was not measured."""
    if not alignment.has_confidence:
        return '<p class="note">The confidence of single letters was not measured.</p>\n'
    counts = Counter(level(cell.confidence) for cell in alignment.cells)
    entries = [
        (f"c{place}", f"{name}: {counts[place]:,} letters") for place, (_, name) in enumerate(LEVELS) if counts[place]
    ]
    return legend(entries)
