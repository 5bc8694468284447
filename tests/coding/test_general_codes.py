import lzma
import random
import zlib

import pytest

from unmt.coding import general_codes as module
from unmt.coding.general_codes import general_code, general_codes
from unmt.errors import InputError

TEXT = b"".join(b"%d sheep went over %d hills. " % (n * 7919 % 1013, n * n % 97) for n in range(600))
NOISE = random.Random(1).randbytes(40_000)
CODES = general_codes()


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_joint_length_is_that_of_the_whole(code):
    parts = [TEXT[:5000], TEXT[5000:6000], b"", TEXT[6000:]]
    bits = code.joint_bits(parts)
    assert len(bits) == 4
    assert bits == sorted(bits)
    assert bits[1] == bits[2]
    assert bits[-1] == code.bits(TEXT)
    assert code.bits(b"") <= 40
    assert code.joint_bits([]) == []


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_the_same_again_costs_little_where_the_window_reaches(code):
    alone, twice = code.joint_bits([NOISE, NOISE])
    assert alone > 8 * len(NOISE)
    # Deflate sees 32 kB back, and the first copy stands 40 kB before.
    assert (twice - alone < 0.02 * alone) == (code.name != "gzip")


def test_streams_are_raw_and_decode():
    gzip, xz = general_code("gzip"), general_code("xz")
    assert zlib.decompress(gzip.compress(TEXT, len(TEXT)), -15) == TEXT
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 26}]
    assert lzma.decompress(xz.compress(TEXT, len(TEXT)), lzma.FORMAT_RAW, filters=filters) == TEXT


def test_ppmd_and_zstd_decode():
    pyppmd, zstandard = pytest.importorskip("pyppmd"), pytest.importorskip("zstandard")
    stream = general_code("ppmd").compress(TEXT, len(TEXT))
    assert pyppmd.Ppmd7Decoder(module.PPMD_ORDER, module.PPMD_BYTES).decode(stream, len(TEXT)) == TEXT
    stream = general_code("zstd").compress(TEXT, len(TEXT))
    magicless = zstandard.ZstdDecompressor(format=zstandard.FORMAT_ZSTD1_MAGICLESS)
    assert magicless.decompress(stream, max_output_size=len(TEXT)) == TEXT


def test_a_library_that_is_missing_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert [code.name for code in general_codes()] == ["gzip", "xz"]
    for name in ("zstd", "ppmd"):
        with pytest.raises(InputError, match=r"pip install 'unmt\[compress\]'"):
            general_code(name)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    with pytest.raises(InputError, match="zpaq is not installed"):
        general_code("zpaq")
    with pytest.raises(InputError, match="Name one of gzip, xz"):
        general_code("rar")
