"""Words as frequent as in the target text beside the other words for the same thing: *joue* beside *jouant*, *bleue*
beside *bleu*.

f(X) is to be distributed like Y. A translator of words makes its best option of a word almost always: *jouant* of every
*playing*, though half of the target text's has *joue*. Rounds that learn from it confirm it. How often whole things are
told of is no guide, since two texts that nobody paired are about different ones: one has four times the dogs of the
other. But among the words that a source word may become, the shares can be held against each other: what all of them
are too often is the text's, what one of them is too often beside the others is the translator's.

So each target word has a score, in nats, that rises from round to round where the last one wrote it too seldom beside
the others: steps of ascent in the dual of the problem that asks for these frequencies and changes the model least.
Source of that: Berger, Della Pietra and Della Pietra, "A maximum entropy approach to natural language
processing", 1996.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.text.array_file import ArrayFile
from unmt.text.word_corpus import WordCorpus

KEPT, STEP = 0.5, 1.0
"""Share of the last score that a word keeps, since the phrases of a round learn of the balance of the last one; nats
that it gains where it is e times too rare beside the others."""
DOUBT = 20.0
"""Occurrences that both counts of a word are taken to have besides: what is rare is often so by chance."""
LIKE, FLATTENED = 8, 0.5
"""Options of a source word, at most, that are said for the same; power of their probabilities, which rounds make too
sharp."""

FEATURE = "balance"

FILE = ArrayFile("unmt-word-balance", 1, "balance of words", "Train the model again.")
Nats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WordBalance:
    """nats: (V,) float32, of each word of the target vocabulary."""

    nats: Nats

    @classmethod
    def none(cls, words: int) -> WordBalance:
        """Of that many words, none of which is preferred."""
        return cls(np.zeros(words, np.float32))

    def stepped(self, lexicon: Lexicon, made: WordCorpus, target: WordCorpus) -> WordBalance:
        """The next one. made: translations that were made with this one; lexicon: into the language of the target."""
        seldom = rarity(made, target)
        rows = lexicon.rows
        chances = np.where(
            lexicon.is_among_first(LIKE), np.exp(FLATTENED * lexicon.log_probability.astype(np.float64)), 0.0
        )
        values = chances / np.bincount(rows, chances, len(lexicon.source))[rows]
        shape = (len(lexicon.source), len(lexicon.target))
        options = csr_matrix((values, lexicon.targets, lexicon.option_start), shape=shape)
        uses = lexicon.source.counts.astype(np.float64)
        weight = options.T @ uses
        of_all = options.T @ (uses * (options @ seldom))
        known = weight > 0
        beside = np.where(known, seldom - of_all / np.where(known, weight, 1.0), 0.0)
        return WordBalance((KEPT * self.nats + STEP * beside).astype(np.float32))

    def applied(self, table: PhraseTable) -> PhraseTable:
        """The table with one more feature, the sum of each option's words."""
        sums = np.concatenate([[0.0], np.cumsum(self.nats[table.target_words], dtype=np.float64)])
        feature = (sums[table.target_start[1:]] - sums[table.target_start[:-1]]).astype(np.float32)[:, None]
        features = np.concatenate([table.features, feature], axis=1)
        return replace(table, features=features, feature_names=(*table.feature_names, FEATURE))

    def save(self, path: Path | str) -> None:
        """One .npz file, whole or not there."""
        FILE.save(path, {"nats": self.nats})

    @classmethod
    def load(cls, path: Path | str) -> WordBalance:
        """What save wrote. Raises InputError where the file is not there, broken, or of another version."""
        return cls(FILE.load(path, ["nats"])["nats"].astype(np.float32))


def rarity(made: WordCorpus, target: WordCorpus) -> NDArray[np.float64]:
    """(V,) nats: how much rarer each word is in one text than in another of its vocabulary, given as long a text."""
    found, wanted = made.counts(), target.counts()
    wanted = wanted * (found.sum() / max(wanted.sum(), 1))
    return np.log((wanted + DOUBT) / (found + DOUBT))
