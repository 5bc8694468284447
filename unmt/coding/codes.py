"""What a code of bytes is: a number of bits for any data, and for data that goes on from other data.

general_codes.py     compressors that everybody has, each asked for the compressed length of a prefix
context_mixing.py    our own, which learns byte by byte and can tell what each byte cost
transformer_code.py  a Transformer that is trained as it codes; slow, so only by name
mixture.py           several codes as one that is never much worse than the best of them
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Code(Protocol):
    """A code of bytes that begins without knowledge.

    Lengths are of a stream from which the data could be decoded by one who knows how many bytes they are; names, sizes
    and checksums of a container are not counted.
    """

    @property
    def name(self) -> str:
        """What tables call it."""
        ...

    @property
    def is_online(self) -> bool:
        """Whether it is prequential: the bits of a part are fixed once the part is read, whatever follows."""
        ...

    def bits(self, data: bytes) -> float:
        """The code length of the whole, in bits. Raises InputError where a library that it needs is missing."""
        ...

    def joint_bits(self, parts: Sequence[bytes]) -> list[float]:
        """For each part the bits of all up to its end, of the parts coded in order by one state that learns.

        So C(x) and C(xy) of two parts x and y; what y costs after x is the difference. Raises InputError as bits.
        """
        ...
