"""Records survive a killed process, and are never mixed with those of another run."""

import json
from pathlib import Path

import pytest

from unmt.errors import InputError
from unmt.tasks.row_file import RowFile

MADE_WITH = {"seed": 0}


def test_records_are_found_again_in_order_and_a_torn_line_is_cut_off(tmp_path: Path) -> None:
    first = RowFile(tmp_path, made_with=MADE_WITH)
    first.append({"id": "a", "text": "zwölf\u2028"})
    first.append({"id": "b"})
    with first.path.open("a", encoding="utf-8") as file:
        file.write('{"id": "c", "te')
    second = RowFile(tmp_path, made_with=MADE_WITH)
    assert list(second.records) == ["a", "b"]
    assert second.records == first.records
    second.append({"id": "c"})
    lines = second.path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert [json.loads(line)["id"] for line in lines] == ["a", "b", "c"]


def test_a_file_that_is_torn_in_its_first_line_is_empty(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": ', encoding="utf-8")
    assert RowFile(tmp_path, made_with=MADE_WITH).records == {}


def test_records_of_another_run_are_refused(tmp_path: Path) -> None:
    RowFile(tmp_path, made_with=MADE_WITH).append({"id": "a"})
    with pytest.raises(InputError, match="other data, settings or version"):
        RowFile(tmp_path, made_with={"seed": 1})


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"no": "id"}'])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "rows.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        RowFile(tmp_path, made_with=MADE_WITH)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="Name a folder"):
        RowFile(tmp_path / "file", made_with=MADE_WITH)
