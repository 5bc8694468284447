"""The cells of `bench objectives` that are sentences: each objective gives a translator, and all are scored alike.

A translator may do what it likes with a sentence, so there is no key to count. What it saves is counted against the
source's words in any order: C(X) of single words, less what X costs by way of its translation, C_Y(f(X)) + C(X | f(X)),
on sentences that nothing was learned from (DESIGN.md, section 1). One that is fluent and forgets its source pays the
way back; one that keeps words and order and says nothing of the target's language pays the target's code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError
from unmt.evaluation.symbol_error_rate import edit_distance
from unmt.mappings.lexicon import Lexicon
from unmt.tasks.objective_pairs import SentencePair, VectorPair
from unmt.text.vocabulary import UNKNOWN
from unmt.text.word_corpus import WordCorpus

Translate = Callable[[WordCorpus], WordCorpus]
Ints = NDArray[np.int64]

ORDER, BEAM = 3, 10
ROUNDS = 2
"""Of translating both texts and learning phrases from that, after the first translations."""
FIRST_CHARACTER = 0x10000

NET = {
    "pieces": 400, "width": 64, "inner": 256, "rounds": 8, "start_rounds": 3, "steps": 30, "tokens": 600,
    "rate": 4e-3, "evaluate_every": 4, "minutes": None, "held_out": 100,
}  # fmt: skip
"""A net of seconds: what the objectives of nets come to by themselves, and no more."""


@dataclass(frozen=True)
class SentenceTask:
    """A pair as the objectives see it: nothing here but `accuracy` knows what the sentences say."""

    pair: SentencePair

    @cached_property
    def ngrams(self) -> WordNgrams:
        """The code of the target."""
        return _fitted(self.pair.target, ORDER)

    @cached_property
    def unordered_bits(self) -> float:
        """What the held-out sentences cost as words in any order."""
        held_out = self.pair.held_out
        return float(_fitted(self.pair.source, 1).sentence_bits(held_out.ids, held_out.starts).sum())

    def judged(self, translate: Translate) -> dict[str, float]:
        """Accuracy of a translator and its code lengths, in bits, of all held-out sentences together."""
        from unmt.solvers.sentence_pairs import SentencePairs
        from unmt.solvers.translation_figures import SENTENCES_BACK
        from unmt.solvers.way_back import WayBack

        pair = self.pair
        places = np.linspace(0, len(pair.source) - 1, min(SENTENCES_BACK, len(pair.source))).astype(int)
        taught = pair.source.subset(np.unique(places))
        made, said = translate(taught), translate(pair.held_out)
        back = WayBack.learn(SentencePairs.of(made, taught)).bits(SentencePairs.of(said, pair.held_out))
        text_bits = float(self.ngrams.sentence_bits(said.ids, said.starts).sum())
        way_back_bits = float(back.sum())
        return {
            "accuracy": self.accuracy(said),
            "text_bits": text_bits,
            "way_back_bits": way_back_bits,
            "unordered_bits": self.unordered_bits,
            "gain_bits": self.unordered_bits - text_bits - way_back_bits,
        }

    def accuracy(self, said: WordCorpus) -> float:
        """Words of the plain sentences that are right, less those too many: one less the word error rate, 0 at least.

        A word that the target does not have cannot be right.
        """
        plain = self.pair.plain
        edits = sum(
            edit_distance(_characters(said.sentence(place), 1), _characters(plain.sentence(place), 0))
            for place in range(len(plain))
        )
        return max(0.0, 1.0 - edits / max(len(plain.ids), 1))

    @cached_property
    def lexicons(self) -> dict[int, tuple[Lexicon, Lexicon]]:
        """Those that were built, by seed."""
        return {}

    def lexicon(self, seed: int) -> tuple[Lexicon, Lexicon]:
        """The lexicon there and the one back, from what stands around words in both texts."""
        from unmt.solvers.context_lexicon import build_lexicon

        if seed not in self.lexicons:
            self.lexicons[seed] = build_lexicon(self.pair.source, self.pair.target, seed=seed)[:2]
        return self.lexicons[seed]


def _fitted(corpus: WordCorpus, order: int) -> WordNgrams:
    return WordNgrams.fit(corpus.ids, corpus.starts, len(corpus.vocabulary), order)


def _characters(ids: NDArray[np.int32], unknown: int) -> str:
    """A sentence as a string, a character a word; unknown: the character of unknown words, 0 or 1, that no word has."""
    return "".join(chr(FIRST_CHARACTER + (id_ + 2 if id_ >= 0 else unknown)) for id_ in ids.tolist())


def _word_by_word(task: SentenceTask, best: Ints) -> Translate:
    """best: (V,) the target word of each source word, or UNKNOWN."""
    table = np.append(best, UNKNOWN).astype(np.int32)  # the last is what -1 finds
    return lambda text: WordCorpus(table[text.ids], text.starts, task.pair.target.vocabulary)


def by_contexts(task: SentenceTask, seed: np.random.SeedSequence) -> Translate:
    """N-gram matching: each word's best partner by what stands around both, word by word."""
    return _word_by_word(task, task.lexicon(_number(seed))[0].best())


def by_decoding(task: SentenceTask, seed: np.random.SeedSequence) -> Translate:
    """Code length: of all sentences that the same lexicon allows the one of fewest bits, by beam search."""
    from unmt.tasks.train_preflight import PREFLIGHT_WEIGHT, lexicon_settings

    table = task.lexicon(_number(seed))[0].phrase_table()
    return _decoded(table, task.ngrams, lexicon_settings(BEAM, PREFLIGHT_WEIGHT), task.pair.target)


def by_rounds(task: SentenceTask, seed: np.random.SeedSequence) -> Translate:
    """Likelihood: rounds of translating both texts and learning phrases from that by aligned words (EM)."""
    from unmt.solvers.phrase_decoder import DecoderSettings
    from unmt.tasks.phrase_stage import PHRASE_WEIGHTS, learned_tables
    from unmt.tasks.train_preflight import PREFLIGHT_WEIGHT, lexicon_settings

    number = _number(seed)
    texts = task.pair.source, task.pair.target
    codes = _fitted(texts[0], ORDER), task.ngrams
    lexicons = task.lexicon(number)
    tables: Any = tuple(lexicon.phrase_table() for lexicon in lexicons)
    settings = lexicon_settings(BEAM, PREFLIGHT_WEIGHT)
    for _ in range(ROUNDS):
        made = [_decoded(tables[i], codes[1 - i], settings, texts[1 - i])(texts[i]) for i in (0, 1)]
        tables, lexicons = learned_tables(texts, texts, made, lexicons, number, 1, lambda: None)
        settings = DecoderSettings(beam=BEAM, weights=PHRASE_WEIGHTS[: len(tables[0].feature_names)])
    return _decoded(tables[0], codes[1], settings, texts[1])


def _decoded(table: Any, code: WordNgrams, settings: Any, target: WordCorpus) -> Translate:
    from unmt.solvers.phrase_decoder import Decoder
    from unmt.solvers.translation_figures import as_corpus

    decoder = Decoder(table, code, settings)
    return lambda text: as_corpus(decoder.decode(text.ids, text.starts, 1), target.vocabulary)


def by_transport(task: SentenceTask, seed: np.random.SeedSequence) -> Translate:
    """Optimal transport between the word vectors of both texts, self-learning from there, word by word."""
    from unmt.mappings.linear_map import centred
    from unmt.objectives.csls import matches
    from unmt.solvers.word_vectors import vectors_of
    from unmt.tasks.objective_vectors import DIMENSIONS, by_method

    texts = task.pair.source, task.pair.target
    best = np.full(len(texts[0].vocabulary), UNKNOWN, np.int64)
    try:
        source, target = (vectors_of(_words(text), DIMENSIONS) for text in texts)
    except InputError:  # too few words: nothing is found
        return _word_by_word(task, best)
    x, y = (centred(side.matrix)[0] for side in (source, target))
    rotation = by_method("gromov")(VectorPair(x, y, np.empty(0, np.int64)), seed)
    partner = matches(x @ rotation, y).forward[:, 0]
    best[texts[0].vocabulary.ids(source.words)] = texts[1].vocabulary.ids(target.words)[partner]
    return _word_by_word(task, best)


def by_net(**objectives: float) -> Callable[[SentenceTask, np.random.SeedSequence], Translate]:
    """A Transformer that begins with nothing but both texts. objectives: of tasks.neural_settings.Objectives."""

    def found(task: SentenceTask, seed: np.random.SeedSequence) -> Translate:
        from unmt.tasks.models import load_model
        from unmt.tasks.neural_settings import NeuralSettings, Objectives
        from unmt.tasks.train_transformer import train_transformer
        from unmt.tasks.training_settings import Text

        texts = task.pair.source, task.pair.target
        made: Any = NET | {"objectives": Objectives(**objectives), "start": "none"}  # type: ignore[arg-type]
        settings = NeuralSettings(**made, seed=_number(seed), threads=1, device="cpu")
        with TemporaryDirectory() as folder:
            named = [Text(name, name, _lines(text)) for name, text in zip(("x", "y"), texts, strict=True)]
            train_transformer(named[0], named[1], settings, Path(folder))
            model = load_model(folder)
        return _by_model(model, texts[1])

    return found


def _by_model(model: Any, target: WordCorpus) -> Translate:
    from unmt.tasks.models import translator_of

    translator = translator_of(model, "x-y", beam=1, threads=1)

    def translate(text: WordCorpus) -> WordCorpus:
        done = translator.translate(_lines(text))
        return WordCorpus.of([line.text.split() for line in done], target.vocabulary)

    return translate


def _words(text: WordCorpus) -> list[list[str]]:
    names = (*text.vocabulary.words, "?")  # the last is what -1 finds
    return [[names[id_] for id_ in text.sentence(place).tolist()] for place in range(len(text))]


def _lines(text: WordCorpus) -> list[str]:
    return [" ".join(words) for words in _words(text)]


def _number(seed: np.random.SeedSequence) -> int:
    return int(seed.generate_state(1)[0])


SENTENCE_SEARCHES: Mapping[str, Callable[[SentenceTask, np.random.SeedSequence], Translate]] = {
    "code length, searched": by_decoding,
    "code length, relaxed": by_net(denoising=0.3, causal=0.2),
    "n-gram matching": by_contexts,
    "adversarial": by_net(denoising=0.3, adversarial=0.3),
    "optimal transport": by_transport,
    "likelihood (EM)": by_rounds,
}
