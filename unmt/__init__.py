"""Unsupervised translation as one equation in bits, from ciphers to sentences.

    import unmt

    solution = unmt.decipher("Wkh qljkw wudlq ...", language="en")
    solution.plaintext, solution.verdict, solution.probability_correct

    model = unmt.load_model("runs/mine")
    unmt.translate(model, "en-fr", ["A dog runs on the beach."])

Names are imported when they are first used, so that `import unmt` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from unmt.coding.language_model import LanguageModel
    from unmt.errors import InputError, UnmtError
    from unmt.mappings.mapping import Mapping
    from unmt.tasks.align import align
    from unmt.tasks.compress import compress
    from unmt.tasks.decipher import decipher
    from unmt.tasks.models import load_model, translate
    from unmt.tasks.monitor import Monitor
    from unmt.tasks.solution import Solution
    from unmt.tasks.train_lexicon import train_lexicon
    from unmt.tasks.translation_model import TranslationModel
    from unmt.text.ciphertext import Ciphertext

__version__ = "0.1.0"
__all__ = [
    "Ciphertext",
    "InputError",
    "LanguageModel",
    "Mapping",
    "Monitor",
    "Solution",
    "TranslationModel",
    "UnmtError",
    "__version__",
    "align",
    "compress",
    "decipher",
    "load_model",
    "train_lexicon",
    "translate",
]

_HOMES = {
    "Ciphertext": "unmt.text.ciphertext",
    "InputError": "unmt.errors",
    "LanguageModel": "unmt.coding.language_model",
    "Mapping": "unmt.mappings.mapping",
    "Monitor": "unmt.tasks.monitor",
    "Solution": "unmt.tasks.solution",
    "TranslationModel": "unmt.tasks.translation_model",
    "UnmtError": "unmt.errors",
    "align": "unmt.tasks.align",
    "compress": "unmt.tasks.compress",
    "decipher": "unmt.tasks.decipher",
    "load_model": "unmt.tasks.models",
    "train_lexicon": "unmt.tasks.train_lexicon",
    "translate": "unmt.tasks.models",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'unmt' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
