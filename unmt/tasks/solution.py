"""What a search returns: the reading of a ciphertext, its code lengths, and how sure we are of it."""

import math
from dataclasses import dataclass, field, fields
from typing import Any

from unmt import __version__
from unmt.objectives.solution_code import SolutionCode


@dataclass(frozen=True)
class Solution:
    """A decipherment with its certificate. All lengths in bits; `to_dict()` is what result.json holds."""

    plaintext: str
    """In the layout of the ciphertext."""
    plaintext_words: str
    """With word divisions restored where the ciphertext has none."""
    key: dict[str, Any]
    """As a person reads it: {"e": "x", ...}, {"keyword": ..., "period": 7}, {"order": [...], "width": 8}."""
    family: str
    language: str

    mapping_bits: float
    """Of the key: log2 of the number of keys of the family."""
    text_bits: float
    """Of the plaintext under the language model."""
    homophone_bits: float
    """Of the choices among homophones; 0 for a bijection."""
    total_bits: float
    """The sum of the three: what the search makes small."""
    random_bits: float
    """Of the ciphertext as symbols without any structure."""
    null_bits: float | None
    """Mean total of the same search on shuffled text; None where it was not measured."""
    null_samples: list[float]
    gain_bits: float
    """What the solution saves against the mean of the null or against random_bits, whichever is less."""

    probability_correct: float
    """Of a symbol error rate of at most 2 %."""
    verdict: str
    """ "identified", "ambiguous" or "no structure found"."""
    alternatives: list[dict[str, Any]]
    """Rivals, best first: family, language, total_bits, text_bits, mapping_bits, homophone_bits, plaintext (start)."""
    preflight: dict[str, Any]
    """Before the search: symbols, distinct_symbols, redundancy_bits_per_symbol, payable_bits, families, sentence."""
    key_confidence: dict[str, float]
    """Probability of each symbol's letter."""
    letter_confidence: list[float]
    """Probability of each letter of the plaintext; one a symbol of the ciphertext."""
    history: list[dict[str, Any]]
    """The best so far as it fell: seconds, keys, bits, family, language."""

    stopped: str
    """ "certified", "converged", "budget spent" or "interrupted"."""
    seconds: float
    keys: int
    """Keys scored."""
    keys_per_second: float
    seed: int
    restarts: int
    data_sha256: str
    """Of the ciphertext in UTF-8."""
    model_sha256: str
    """Of the language model."""
    mapping: dict[str, Any]
    """The mapping as Mapping.from_dict takes it."""
    ciphertext: str
    letters: str
    """The plaintext's letters alone, one a symbol of the ciphertext."""
    evidence: dict[str, Any] = field(default_factory=dict)
    """The figures that probability_correct was made from."""
    ciphertext_symbols: list[str] = field(default_factory=list)
    """The symbols in order, (N,)."""
    version: str = field(default=__version__)
    """Of unmt."""

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON can hold them: numpy becomes Python's own, and what is not finite becomes None."""
        stored = {entry.name: _plain(getattr(self, entry.name)) for entry in fields(self)}
        return stored | {"code_lengths": [_plain(self.code_length.to_dict())]}

    @property
    def code_length(self) -> SolutionCode:
        """The code lengths in the words of every command."""
        return SolutionCode(
            name=f"{self.family}, {self.language}",
            unit="symbol",
            units=len(self.ciphertext_symbols) or len(self.letters),
            mapping_bits=self.mapping_bits,
            text_bits=self.text_bits,
            way_back_bits=self.homophone_bits,
            apart_bits=self.random_bits,
            null_bits=self.null_bits,
        )


def _plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
