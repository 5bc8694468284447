"""What result.json of a neural training holds, in the words of the lexicon's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unmt import __version__
from unmt.report.code_lengths import code_length_lines
from unmt.tasks.sides import Side
from unmt.tasks.train_summary import WrittenText, code_lengths, counted, large_texts, text_facts

COLLAPSED = "collapsed"
FEW_ROUNDS = 20
"""Before that many a net of captions is behind the lexicon model that it began with."""


def finished(
    entries: Sequence[dict[str, Any]],
    chosen: dict[str, Any],
    sides: Sequence[Side],
    texts: Sequence[WrittenText],
    lexicon: dict[str, Any],
    figures: dict[str, Any],
) -> dict[str, Any]:
    """entries: of the rounds that were looked at; chosen: the one that is the model; lexicon: result of the start."""
    ways = list(chosen["figures"])
    preflight = lexicon.get("preflight", {})
    verdict = COLLAPSED if figures["collapsed"] else lexicon.get("verdict", "not examined")
    result: dict[str, Any] = {
        "network": "transformer",
        "directions": ways,
        "chosen_round": dict.fromkeys(ways, chosen["round"]),
        "rounds": list(entries),
        "preflight": preflight,
        "verdict": verdict,
        "dictionary": lexicon.get("dictionary", []),
        "lexicon_rounds": lexicon.get("rounds", []),
        "texts": [text_facts(side, text) for side, text in zip(sides, texts, strict=True)],
        **({"pairs": lexicon["pairs"]} if "pairs" in lexicon else {}),
        "samples": chosen["samples"],
        "code_lengths": code_lengths(chosen["figures"], preflight.get("null")),
        "seconds": figures["elapsed"],
        "version": __version__,
        **figures,
    }
    return {**result, "summary": summary(result, chosen)}


def summary(result: dict[str, Any], chosen: dict[str, Any]) -> str:
    """Verdict, score of each direction, and guards."""
    settings = result["settings"]
    lines = [f"verdict   {_verdict(result)}", *large_texts(result)]
    for way, pair in result.get("pairs", {}).items():
        what = "left out" if pair.get("left_out") else "pair"
        lines.append(f"{what:9} {way}: {pair['preflight']['sentence']}")
    for way in result["directions"]:
        numbers = _shown([str(entry["round"]) for entry in result["rounds"]])
        scores = _shown([f"{entry['figures'][way]['two_sided']:.2f}" for entry in result["rounds"]])
        by = "" if settings["selector"] == "two_sided" else f" by {settings['selector']}"
        lines.append(f"{way:9} round {chosen['round']} chosen{by}; bits a word at round {numbers}: {scores}")
        if chosen["guards"][way]:
            lines.append(f"beware    {way} {_listed(chosen['guards'][way])}: do not trust this model")
    net = "the net" if settings.get("teacher") is None else f"the net and {settings['teacher']}"
    for turn in result["turns"]:
        taught = ", ".join(f"{way} {bits:.2f}" for way, bits in turn["two_sided"].items())
        said = f"the lexicon model learned from {net}: {taught}" if turn["is_made"] else "left out, for want of time"
        lines.append(f"by turns  before round {turn['round']} {said}")
    rounds = chosen["round"] + 1
    if settings["start"] != "none" and rounds < FEW_ROUNDS:
        lines.append(f"early     {counted(rounds)} in all: the model that it began with may translate better still")
    lines += code_length_lines(result)
    if result["parallel"]:
        lines.append(f"pairs     {result['parallel']['used']:,} of parallel.train= took part: this is not unsupervised")
    lines.append(
        f"trained   {result['seconds']:.0f} s, {result['steps']:,} steps, {result['parameters']:,} parameters on"
        f" {result['device']} in {result['precision']}; seed {result['seed']}"
    )
    return "\n".join(lines)


def _verdict(result: dict[str, Any]) -> str:
    sentence = result["preflight"].get("sentence")
    if result["verdict"] == COLLAPSED:
        return COLLAPSED + (f"; before the net was trained: {sentence}" if sentence else "")
    if sentence or "pairs" in result:  # of more than two languages each pair has a sentence of its own
        return sentence or str(result["verdict"])
    start = result["settings"]["start"]
    if start == "none":
        return "the texts were not examined: there was no start"
    return f"the texts were examined when {start} was trained, and not here"


def _shown(values: Sequence[str]) -> str:
    """All of them, or the first and the last."""
    return ", ".join(values if len(values) <= 8 else [*values[:3], "...", *values[-4:]])


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
