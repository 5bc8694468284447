"""What a probe looks at: sequences of symbols with a label each, and which of them are kept for the test."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.readers import is_table, read_table, read_text

TEST_SHARE = 0.25
LEAST_WINDOWS = 16
"""Of a class: fewer leave nothing to test on."""
COMMON_CHARACTERS = 63
"""Characters that are symbols of their own, most frequent first; all others share one."""


@dataclass(frozen=True)
class LabelledSequences:
    """Sequences of one length over one alphabet.

    ids: (N, T) of 0 .. symbols - 1. labels: (N,) places in `classes`. is_test: (N,), true where kept from training,
    of models and of probes. unit: what a symbol is, for a person. files: path and sha256 of what was read.
    """

    name: str
    unit: str
    ids: NDArray[np.int64]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    symbols: int
    is_test: NDArray[np.bool_]
    files: list[dict[str, str]] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """What result.json says of them."""
        return {
            "name": self.name, "unit": self.unit, "classes": list(self.classes), "symbols": self.symbols,
            "length": int(self.ids.shape[1]), "train": int((~self.is_test).sum()), "test": int(self.is_test.sum()),
            "files": self.files,
        }  # fmt: skip


def shuffled(data: LabelledSequences, seed: np.random.SeedSequence) -> LabelledSequences:
    """The control: the symbols of every sequence in an order of its own.

    One order for all sequences would be no control: a model that learns its places loses nothing by it, since what
    stood at place i always stands at place j. An order of its own leaves a sequence the counts of its symbols, and
    nothing else.
    """
    return replace(data, ids=np.random.default_rng(seed).permuted(data.ids, axis=1))


def digits(levels: int, seed: np.random.SeedSequence) -> LabelledSequences:
    """The 1,797 handwritten digits of 8 by 8 pixels that come with scikit-learn, in so many levels of grey (2 to 17).

    Rows of an image follow each other, as in iGPT (Chen et al., "Generative pretraining from pixels", 2020).
    Raises InputError where scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise InputError("data=digits needs scikit-learn. Install it by `pip install unmt[probe]`.") from None
    images = load_digits()
    ids = np.asarray(images.data, np.int64) * levels // 17
    labels = np.asarray(images.target, np.int64)
    return LabelledSequences("digits", "pixel", ids, labels, tuple("0123456789"), levels, _random_test(len(ids), seed))


def text_windows(paths: Sequence[str], window: int, examples: int, seed: np.random.SeedSequence) -> LabelledSequences:
    """Windows of text; the label is the file, or what the column `label` of one table says.

    paths: two files or more, a class each, cut into windows of `window` characters without overlap, evenly over the
    file, at most `examples` in all; the last quarter of each file is the test. Or one table (.tsv, .jsonl) with the
    columns text and label: of each text the last `window` characters. Its column split says train or test of each row;
    without it a quarter of the rows is drawn for the test.
    Raises InputError for a single class, files that are given twice, another split, and too little text.
    """
    if len(paths) == 1 and is_table(paths[0]):
        texts, labels, is_test = _from_table(paths[0], window, examples, seed)
    else:
        texts, labels, is_test = _from_files(paths, window, examples)
    classes = tuple(dict.fromkeys(labels))
    counts = Counter(labels)
    for name in classes:
        _check_count(name, counts[name], window)
    if len(classes) < 2:
        raise InputError(
            f"data: all is of one class, {classes[0]}. Give two files or more with commas between them, or a table"
            " with two labels."
        )
    common = Counter("".join(text for text, kept in zip(texts, is_test, strict=True) if not kept))
    alphabet = [character for character, _ in common.most_common(COMMON_CHARACTERS)]
    number = {character: place for place, character in enumerate(alphabet)}
    ids = np.array([[number.get(character, len(alphabet)) for character in text] for text in texts], np.int64)
    return LabelledSequences(
        "text",
        "character",
        ids,
        np.array([classes.index(label) for label in labels], np.int64),
        classes,
        len(alphabet) + 1,
        np.array(is_test),
        [
            {"path": path, "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}
            for path in paths
            if Path(path).is_file()  # a pipe cannot be read twice
        ],
    )


def _check_count(name: str, windows: int, window: int) -> None:
    if windows < LEAST_WINDOWS:
        raise InputError(
            f"data: {windows} windows of {window} characters of {name} are too few. Give {LEAST_WINDOWS} or more:"
            " longer texts, or a smaller window=."
        )


def _from_files(paths: Sequence[str], window: int, examples: int) -> tuple[list[str], list[str], list[bool]]:
    if len(set(paths)) < len(paths):
        raise InputError("data: a file is given twice, and nothing could tell its windows apart. Name each file once.")
    if len(paths) < 2:
        raise InputError(
            f"data={paths[0]}: one file is one class. Give two or more with commas between them, data=a.txt,b.txt."
        )
    names = [Path(path).name for path in paths]
    names = names if len(set(names)) == len(names) else list(paths)
    texts: list[str] = []
    labels: list[str] = []
    is_test: list[bool] = []
    for path, name in zip(paths, names, strict=True):
        text = " ".join(read_text(path).split())
        starts = np.arange(0, len(text) - window + 1, window)
        _check_count(name, len(starts), window)
        wanted = min(len(starts), max(LEAST_WINDOWS, examples // len(paths)))
        kept = starts[np.linspace(0, len(starts) - 1, wanted).astype(int)]
        texts += [text[start : start + window] for start in kept]
        labels += [name] * len(kept)
        is_test += [place >= (1 - TEST_SHARE) * len(kept) for place in range(len(kept))]
    return texts, labels, is_test


def _from_table(
    path: str, window: int, examples: int, seed: np.random.SeedSequence
) -> tuple[list[str], list[str], list[bool]]:
    rows = read_table(path, required=("text", "label"), optional=("split",))
    splits = {row.get("split") for row in rows}
    if splits != {None}:
        _check_splits(path, splits)
    if len(rows) > examples:
        chosen = np.sort(np.random.default_rng(seed.spawn(1)[0]).permutation(len(rows))[:examples])
        rows = [rows[place] for place in chosen]
        if splits != {None} and len({row.get("split") for row in rows}) < 2:
            raise InputError(f"{path}: none of {examples} rows that were drawn is of one split. Give more examples=.")
    # From the left: the end of a text is what pooling=last looks at.
    texts = [row["text"][-window:].rjust(window) for row in rows]
    drawn = _random_test(len(rows), seed).tolist()
    is_test = drawn if splits == {None} else [row["split"] == "test" for row in rows]
    return texts, [row["label"] for row in rows], is_test


def _check_splits(path: str, splits: set[str | None]) -> None:
    for split in splits - {"train", "test"}:
        raise InputError(f"{path}: split is {split or 'missing'!r} somewhere. Write train or test in every row.")
    if len(splits) == 1:
        raise InputError(f"{path}: every row has the split {splits.pop()}. Give rows of train and of test.")


def _random_test(count: int, seed: np.random.SeedSequence) -> NDArray[np.bool_]:
    order = np.random.default_rng(seed).permutation(count)
    return np.asarray(order < TEST_SHARE * count)
