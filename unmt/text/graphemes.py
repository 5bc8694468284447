"""Text as the characters that a reader sees: a letter with its accents, an emoji with its modifiers, a flag.

A small part of Unicode's segmentation rules, enough for symbols of ciphers; a line break is one character each.
Source: Unicode Standard Annex 29, "Unicode text segmentation".
"""

import re
import unicodedata

ZERO_WIDTH_JOINER = "\u200d"
REGIONAL_INDICATORS = "[\U0001f1e6-\U0001f1ff]"
SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
FLAG_TAGS = ("\U000e0020", "\U000e007f")

LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def graphemes(text: str) -> list[str]:
    """`text` cut into visible characters; joined they give `text` back."""
    extenders = [character for character in set(text) if _extends(character)]
    has_flags = re.search(REGIONAL_INDICATORS, text) is not None
    if not extenders and not has_flags:
        return list(text)
    tail = "[" + "".join(map(re.escape, extenders)) + "]" if extenders else "(?!)"
    joined = f"(?:(?<={ZERO_WIDTH_JOINER})[^\\s]|{tail})*"
    return re.findall(f"(?:{REGIONAL_INDICATORS}{{2}}|\\s|.{joined})", text, flags=re.DOTALL)


def is_layout(grapheme: str) -> bool:
    """True for white space and for characters that show nothing (byte order mark, soft hyphen, zero-width space)."""
    return grapheme.isspace() or unicodedata.category(grapheme[0]) == "Cf"


def breaks_line(layout: str) -> bool:
    """True if `layout` has a line break of any kind."""
    return any(character in LINE_BREAKS for character in layout)


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "M"
        or character == ZERO_WIDTH_JOINER
        or SKIN_TONES[0] <= character <= SKIN_TONES[1]
        or FLAG_TAGS[0] <= character <= FLAG_TAGS[1]
    )
