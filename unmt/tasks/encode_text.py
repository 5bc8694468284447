"""Files compressed by our own code, and back: `unmt compress encode` and `decode`.

    encode_file(path_in, path_out) -> EncodedFile
    decode_file(path_in, path_out) -> EncodedFile

An encoded file is a header of 16 bytes and the stream of the context-mixing code:

| bytes | are |
|---|---|
| 0 to 2 | `UMC` |
| 3 | the version of the code; another one guesses otherwise, and cannot read it |
| 4 to 11 | how many bytes the file had, little endian |
| 12 to 15 | their CRC-32 |

Any bytes can be encoded, none too: then there is no stream. Both directions keep the file, the encoded file and the
memory of the code, 350 MiB, whatever the length.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unmt.coding.context_mixing import BLOCK_BYTES, ContextMixing, Decoder, Encoder
from unmt.errors import InputError
from unmt.text import atomic

MAGIC = b"UMC"
VERSION = 1
HEADER = struct.Struct("<3sBQI")
HEADER_BYTES = HEADER.size
# No byte costs less than 8 * -log2(65535 / 65536) bits: a header that tells of more bytes than that is no true one.
MOST_BYTES_A_STREAM_BYTE = 1 << 16

Progress = Callable[[int, int], None]
"""Called with the bytes of text that are done, and of how many."""


@dataclass(frozen=True)
class EncodedFile:
    """What encoding or decoding a file came to.

    text_bytes: the file as it was. file_bytes: the encoded one, with its header of HEADER_BYTES. bits: the code length
    that was stated; the file without its header is at most 16 bits longer.
    """

    text_bytes: int
    file_bytes: int
    bits: float
    seconds: float


def encode_file(path_in: Path | str, path_out: Path | str, progress: Progress | None = None) -> EncodedFile:
    """Write the encoded bytes of a file to another one. Raises InputError where one cannot be read or written."""
    begin = time.monotonic()
    data = _read(path_in)
    encoder = Encoder(ContextMixing())
    pieces = [HEADER.pack(MAGIC, VERSION, len(data), zlib.crc32(data))]
    for start in range(0, len(data), BLOCK_BYTES):
        pieces.append(encoder.encode(data[start : start + BLOCK_BYTES]))
        if progress:
            progress(min(start + BLOCK_BYTES, len(data)), len(data))
    pieces.append(encoder.end())
    file = b"".join(pieces)
    _write(path_out, file)
    return EncodedFile(len(data), len(file), encoder.bits, time.monotonic() - begin)


def decode_file(path_in: Path | str, path_out: Path | str, progress: Progress | None = None) -> EncodedFile:
    """Write the bytes that encode_file was given.

    Raises InputError where the file is no encoded one, of another version or damaged, or cannot be read or written;
    then nothing is written.
    """
    begin = time.monotonic()
    file = _read(path_in)
    count, checksum = _header(file, path_in)
    damaged = InputError(f"{path_in} is damaged: it does not decode to what was encoded. Take another copy of it.")
    stream = file[HEADER_BYTES:]
    if count > MOST_BYTES_A_STREAM_BYTE * len(stream):
        raise damaged
    decoder = Decoder(ContextMixing(), stream)
    data = bytearray()
    while len(data) < count:
        data += decoder.decode(min(BLOCK_BYTES, count - len(data)))
        if decoder.bytes_missing > 0:
            raise damaged
        if progress:
            progress(len(data), count)
    if not decoder.is_at_end or zlib.crc32(data) != checksum:
        raise damaged
    _write(path_out, bytes(data))
    return EncodedFile(count, len(file), decoder.bits, time.monotonic() - begin)


def _header(file: bytes, name: Path | str) -> tuple[int, int]:
    """How many bytes were encoded, and their checksum."""
    if len(file) < HEADER_BYTES or not file.startswith(MAGIC):
        raise InputError(f"{name} is no file of `unmt compress encode`. Name one that it wrote.")
    _, version, count, checksum = HEADER.unpack_from(file)
    if version != VERSION:
        raise InputError(
            f"{name} is of version {version}, this unmt reads {VERSION}. Decode it by the unmt that wrote it."
        )
    return count, checksum


def _read(path: Path | str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Name a file that can be read.") from None


def _write(path: Path | str, data: bytes) -> None:
    try:
        atomic.write_bytes(path, data)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}. Name a file that can be written.") from None
