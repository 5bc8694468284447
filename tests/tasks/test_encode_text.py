import zlib

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.tasks.encode_text import HEADER, HEADER_BYTES, MAGIC, VERSION, decode_file, encode_file

TEXTS = {
    "words": b"There is no place like home, and home is where the place is. " * 20,
    "scripts": "Ἐν ἀρχῇ ἦν ὁ λόγος 日本語 שלום \U0001f600\u0000\ufeff\r\n".encode(),
    "one symbol": b"a" * 5000,
    "one byte": b"\0",
    "none": b"",
    "any": np.random.default_rng(0).bytes(3000),
}


@pytest.fixture
def encoded(tmp_path):
    (tmp_path / "text").write_bytes(TEXTS["words"])
    encode_file(tmp_path / "text", tmp_path / "code")
    return tmp_path / "code"


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS.keys())
def test_a_file_comes_back_and_its_code_is_as_long_as_was_stated(data, tmp_path):
    (tmp_path / "text").write_bytes(data)
    there = encode_file(tmp_path / "text", tmp_path / "code")
    back = decode_file(tmp_path / "code", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == data
    size = (tmp_path / "code").stat().st_size
    assert there.file_bytes == back.file_bytes == size
    assert there.text_bytes == back.text_bytes == len(data)
    assert there.bits - 0.01 <= 8 * (size - HEADER_BYTES) <= there.bits + 16.01
    assert back.bits == pytest.approx(there.bits)
    assert HEADER_BYTES == 16


def test_a_file_that_was_changed_is_refused(encoded, tmp_path):
    whole = encoded.read_bytes()
    count = len(TEXTS["words"])
    changes = {
        "a bit of the stream": whole[:40] + bytes([whole[40] ^ 4]) + whole[41:],
        "cut": whole[:-3],
        "longer": whole + b"\0",
        "another length": HEADER.pack(MAGIC, VERSION, count - 1, zlib.crc32(TEXTS["words"])) + whole[16:],
        "a length beyond reason": HEADER.pack(MAGIC, VERSION, 1 << 60, 0) + whole[16:],
        "header alone": whole[:16],
    }
    for what, data in changes.items():
        encoded.write_bytes(data)
        with pytest.raises(InputError, match="is damaged"):
            decode_file(encoded, tmp_path / "again")
        assert not (tmp_path / "again").exists(), what


def test_a_file_that_is_none_of_ours_is_refused(encoded, tmp_path):
    for data in (b"", b"UMC", b"PK\3\4 and more of it, long enough"):
        (tmp_path / "other").write_bytes(data)
        with pytest.raises(InputError, match="no file of `unmt compress encode`"):
            decode_file(tmp_path / "other", tmp_path / "again")
    newer = bytearray(encoded.read_bytes())
    newer[3] = VERSION + 1
    encoded.write_bytes(newer)
    with pytest.raises(InputError, match=f"of version {VERSION + 1}"):
        decode_file(encoded, tmp_path / "again")


def test_files_that_cannot_be_used_are_named(encoded, tmp_path):
    with pytest.raises(InputError, match="No such file"):
        encode_file(tmp_path / "nothing", tmp_path / "code")
    with pytest.raises(InputError, match="directory"):
        decode_file(tmp_path, tmp_path / "again")
    with pytest.raises(InputError, match="can be written"):
        decode_file(encoded, tmp_path / "no folder" / "again")


def test_progress_is_told(encoded, tmp_path):
    seen = []
    decode_file(encoded, tmp_path / "again", progress=lambda done, whole: seen.append((done, whole)))
    assert seen == [(len(TEXTS["words"]), len(TEXTS["words"]))]


@pytest.mark.slow
def test_fifty_megabytes_come_back(tmp_path):
    """Text of many words, noise in it, and long repetitions."""
    rng = np.random.default_rng(5)
    words = [rng.bytes(int(n)).hex().encode() for n in rng.integers(1, 6, 5000)]
    text = b" ".join(words[int(i)] for i in rng.zipf(1.3, 4_000_000) % 5000)
    data = (text + rng.bytes(1 << 20)) * 3
    data = data[:50_000_000]
    assert len(data) == 50_000_000
    (tmp_path / "text").write_bytes(data)
    there = encode_file(tmp_path / "text", tmp_path / "code")
    decode_file(tmp_path / "code", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == data
    assert 8 * (there.file_bytes - HEADER_BYTES) <= there.bits + 64
