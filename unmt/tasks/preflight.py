"""Before the search: can this text pay for its key?

With redundancy D bits a symbol and N symbols the data pay for N * D bits; a family asks for log2 of the number of its
keys. Where both are equal lies Shannon's unicity distance ("Communication theory of secrecy systems", 1949).
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from unmt.mappings.homophonic import Homophonic
from unmt.mappings.substitution import Substitution
from unmt.tasks.hypotheses import Setting

NAMES = {
    "caesar": "a Caesar shift",
    "affine": "an affine cipher",
    "vigenere": "a Vigenère key of 7 letters",
    "columnar": "a columnar transposition of 8 columns",
    "substitution": "a simple substitution",
}
VIGENERE_PERIOD, COLUMNS_BITS = 7, 15.3  # log2 of 8!


def preflight(setting: Setting) -> dict[str, Any]:
    """What result.json holds under `preflight`; all bits, D = redundancy_bits_per_symbol."""
    text, letters = setting.ciphertext, len(setting.model.alphabet)
    length, distinct = len(text), len(text.symbols)
    fits = distinct <= letters
    shares = setting.model.frequencies
    letter_entropy = float(-(shares * np.log2(shares)).sum())
    # What homophones flatten cannot be paid with: only what is beyond the letters' frequencies is left.
    even = np.log2(letters) if fits else letter_entropy
    redundancy = max(float(even) + setting.division_bits / length - setting.rate, 0.01)
    payable = length * redundancy
    asked = _asked(setting, letter_entropy, fits=fits)
    families = [
        {
            "family": family,
            "key_bits": round(bits, 2),
            "unicity_symbols": ceil(bits / redundancy),
            "enough": bool(bits <= payable),
        }
        for family, bits in asked.items()
    ]
    return {
        "symbols": length,
        "distinct_symbols": distinct,
        "redundancy_bits_per_symbol": round(redundancy, 4),
        "payable_bits": round(payable, 2),
        "families": families,
        "sentence": _sentence(length, distinct, payable, asked),
    }


def _asked(setting: Setting, letter_entropy: float, *, fits: bool) -> dict[str, float]:
    """Bits of a key of each family that could apply, fewest first."""
    text, alphabet = setting.ciphertext, setting.model.alphabet
    asked: dict[str, float] = {}
    if fits:
        table = Substitution.from_ids(text.symbols, alphabet, range(len(text.symbols)))
        asked["substitution"] = table.bits(len(text))
    if setting.problem.letters is not None:
        one_letter = float(np.log2(len(alphabet)))
        asked["caesar"] = one_letter
        asked["vigenere"] = VIGENERE_PERIOD * one_letter
        asked["columnar"] = COLUMNS_BITS
    # A homophonic key names a letter for each symbol, coded by how often the language uses the letter.
    key = Homophonic.from_ids(text.symbols, alphabet, [0] * len(text.symbols))
    asked["homophonic"] = len(key.symbols) * letter_entropy
    return dict(sorted(asked.items(), key=lambda item: item[1]))


def _sentence(length: int, distinct: int, payable: float, asked: dict[str, float]) -> str:
    names = NAMES | {"homophonic": f"a homophonic key of {distinct} symbols"}
    enough = [names[family] for family, bits in asked.items() if bits <= payable]
    short = [names[family] for family, bits in asked.items() if bits > payable]
    text = f"{length} symbols can pay for {payable:.0f} bits: "
    if not enough:
        return text + f"not enough for {_either(short, 'or')}."
    if not short:
        return text + f"enough for {_either(enough, 'and')}."
    return text + f"enough for {_either(enough, 'and')}, not for {_either(short, 'or')}."


def _either(names: list[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
