"""Decipherments against plaintexts: symbol error rates, of one text or of a table of them."""

from collections.abc import Callable, Sequence
from typing import Any

from unmt.errors import InputError
from unmt.evaluation.intervals import bootstrap_interval, ratio_interval
from unmt.evaluation.symbol_error_rate import letters_of, symbol_error_rate
from unmt.tasks.evaluate_translations import Resampling
from unmt.text.readers import is_table, read_table, read_text

# Beyond this many pairs of letters an edit distance takes minutes.
MOST_PAIRS = 3_000_000_000
SIGNATURE = "letters only, case folded"


def score_texts(named: Sequence[tuple[str, str]], references: Sequence[str], resampling: Resampling) -> dict[str, Any]:
    """SER of each text, or mean SER over the rows of each table, against one reference of the same kind."""
    if len(references) != 1:
        raise InputError(f"references= names {len(references)} files, but metric=ser is of one plaintext. Give one.")
    reference = references[0]
    kinds = {is_table(path) for _, path in named} | {is_table(reference)}
    if len(kinds) > 1:
        raise InputError(f"{named[0][1]} and {reference}: one is a table, the other a text. Give two of a kind.")
    # The reference is read once: it may be standard input.
    score = _table_scorer(reference, resampling) if kinds == {True} else _text_scorer(reference, resampling)
    return {
        "kind": "texts",
        "systems": [name for name, _ in named],
        "scores": [{"system": name, "metric": "SER", "case": None, **score(path)} for name, path in named],
        "comparisons": [],
        "warnings": [],
    }


Score = Callable[[str], dict[str, Any]]


def _text_scorer(reference: str, resampling: Resampling) -> Score:
    truth = read_text(reference)
    return lambda path: _score_text(path, read_text(path), reference, truth, resampling)


def _table_scorer(reference: str, resampling: Resampling) -> Score:
    truth = {row["id"]: row["plaintext"] for row in read_table(reference, required=["id", "plaintext"])}
    return lambda path: _score_table(path, reference, truth, resampling)


def _score_text(path: str, found: str, reference: str, truth: str, resampling: Resampling) -> dict[str, Any]:
    """One text. Where both have the same lines, letter by letter, the interval is over lines; else there is none."""
    lengths = [len(letters_of(text)) for text in (found, truth)]
    if lengths[0] != lengths[1] and lengths[0] * lengths[1] > MOST_PAIRS:
        raise InputError(
            f"{path} has {lengths[0]:,} letters, {reference} {lengths[1]:,}: too long to align. Give them in parts."
        )
    rate = symbol_error_rate(found, truth)
    how = "hamming" if lengths[0] == lengths[1] else "edit distance"
    lines = list(zip(found.split("\n"), truth.split("\n"), strict=False))
    pairs = [(letters_of(one), letters_of(other)) for one, other in lines]
    row = {"score": rate, "low": None, "high": None, "signature": f"{SIGNATURE}|{how}|letters:{lengths[1]}"}
    if found.count("\n") != truth.count("\n") or len(pairs) < 3 or any(len(a) != len(b) for a, b in pairs):
        return row
    wrong = [sum(x != y for x, y in zip(a, b, strict=True)) for a, b in pairs]
    interval = ratio_interval(wrong, [len(b) for _, b in pairs], seed=resampling.seed, resamples=resampling.resamples)
    assert interval is not None
    return row | {"low": interval.low, "high": interval.high}


def _score_table(path: str, reference: str, truth: dict[str, str], resampling: Resampling) -> dict[str, Any]:
    """Mean over the rows of both tables that have one id; each row of the hypotheses must have its plaintext."""
    found = {row["id"]: row.get("plaintext", "") for row in read_table(path, required=["id"], optional=["plaintext"])}
    absent = next((name for name in found if name not in truth), None)
    if absent is not None:
        raise InputError(f"{reference} has no row with id {absent!r}, which stands in {path}. Give its plaintext.")
    rates = [symbol_error_rate(text, truth[name]) for name, text in found.items()]
    drawn = {"seed": resampling.seed, "resamples": resampling.resamples}
    interval = bootstrap_interval(rates, **drawn)
    within = bootstrap_interval([rate <= 0.02 for rate in rates], **drawn)
    return {
        "score": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "signature": f"{SIGNATURE}|mean over {len(rates):,} of {len(truth):,} texts",
        "details": {
            "texts": len(rates),
            "exact": sum(rate == 0 for rate in rates),
            "within_2_percent": within.estimate,
        },
    }
