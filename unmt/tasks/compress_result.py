"""What `unmt.compress` returns: every code length of two texts, what they share, and how much of that is chance."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from unmt import __version__

SHARED, NOTHING = "shared structure", "none found"
MIXTURE = "mixture"


@dataclass(frozen=True)
class Compression:
    """Lengths in bits. `to_dict()` is what result.json holds."""

    verdict: str
    """ "shared structure" or "none found"; with null=False by the interval alone."""
    sentence: str
    bits: dict[str, dict[str, float]]
    """`x`, `y`, `xy`, `yx`, `y_given_x`, `x_given_y`, `in_turns`, `with_mapping`, `joint`: by code. `joint` mixes a
    code's ways, and under "mixture" `x`, `y` and `joint` mix all codes."""
    shared_bits: float
    """C(x) + C(y) - C(x, y) of the mixture: never below -log2 of the number of members."""
    shared_bits_by_code: dict[str, float]
    """C(x) + C(y) - C(xy) by each code, as it is: it may be negative."""
    shared_bits_with_mapping: dict[str, float]
    """The same by way of f, the bits of f paid; empty where none was found."""
    shared_interval: tuple[float, float]
    """95 %, stratified block bootstrap of the best member."""
    null_interval: tuple[float, float] | None
    """Of shared bits of y and texts that share nothing; None where it was not measured."""
    nulls: list[dict[str, Any]]
    """`kind` and `samples`, shared bits of each."""
    per_symbol: dict[str, float]
    """The shared bits by byte and by character of y, and as a share of C(y)."""
    ncd: dict[str, float]
    """(C(xy) - min(C(x), C(y))) / max(C(x), C(y)), by code and of the mixture."""
    members: list[dict[str, Any]]
    """What is mixed, shortest first: `code`, `way`, `bits`."""
    regret_bits: float
    """The mixture above its best member."""
    regret_bound_bits: float
    """log2 of the number of members: the most that regret_bits can be."""
    conditional: dict[str, dict[str, Any]]
    """By code: `joint_less_alone` C(xy) - C(x), `conditional` C(y | x) and `how` it was had."""
    repeated_share: dict[str, float]
    """By code: C(xx) - C(x) over C(x). A code that does not recognise x itself cannot see x from y."""
    mapping: dict[str, Any] | None
    """`family`, `side`, `key`, `mapping_bits`, `choice_bits`, `sample`; None where none was found or asked for. Of a
    lexicon also `beyond_bits`, `beyond_interval` and `beyond_nulls`, what it tells beyond what x tells without it, and
    `right_bits` and `right_interval`, beyond the mean of those nulls."""
    text: str
    """What was coded: "as it stands", or "lower-case tokens" on both sides of every account."""
    sizes: dict[str, dict[str, Any]]
    """Of x and y: `bytes`, `characters`, `lines`, `sha256`."""
    warnings: list[str]
    settings: dict[str, Any]
    seed: int
    seconds: float
    version: str = field(default=__version__)

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON holds them."""
        return {entry.name: _plain(getattr(self, entry.name)) for entry in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
