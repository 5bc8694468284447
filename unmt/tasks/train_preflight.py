"""Whether two texts share enough structure to train on, before hours are spent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import Decoder, DecoderSettings
from unmt.solvers.translation_figures import translation_code
from unmt.tasks.lexicon_stage import null_lexicon
from unmt.tasks.sides import Side

LEXICON_DISTORTION = 3
"""How far words may move where a lexicon of single words translates."""

PREFLIGHT_WEIGHT = 1.5
"""How much the lexicon counts beside the language model where it is judged, and shall not be overridden by it."""

LEAST_BITS, ENOUGH_BITS = 0.3, 1.0
"""Bits a word, mean of both directions, that a lexicon must save against one of shuffled pairs, for anything to be
shared and for a translator to be hoped for. Shuffled and random words save up to 0.2, novels beside captions up to 0.8,
captions of two languages 2 and more. Each text must tell LEAST_BITS of its next word, too."""

SHARED, LITTLE, NOTHING = "shared structure", "little shared structure", "no shared structure"
IN_WORDS = {
    SHARED: "they share structure",
    LITTLE: "they share little structure, and much of a translation will be invented",
    NOTHING: "they seem to share no structure",
}


def measured_preflight(
    sides: tuple[Side, Side],
    lexicons: tuple[Lexicon, Lexicon],
    report: dict[str, Any],
    *,
    beam: int,
    seed: int,
    threads: int,
    beat: Callable[[], None],
) -> dict[str, Any]:
    """The pre-flight of two texts with the lexicons between them, both ways: what `preflight` says of them.

    report: what is known of the lexicons. beat: called every few seconds or sooner; what it raises ends the work.
    """
    one = lexicon_settings(beam, PREFLIGHT_WEIGHT)
    found, shuffled = (
        code_figures(sides, (first.phrase_table(), second.phrase_table()), (one, one), threads, beat)
        for first, second in (lexicons, null_lexicon(lexicons, seed))
    )
    return preflight(found, shuffled, [side.redundancy_bits for side in sides], report)


def lexicon_settings(beam: int, weight: float) -> DecoderSettings:
    """How a lexicon translates that counts so much beside the language model."""
    return DecoderSettings(beam=beam, distortion=LEXICON_DISTORTION, weights=(weight,))


def code_figures(
    sides: tuple[Side, Side],
    tables: tuple[PhraseTable, PhraseTable],
    settings: tuple[DecoderSettings, DecoderSettings],
    threads: int,
    beat: Callable[[], None],
) -> dict[str, dict[str, float]]:
    """Code lengths of both directions, by name, from the sentences that are held out (TranslationCode.to_dict)."""
    found = {}
    for i, one in enumerate(sides):
        other = sides[1 - i]
        code = translation_code(
            Decoder(tables[i], other.ngrams, settings[i]),
            (one.ngrams, other.ngrams),
            one.training,
            (one.held_out, other.held_out),
            threads,
            beat,
        )
        found[f"{one.language}-{other.language}"] = code.to_dict()
    return found


def preflight(
    figures: dict[str, dict[str, float]],
    shuffled: dict[str, dict[str, float]],
    redundancy: Sequence[float],
    report: dict[str, Any],
) -> dict[str, Any]:
    """How much the target text can pay, and whether the lexicon finds more than one of shuffled pairs would.

    figures, shuffled: code lengths of each direction by the lexicon, and by one of shuffled pairs; redundancy: bits a
    word of each text that what came before tells.
    """
    saved = [shuffled[way]["code_bits"] - figures[way]["code_bits"] for way in figures]
    mean = sum(saved) / len(saved)
    verdict = NOTHING if min(mean, *redundancy) < LEAST_BITS else LITTLE if mean < ENOUGH_BITS else SHARED
    sentence = (
        f"the lexicon saves {saved[0]:.2f} and {saved[1]:.2f} bits a word against shuffled pairs"
        f" (a mean of {ENOUGH_BITS:g} is enough, {LEAST_BITS:g} the least), and what came before tells"
        f" {redundancy[0]:.2f} and {redundancy[1]:.2f} bits of the next word."
    )
    return {
        "verdict": verdict,
        "sentence": f"{IN_WORDS[verdict]}: {sentence}",
        "saved_bits_per_word": saved,
        "redundancy_bits_per_word": list(redundancy),
        "figures": figures,
        "null": shuffled,
        "lexicon": report,
    }
