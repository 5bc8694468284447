"""A long text in blocks, so that memory is that of a block: fifty megabytes as words are half a gigabyte."""

from __future__ import annotations

import re
from collections.abc import Iterator

BLOCK_CHARACTERS = 1 << 20
WHITE_SPACE = re.compile(r"\s")


def text_blocks(text: str, characters: int = BLOCK_CHARACTERS) -> Iterator[str]:
    """The text in pieces of about `characters`, cut before white space only, so that no word is cut."""
    start = 0
    while start < len(text):
        found = WHITE_SPACE.search(text, start + characters)
        end = found.start() if found else len(text)
        yield text[start:end]
        start = end
