"""The .unmtlm file: a language model as packed counts, checked when it is read.

Layout: the line "unmtlm 1\n", the length of the header (8 decimal digits and a newline), the header (JSON, UTF-8), then
the sections, each LZMA-compressed, in the order in which the header lists them with size and SHA-256. Header keys:

    name, alphabet, sections: [{name, dtype, count, size, sha256}], plain and spaced: {order, threshold, discounts,
    extras, bits_per_letter}, words: {total, bits_per_letter} or null, source: {letters, sha256, held_out}

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
            body = lzma.compress(np.ascontiguousarray(array).tobytes(), format=lzma.FORMAT_XZ, preset=9)
            digest = hashlib.sha256(body).hexdigest()
            dtype = array.dtype.newbyteorder("<").str
            listed.append({"name": name, "dtype": dtype, "count": len(array), "size": len(body), "sha256": digest})
            bodies.append(body)
        header = json.dumps({**self.header, "sections": listed}, ensure_ascii=False, sort_keys=True).encode()
        return MAGIC + f"{VERSION}\n{len(header):08d}\n".encode() + header + b"".join(bodies)


def parse(data: bytes, path: Path | str) -> ModelFile:
    """The model file in `data`. Raises InputError where it is of another version, cut, or damaged; path is for the message."""
    again = "Build it again with: unmt language input=TEXT output=" + str(path)
    line, _, rest = data[:32].partition(b"\n")
    if not line.startswith(MAGIC) or not line[len(MAGIC) :].isdigit():
        raise InputError(f"{path} is not a language model of unmt. Give a .unmtlm file or a plain text file.")
    version = int(line[len(MAGIC) :])
    if version != VERSION:
        raise InputError(f"{path} is a language model of format {version}; this unmt reads format {VERSION}. {again}")
    start = len(line) + 1
    try:
        size = int(data[start : start + 8])
        at = start + 9 + size
        header = json.loads(data[start + 9 : at])
        sections = {}
        for entry in header["sections"]:
            body = data[at : at + entry["size"]]
            at += entry["size"]
            if hashlib.sha256(body).hexdigest() != entry["sha256"]:
                raise InputError(f"{path} is damaged or cut short (section {entry['name']}). {again}")
            sections[entry["name"]] = PackedSection(body, np.dtype(entry["dtype"]), int(entry["count"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is damaged (its header or a section cannot be read). {again}") from error
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
