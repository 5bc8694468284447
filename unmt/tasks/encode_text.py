"""Files compressed by our own code, and back: `unmt compress encode` and `decode`.

encode_file(path_in, path_out) -> EncodedFile
decode_file(path_in, path_out) -> EncodedFile

"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class EncodedFile:
    """What encoding or decoding a file came to.

    text_bytes: the file as it was. file_bytes: the encoded one, with its header of HEADER_BYTES. bits: the code length
    that was stated, which the file without its header is as long as, to within 64 bits.
    """

    text_bytes: int
    file_bytes: int
    bits: float
    seconds: float


def encode_file(path_in: Path | str, path_out: Path | str) -> EncodedFile:
    """Write the encoded bytes of a file to another one. Raises InputError where one cannot be read or written."""
    raise NotImplementedError


def decode_file(path_in: Path | str, path_out: Path | str) -> EncodedFile:
    """Write the bytes that encode_file was given. Raises InputError where the file is no encoded one, or damaged."""
    raise NotImplementedError
