"""The report of a training as one HTML page: verdict, scores by round, dictionary, and what sentences became."""

from collections.abc import Mapping, Sequence
from typing import Any

from unmt.report.code_lengths import NOTE, code_length_picture
from unmt.report.document import details, document, facts, header, section
from unmt.report.fields import mapping, rows_of, sequence
from unmt.report.reproduction import reproduction
from unmt.report.tables import Column, html_table
from unmt.report.train_curves import (
    GUARD_NOTE,
    TURN_NOTE,
    few_rounds,
    guard_table,
    net_curves,
    net_facts,
    scores,
    turn_table,
    warning,
)
from unmt.report.train_rounds import (
    against_null,
    bits,
    chosen_rounds,
    directions,
    figures_of,
    is_net,
    round_chart,
    round_table,
)
from unmt.report.word_list import word_list
from unmt.report.words import MISSING, duration, finite, grouped, percent

SHARED, LITTLE, NOTHING = "shared structure", "little shared structure", "no shared structure"
STYLES = {SHARED: "good", LITTLE: "unsure", NOTHING: "nothing"}
SENTENCES = 4
SCORE_NOTE = (
    "Less is better, and no reference is read: how far the translations of sentences that were kept out of training are"
    " from being as likely as true text of their language, plus what it takes to tell the source from them."
)
NULL_NOTE = (
    "C(translation) + C(source | translation) of held-out sentences, in bits a source word. A lexicon whose pairs were"
    " shuffled is what chance gives; the verdict is on how much less the lexicon alone needs."
)
CURVES_NOTE = (
    "Other figures of the same sentences, none of which chose the round. They need not agree: a net that copies its"
    " source comes back from any way."
)
TEXT_COLUMNS = (
    Column("language"), Column("file", is_start=True), Column("sentences", is_number=True),
    Column("words", is_number=True), Column("vocabulary", is_number=True), Column("kept out", is_number=True),
)  # fmt: skip


def train_page(result: Mapping[str, Any]) -> str:
    """The page of one training. result: its result.json; what it lacks is left out."""
    if is_net(result):
        rounds = (
            section("Score by round", round_chart(result, "round") + scores(result), SCORE_NOTE)
            + section("Beside the score", net_curves(result), CURVES_NOTE)
            + section("Guards", guard_table(result), GUARD_NOTE)
            + section("Turns", turn_table(result), TURN_NOTE)
        )
    else:
        rounds = section("Score by round", round_chart(result) + round_table(result), SCORE_NOTE)
    few = few_rounds(result) if is_net(result) else result
    body = (
        _head(result)
        + rounds
        + section("Code lengths", code_length_picture(result), NOTE)
        + section("Code lengths against the null", against_null(result), NULL_NOTE)
        + section("Sentences over the rounds", _sentences(few), _sentence_note(few))
        + section("Dictionary", _dictionary(result), "The most frequent words, with the probabilities of the lexicon.")
        + section("How much the texts share", _shared(result))
        + section("The two texts" if len(_languages(result)) == 2 else "The texts", _texts(result))
        + section("To do it again", reproduction(result, "train", _hashes(result)))
    )
    *first, last = _languages(result)
    names = f"{', '.join(first)} and {last}" if first else last
    return document(f"{_verdict(result).capitalize()}: {names} – unmt", body)


def _verdict(result: Mapping[str, Any]) -> str:
    return str(result.get("verdict") or mapping(result, "preflight").get("verdict") or "trained")


def _languages(result: Mapping[str, Any]) -> list[str]:
    return [str(text.get("language") or MISSING) for text in rows_of(result, "texts")] or ["two texts"]


def _head(result: Mapping[str, Any]) -> str:
    verdict = _verdict(result)
    sentence = warning(result) or str(mapping(result, "preflight").get("sentence") or "")
    pairs = []
    for way, number in chosen_rounds(result).items():
        score = finite(figures_of(result, number, way), "two_sided")
        pairs.append((f"{way}, bits a word", f"{bits(score)} (round {number})"))
    pairs += [("rounds", str(len(rows_of(result, "rounds"))))] if rows_of(result, "rounds") else []
    pairs += [("time", duration(seconds))] if (seconds := finite(result, "seconds")) is not None else []
    pairs += net_facts(result) if is_net(result) else []
    lead = sentence[:1].upper() + sentence[1:]
    if result.get("goes_on"):
        lead = f"This was written while the training went on; its end writes it anew. {lead}".strip()
    return header("unmt train", verdict.capitalize(), lead, style=STYLES.get(verdict, "unsure")) + facts(pairs)


def _sentence_note(result: Mapping[str, Any]) -> str:
    if _verdict(result) == NOTHING:
        return "The texts seem to share no structure: these read like sentences, and are most likely wrong."
    return "Sentences that were kept out of training. A round that changed nothing is not repeated."


def _sentences(result: Mapping[str, Any]) -> str:
    """A table a direction: each source sentence, and below it what the rounds made of it."""
    chosen = chosen_rounds(result)
    body = ""
    for way in dict.fromkeys([*directions(result), *(str(key) for key in mapping(result, "samples"))]):
        blocks = [
            _over_rounds(place, source, made, chosen.get(way))
            for place, (source, made) in enumerate(_samples(result, way).items(), start=1)
        ]
        if not blocks:
            continue
        columns = (Column("", is_number=True), Column(way), Column("text"))
        body += html_table(columns, [row for block in blocks[:SENTENCES] for row in block])
        if blocks[SENTENCES:]:
            rest = html_table(columns, [row for block in blocks[SENTENCES:] for row in block])
            body += details(f"{len(blocks) - SENTENCES} more sentences of {way}", rest)
    return body


def _samples(result: Mapping[str, Any], way: str) -> dict[str, list[tuple[int | None, str]]]:
    """Of each source sentence its translations with their rounds; those without rounds where no round kept any."""
    found: dict[str, list[tuple[int | None, str]]] = {}
    for place, entry in enumerate(rows_of(result, "rounds")):
        number = int(finite(entry, "round") or 0) if "round" in entry else place
        for sample in rows_of(mapping(entry, "samples"), way):
            found.setdefault(str(sample.get("source")), []).append((number, str(sample.get("hypothesis"))))
    for sample in [] if found else rows_of(mapping(result, "samples"), way):
        found[str(sample.get("source"))] = [(None, str(sample.get("hypothesis")))]
    return found


def _over_rounds(
    place: int, source: str, made: Sequence[tuple[int | None, str]], chosen: int | None
) -> list[list[str]]:
    rows = [[f"{place}", "source", source]]
    groups: list[tuple[list[int | None], str]] = []
    for number, text in made:
        if groups and groups[-1][1] == text:
            groups[-1][0].append(number)
        else:
            groups.append(([number], text))
    for numbers, text in groups:
        name = f"round {numbers[0]}" if len(numbers) == 1 else f"rounds {numbers[0]} to {numbers[-1]}"
        mark = " (chosen)" if chosen is not None and chosen in numbers else ""
        rows.append(["", "translation" if numbers == [None] else name + mark, text if text.strip() else "(empty)"])
    return rows


def _dictionary(result: Mapping[str, Any]) -> str:
    """Of each pair of languages, where there are several."""
    if not mapping(result, "pairs"):
        return _halves(result, _languages(result))
    found = ""
    for way in mapping(result, "pairs"):
        halves = _halves(mapping(mapping(result, "pairs"), way), str(way).split("-"))
        found += details(str(way), halves) if halves else ""
    return found


def _halves(result: Mapping[str, Any], languages: Sequence[str]) -> str:
    names = [*languages, "", ""]
    lists = [word_list(stored, names[place]) for place, stored in enumerate(sequence(result, "dictionary")[:2])]
    lists = [f"<div>{one}</div>" for one in lists if one]
    return f'<div class="halves">{"".join(lists)}</div>\n' if lists else ""


def _shared(result: Mapping[str, Any]) -> str:
    """What the pre-flight measured, by direction and of the lexicon."""
    before = mapping(result, "preflight")
    ways, languages = directions(result), _languages(result)
    pairs = [
        (str(way), str(pair.get("verdict")) + (", left out" if pair.get("left_out") else ""))
        for way in mapping(result, "pairs")
        for pair in [mapping(mapping(result, "pairs"), way)]
    ]
    pairs += [
        (f"{name} saves against shuffled pairs, bits a word", bits(finite({"": value}, "")))
        for name, value in zip(ways, sequence(before, "saved_bits_per_word"), strict=False)
    ]
    pairs += [
        (f"what came before tells of the next word, bits, {name}", bits(finite({"": value}, "")))
        for name, value in zip(languages, sequence(before, "redundancy_bits_per_word"), strict=False)
    ]
    lexicon = mapping(before, "lexicon")
    found = sequence(lexicon, "pairs")
    pairs += [("pairs of words that are each other's best", str(found[-1]))] if found else []
    pairs += [
        (name, shown(finite(lexicon, field)))
        for name, field, shown in (
            ("words of the text that are in such a pair", "mutual_share", percent),
            ("likeness of their contexts, cosine", "context_cosine", bits),
        )
        if field in lexicon
    ]
    return facts(pairs)


def _texts(result: Mapping[str, Any]) -> str:
    rows = [
        [str(text.get("language") or MISSING), str(text.get("path") or MISSING)]
        + [grouped(finite(text, field), 0) for field in ("sentences", "words", "vocabulary", "held_out")]
        for text in rows_of(result, "texts")
    ]
    return html_table(TEXT_COLUMNS, rows) if rows else ""


def _hashes(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"SHA-256 of the lines of {text.get('path') or text.get('language')}", str(text.get("sha256") or MISSING))
        for text in rows_of(result, "texts")
    ]
