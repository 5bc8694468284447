"""Our own code of bytes: the next bit is guessed from many contexts, and the guesses are mixed by gradient.

    code = ContextMixing()
    code.bits(x)                      # C(x)
    code.joint_bits([x, y])           # C(x), C(xy)
    state = code.state()
    code.costs(x, state)              # bits of each byte; the state has now read x
    code.costs(y, state)              # bits of each byte of y after x: C(y | x), by the very code

How it guesses is told in mixing_kernel.py. It learns as it reads and knows nothing before, so that a length is that of
a stream which `Encoder` writes and `Decoder` reads, to within 2 bytes. One thread; the same bits in every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unmt.coding.binary_coder import HELD_BYTES, PENDING, PLACE, begin_decoding, end_encoding, new_coder
from unmt.coding.mixing_kernel import COSTS, DECODE, ENCODE, code_block
from unmt.coding.mixing_tables import MixingArrays, aligned_copy, fresh_arrays, mixing_tables

FIRST_STEP = 0.02
BLOCK_BYTES = 1 << 20
MOST_BYTES_A_BYTE = 16
NO_STREAM = np.zeros(0, np.uint8)


@dataclass(frozen=True, eq=False)
class MixingState:
    """All that the code has learned of what it read. costs changes it in place; `copy` keeps one."""

    arrays: MixingArrays

    def copy(self) -> MixingState:
        """A second state that goes on by itself. Takes as long as copying its memory, some tenths of a second."""
        return MixingState(MixingArrays(*(aligned_copy(array) for array in self.arrays)))


@dataclass(frozen=True)
class ContextMixing:
    """The code. It is online, takes time linear in the length, one thread, and memory that does not grow with it.

    slot_bits: log2 of the bytes for what contexts have seen, 256 MiB by default; text that overflows them loses what
    was seen least. text_bits: log2 of the bytes that matches look back, 64 MiB. Beside these, 24 MiB.
    """

    slot_bits: int = 28
    text_bits: int = 26

    @property
    def name(self) -> str:
        return "mixing"

    @property
    def is_online(self) -> bool:
        return True

    @property
    def memory_bytes(self) -> int:
        """The most that a state takes."""
        return sum(array.nbytes for array in self.state().arrays)

    def state(self) -> MixingState:
        """A state that has read nothing."""
        return MixingState(fresh_arrays(self.slot_bits, self.text_bits, FIRST_STEP))

    def costs(self, data: bytes, state: MixingState | None = None) -> NDArray[np.float32]:
        """Bits (n,) of each byte, after what the state has read; after nothing where it is None."""
        arrays = (self.state() if state is None else state).arrays
        out = np.empty(len(data), np.float32)
        coder = new_coder()
        for start in range(0, len(data), BLOCK_BYTES):
            # A copy: the kernel writes the bytes that it has coded.
            block = np.frombuffer(data, np.uint8, min(BLOCK_BYTES, len(data) - start), start).copy()
            costs = out[start : start + len(block)]
            code_block(COSTS, block, costs, coder, NO_STREAM, mixing_tables(), arrays)
        return out

    def bits(self, data: bytes) -> float:
        """As Code.bits."""
        return float(self.costs(data).sum(dtype=np.float64))

    def joint_bits(self, parts: Sequence[bytes]) -> list[float]:
        """As Code.joint_bits, in one pass."""
        state, total, out = self.state(), 0.0, []
        for part in parts:
            total += float(self.costs(part, state).sum(dtype=np.float64))
            out.append(total)
        return out


@dataclass(eq=False)
class Encoder:
    """Bytes to a stream. bits: what was coded so far costs; the stream is at most 16 bits longer."""

    code: ContextMixing
    bits: float = 0.0
    _coder: NDArray[np.uint64] = field(default_factory=new_coder)

    def __post_init__(self) -> None:
        self._arrays = self.code.state().arrays

    def encode(self, data: bytes) -> bytes:
        """What goes to the stream of some more bytes; what a later carry could change is kept back."""
        pieces = []
        for start in range(0, len(data), BLOCK_BYTES):
            block = np.frombuffer(data, np.uint8, min(BLOCK_BYTES, len(data) - start), start).copy()
            costs = np.empty(len(block), np.float32)
            stream = self._room(len(block))
            code_block(ENCODE, block, costs, self._coder, stream, mixing_tables(), self._arrays)
            self.bits += float(costs.sum(dtype=np.float64))
            pieces.append(self._written(stream))
        return b"".join(pieces)

    def end(self) -> bytes:
        """The end of the stream; nothing where nothing was coded."""
        if not self._arrays.registers[1]:
            return b""
        stream = self._room(0)
        end_encoding(self._coder, stream)
        return self._written(stream)

    def _room(self, count: int) -> NDArray[np.uint8]:
        return np.empty(MOST_BYTES_A_BYTE * count + int(self._coder[PENDING]) + 16, np.uint8)

    def _written(self, stream: NDArray[np.uint8]) -> bytes:
        written = stream[: int(self._coder[PLACE])].tobytes()
        self._coder[PLACE] = 0
        return written


@dataclass(eq=False)
class Decoder:
    """A stream back to bytes. bits: what was decoded so far costs."""

    code: ContextMixing
    stream: bytes
    bits: float = 0.0

    def __post_init__(self) -> None:
        self._arrays = self.code.state().arrays
        self._coder: NDArray[np.uint64] = new_coder()
        self._stream = np.frombuffer(self.stream, np.uint8).copy()  # the kernel takes arrays that can be written
        begin_decoding(self._coder, self._stream)

    def decode(self, count: int) -> bytes:
        """The next `count` bytes. Of a stream that is none of Encoder's they mean nothing."""
        pieces = []
        for start in range(0, count, BLOCK_BYTES):
            block = np.zeros(min(BLOCK_BYTES, count - start), np.uint8)
            costs = np.empty(len(block), np.float32)
            code_block(DECODE, block, costs, self._coder, self._stream, mixing_tables(), self._arrays)
            self.bits += float(costs.sum(dtype=np.float64))
            pieces.append(block.tobytes())
        return b"".join(pieces)

    @property
    def bytes_missing(self) -> int:
        """How many bytes were read behind the end of the stream."""
        return max(int(self._coder[PLACE]) - HELD_BYTES + 1 - len(self._stream), 0) if self._has_read else 0

    @property
    def is_at_end(self) -> bool:
        """Whether all of the stream was read and no more, as after the last byte of what Encoder wrote."""
        if not self._has_read:
            return len(self._stream) == 0
        return int(self._coder[PLACE]) == len(self._stream) + HELD_BYTES - 1

    @property
    def _has_read(self) -> bool:
        return bool(self._arrays.registers[1])
