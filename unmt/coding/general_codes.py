"""Compressors that everybody has, as codes: one thread, and a window at least as long as the text.

| code | is | sees back |
|---|---|---|
| gzip | deflate, level 9 | 32 kB, which is all it can |
| xz | LZMA2, preset 9e | the whole text, 1.5 GiB at most |
| zstd | level 22 with long-distance matches, 19 above 64 MiB | the whole text, 1 GiB at most |
| ppmd | PPMd var. H, order 8, 256 MB | the whole text, while its memory lasts |
| zpaq | the program `zpaq` with `-m5 -t1`, where the machine has it | 64 MiB blocks; slow, so only by name |

Streams are raw: no container, no checksum (zpaq keeps its own). A prefix is compressed anew for each part of a joint
text, so `joint_bits` takes as long as all prefixes together.
"""

from __future__ import annotations

import shutil
import subprocess
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from unmt.coding.codes import Code
from unmt.errors import InputError

PPMD_ORDER, PPMD_BYTES = 8, 256 << 20
XZ_LEAST_WINDOW, XZ_MOST_WINDOW = 1 << 26, 3 << 29
ZSTD_LOG_WINDOWS = (20, 30)
ZSTD_SLOWEST_BYTES = 64 << 20


@dataclass(frozen=True)
class GeneralCode:
    """A compressor as a code. compress(data, size): the stream of data, set up for a text of `size` bytes."""

    name: str
    compress: Callable[[bytes, int], bytes]
    is_online: bool = False

    def bits(self, data: bytes) -> float:
        """8 times the length of the stream. Raises InputError where the compressor is not installed."""
        return 8.0 * len(self.compress(data, len(data)))

    def joint_bits(self, parts: Sequence[bytes]) -> list[float]:
        """As Code.joint_bits: every prefix compressed anew, with the settings of the whole."""
        whole = b"".join(parts)
        return [8.0 * len(self.compress(whole[:end], len(whole))) for end in accumulate(map(len, parts))]


def general_codes() -> tuple[Code, ...]:
    """The compressors that are installed, weakest first: gzip and xz always; zstd and ppmd with `unmt[compress]`."""
    return tuple(
        GeneralCode(name, COMPRESSORS[name]) for name, needs in NEEDED.items() if not needs or find_spec(needs)
    )


def general_code(name: str) -> Code:
    """The compressor of that name. Raises InputError where there is none, or it is not installed."""
    if name not in COMPRESSORS:
        raise InputError(f"there is no compressor {name!r}. Name one of {', '.join(COMPRESSORS)}.")
    needs = NEEDED.get(name)
    if needs and not find_spec(needs):
        raise _missing(name)
    if name == "zpaq" and shutil.which("zpaq") is None:
        raise InputError("the program zpaq is not installed. Install your system's package of it, or leave it out.")
    return GeneralCode(name, COMPRESSORS[name])


def _gzip(data: bytes, _size: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return compressor.compress(data) + compressor.flush()


def _xz(data: bytes, size: int) -> bytes:
    import lzma

    window = min(max(_power_of_two(size), XZ_LEAST_WINDOW), XZ_MOST_WINDOW)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": window}]
    return lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


def _zstd(data: bytes, size: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        raise _missing("zstd") from None
    least, most = ZSTD_LOG_WINDOWS
    settings = zstandard.ZstdCompressionParameters.from_level(
        22 if size <= ZSTD_SLOWEST_BYTES else 19,
        source_size=max(size, 1),
        window_log=min(max(_power_of_two(size).bit_length() - 1, least), most),
        enable_ldm=True,
        threads=0,
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=False,
        write_checksum=False,
    )
    return zstandard.ZstdCompressor(compression_params=settings).compress(data)


def _ppmd(data: bytes, _size: int) -> bytes:
    try:
        import pyppmd
    except ImportError:
        raise _missing("ppmd") from None
    encoder = pyppmd.Ppmd7Encoder(PPMD_ORDER, PPMD_BYTES)
    return bytes(encoder.encode(data) + encoder.flush())


def _zpaq(data: bytes, _size: int) -> bytes:
    with TemporaryDirectory() as folder:
        (Path(folder) / "text").write_bytes(data)
        command = ["zpaq", "add", "archive.zpaq", "text", "-m5", "-t1"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
        return (Path(folder) / "archive.zpaq").read_bytes()


def _power_of_two(size: int) -> int:
    """The least power of two that is size or more."""
    return 1 << max(size - 1, 0).bit_length()


def _missing(name: str) -> InputError:
    return InputError(f"the code {name} needs a library. Install it by `pip install 'unmt[compress]'`.")


COMPRESSORS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "xz": _xz,
    "zstd": _zstd,
    "ppmd": _ppmd,
    "zpaq": _zpaq,
}
# The library of each compressor that a joint report asks, None where Python brings it.
NEEDED = {"gzip": None, "xz": None, "zstd": "zstandard", "ppmd": "pyppmd"}
