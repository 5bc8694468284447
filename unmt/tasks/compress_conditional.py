"""C(y | x) as each code has it: a dictionary that the decoder holds too, or the other text read beforehand.

The joint length less that of x alone is the other measure, and the two are compared in the report.
"""

from __future__ import annotations

import zlib

from unmt.coding.codes import Code


def conditional(code: Code, x: bytes, y: bytes) -> tuple[float, float, str] | None:
    """Bits of y given x, of x given y, and how they were had; None where the code takes no dictionary."""
    if code.name == "gzip":
        return _gzip(y, x), _gzip(x, y), "the last 32 kB as a dictionary"
    if code.name == "zstd":
        return _zstd(y, x), _zstd(x, y), "the other text as a dictionary"
    return None


def _gzip(text: bytes, given: bytes) -> float:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zdict=given[-(1 << zlib.MAX_WBITS) :])
    return 8.0 * len(compressor.compress(text) + compressor.flush())


def _zstd(text: bytes, given: bytes) -> float:
    import zstandard

    size = len(text) + len(given)
    settings = zstandard.ZstdCompressionParameters.from_level(
        22,
        source_size=max(size, 1),
        window_log=min(max(size.bit_length(), 20), 30),
        threads=0,
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=False,
        write_checksum=False,
        write_dict_id=False,
    )
    if not given:
        return 8.0 * len(zstandard.ZstdCompressor(compression_params=settings).compress(text))
    held = zstandard.ZstdCompressionDict(given, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return 8.0 * len(zstandard.ZstdCompressor(compression_params=settings, dict_data=held).compress(text))
