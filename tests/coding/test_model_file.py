import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding import model_file
from unmt.coding.model_file import ModelFile, pack_counts, pack_keys, parse, unpack_counts, unpack_keys
from unmt.errors import InputError


def example() -> ModelFile:
    header = {"name": "τεστ", "alphabet": "αβγ", "words": None}
    rng = np.random.default_rng(0)
    return ModelFile(header, {"a": rng.integers(0, 9, 300, np.uint8), "b": np.array([1, 2**40, -3]), "c": np.zeros(0)})


def test_a_file_comes_back_as_it_was():
    file = example()
    back = parse(file.to_bytes(), "x.unmtlm")
    assert {key: back.header[key] for key in file.header} == file.header
    assert list(back.sections) == ["a", "b", "c"]
    for name, array in file.sections.items():
        assert np.array_equal(back.sections[name], array)
        assert back.sections[name].dtype == array.dtype
    assert ModelFile(file.header, dict(back.sections)).to_bytes() == file.to_bytes()


def test_the_bytes_are_a_function_of_the_content():
    assert example().to_bytes() == example().to_bytes()


def test_writing_returns_the_bytes(tmp_path):
    data = example().write(tmp_path / "x.unmtlm")
    assert (tmp_path / "x.unmtlm").read_bytes() == data


def test_a_file_cut_anywhere_is_refused():
    data = example().to_bytes()
    for length in range(0, len(data), 7):
        with pytest.raises(InputError, match=r"x\.unmtlm"):
            parse(data[:length], "x.unmtlm")


def test_one_byte_flipped_anywhere_is_refused():
    data = example().to_bytes()
    for place in range(len(data)):
        for flip in (1, 0x80):
            damaged = bytearray(data)
            damaged[place] ^= flip
            with pytest.raises(InputError, match=r"x\.unmtlm") as told:
                parse(bytes(damaged), "x.unmtlm")
            assert "\n" not in str(told.value)


def test_bytes_after_the_end_are_refused():
    with pytest.raises(InputError, match="goes on after its end"):
        parse(example().to_bytes() + b"more", "x.unmtlm")


def test_another_version_is_named():
    data = example().to_bytes().replace(b"unmtlm 1\n", b"unmtlm 2\n", 1)
    with pytest.raises(InputError, match="format 2; this unmt reads format 1"):
        parse(data, "x.unmtlm")


@pytest.mark.parametrize("data", [b"", b"\n", b"unmtlm", b"unmtlm x\n", b"Once upon a time\n", b"\x89PNG\r\n" * 9])
def test_what_is_no_model_is_said_to_be_none(data):
    with pytest.raises(InputError, match="is not a language model"):
        parse(data, "x.unmtlm")


def test_numbers_that_json_has_not_are_never_written():
    file = example()
    file.header["rates"] = float("nan")
    with pytest.raises(ValueError, match="not JSON compliant"):
        file.to_bytes()


def test_sections_are_unpacked_when_they_are_asked_for(monkeypatch):
    file = parse(example().to_bytes(), "x.unmtlm")
    monkeypatch.setattr(model_file.lzma, "decompress", lambda _: 1 / 0)
    assert len(file.sections) == 3
    with pytest.raises(ZeroDivisionError):
        file.sections["a"]


def test_the_header_is_json_that_a_person_can_read():
    data = example().to_bytes()
    header = data[data.index(b"{") :].split(b"\xfd7zXZ")[0]
    assert json.loads(header)["alphabet"] == "αβγ"


@settings(deadline=None)
@given(st.sets(st.integers(0, 2**50)))
def test_keys_come_back(keys):
    array = np.array(sorted(keys), np.int64)
    small, large = pack_keys(array)
    assert small.dtype == np.uint8
    assert np.array_equal(unpack_keys(small, large), array)


@given(st.lists(st.floats(1, 2**30)))
def test_counts_come_back_within_their_scale(counts):
    array = np.array(counts, np.float64)
    back = unpack_counts(pack_counts(array))
    assert back == pytest.approx(array, rel=0.045)


def test_small_counts_are_exact_powers_or_near():
    assert unpack_counts(pack_counts(np.array([1.0, 2.0, 4.0, 8.0]))).tolist() == [1, 2, 4, 8]
