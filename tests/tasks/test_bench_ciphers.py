"""The benchmark: rows read and made, scored, resumed after a cut, summed up; solved here by a stub that knows more."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from unmt.errors import InputError
from unmt.evaluation import peers as other_programs
from unmt.evaluation.peers import Peer
from unmt.report.page import bench_page
from unmt.tasks.bench_ciphers import family_is_right, run
from unmt.tasks.bench_rows import first_of_each_cell, length_class, made_rows, read_rows
from unmt.tasks.monitor import Monitor
from unmt.tasks.solution import Solution

ROWS = [
    ("en-substitution-spaces-16-000", "substitution-spaces", "qwt qwe", "the tho"),
    ("en-substitution-spaces-16-001", "substitution-spaces", "abc abd", "and any"),
    ("en-homophonic-54-nospaces-32-000", "homophonic-54-nospaces", "01 02 03 01", "noon"),
    ("en-random-26-32-000", "random-26", "xkqjzv", ""),
]


def write_table(folder: Path, rows: list[tuple[str, str, str, str]] = ROWS) -> Path:
    path = folder / "ciphers.tsv"
    lines = ["id\tkind\tlength\tciphertext\tplaintext\tlanguage\tnovel"]
    lines += [f"{name}\t{kind}\t{len(cipher)}\t{cipher}\t{plain}\ten\tx" for name, kind, cipher, plain in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def solution(letters: str, **changes: Any) -> Solution:
    values: dict[str, Any] = {
        "plaintext": letters, "plaintext_words": letters, "key": {}, "family": "substitution", "language": "en",
        "mapping_bits": 88.0, "text_bits": 10.0, "homophone_bits": 0.0, "total_bits": 98.0, "random_bits": 120.0,
        "null_bits": None, "null_samples": [], "gain_bits": 22.0, "probability_correct": 0.9, "verdict": "identified",
        "alternatives": [], "preflight": {}, "key_confidence": {}, "letter_confidence": [], "history": [],
        "stopped": "converged", "seconds": 0.1, "keys": 1000, "keys_per_second": 1e4, "seed": 0, "restarts": 1,
        "data_sha256": "", "model_sha256": "", "mapping": {}, "ciphertext": "", "letters": letters,
    }  # fmt: skip
    return Solution(**values | changes)


class Stub:
    """Answers the plaintext of ROWS, all but the last letter right in the second; counts its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, ciphertext: str, **settings: Any) -> Solution:
        self.calls.append((ciphertext, settings))
        name, kind, _, plaintext = next(row for row in ROWS if row[2] == ciphertext)
        letters = plaintext.replace(" ", "")
        if kind.startswith("random"):
            return solution("thingy", verdict="no structure found", probability_correct=0.05)
        if name.endswith("001"):
            return solution(letters[:-1] + "d", probability_correct=0.4)
        return solution(letters, family=kind.split("-", maxsplit=1)[0])


def bench(data: Path | None, output: Path, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "limit": None, "seed": 0, "language": "named", "peers": False, "threads": None, "seconds": None,
        "monitor": Monitor(), "solve": Stub(),
    }  # fmt: skip
    return run(data, output=output, **settings | changes)


def test_rows_are_scored_by_kind_and_length(tmp_path: Path) -> None:
    result = bench(write_table(tmp_path), tmp_path / "out")
    cells = {(cell["kind"], cell["length"]): cell for cell in result["cells"]}
    assert list(cells) == [("substitution-spaces", 8), ("homophonic-54-nospaces", 8), ("random-26", 8)]
    spaces = cells["substitution-spaces", 8]
    assert spaces["symbol_error_rate"]["mean"] == pytest.approx((0 + 1 / 6) / 2)
    assert (spaces["exact"], spaces["within_2_percent"], spaces["family_right"]) == (1, 1, 2)
    assert cells["random-26", 8]["symbol_error_rate"] is None
    assert cells["random-26", 8]["family_right"] == 1
    assert result["overall"]["ciphers"] == 4
    assert result["overall"]["scored"] == 3
    # Stated 0.9, 0.4, 0.9, 0.05; right, wrong, right, wrong.
    assert result["overall"]["brier_score"] == pytest.approx((0.01 + 0.16 + 0.01 + 0.0025) / 4)
    assert result["overall"]["expected_calibration_error"] == pytest.approx((0.2 + 0.4 + 0.05) / 4)
    assert result["stopped"] == "finished"
    json.dumps(result)


def test_the_plaintext_is_not_shown_to_the_solver(tmp_path: Path) -> None:
    stub = Stub()
    bench(write_table(tmp_path), tmp_path / "out", solve=stub, seconds=3.0, threads=2)
    for ciphertext, settings in stub.calls:
        assert ciphertext in {row[2] for row in ROWS}
        settings.pop("monitor")
        assert settings == {"language": "en", "seed": 0, "seconds": 3.0, "threads": 2}


@pytest.mark.parametrize(("choice", "asked"), [("named", "en"), ("auto", "auto"), ("fr", "fr")])
def test_language_is_the_rows_own_or_one_for_all(tmp_path: Path, choice: str, asked: str) -> None:
    stub = Stub()
    bench(write_table(tmp_path), tmp_path / "out", solve=stub, language=choice)
    assert {settings["language"] for _, settings in stub.calls} == {asked}


def comparable(result: dict[str, Any]) -> dict[str, Any]:
    """What two runs must agree on: all but the times."""
    text = json.dumps(result["cells"] + [result["overall"]])
    cells = json.loads(text)
    for cell in cells:
        del cell["seconds"]
    return {"cells": cells, "reliability": result["reliability"], "data_sha256": result["data_sha256"]}


def test_a_run_that_was_killed_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    data = write_table(tmp_path)
    whole = bench(data, tmp_path / "whole")
    lines = (tmp_path / "whole" / "rows.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "rows.jsonl").write_text("".join(lines[:2]) + lines[2][:40], encoding="utf-8")
    stub = Stub()
    resumed = bench(data, cut, solve=stub)
    assert [ciphertext for ciphertext, _ in stub.calls] == [ROWS[2][2], ROWS[3][2]]
    assert comparable(resumed) == comparable(whole)
    assert len((cut / "rows.jsonl").read_text(encoding="utf-8").splitlines()) == 4


def test_rows_of_other_settings_are_not_mixed_in(tmp_path: Path) -> None:
    data = write_table(tmp_path)
    bench(data, tmp_path / "out")
    with pytest.raises(InputError, match="other data, settings or version"):
        bench(data, tmp_path / "out", seed=1)
    (tmp_path / "out" / "rows.jsonl").write_text("no record\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        bench(data, tmp_path / "out")


def test_a_higher_limit_goes_on_from_a_lower_one(tmp_path: Path) -> None:
    data = write_table(tmp_path)
    assert bench(data, tmp_path / "out", limit=1)["overall"]["ciphers"] == 3
    stub = Stub()
    assert bench(data, tmp_path / "out", solve=stub)["overall"]["ciphers"] == 4
    assert len(stub.calls) == 1


class StopAfter(Monitor):
    """Asks to stop once a number of rows has begun."""

    def __init__(self, rows: int) -> None:
        self.rows, self.stages = rows, []  # type: ignore[var-annotated]
        self.fractions: list[float | None] = []

    def update(self, stage: str, keys: int, bits: float | None, fraction: float | None) -> None:
        self.stages.append(stage)
        self.fractions.append(fraction)
        self.stop_requested = len(self.stages) >= self.rows


def test_an_interrupted_run_sums_up_what_it_has(tmp_path: Path) -> None:
    result = bench(write_table(tmp_path), tmp_path / "out", monitor=StopAfter(2))
    assert result["stopped"] == "interrupted"
    assert result["overall"]["ciphers"] == 2
    nothing = bench(write_table(tmp_path), tmp_path / "none", monitor=StopAfter(1), solve=interrupted)
    assert nothing["overall"]["ciphers"] == 0
    assert nothing["cells"] == []
    assert "Cipher benchmark" in bench_page(nothing)


def interrupted(ciphertext: str, **settings: Any) -> Solution:
    assert settings["monitor"].stop_requested
    return solution(ciphertext, stopped="interrupted")


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    def reporting(ciphertext: str, **settings: Any) -> Solution:
        settings["monitor"].update("searching", 10, 5.0, 0.5)
        return Stub()(ciphertext)

    monitor = StopAfter(999)
    bench(write_table(tmp_path), tmp_path / "out", monitor=monitor, solve=reporting)
    assert monitor.fractions == sorted(monitor.fractions)  # type: ignore[type-var]
    assert monitor.fractions[-1] == 1.0
    assert "1 of 4: searching" in monitor.stages


def test_a_refused_row_counts_as_wrong_and_the_run_goes_on(tmp_path: Path) -> None:
    def refusing(ciphertext: str, **settings: Any) -> Solution:
        if ciphertext == ROWS[0][2]:
            raise InputError("one symbol only")
        return Stub()(ciphertext, **settings)

    result = bench(write_table(tmp_path), tmp_path / "out", solve=refusing)
    assert result["cells"][0]["symbol_error_rate"]["mean"] == pytest.approx((1 + 1 / 6) / 2)
    assert result["overall"]["verdicts"]["refused"] == 1


def test_peers_are_measured_on_simple_substitution_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def decipher(ciphertext: str) -> str:
        seen.append(ciphertext)
        return "the thx" if ciphertext == ROWS[0][2] else "xxx xxx"

    programs = [Peer("other", "1.0", decipher)]
    monkeypatch.setattr(other_programs, "peers", lambda: (programs, {"third": "not installed"}))
    result = bench(write_table(tmp_path), tmp_path / "out", peers=True)
    assert seen == [ROWS[0][2], ROWS[1][2]]
    measured, absent = result["peers"]
    assert measured["cells"][0]["symbol_error_rate"] == pytest.approx((1 / 6 + 1) / 2)
    assert measured["cells"][0]["error_ratio"]["estimate"] == pytest.approx(1 / 7)
    assert absent == {"name": "third", "version": None, "reason": "not installed", "cells": []}
    assert "third: not installed" in result["text"]
    assert "other 1.0" in result["text"]
    assert "third: not installed" in bench_page(result)


def test_without_a_solver_the_toolkits_own_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("unmt.tasks.decipher")
    module.decipher = Stub()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unmt.tasks.decipher", module)
    assert bench(write_table(tmp_path), tmp_path / "out", solve=None)["overall"]["ciphers"] == 4


def test_a_row_without_plaintext_must_say_that_it_is_random(tmp_path: Path) -> None:
    data = write_table(tmp_path, [("a", "substitution", "abc abd", "")])
    with pytest.raises(InputError, match="'a'"):
        read_rows(data)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="Name a folder"):
        bench(write_table(tmp_path), tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("kind", "family", "is_right"),
    [
        ("substitution-spaces", "substitution", True),
        ("substitution-nospaces", "homophonic", False),
        ("homophonic-54-nospaces", "homophonic", True),
        ("vigenere-7-nospaces", "vigenere", True),
        ("columnar-8-nospaces", "columnar", True),
        ("double-columnar-8", "columnar", False),
        ("substitution", "substitution", True),
        ("something-new", "substitution", None),
    ],
)
def test_a_kind_names_its_family(kind: str, family: str, *, is_right: bool | None) -> None:
    assert family_is_right(kind, family, "identified") is is_right


def test_for_random_text_it_is_right_to_find_nothing() -> None:
    assert family_is_right("random-26", "substitution", "no structure found") is True
    assert family_is_right("random-26", "substitution", "ambiguous") is False


def test_length_is_the_class_in_the_id_or_the_nearest_power_of_two() -> None:
    assert length_class("en-substitution-spaces-16-000", 15) == 16
    assert length_class("en-homophonic-54-nospaces-408-003", 408) == 408
    assert length_class("letter-1912-05-17", 700) == 512
    assert length_class("z408", 408) == 512
    assert length_class("x", 0) == 1


def test_made_rows_hold_their_plaintext_and_depend_on_the_seed_only() -> None:
    rows = made_rows(3)
    assert rows == made_rows(3)
    assert rows != made_rows(4)
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert length_class(row.id, row.length) == row.length
        if row.plaintext is None:
            assert row.kind.startswith("random")
            continue
        letters = row.plaintext.replace(" ", "")
        symbols = row.ciphertext.split() if "homophonic" in row.kind else row.ciphertext.replace(" ", "")
        assert len(symbols) == len(letters)
        assert row.length - 12 < len(letters) <= row.length
        if "substitution" in row.kind or "homophonic" in row.kind:
            assert len(set(zip(symbols, letters, strict=True))) == len(set(symbols))
        if "columnar" in row.kind:
            assert sorted(symbols) == sorted(letters)
        if row.kind.endswith("-spaces"):
            assert list(map(len, row.ciphertext.split())) == list(map(len, row.plaintext.split()))


def test_a_limit_takes_the_first_of_each_cell() -> None:
    rows = made_rows(0)
    chosen = first_of_each_cell(rows, 1)
    assert len(chosen) == len({(row.kind, row.length) for row in rows})
    assert first_of_each_cell(rows, None) == rows
