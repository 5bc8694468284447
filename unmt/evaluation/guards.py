"""What tells a translator that went wrong from one that is merely not good yet, by its output alone.

Published unsupervised systems fail in few ways: they copy the source, say one thing for everything, or drift to no
length or any. Each is a figure here, and a name where it has left what true text does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import log2

Sentences = Sequence[Sequence[str]]

COPIES, FEW_OUTPUTS, SHORT, LONG, POOR_WORDS = (
    "copies the source", "few different outputs", "too short", "too long", "too few different words"
)  # fmt: skip


@dataclass(frozen=True)
class Guards:
    """Figures of a translated text.

    copied: share of the sentences that are their source, word for word; those of a single word do not count.
    distinct: different sentences among the translations, against those among the sources.
    length: words of the translations against what is natural, 1 where they are alike.
    entropy: bits of a word alone in the translations, against true text of the language.
    """

    copied: float
    distinct: float
    length: float
    entropy: float

    @property
    def tripped(self) -> list[str]:
        """The guards that were passed, in words."""
        found = {
            COPIES: self.copied > 0.3,
            FEW_OUTPUTS: self.distinct < 0.5,
            SHORT: self.length < 0.6,
            LONG: self.length > 1.6,
            POOR_WORDS: self.entropy < 0.7,
        }
        return [name for name, is_so in found.items() if is_so]

    def to_dict(self) -> dict[str, float]:
        """The figures by name."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def guards(sources: Sentences, translations: Sentences, true_text: Sentences, ratio: float = 1.0) -> Guards:
    """Of translations of the sources, beside true text of the target language.

    ratio: target words to be expected for a source word.
    """
    pairs = [(list(s), list(t)) for s, t in zip(sources, translations, strict=True) if len(s) > 1]
    words = sum(map(len, translations))
    wanted = ratio * sum(map(len, sources))
    return Guards(
        copied=sum(s == t for s, t in pairs) / max(len(pairs), 1),
        distinct=len({tuple(t) for t in translations}) / max(len({tuple(s) for s in sources}), 1),
        length=words / wanted if wanted else 1.0,
        entropy=_entropy(translations, words) / max(_entropy(true_text, words), 1e-9),
    )


def vocabulary_use(translations: Sentences, true_text: Sentences) -> float:
    """Different words of the translations against those in as much true text of the language; 1 where as rich.

    A language model is content with text that says little. With this beside it, it chose among speech recognisers
    that nobody labelled (Baevski et al., "Unsupervised speech recognition", 2021).
    """
    words = sum(map(len, translations))
    return len(_counts(translations, words)) / max(len(_counts(true_text, words)), 1)


def _entropy(sentences: Sentences, words: int) -> float:
    """Bits of a word alone, in the first so many words: a longer text has more of them."""
    counts = _counts(sentences, words)
    total = sum(counts.values())
    return -sum(n / total * log2(n / total) for n in counts.values()) if total else 0.0


def _counts(sentences: Sentences, words: int) -> Counter[str]:
    """Of each word in the first so many."""
    counts: Counter[str] = Counter()
    left = words
    for sentence in sentences:
        if left <= 0:
            break
        counts.update(sentence[:left])
        left -= len(sentence)
    return counts
