"""The .unmtlm file: a language model as packed counts, checked when it is read.

Layout: the line "unmtlm 1", a line with the length of the header in bytes (8 digits), a space and its SHA-256, the
header (JSON, UTF-8), then the sections, each LZMA-compressed, in the order in which the header lists them. Header keys:

    name, alphabet
    plain, spaced    text without and with word spaces: {order, threshold, discounts, extras, bits_per_letter (of
                     held-out text, for each order), deviation}; spaced is null where words are not divided
    words            {total, threshold, pair_threshold}, or null
    rates            what held-out text costs by letters and words: {plain, spaced: {bits_per_letter, deviation} or
                     null}, or null where that was not measured
    source           {letters, words, sha256} of the folded text
    sections         [{name, dtype, count, size, sha256}]

N-grams are stored as the gaps between their sorted keys (255 escapes a gap of 255 and more) and counts on a
logarithmic scale, an eighth of an octave a step. Lower orders are summed from the highest. See `counting` for keys.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.errors import InputError
from unmt.text.atomic import write_bytes

MAGIC = b"unmtlm "
VERSION = 1
SUFFIX = ".unmtlm"
COUNT_STEPS = 8
HEADER_LINE = 8 + 1 + 64 + 1
"""Characters of the line with the header's length and SHA-256."""


@dataclass
class ModelFile:
    """Header and sections of a model file; sections are one-dimensional arrays by name."""

    header: dict[str, Any]
    sections: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def write(self, path: Path | str) -> bytes:
        """Write the file atomically; returns its bytes."""
        data = self.to_bytes()
        write_bytes(path, data)
        return data

    def to_bytes(self) -> bytes:
        """The file as bytes; a function of header and sections only."""
        listed, bodies = [], []
        for name, array in self.sections.items():
            body = _compressed(np.ascontiguousarray(array).tobytes())
            digest = hashlib.sha256(body).hexdigest()
            dtype = array.dtype.newbyteorder("<").str
            listed.append({"name": name, "dtype": dtype, "count": len(array), "size": len(body), "sha256": digest})
            bodies.append(body)
        header = json.dumps(
            {**self.header, "sections": listed}, ensure_ascii=False, sort_keys=True, allow_nan=False
        ).encode()
        return MAGIC + f"{VERSION}\n".encode() + _header_line(header) + header + b"".join(bodies)


def _compressed(data: bytes) -> bytes:
    # A dictionary as large as the data: that of preset 9 alone takes a second and 600 MB to set up.
    size = max(1 << len(data).bit_length(), 1 << 12)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": min(size, 1 << 26)}]
    return lzma.compress(data, format=lzma.FORMAT_XZ, filters=filters)


def _header_line(header: bytes) -> bytes:
    return f"{len(header):08d} {hashlib.sha256(header).hexdigest()}\n".encode()


def parse(data: bytes, path: Path | str) -> ModelFile:
    """The model file in `data`. Raises InputError where it is of another version, cut or damaged; path is for that."""
    again = f"Build it again with: unmt language input=TEXT output={path}"
    line, _, _ = data[:32].partition(b"\n")
    if not line.startswith(MAGIC) or not line[len(MAGIC) :].isdigit():
        raise InputError(f"{path} is not a language model of unmt. Give a .unmtlm file or a plain text file.")
    version = int(line[len(MAGIC) :])
    if version != VERSION:
        raise InputError(f"{path} is a language model of format {version}; this unmt reads format {VERSION}. {again}")
    start = len(line) + 1 + HEADER_LINE
    header_line = data[len(line) + 1 : start]
    header_end = start + (int(header_line[:8]) if header_line[:8].isdigit() else 0)
    if header_line != _header_line(data[start:header_end]):
        raise InputError(f"{path} is damaged or cut short (its header). {again}")
    header = json.loads(data[start:header_end])
    sections, at = {}, header_end
    for entry in header["sections"]:
        body = data[at : at + entry["size"]]
        at += entry["size"]
        if hashlib.sha256(body).hexdigest() != entry["sha256"]:
            raise InputError(f"{path} is damaged or cut short (section {entry['name']}). {again}")
        sections[entry["name"]] = PackedSection(body, np.dtype(entry["dtype"]), int(entry["count"]))
    if at != len(data):
        raise InputError(f"{path} is damaged: it goes on after its end. {again}")
    return ModelFile(header, LazySections(sections))


@dataclass(frozen=True)
class PackedSection:
    """A section as it stands in the file; its checksum has been compared."""

    body: bytes
    dtype: np.dtype[Any]
    count: int

    def unpack(self) -> NDArray[Any]:
        """The array (count,)."""
        return np.frombuffer(lzma.decompress(self.body), dtype=self.dtype, count=self.count)


class LazySections(Mapping[str, NDArray[Any]]):
    """Sections that are unpacked when they are asked for: a search finds its tables in the cache and needs none."""

    def __init__(self, packed: dict[str, PackedSection]) -> None:
        self._packed = packed

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._packed[name].unpack()

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def pack_keys(keys: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Gaps between increasing keys, a byte each, and the gaps that are 255 and more."""
    gaps = np.diff(keys, prepend=0)
    return np.minimum(gaps, 255).astype(np.uint8), gaps[gaps >= 255]


def unpack_keys(small: NDArray[np.uint8], large: NDArray[np.int64]) -> NDArray[np.int64]:
    """The keys that `pack_keys` packed."""
    gaps = small.astype(np.int64)
    gaps[small == 255] = large
    return np.cumsum(gaps)


def pack_counts(counts: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Counts >= 1 to a logarithmic scale of COUNT_STEPS an octave (within 4.5 %)."""
    return np.round(np.log2(counts) * COUNT_STEPS).astype(np.uint8)


def unpack_counts(packed: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The counts that `pack_counts` packed, rounded."""
    return 2.0 ** (packed.astype(np.float64) / COUNT_STEPS)
