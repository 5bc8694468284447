"""What a person reads of a training: a few lines, and what held-out sentences became."""

from __future__ import annotations

from typing import Any, Protocol

from unmt import __version__
from unmt.mappings.lexicon import Lexicon
from unmt.objectives.solution_code import of_translation
from unmt.report.code_lengths import code_length_lines
from unmt.report.words import duration
from unmt.tasks.sides import Side
from unmt.tasks.translate import Translator
from unmt.tasks.translation import is_copy
from unmt.tasks.translation_model import TranslationModel

SAMPLES = 8
COPIES = 0.5
"""Share of the samples that are their source, from which on a translator is said to copy."""


class WrittenText(Protocol):
    """What says where a text came from."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def sha256(self) -> str:
        """Of its lines."""


def samples(model: TranslationModel, sides: tuple[Side, Side]) -> dict[str, list[dict[str, str]]]:
    """Held-out sentences of each side and what the model makes of them."""
    found = {}
    for way, side in zip(model.directions, sides, strict=True):
        lines = side.lines[:SAMPLES]
        done = Translator(model, way, beam=10).translate(lines)
        found[way] = [
            {"source": line, "hypothesis": translation.text} for line, translation in zip(lines, done, strict=True)
        ]
    return found


def large_texts(result: dict[str, Any]) -> list[str]:
    """A line for each text of which lexicon and n-grams had a part only."""
    return [
        f"text      {text['language']}: lexicon and n-grams are of {text['lexicon_sentences']:,} of its"
        f" {text['sentences']:,} sentences"
        for text in result["texts"]
        if text["lexicon_sentences"] < text["sentences"]
    ]


def counted(rounds: int) -> str:
    """So many rounds, in words."""
    return f"{rounds} round{'' if rounds == 1 else 's'}"


def summary(result: dict[str, Any]) -> str:
    """Verdict, and the figures of each round."""
    lines = [f"verdict   {result['preflight']['sentence']}", *large_texts(result)]
    for way in result["directions"]:
        rounds = [f"{entry['figures'][way]['two_sided']:.2f}" for entry in result["rounds"]]
        lines.append(f"{way:9} round {result['chosen_round'][way]} chosen; bits a word by round: {', '.join(rounds)}")
        samples = result["samples"][way]
        if sum(is_copy(sample["hypothesis"], sample["source"]) for sample in samples) > COPIES * len(samples):
            lines.append(f"beware    {way} copies its source: are the two texts of one language?")
    lines += code_length_lines(result)
    lines.append(f"trained   {result['seconds']:.0f} s in {counted(len(result['rounds']))}; seed {result['seed']}")
    return "\n".join(lines)


def measured(result: dict[str, Any]) -> str:
    """What stands beside what a preset expects: the figures of the rounds chosen, and the time."""
    entries = {entry["round"]: entry for entry in result["rounds"]}
    bits = [
        f"{way} {entries[number]['figures'][way]['two_sided']:.2f}" for way, number in result["chosen_round"].items()
    ]
    return f"{', '.join(bits)} bits a word, in {duration(result['seconds'])}"


def finished(figures: dict[str, Any]) -> dict[str, Any]:
    """What result.json holds: the figures of a training, with samples of the rounds chosen, and a summary."""
    rounds, chosen, null = figures["rounds"], figures["chosen_round"], figures["preflight"].get("null")
    result = {
        **figures,
        "samples": {way: rounds[chosen[way]]["samples"][way] for way in figures["directions"]},
        "code_lengths": code_lengths({way: rounds[chosen[way]]["figures"][way] for way in figures["directions"]}, null),
        "seconds": rounds[-1]["elapsed"],
        "version": __version__,
    }
    return {**result, "summary": summary(result)}


def code_lengths(figures: dict[str, dict[str, Any]], null: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The code length of each direction, from its figures and those of a null (None: not measured)."""
    found = [of_translation(way, values, (null or {}).get(way)) for way, values in figures.items()]
    return [code.to_dict() for code in found if code is not None]


def text_facts(side: Side, text: WrittenText) -> dict[str, Any]:
    """What a text was and what became of it."""
    return {
        "language": side.language,
        "path": text.path,
        "sha256": text.sha256,
        "sentences": side.sentences,
        "lexicon_sentences": len(side.training),
        "words": len(side.training.ids),
        "vocabulary": len(side.vocabulary),
        "held_out": len(side.held_out),
    }


def sample_dictionary(lexicon: Lexicon, words: int = 60, options: int = 3) -> list[list[Any]]:
    """The most frequent words with their best translations and probabilities, for the report."""
    return [
        [word, [[target, round(share, 3)] for target, share in lexicon.translations(place)[:options]]]
        for place, word in enumerate(lexicon.source.words[:words])
    ]
