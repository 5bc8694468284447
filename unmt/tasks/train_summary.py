"""What a person reads of a training: a few lines, and what held-out sentences became."""

from __future__ import annotations

from typing import Any

from unmt.tasks.sides import Side
from unmt.tasks.translate import Translator
from unmt.tasks.translation_model import TranslationModel

SAMPLES = 8


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


def summary(result: dict[str, Any]) -> str:
    """Verdict, and the figures of each round."""
    lines = [f"verdict   {result['preflight']['sentence']}"]
    for way in result["directions"]:
        rounds = [f"{entry['figures'][way]['two_sided']:.2f}" for entry in result["rounds"]]
        lines.append(f"{way:9} round {result['chosen_round'][way]} chosen; bits a word by round: {', '.join(rounds)}")
    lines.append(f"trained   {result['seconds']:.0f} s in {len(result['rounds'])} rounds; seed {result['seed']}")
    return "\n".join(lines)
