"""How numbers, families and languages are written for a person to read."""

import math
from collections.abc import Mapping
from typing import Any

FAMILY_NAMES = {
    "identity": "plain text, not enciphered",
    "caesar": "Caesar shift",
    "affine": "affine cipher",
    "reverse": "reversed text",
    "substitution": "simple substitution",
    "homophonic": "homophonic substitution",
    "vigenere": "Vigenère cipher",
    "beaufort": "Beaufort cipher",
    "columnar": "columnar transposition",
    "double-columnar": "double columnar transposition",
    "route": "route transposition",
    "rail-fence": "rail fence",
    "period": "periodic transposition",
    "grid-sections": "transposition of a grid in sections",
    "composition": "composition of ciphers",
}
LANGUAGE_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian"}
MISSING = "–"


def family_name(family: object) -> str:
    """The family in words; a family that is not known here keeps its own name."""
    return FAMILY_NAMES.get(str(family), str(family)) if family else "no family"


def language_name(language: object) -> str:
    """The language in words; a model of the user's own keeps its name."""
    return LANGUAGE_NAMES.get(str(language), str(language)) if language else "no language"


def finite(values: Mapping[str, Any], field: str) -> float | None:
    """The number under a field, or None where it is missing, not a number, or not finite."""
    value = values.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def grouped(value: float | None, decimals: int | None = None) -> str:
    """A number with its thousands grouped; one decimal below 100 unless it is told, none above."""
    if value is None:
        return MISSING
    if decimals is None:
        decimals = 0 if abs(value) >= 100 or value == int(value) else 1
    return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def percent(share: float | None) -> str:
    """A share as per cent. What is not certain is never rounded to certainty."""
    if share is None:
        return MISSING
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.3g} %"


def error_percent(share: float | None) -> str:
    """An error rate as per cent to two digits, also where it is small: 0.05 % is not 0.1 %."""
    return MISSING if share is None else f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"


def duration(seconds: float | None) -> str:
    """A time with a unit that suits it."""
    if seconds is None:
        return MISSING
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def rate(per_second: float | None) -> str:
    """Keys a second, in thousands (k) or millions (M)."""
    if per_second is None:
        return MISSING
    for size, name in ((1e6, " M"), (1e3, " k")):
        if per_second >= size:
            return f"{per_second / size:.3g}{name}"
    return f"{per_second:.3g}"
