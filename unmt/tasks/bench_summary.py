"""What the solved rows of a benchmark amount to: cells by kind and length, calibration, ratios to peers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import mean, median
from typing import Any

from unmt.evaluation.calibration import brier_score, expected_calibration_error, reliability
from unmt.evaluation.intervals import Interval, bootstrap_interval, ratio_interval

Record = Mapping[str, Any]


def summary(records: Sequence[Record], *, seed: int) -> dict[str, Any]:
    """cells, overall and reliability of the records that `bench_ciphers` writes, one a solved cipher."""
    return {
        "cells": [
            {"kind": kind, "length": length} | _statistics(inside, seed) for (kind, length), inside in _cells(records)
        ],
        "overall": _statistics(records, seed) | _calibration(records),
        "reliability": [entry._asdict() for entry in reliability(*_stated(records))] if records else [],
    }


def peer_cells(records: Sequence[Record], name: str, *, seed: int) -> list[dict[str, Any]]:
    """A peer by kind and length on the ciphers it was run on, beside ours on the same; ratios are ours over its."""
    measured = [record for record in records if name in record["peers"]]
    return [
        {"kind": kind, "length": length} | _comparison(inside, name, seed)
        for (kind, length), inside in _cells(measured)
    ]


def _cells(records: Sequence[Record]) -> list[tuple[tuple[str, int], list[Record]]]:
    """The records by kind, in the order that kinds come in, and by length, shortest first."""
    kinds = list(dict.fromkeys(record["kind"] for record in records))
    keys = {(record["kind"], record["length"]) for record in records}
    return [
        (key, [record for record in records if (record["kind"], record["length"]) == key])
        for key in sorted(keys, key=lambda key: (kinds.index(key[0]), key[1]))
    ]


def _statistics(records: Sequence[Record], seed: int) -> dict[str, Any]:
    rates = [record["symbol_error_rate"] for record in records if record["symbol_error_rate"] is not None]
    seconds = [record["seconds"] for record in records]
    speeds = [record["keys_per_second"] for record in records if record["keys_per_second"]]
    return {
        "ciphers": len(records),
        "scored": len(rates),
        "symbol_error_rate": _named(bootstrap_interval(rates, seed=seed)) if rates else None,
        "exact": sum(rate == 0 for rate in rates),
        "within_2_percent": sum(record["correct"] for record in records),
        "seconds": {"mean": mean(seconds), "median": median(seconds), "max": max(seconds)} if seconds else None,
        "keys_per_second": median(speeds) if speeds else None,
        "family_right": sum(record["family_right"] is True for record in records),
        "family_known": sum(record["family_right"] is not None for record in records),
        "language_right": sum(record["language_right"] is True for record in records),
        "language_known": sum(record["language_right"] is not None for record in records),
        "verdicts": dict(Counter(record["verdict"] for record in records)),
    }


def _calibration(records: Sequence[Record]) -> dict[str, float | None]:
    if not records:
        return {"expected_calibration_error": None, "brier_score": None}
    return {
        "expected_calibration_error": expected_calibration_error(*_stated(records)),
        "brier_score": brier_score(*_stated(records)),
    }


def _stated(records: Sequence[Record]) -> tuple[list[float], list[bool]]:
    """What each row stated as its probability, and whether it was right."""
    return [record["probability_correct"] for record in records], [record["correct"] for record in records]


def _comparison(records: Sequence[Record], name: str, seed: int) -> dict[str, Any]:
    ours = [record["symbol_error_rate"] for record in records]
    theirs = [record["peers"][name]["symbol_error_rate"] for record in records]
    our_seconds = [record["seconds"] for record in records]
    their_seconds = [record["peers"][name]["seconds"] for record in records]
    return {
        "ciphers": len(records),
        "symbol_error_rate": mean(theirs),
        "our_symbol_error_rate": mean(ours),
        "error_ratio": _ratio(ratio_interval(ours, theirs, seed=seed)),
        "seconds": mean(their_seconds),
        "our_seconds": mean(our_seconds),
        "time_ratio": _ratio(ratio_interval(our_seconds, their_seconds, seed=seed)),
    }


def _named(interval: Interval) -> dict[str, float]:
    return {"mean": interval.estimate, "low": interval.low, "high": interval.high}


def _ratio(interval: Interval | None) -> dict[str, float] | None:
    return interval._asdict() if interval is not None else None
